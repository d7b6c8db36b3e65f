"""Guarantors that speak our own format: JSON over HTTP, signed. docs/specs/insurer-wire-v1.md."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crypto.request_signatures import Message, WireRefused, sign_request, webhook_headers
from insurance_gateway.insurers.insurer import InsurerRefused
from insurance_gateway.insurers.posting import post
from insurance_gateway.storage.guarantors import Guarantor
from insurance_gateway.wire import (
    DOOR_OF,
    TAG,
    VERSION,
    Quote,
    QuoteRequest,
    ToGuarantor,
    encode,
)

NONCE_BYTES: Final = 18


@dataclass(frozen=True, slots=True)
class HttpJson:
    """The line. `key` is the platform's Ed25519 key for this use alone."""

    http: aiohttp.ClientSession = field(repr=False)
    key: Ed25519PrivateKey = field(repr=False)
    now: Callable[[], datetime]
    seconds_max: float

    async def quote(self, guarantor: Guarantor, asked: QuoteRequest) -> Quote:
        """What a cover costs. Raises InsurerUnavailable, InsurerRefused."""
        answer = await self._post(guarantor, uuid4(), asked)
        try:
            return msgspec.json.decode(answer, type=Quote)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InsurerRefused(f"the quote is not in the form agreed: {error}") from error

    async def send(self, guarantor: Guarantor, message_id: UUID, message: ToGuarantor) -> None:
        """Hand over a message. Raises InsurerUnavailable, InsurerRefused."""
        await self._post(guarantor, message_id, message)

    async def _post(
        self, guarantor: Guarantor, message_id: UUID, message: QuoteRequest | ToGuarantor
    ) -> bytes:
        body = encode(message)
        url = f"{guarantor.endpoint}/{VERSION}/{DOOR_OF[type(message)]}"
        at = self.now()
        # Every attempt is signed anew: the receiver accepts a nonce once.
        try:
            headers = sign_request(
                Message("POST", url, {"Content-Type": "application/json"}),
                body,
                self.key,
                tag=TAG,
                at=at,
                nonce=secrets.token_urlsafe(NONCE_BYTES),
            )
        except WireRefused as error:
            raise InsurerRefused(str(error)) from error
        headers |= webhook_headers(message_id, body, self.key, at=at)
        return await post(self.http, url, body, headers, seconds_max=self.seconds_max)
