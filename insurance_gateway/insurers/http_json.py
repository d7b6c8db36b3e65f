"""Guarantors that speak our own format: JSON over HTTP, signed. docs/specs/insurer-wire-v1.md."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from insurance_gateway.insurers.insurer import InsurerRefused
from insurance_gateway.insurers.posting import Signing, signed_post
from insurance_gateway.storage.guarantors import Guarantor
from insurance_gateway.wire import (
    DOOR_OF,
    LIST_BYTES_MAX,
    TAG,
    VERSION,
    IssuedAsked,
    IssuedList,
    Quote,
    QuoteRequest,
    ToGuarantor,
    encode,
)

Answer = TypeVar("Answer", Quote, IssuedList)


@dataclass(frozen=True, slots=True)
class HttpJson:
    """The line. `key` is the platform's Ed25519 key for this use alone."""

    http: aiohttp.ClientSession = field(repr=False)
    key: Ed25519PrivateKey = field(repr=False)
    now: Callable[[], datetime]
    seconds_max: float

    async def quote(self, guarantor: Guarantor, asked: QuoteRequest) -> Quote:
        """What a cover costs. Raises InsurerUnavailable, InsurerRefused."""
        return _read(await self._post(guarantor, uuid4(), asked), Quote)

    async def issued(self, guarantor: Guarantor, asked: IssuedAsked) -> IssuedList:
        """The list of a day. Raises InsurerUnavailable, InsurerRefused."""
        return _read(await self._post(guarantor, uuid4(), asked), IssuedList)

    async def send(self, guarantor: Guarantor, message_id: UUID, message: ToGuarantor) -> None:
        """Hand over a message. Raises InsurerUnavailable, InsurerRefused."""
        await self._post(guarantor, message_id, message)

    async def _post(
        self,
        guarantor: Guarantor,
        message_id: UUID,
        message: QuoteRequest | IssuedAsked | ToGuarantor,
    ) -> bytes:
        url = f"{guarantor.endpoint}/{VERSION}/{DOOR_OF[type(message)]}"
        return await signed_post(
            self.http,
            url,
            encode(message),
            Signing(self.key, TAG),
            message_id=message_id,
            at=self.now(),
            seconds_max=self.seconds_max,
            bytes_max=LIST_BYTES_MAX,
        )


def _read(answer: bytes, kind: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(answer, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InsurerRefused(f"the answer is not in the form agreed: {error}") from error
