"""A reader that remembers how far it has read misses nothing and reads nothing twice."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from tendering.clockwork import fill_feed_once
from tendering.domain.journal import Event
from tendering.domain.tender import TenderStatus
from tendering.storage import feed
from tendering.storage.connection import (
    OUTAGES,
    DatabaseError,
    Pool,
    open_pool,
    reading,
    transaction,
)
from tests.support.make import DEADLINE
from tests.support.on_board import on_board, tell
from tests.support.postgres import Database

WRITERS = 24
EACH = 12


async def say(pool: Pool, tender_id: UUID, number: int) -> None:
    """One more public entry."""
    at = DEADLINE - timedelta(seconds=number)
    await tell(pool, tender_id, Event("hall.announced", {"number": number}), at=at)


async def read_on(pool: Pool, seen: list[feed.FeedEntry], *, limit: int = 7) -> None:
    """Read what follows the last position that was seen."""
    async with reading(pool) as connection:
        position = seen[-1].position if seen else 0
        seen += await feed.after(connection, position, limit=limit)


async def _write(pool: Pool, own: list[UUID], number: int) -> None:
    for turn in range(EACH):
        await say(pool, own[(number + turn) % len(own)], number * EACH + turn)


async def _fill(pool: Pool, seen: list[feed.FeedEntry]) -> None:
    while len(seen) < WRITERS * EACH:
        await fill_feed_once(pool, limit=5)


async def _read(pool: Pool, seen: list[feed.FeedEntry]) -> None:
    while len(seen) < WRITERS * EACH:
        await read_on(pool, seen)


async def test_many_writers_and_two_fillers_lose_and_double_nothing(database: Database) -> None:
    seen: list[feed.FeedEntry] = []

    async with open_pool(database.app_dsn, size=16) as pool:
        own = [(await on_board(pool, number, told=False)).id for number in range(6)]
        async with asyncio.timeout(45), asyncio.TaskGroup() as group:
            for number in range(WRITERS):
                group.create_task(_write(pool, own, number))
            for task in (_fill(pool, seen), _fill(pool, seen), _read(pool, seen)):
                group.create_task(task)

    assert [entry.position for entry in seen] == list(range(1, WRITERS * EACH + 1))
    assert len({(entry.tender_id, entry.seq) for entry in seen}) == WRITERS * EACH
    for tender_id in own:
        numbers = [entry.seq for entry in seen if entry.tender_id == tender_id]
        assert numbers == list(range(1, len(numbers) + 1))


async def test_a_filler_that_is_killed_leaves_the_feed_as_it_was(
    pool: Pool, database: Database
) -> None:
    tender = await on_board(pool, told=False)
    for number in range(3):
        await say(pool, tender.id, number)

    async with open_pool(database.app_dsn, size=1) as doomed:
        with pytest.raises((DatabaseError, *OUTAGES)):
            await _fill_and_be_killed(doomed, pool)
    async with reading(pool) as connection:
        nothing = await feed.after(connection, 0, limit=10)
    placed = await fill_feed_once(pool)
    async with reading(pool) as connection:
        entries = await feed.after(connection, 0, limit=10)

    assert (nothing, placed) == ([], 3)
    assert [(entry.position, entry.seq) for entry in entries] == [(1, 1), (2, 2), (3, 3)]


async def _fill_and_be_killed(doomed: Pool, pool: Pool) -> None:
    async with transaction(doomed) as line:
        await feed.lock(line)
        assert await feed.give_places(line, limit=10) == 3
        backend = await line.fetchval("SELECT pg_backend_pid()")
        async with reading(pool) as other:
            await other.execute("SELECT pg_terminate_backend($1)", backend)
        await line.execute("SELECT 1")


async def test_a_place_is_given_once_and_kept(pool: Pool) -> None:
    tender = await on_board(pool)
    await fill_feed_once(pool)
    await say(pool, tender.id, 1)

    both = await asyncio.gather(fill_feed_once(pool), fill_feed_once(pool))

    async with reading(pool) as connection:
        assert (sorted(both), await feed.last_position(connection)) == ([0, 1], 2)


async def test_nothing_is_told_of_a_draft(pool: Pool) -> None:
    await on_board(pool, status=TenderStatus.DRAFT, published_at=None)

    placed = await fill_feed_once(pool)

    assert placed == 0
