"""A bidder rehearses the opening from its own machine, and learns what of it would hold.

The way of the day with a few random bytes: line, clock, hall, sealing, signature, sign-in, receipt,
unlocking. Nothing of the bid is touched and nothing stays on the platform.
docs/specs/sealed-bid-v1.md §12.
"""

import asyncio
import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from clients.bidding import UnlockContradicted
from clients.key_files import Signer
from clients.platform import Platform, PlatformUnreachable
from clients.receipt_keeping import ReceiptWrong
from clients.room_client import open_room
from clients.sdk.timing import PlatformTime, read_platform_time
from crypto.age_header import FILE_KEY_BYTES
from crypto.age_payload import NONCE_BYTES
from crypto.container_digest import container_digest
from crypto.errors import BadKey
from crypto.notes import NoteVerifier
from crypto.seal_suites import SUITES
from crypto.sealed_file import unwrap_with_opening_key
from tendering.domain.contributions import VALUE_BYTES, sealed_contribution
from tendering.domain.journal import parse_instant
from tendering.domain.published_keys import PublishedKeys, to_base64
from tendering.domain.rehearsal import (
    REHEARSAL_LABEL,
    Rehearsal,
    receipt_message,
    rehearsal_policy,
    rehearsal_statement,
)
from tendering.domain.tender import Tender

HALL_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class HallReport:
    """What a rehearsal showed; all of it held, or there is no report.

    `hall` is the phase that the line to the hall showed, None where no line came about.
    `certificate_lasts`: until the deadline and the time to unlock are over.
    """

    time: PlatformTime
    hall: str | None
    digest: str
    received_at: datetime
    certificate_serial: str
    certificate_not_after: datetime
    certificate_lasts: bool


async def rehearse_opening(
    platform: Platform, signer: Signer, keys: PublishedKeys, tender: Tender, lot: str
) -> HallReport:
    """Go through sign-in and unlocking with a test container.

    Raises PlatformRefused, PlatformUnreachable, ReceiptWrong, UnlockContradicted, CryptoError.
    """
    time = await read_platform_time(platform)
    hall = await _look_into_hall(platform, tender)
    value, file_key = secrets.token_bytes(VALUE_BYTES), secrets.token_bytes(FILE_KEY_BYTES)
    opening_key = SUITES[tender.suite].fresh_key()
    mine, recipient = platform.me.organization_id, opening_key.recipient
    container = sealed_contribution(
        value,
        rehearsal_policy(tender, lot, mine, recipient),
        file_key=file_key,
        payload_nonce=secrets.token_bytes(NONCE_BYTES),
    )
    rehearsal = Rehearsal(lot, mine, recipient, container)
    sealed = {"lot": lot, "container": to_base64(container), "recipient": recipient}
    path = f"/tenders/{tender.id}/opening/rehearsal"
    statement = signer.sign(REHEARSAL_LABEL, rehearsal_statement(tender, rehearsal))
    receipt = await platform.post(f"{path}/sign-in", {**sealed, "statement": statement})
    _check_receipt(receipt, tender, rehearsal, keys)
    held = {name: receipt[name] for name in ("received_at", "signature")}
    unlocked = unwrap_with_opening_key(container, opening_key)
    verdict = await platform.post(
        f"{path}/unlocks", {**sealed, **held, "file_key": to_base64(unlocked)}
    )
    expected = {
        "rederives": True,
        "digest": rehearsal.digest.hex(),
        "plaintext_digest": container_digest([value]).hex(),
    }
    if verdict != expected:
        raise UnlockContradicted(str(verdict))
    not_after = parse_instant(receipt["certificate_not_after"])
    opening_ends = tender.deadline + timedelta(minutes=tender.terms.unlock_minutes)
    return HallReport(
        time=time,
        hall=hall,
        digest=rehearsal.digest.hex(),
        received_at=parse_instant(receipt["received_at"]),
        certificate_serial=receipt["certificate_serial"],
        certificate_not_after=not_after,
        certificate_lasts=not_after >= opening_ends,
    )


async def _look_into_hall(platform: Platform, tender: Tender) -> str | None:
    """The phase that a line to the hall shows; what stands in the way of such lines is common."""
    try:
        async with asyncio.timeout(HALL_SECONDS), open_room(platform, tender.id) as room:
            return str(room.snapshot["phase"])
    except (TimeoutError, PlatformUnreachable):
        return None


def _check_receipt(
    receipt: dict[str, Any], tender: Tender, rehearsal: Rehearsal, keys: PublishedKeys
) -> None:
    """It speaks of what was sent, under a published key. Raises ReceiptWrong."""
    message = receipt_message(tender, rehearsal, received_at=parse_instant(receipt["received_at"]))
    try:
        verifier = NoteVerifier.parse(receipt["key"])
    except BadKey as error:
        raise ReceiptWrong(str(error)) from error
    if receipt["key"] not in keys.receipt_keys or not verifier.fits(
        message, base64.b64decode(receipt["signature"])
    ):
        raise ReceiptWrong("the receipt of the rehearsal is not signed by a published key")
    if receipt["digest"] != rehearsal.digest.hex():
        raise ReceiptWrong("the receipt of the rehearsal is about another container")
