"""The living parts of the insurance gateway: built once in `server.py`, passed by name."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from insurance_gateway.doorbell import OUTBOX, Doorbell
from insurance_gateway.insurers.families import Families, GmJson, XmlForms
from insurance_gateway.insurers.http_json import HttpJson
from insurance_gateway.insurers.insurer import Insurer
from insurance_gateway.insurers.payment_line import PaymentLine
from insurance_gateway.settings import InsuranceSettings
from insurance_gateway.storage.guarantors import Family
from tendering.api.context import Context
from tendering.key_file import read_or_make_seed
from tendering.keys import PlatformKeys
from tendering.storage.bus import Bus
from tendering.storage.connection import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuranceContext:
    """What the gateway's handlers and loops may use.

    `public_key` (Ed25519, 32 bytes) is what guarantors verify the platform's requests with;
    `public_address` is the platform's scheme, host and port as guarantors see them.
    """

    pool: Pool
    now: Callable[[], datetime]
    keys: PlatformKeys = field(repr=False)
    insurer: Insurer
    payments: PaymentLine
    seed: bytes = field(repr=False)
    public_key: bytes
    public_address: str
    demonstration: bool
    settings: InsuranceSettings
    doorbell: Doorbell
    touched: Callable[[UUID], None]

    def rang(self) -> None:
        """Something was put into an outbox and is committed: every process may send it."""
        self.doorbell.ring()
        self.touched(OUTBOX)


@asynccontextmanager
async def open_insurance(
    pool: Pool,
    *,
    now: Callable[[], datetime],
    keys: PlatformKeys,
    key_file: Path,
    public_address: str,
    demonstration: bool = False,
    settings: InsuranceSettings | None = None,
    bus: Bus | None = None,
) -> AsyncIterator[InsuranceContext]:
    """Build the gateway. `key_file` holds its Ed25519 seed; it is made at the first start.

    `bus` tells the other processes that something is to be sent, on a channel of its own.
    """
    settings = settings or InsuranceSettings()
    key = _open_key(key_file)
    seed = key.private_bytes_raw()
    connector = aiohttp.TCPConnector(limit=0, limit_per_host=settings.guarantor_requests_max)
    seconds = settings.request_seconds_max
    doorbell = Doorbell()
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        if bus is not None:
            await stack.enter_async_context(bus.listening(doorbell.ring))
        lines: dict[Family, Insurer] = {
            "signed_http": HttpJson(http, key, now, seconds),
            "gm_json": GmJson(http, seed, now, seconds),
            "xml": XmlForms(http, seed, now, seconds),
        }
        yield InsuranceContext(
            pool=pool,
            now=now,
            keys=keys,
            insurer=Families(lines),
            payments=PaymentLine(http, key, now, seconds),
            seed=seed,
            public_key=key.public_key().public_bytes_raw(),
            public_address=public_address.rstrip("/"),
            demonstration=demonstration,
            settings=settings,
            doorbell=doorbell,
            touched=(lambda _outbox: None) if bus is None else bus.touched,
        )


def open_beside(
    platform: Context, key_file: Path, bus: Bus
) -> AbstractAsyncContextManager[InsuranceContext]:
    """Build the gateway of a platform that serves."""
    return open_insurance(
        platform.pool,
        now=platform.now,
        keys=platform.keys,
        key_file=key_file,
        public_address=platform.public_address,
        demonstration=platform.demonstration,
        bus=bus,
    )


def _open_key(file: Path) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(read_or_make_seed(file))
