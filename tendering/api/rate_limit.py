"""Limits for strangers: so many log-ins and registrations, then wait. All processes share them."""

import hashlib
import ipaddress
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from aiohttp import web

from tendering.api.context import Context
from tendering.api.problems import TooManyAttempts
from tendering.storage import rate_limits
from tendering.storage.connection import transaction


@dataclass(frozen=True, slots=True)
class Limit:
    """A bucket of `burst` tokens that gets one back every `refill`."""

    name: str
    burst: int
    refill: timedelta


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one attempt takes a token from: limits, each with the thing it counts."""

    takes: tuple[tuple[Limit, str], ...]


# Guessing one password from one place is slowed down first; a login as such only much later, so
# that nobody can lock somebody else out; an address last, for a whole office may share one.
LOGIN_FROM_ADDRESS: Final = Limit("login from address", 8, timedelta(seconds=15))
LOGIN: Final = Limit("login", 40, timedelta(seconds=15))
ADDRESS: Final = Limit("address", 200, timedelta(seconds=1))
REGISTRATION: Final = Limit("registration", 100, timedelta(seconds=5))
CHALLENGE: Final = Limit("challenge", 200, timedelta(seconds=1))


def log_in_attempt(request: web.Request, context: Context, login: str) -> Attempt:
    """A log-in with a password."""
    address = client_address(request, context.trusted_proxies)
    return Attempt(
        (
            (LOGIN_FROM_ADDRESS, f"{login}\0{address}"),
            (LOGIN, login),
            (ADDRESS, address),
        )
    )


def address_attempt(request: web.Request, context: Context, limit: Limit) -> Attempt:
    """Something counted by network address alone."""
    return Attempt(((limit, client_address(request, context.trusted_proxies)),))


async def take(context: Context, attempt: Attempt) -> None:
    """Count the attempt, whatever becomes of it. Raises TooManyAttempts."""
    wait: timedelta | None = None
    async with transaction(context.pool) as connection:
        for limit, counted in attempt.takes:
            wait = await rate_limits.take(
                connection, _bucket(limit, counted), refill=limit.refill, burst=limit.burst
            )
            if wait is not None:
                break
    if wait is not None:
        raise TooManyAttempts(max(1, math.ceil(wait.total_seconds())))


async def give_back(context: Context, attempt: Attempt) -> None:
    """The attempt was right: it does not count."""
    async with transaction(context.pool) as connection:
        for limit, counted in attempt.takes:
            await rate_limits.give_back(connection, _bucket(limit, counted), refill=limit.refill)


def client_address(request: web.Request, trusted_proxies: Sequence[str] | frozenset[str]) -> str:
    """Where the request comes from; an IPv6 network of 64 bits counts as one place.

    X-Forwarded-For is believed only from a trusted proxy, and only its last entry, which that
    proxy itself has written.
    """
    address = request.remote or ""
    if address in trusted_proxies:
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _bucket(limit: Limit, counted: str) -> bytes:
    return hashlib.sha256(f"{limit.name}\0{counted}".encode()).digest()
