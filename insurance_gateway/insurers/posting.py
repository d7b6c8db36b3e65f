"""One request to a guarantor, whatever stands in it: what came back, or why nothing did."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import aiohttp

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


async def post(
    http: aiohttp.ClientSession,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds_max: float,
) -> bytes:
    """The body of a 2xx answer. Raises InsurerUnavailable, InsurerRefused."""
    timeout = aiohttp.ClientTimeout(total=seconds_max)
    try:
        async with http.post(
            url, data=body, headers=headers, timeout=timeout, allow_redirects=False
        ) as response:
            answer = await response.content.read(MESSAGE_BYTES_MAX)
    # ValueError: a host that cannot be encoded as a name (UnicodeError).
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise InsurerUnavailable(f"{type(error).__name__}: {error}") from error
    if response.status < HTTPStatus.MULTIPLE_CHOICES:
        return answer
    said = f"the guarantor answers {response.status}"
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status in _PASSING:
        raise InsurerUnavailable(said)
    raise InsurerRefused(said)
