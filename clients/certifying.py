"""Getting a certificate for one's own signing key: from the platform, or from an authority outside.

The key is made here and never leaves the folder; what travels is a request that proves it.
"""

import base64
from http import HTTPStatus
from typing import Any, Final

import aiohttp

from clients.key_files import KeyFolder, Signer
from clients.platform import Platform
from crypto.certificates import make_request

ANSWER_BYTES_MAX: Final = 64 << 10
SECONDS_MAX: Final = 20.0


class CertificateDenied(Exception):
    """The authority does not certify this key."""


async def certify_with_platform(keys: KeyFolder, platform: Platform) -> Signer:
    """Have the organization's key certified by the platform's own authority.

    Raises PlatformRefused.
    """
    if keys.is_certified:
        return keys.signer()
    answer = await platform.post("/certificates", {"request": _request(keys, platform)})
    return _kept(keys, answer)


async def certify_outside(
    keys: KeyFolder, platform: Platform, *, authority: str, secret: str
) -> Signer:
    """Have the key certified by an authority that is not the platform's, at address `authority`.

    `secret` is what the authority gave its holder beforehand. Raises CertificateDenied.
    """
    if keys.is_certified:
        return keys.signer()
    body = {"request": _request(keys, platform), "secret": secret}
    timeout = aiohttp.ClientTimeout(total=SECONDS_MAX)
    async with (
        aiohttp.ClientSession(timeout=timeout) as http,
        http.post(f"{authority}/certificates", json=body) as response,
    ):
        if response.status != HTTPStatus.OK:
            raise CertificateDenied((await response.text())[:200])
        return _kept(keys, await response.json())


def _request(keys: KeyFolder, platform: Platform) -> str:
    who = platform.me
    request = make_request(
        keys.signing_key(),
        common_name=who.organization_name[:64],
        organization=who.organization_name,
        uscc=who.uscc,
    )
    return base64.b64encode(request).decode("ascii")


def _kept(keys: KeyFolder, answer: dict[str, Any]) -> Signer:
    chain = [base64.b64decode(one) for one in answer["chain"]]
    return keys.keep_certificate(base64.b64decode(answer["certificate"]), chain)
