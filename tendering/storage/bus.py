"""The bus: hints that something happened to a tender, never data.

A lost hint costs latency, not truth: whoever listens looks into the journal, looks at everything
when its line is up again, and every few seconds anyway. Hints are collected for some milliseconds
and go out in one NOTIFY, because a NOTIFY inside each transaction makes all commits wait in line.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Protocol
from uuid import UUID

from tendering.storage.connection import OUTAGES, DatabaseError, Pool, open_listener, reading
from tendering.storage.journal import HINT_CHANNEL

WINDOW_SECONDS: Final = 0.015
# PostgreSQL takes payloads below 8,000 bytes; an id in hex and a space are 33.
IDS_PER_NOTIFY_MAX: Final = 200

_TROUBLE: Final[tuple[type[Exception], ...]] = (*OUTAGES, DatabaseError)

log = logging.getLogger(__name__)

# Told which tender something happened to; None: look at everything.
OnHint = Callable[[UUID | None], None]


class Bus(Protocol):
    """What carries hints between the processes of a platform."""

    def touched(self, tender_id: UUID) -> None:
        """Say, after a commit, that something happened to a tender. Returns at once."""

    def listening(self, on_hint: OnHint) -> AbstractAsyncContextManager[None]:
        """Call `on_hint` for each hint while the block runs, own ones included."""


class PostgresBus:
    """LISTEN/NOTIFY on the platform's own database."""

    def __init__(self, pool: Pool, dsn: str, channel: str = HINT_CHANNEL) -> None:
        """`dsn` is for the listening line, which is a connection outside the pool."""
        self._pool = pool
        self._dsn = dsn
        self._channel = channel
        self._touched: set[UUID] = set()
        self._something = asyncio.Event()

    def touched(self, tender_id: UUID) -> None:
        """Collect the hint; it goes out with the others of its window."""
        self._touched.add(tender_id)
        self._something.set()

    @asynccontextmanager
    async def listening(self, on_hint: OnHint) -> AsyncIterator[None]:
        """Listen on a line that is re-established when it breaks. Raises one of OUTAGES."""
        async with open_listener(self._dsn, self._channel, lambda payload: _tell(payload, on_hint)):
            yield

    async def deliver(self) -> None:
        """Send out what was touched, window by window, for ever. Runs in `open_bus`."""
        while True:
            await self._something.wait()
            await asyncio.sleep(WINDOW_SECONDS)
            self._something.clear()
            touched, self._touched = self._touched, set()
            await self._notify(sorted(touched))

    async def _notify(self, touched: list[UUID]) -> None:
        try:
            async with reading(self._pool) as connection:
                for start in range(0, len(touched), IDS_PER_NOTIFY_MAX):
                    ids = touched[start : start + IDS_PER_NOTIFY_MAX]
                    payload = " ".join(tender_id.hex for tender_id in ids)
                    await connection.execute("SELECT pg_notify($1, $2)", self._channel, payload)
        except _TROUBLE as error:
            # Listeners look by themselves every few seconds.
            log.warning("%d hints lost: %s", len(touched), error)


@asynccontextmanager
async def open_bus(
    pool: Pool, dsn: str, *, channel: str = HINT_CHANNEL
) -> AsyncIterator[PostgresBus]:
    """A bus that delivers while the block runs; another channel is heard by others."""
    bus = PostgresBus(pool, dsn, channel)
    async with asyncio.TaskGroup() as group:
        delivery = group.create_task(bus.deliver())
        try:
            yield bus
        finally:
            delivery.cancel()


def _tell(payload: str, on_hint: OnHint) -> None:
    if not payload:
        on_hint(None)
        return
    for word in payload.split():
        try:
            tender_id = UUID(hex=word)
        except ValueError:
            # Anybody with the database may NOTIFY: what cannot be read means "look".
            on_hint(None)
            continue
        on_hint(tender_id)
