"""Where webhooks may go: nobody may make the platform knock at doors inside its own network.

An address is checked twice: as text when it is registered, and as what its name resolves to when
the connection is made, so that a name that changes its mind in between gains nothing.
"""

import hmac
import ipaddress
import socket
from base64 import b64encode
from typing import Final
from uuid import UUID

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from tendering.domain.refusals.notifications import WebhookAddressRefused

SECRET_LABEL: Final = b"kaibiao/webhook/v1\0"
# They carry an IPv4 address inside: what they lead to cannot be seen from here.
_WRAPPED: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))


def secret_of(seed: bytes, webhook_id: UUID) -> str:
    """The secret of a webhook as its owner is shown it once: `whsec_` and 32 bytes in base64."""
    derived = hmac.digest(seed, SECRET_LABEL + webhook_id.bytes, "sha256")
    return "whsec_" + b64encode(derived).decode("ascii")


def check_target(text: str, *, private: bool) -> str:
    """The address, if messages may be posted there. Raises WebhookAddressRefused, with `why`.

    `private`: networks of one's own are allowed, and plain HTTP.
    """
    try:
        url = URL(text)
        host, port = url.host, url.port
    except ValueError as error:
        raise WebhookAddressRefused(why="no-address") from error
    if url.scheme not in ({"https", "http"} if private else {"https"}):
        raise WebhookAddressRefused(why="not-https")
    if not host or port is None or url.user or url.password or url.fragment:
        raise WebhookAddressRefused(why="no-address")
    if not private and (is_numeric(host) and not is_public(host)):
        raise WebhookAddressRefused(why="private-address")
    return text


def is_numeric(host: str) -> bool:
    """Is it an address and no name, also in the old forms such as 127.1?"""
    return ":" in host or host.replace(".", "").isdigit()


def is_public(address: str) -> bool:
    """Does this numeric address belong to the public network? False for what is none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    wrapped = any(found in network for network in _WRAPPED if network.version == found.version)
    return found.is_global and not found.is_multicast and not wrapped


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses; a name that has another one has none."""

    def __init__(self) -> None:
        """Ask the system's resolver."""
        self._system = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host. Raises OSError, also for one that leads inside."""
        found = await self._system.resolve(host, port, family)
        if not all(is_public(one["host"].partition("%")[0]) for one in found):
            raise OSError("the name leads to an address that is not public")
        return found

    async def close(self) -> None:
        """Nothing is held."""
        await self._system.close()
