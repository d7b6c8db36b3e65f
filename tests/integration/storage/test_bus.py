"""Hints over LISTEN/NOTIFY on a real database."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from tendering.storage.bus import PostgresBus, open_bus
from tendering.storage.connection import Pool
from tests.support.postgres import Database

SECONDS = 10


@pytest.fixture
async def bus(pool: Pool, database: Database) -> AsyncIterator[PostgresBus]:
    async with open_bus(pool, database.app_dsn) as opened:
        yield opened


async def test_what_is_touched_is_hinted_to_every_listener(bus: PostgresBus) -> None:
    first: asyncio.Queue[UUID | None] = asyncio.Queue()
    second: asyncio.Queue[UUID | None] = asyncio.Queue()

    async with (
        asyncio.timeout(SECONDS),
        bus.listening(first.put_nowait),
        bus.listening(second.put_nowait),
    ):
        assert await first.get() is None  # the line is up: look at everything
        assert await second.get() is None
        bus.touched(UUID(int=7))

        assert await first.get() == UUID(int=7)
        assert await second.get() == UUID(int=7)


async def test_what_is_touched_in_one_window_is_hinted_once(bus: PostgresBus) -> None:
    hints: asyncio.Queue[UUID | None] = asyncio.Queue()
    tenders = [UUID(int=number) for number in range(500)]

    async with asyncio.timeout(SECONDS), bus.listening(hints.put_nowait):
        assert await hints.get() is None
        for tender_id in tenders * 3:
            bus.touched(tender_id)
        heard = [await hints.get() for _ in tenders]

    assert heard == tenders
    assert hints.empty()


async def test_a_line_that_broke_says_to_look_at_everything(bus: PostgresBus, pool: Pool) -> None:
    hints: asyncio.Queue[UUID | None] = asyncio.Queue()

    async with asyncio.timeout(SECONDS), bus.listening(hints.put_nowait):
        assert await hints.get() is None
        async with pool.acquire() as connection:
            await connection.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE application_name LIKE 'kaibiao listens%'
                     AND datname = current_database()"""
            )

        assert await hints.get() is None


async def test_a_payload_that_is_no_id_means_look(bus: PostgresBus, pool: Pool) -> None:
    hints: asyncio.Queue[UUID | None] = asyncio.Queue()

    async with asyncio.timeout(SECONDS), bus.listening(hints.put_nowait):
        assert await hints.get() is None
        async with pool.acquire() as connection:
            await connection.execute("SELECT pg_notify('journal', 'nonsense')")

        assert await hints.get() is None
