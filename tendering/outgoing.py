"""One message on its way out: a mail to one person, or a signed post to one webhook.

At least once: who is killed between sending and noting it sends again, under the same id, so that
receivers can drop the second. A mail says nothing in its subject, which is always the same.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

import aiohttp
import aiosmtplib
import msgspec
from standardwebhooks import Webhook

from tendering.domain.journal import instant
from tendering.domain.refusals.notifications import WebhookAddressRefused
from tendering.settings import NotificationSettings
from tendering.storage.deliveries import Parcel
from tendering.webhook_targets import check_target, secret_of

ANSWER_BYTES_MAX: Final = 1024
PERMANENT: Final = 500
SUBJECT: Final = "【{platform}】您有一条新消息 / You have a new message"
BODY: Final = """\
{title}（{number}）

{zh}

{en}

{link}

本邮件由平台自动发送，请勿回复；可在平台的消息设置中关闭。
Sent by the platform; please do not reply. You can turn mail off in your settings there.
"""


class Unavailable(Exception):
    """It did not arrive now; it may arrive later."""


class Undeliverable(Exception):
    """It will not arrive, however often it is sent."""


@dataclass(frozen=True, slots=True)
class Sender:
    """What carries messages. `seed` (32 bytes) is what webhooks' secrets are derived from."""

    settings: NotificationSettings
    http: aiohttp.ClientSession = field(repr=False)
    seed: bytes = field(repr=False)
    platform_name: str
    host_name: str
    public_address: str

    @property
    def mails(self) -> bool:
        """Is there a mail server?"""
        return bool(self.settings.smtp_host)

    async def send(self, parcel: Parcel) -> None:
        """Send one claimed message. Raises Unavailable, Undeliverable."""
        if not parcel.target:
            raise Undeliverable("there is no address any more")
        if parcel.webhook_id is None:
            await self._mail(parcel)
        else:
            await self._post(parcel)

    async def _mail(self, parcel: Parcel) -> None:
        chosen = self.settings
        if not self.mails:
            raise Unavailable("no mail server is set")
        password = _secret(chosen.smtp_password_file)
        try:
            await aiosmtplib.send(
                self.mail_of(parcel),
                sender=chosen.from_address,
                recipients=[parcel.target],
                hostname=chosen.smtp_host,
                port=chosen.smtp_port,
                use_tls=chosen.smtp_security == "tls",
                start_tls=chosen.smtp_security == "starttls",
                username=chosen.smtp_user or None,
                password=password or None,
                timeout=chosen.request_seconds_max,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [each.code for each in error.recipients]
            said = f"the mail server refuses the address: {codes}"
            raise (Undeliverable if min(codes) >= PERMANENT else Unavailable)(said) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(f"{type(error).__name__} of the mail server") from error

    def mail_of(self, parcel: Parcel) -> EmailMessage:
        """The mail: one recipient, the same subject always, both languages."""
        mail = EmailMessage(policy=SMTP)
        mail["Subject"] = SUBJECT.format(platform=self.platform_name)
        mail["From"] = self.settings.from_address
        mail["To"] = parcel.target
        mail["Message-ID"] = f"<{parcel.id}@{self.host_name}>"
        mail["Date"] = format_datetime(parcel.sent_at)
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(
            BODY.format(
                title=parcel.tender_title,
                number=parcel.tender_number,
                zh=parcel.zh,
                en=parcel.en,
                link=self._link(parcel),
            )
        )
        return mail

    async def _post(self, parcel: Parcel) -> None:
        assert parcel.webhook_id is not None
        try:
            check_target(parcel.target, private=self.settings.webhooks_to_private_networks)
        except WebhookAddressRefused as error:
            raise Undeliverable(str(error)) from error
        body = self.post_of(parcel)
        headers = signed(
            body, str(parcel.id), secret_of(self.seed, parcel.webhook_id), at=parcel.sent_at
        )
        timeout = aiohttp.ClientTimeout(total=self.settings.request_seconds_max)
        try:
            async with self.http.post(
                parcel.target, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                await answer.content.read(ANSWER_BYTES_MAX)
        # ValueError: a host that cannot be encoded as a name (UnicodeError).
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # The name of the error only: a text from inside a network is not for its outside.
            raise Unavailable(f"{type(error).__name__} at the address") from error
        if answer.status == HTTPStatus.GONE:
            raise Undeliverable("the address answers 410")
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise Unavailable(f"the address answers {answer.status}")

    def post_of(self, parcel: Parcel) -> bytes:
        """The body of a post: type, timestamp, data (Standard Webhooks)."""
        data = {
            "message_id": str(parcel.message_id),
            "tender_id": str(parcel.tender_id),
            "tender_number": parcel.tender_number,
            "tender_title": parcel.tender_title,
            "zh": parcel.zh,
            "en": parcel.en,
            "link": self._link(parcel),
        }
        said = {"type": parcel.kind, "timestamp": instant(parcel.at), "data": data}
        return msgspec.json.encode(said)

    def _link(self, parcel: Parcel) -> str:
        return f"{self.public_address}/tenders/{parcel.tender_id}"


def signed(body: bytes, message_id: str, secret: str, *, at: datetime) -> dict[str, str]:
    """The headers of a post, signed as Standard Webhooks says: `id.timestamp.body`, HMAC-SHA256."""
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at.astimezone(UTC), body.decode()),
    }


def _secret(file: str) -> str:
    return Path(file).read_text("utf-8").strip() if file else ""
