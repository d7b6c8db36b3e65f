"""One request to a guarantor, whatever stands in it: what came back, or why nothing did."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crypto.request_signatures import Message, WireRefused, sign_request, webhook_headers
from insurance_gateway.insurers.insurer import InsurerRefused, InsurerUnavailable
from insurance_gateway.wire import MESSAGE_BYTES_MAX

# The guarantor may take these back: a clock that is off, a queue that is full.
_PASSING: Final = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)


NONCE_BYTES: Final = 18


@dataclass(frozen=True, slots=True)
class Signing:
    """How requests of one interface are signed: by the platform's key, under its tag."""

    key: Ed25519PrivateKey = field(repr=False)
    tag: str


async def signed_post(
    http: aiohttp.ClientSession,
    url: str,
    body: bytes,
    signing: Signing,
    *,
    message_id: UUID,
    at: datetime,
    seconds_max: float,
    bytes_max: int = MESSAGE_BYTES_MAX,
) -> bytes:
    """The body of a 2xx answer to a request that is signed both ways (RFC 9421, webhook).

    Raises InsurerUnavailable, InsurerRefused.
    """
    # Every attempt is signed anew: the receiver accepts a nonce once.
    try:
        headers = sign_request(
            Message("POST", url, {"Content-Type": "application/json"}),
            body,
            signing.key,
            tag=signing.tag,
            at=at,
            nonce=secrets.token_urlsafe(NONCE_BYTES),
        )
    except WireRefused as error:
        raise InsurerRefused(str(error)) from error
    headers |= webhook_headers(message_id, body, signing.key, at=at)
    return await post(http, url, body, headers, seconds_max=seconds_max, bytes_max=bytes_max)


async def post(
    http: aiohttp.ClientSession,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds_max: float,
    bytes_max: int = MESSAGE_BYTES_MAX,
) -> bytes:
    """The body of a 2xx answer. Raises InsurerUnavailable, InsurerRefused."""
    timeout = aiohttp.ClientTimeout(total=seconds_max)
    try:
        async with http.post(
            url, data=body, headers=headers, timeout=timeout, allow_redirects=False
        ) as response:
            answer = await response.content.read(bytes_max)
    # ValueError: a host that cannot be encoded as a name (UnicodeError).
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise InsurerUnavailable(f"{type(error).__name__}: {error}") from error
    if response.status < HTTPStatus.MULTIPLE_CHOICES:
        return answer
    said = f"the guarantor answers {response.status}"
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status in _PASSING:
        raise InsurerUnavailable(said)
    raise InsurerRefused(said)
