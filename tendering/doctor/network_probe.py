"""Asks those outside: the public address, witnesses, authorities, the mail server.

Sends no message and asks no witness to sign anything. Everyone has a few seconds.
"""

import asyncio
import secrets
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import aiosmtplib
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from crypto.errors import BadTimestamp
from crypto.timestamp import make_request, verify
from tendering.doctor.facts import AddressFacts, CertificateFacts, ObserverFacts
from tendering.settings import AuthoritySettings, NotificationSettings, WitnessSettings

SECONDS_MAX: Final = 5
HTTPS_PORT: Final = 443
ANSWER_BYTES_MAX: Final = 64 << 10
NONCE_BITS: Final = 63
TROUBLE: Final = (aiohttp.ClientError, OSError, TimeoutError, ValueError)

Clock = Callable[[], datetime]


def open_session() -> aiohttp.ClientSession:
    """A session with short patience and the system's certificate authorities."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS_MAX))


async def ask_address(
    session: aiohttp.ClientSession, address: str, *, trust: ssl.SSLContext | None = None
) -> AddressFacts:
    """Ask `/health/live` at the public address, as a browser would. `trust`: other roots."""
    try:
        tls, certificate = await _shake_hands(address, trust)
        url = f"{address}/health/live"
        async with session.get(url, ssl=trust or True, allow_redirects=False) as response:
            answer = await response.content.read(ANSWER_BYTES_MAX)
            return AddressFacts(
                status=response.status,
                is_platform=response.status == HTTPStatus.OK and b'"live"' in answer,
                tls=tls,
                certificate=certificate,
            )
    except TROUBLE as error:
        return AddressFacts(error=_told(error))


async def ask_witness(
    session: aiohttp.ClientSession, witness: WitnessSettings, *, now: Clock
) -> ObserverFacts:
    """Look at a witness's page; its clock is in the header Date, if it sends one."""
    try:
        async with session.get(witness.url) as response:
            if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                return ObserverFacts(name=witness.url, error=str(response.status))
            dated = response.headers.get("Date")
            offset = None
            if dated:
                told = parsedate_to_datetime(dated).replace(tzinfo=UTC)
                offset = (told - now()).total_seconds()
            return ObserverFacts(name=witness.url, offset_seconds=offset)
    except TROUBLE as error:
        return ObserverFacts(name=witness.url, error=_told(error))


async def ask_authority(
    session: aiohttp.ClientSession, authority: AuthoritySettings, *, now: Clock
) -> ObserverFacts:
    """Have a fresh digest stamped, and check the stamp as the platform does."""
    digest, nonce = secrets.token_bytes(32), secrets.randbits(NONCE_BITS)
    headers = {"Content-Type": "application/timestamp-query"}
    try:
        root = x509.load_pem_x509_certificate(await _read(authority.root_file))
        query = make_request(digest, nonce)
        async with session.post(authority.url, data=query, headers=headers) as response:
            answer = await response.content.read(ANSWER_BYTES_MAX)
            if response.status != HTTPStatus.OK:
                return ObserverFacts(name=authority.url, error=str(response.status))
        roots = [root.public_bytes(serialization.Encoding.DER)]
        # Without `at`: a clock that is wrong is a finding of its own.
        stamped = verify(answer, digest=digest, trusted_roots=roots, nonce=nonce).gen_time
    except (*TROUBLE, BadTimestamp) as error:
        return ObserverFacts(name=authority.url, error=_told(error))
    return ObserverFacts(name=authority.url, offset_seconds=(stamped - now()).total_seconds())


async def ask_mail(settings: NotificationSettings) -> ObserverFacts:
    """Greet the mail server and log in, as for a message; send none."""
    name = f"{settings.smtp_host}:{settings.smtp_port}"
    client = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",
        timeout=SECONDS_MAX,
    )
    try:
        async with client:
            if settings.smtp_user:
                password = (await _read(settings.smtp_password_file)).decode().strip()
                await client.login(settings.smtp_user, password)
            await client.noop()
    except (aiosmtplib.SMTPException, *TROUBLE) as error:
        return ObserverFacts(name=name, error=_told(error))
    return ObserverFacts(name=name)


async def _shake_hands(
    address: str, trust: ssl.SSLContext | None
) -> tuple[str, CertificateFacts | None]:
    """The version of TLS and the certificate, of an address that begins with https."""
    parts = urlsplit(address)
    if parts.scheme != "https":
        return "", None
    context = trust or ssl.create_default_context()
    async with asyncio.timeout(SECONDS_MAX):
        _, writer = await asyncio.open_connection(
            parts.hostname, parts.port or HTTPS_PORT, ssl=context
        )
    line = writer.get_extra_info("ssl_object")
    version, der = line.version() or "", line.getpeercert(binary_form=True)
    writer.transport.abort()
    read = x509.load_der_x509_certificate(der)
    return version, CertificateFacts(address, read.not_valid_before_utc, read.not_valid_after_utc)


async def _read(file: str) -> bytes:
    return await asyncio.to_thread(Path(file).read_bytes)


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]
