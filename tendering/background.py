"""Background loops: a loop that dies ends the process, which is started again, not limping on."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager


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
