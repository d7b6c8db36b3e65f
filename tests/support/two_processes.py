"""Two processes that find the same deed due at the same instant: certain, not likely."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar
from uuid import UUID

from tendering.storage import tenders
from tendering.storage.connection import Pool, reading, transaction

SECONDS: Final = 20
LOOK_SECONDS: Final = 0.005

Answer = TypeVar("Answer")


async def two_at_once(
    pool: Pool, tender_id: UUID, deed: Callable[[], Awaitable[Answer]]
) -> tuple[Answer, Answer]:
    """Let a deed run twice. Both have found it due and wait for the tender before one goes on."""
    async with (
        asyncio.timeout(SECONDS),
        asyncio.TaskGroup() as group,
        transaction(pool) as holder,
    ):
        await tenders.lock_also_suspended(holder, tender_id)
        one, other = (group.create_task(_done(deed)) for _ in range(2))
        while await _waiting(pool) < 2:
            assert not one.done()
            assert not other.done()
            await asyncio.sleep(LOOK_SECONDS)
    return one.result(), other.result()


async def _done(deed: Callable[[], Awaitable[Answer]]) -> Answer:
    return await deed()


async def _waiting(pool: Pool) -> int:
    # Not on the line that holds the lock: a transaction sees one snapshot of who waits.
    async with reading(pool) as connection:
        waiting: int = await connection.fetchval(
            """SELECT count(*) FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event_type = 'Lock'"""
        )
    return waiting
