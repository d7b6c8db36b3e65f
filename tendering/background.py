"""Background loops: a loop that dies ends the process, which is started again, not limping on."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

# Deeds of the clock under way at once: enough to fill two cores, few enough to leave connections.
SIDE_BY_SIDE: Final = 6


@asynccontextmanager
async def background(
    ended: asyncio.Event, *loops: Coroutine[None, None, None]
) -> AsyncIterator[None]:
    """Run the loops while the block runs. A loop that dies ends the process, not just itself."""

    async def guard(loop: Coroutine[None, None, None]) -> None:
        try:
            await loop
        except asyncio.CancelledError:
            raise
        except Exception:
            logging.getLogger("kaibiao").exception("a background loop has died")
        ended.set()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(guard(loop)) for loop in loops]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def side_by_side(
    deed: Callable[[UUID], Awaitable[bool]], tender_ids: Sequence[UUID]
) -> list[UUID]:
    """Do a deed for several tenders, SIDE_BY_SIDE at once; for which of them it did something.

    Begun in their order. Where one raises, those under way are cancelled and it is raised as it is.
    """
    left = iter(tender_ids)
    done: list[UUID] = []

    async def work() -> None:
        done.extend([tender_id for tender_id in left if await deed(tender_id)])

    workers = [asyncio.create_task(work()) for _ in tender_ids[:SIDE_BY_SIDE]]
    try:
        for worker in workers:
            await worker
    finally:
        for worker in workers:
            worker.cancel()
        # Not a task group, which would wrap whatever the deed raises.
        await asyncio.gather(*workers, return_exceptions=True)
    return done
