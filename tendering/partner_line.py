"""The line to partner centres: questions that are answered at once, and the loop that delivers.

Messages are claimed in the database, sent outside any transaction and settled afterwards; what
fails is tried again after pauses that double, and buried in the end. What a partner refuses for
good is buried at once, and an order that it refuses is called off.
"""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crypto.request_signatures import Message, WireRefused, sign_request
from tendering import centre_wire as wire
from tendering.actions import dispatch
from tendering.api.context import Context
from tendering.domain.dispatch import Partner
from tendering.domain.refusals.partners import PartnerUnavailable
from tendering.domain.refusals.wire import MessageEarly, MessageSignatureRefused
from tendering.storage import partner_messages, partners
from tendering.storage.connection import OUTAGES, reading, transaction
from tendering.storage.partner_messages import Parcel

NONCE_BYTES: Final = 18
REQUEST_SECONDS_MAX: Final = 10.0
LEASE_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.25
AT_ONCE: Final = 20
ATTEMPTS_MAX: Final = 20
RETRY_FIRST_SECONDS: Final = 0.5
RETRY_SECONDS_MAX: Final = 600.0
# What passes: a clock that is off, an earlier message that is still under way.
_PASSING: Final = frozenset({MessageEarly.code, MessageSignatureRefused.code})
_ORDERS: Final = frozenset({"apply", "change"})

logger = logging.getLogger(__name__)


class _Refused(Exception):
    """The partner says no, for good; the text is the code of its problem."""


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """What carries messages to partner centres, signed with the platform's key for them."""

    context: Context
    http: aiohttp.ClientSession = field(repr=False)
    key: Ed25519PrivateKey = field(repr=False)

    async def ask(self, partner: Partner, query: wire.Query) -> wire.QueryAnswer:
        """What a partner answers. Raises PartnerUnavailable."""
        try:
            answer = await self._post(partner, "queries", wire.encode(query))
            return wire.ANSWER.decode(answer)
        except (_Refused, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise PartnerUnavailable(str(error)) from error

    async def deliver(self, parcel: Parcel) -> None:
        """Send one claimed message and write down what came of it."""
        pool = self.context.pool
        async with reading(pool) as connection:
            partner = await partners.get(connection, parcel.partner_id)
        tender_id = None
        try:
            await self._post(partner, "messages", parcel.body)
        except PartnerUnavailable as error:
            async with transaction(pool) as connection:
                if parcel.attempts < ATTEMPTS_MAX:
                    pause = min(RETRY_FIRST_SECONDS * 2.0**parcel.attempts, RETRY_SECONDS_MAX)
                    await partner_messages.postpone(
                        connection, parcel, seconds=pause, error=error.detail
                    )
                else:
                    await partner_messages.bury(connection, parcel, error=error.detail)
        except _Refused as error:
            async with transaction(pool) as connection:
                await partner_messages.bury(connection, parcel, error=str(error))
                if parcel.action in _ORDERS:
                    tender_id = await dispatch.refused_by_partner(
                        connection, parcel.subject_id, str(error), at=self.context.now()
                    )
        else:
            async with transaction(pool) as connection:
                await partner_messages.delivered(connection, parcel)
        if tender_id is not None:
            self.context.touched(tender_id)

    async def _post(self, partner: Partner, door: str, body: bytes) -> bytes:
        url = f"{partner.endpoint}/partners/{door}"
        # Every attempt is signed anew: the receiver accepts a nonce once.
        try:
            headers = sign_request(
                Message("POST", url, {"Content-Type": "application/json"}),
                body,
                self.key,
                tag=wire.TAG,
                at=self.context.now(),
                nonce=secrets.token_urlsafe(NONCE_BYTES),
            )
        except WireRefused as error:
            raise _Refused("unsignable-address") from error
        timeout = aiohttp.ClientTimeout(total=REQUEST_SECONDS_MAX)
        try:
            async with self.http.post(
                url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                answer = await response.content.read(wire.MESSAGE_BYTES_MAX)
        # ValueError: a host that cannot be encoded as a name (UnicodeError).
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise PartnerUnavailable(type(error).__name__) from error
        if response.status < HTTPStatus.MULTIPLE_CHOICES:
            return answer
        code = _code(answer)
        known = HTTPStatus.BAD_REQUEST <= response.status < HTTPStatus.INTERNAL_SERVER_ERROR
        if known and code and code not in _PASSING and response.status not in _BUSY:
            raise _Refused(code)
        raise PartnerUnavailable(f"{response.status} {code}".strip())


_BUSY: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class _Problem(msgspec.Struct):
    code: str = ""


def _code(answer: bytes) -> str:
    """The stable code of a refusal; empty when the answer is no problem document."""
    try:
        return msgspec.json.decode(answer, type=_Problem).code[:100]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


@asynccontextmanager
async def open_partner_line(context: Context) -> AsyncIterator[PartnerLine]:
    """The line; its connections end with the block."""
    key = Ed25519PrivateKey.from_private_bytes(context.keys.centre_seed)
    async with aiohttp.ClientSession(trust_env=False) as http:
        yield PartnerLine(context, http, key)


async def deliver_to_partners(line: PartnerLine) -> None:
    """Send what is due, for ever. Any number of processes may do it at once."""
    while True:
        found = 0
        try:
            found = await deliver_due(line)
        except OUTAGES:
            logger.warning("the database is away; messages to partner centres are sent later")
        if found < AT_ONCE:
            await asyncio.sleep(LOOK_SECONDS)


async def deliver_due(line: PartnerLine) -> int:
    """Send what is due now, side by side; how many messages."""
    async with transaction(line.context.pool) as connection:
        due = await partner_messages.claim(connection, limit=AT_ONCE, lease_seconds=LEASE_SECONDS)
    async with asyncio.TaskGroup() as group:
        for parcel in due:
            group.create_task(line.deliver(parcel))
    return len(due)
