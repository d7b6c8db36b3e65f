"""Who may use the processor: what somebody waits for at once, everything else when that is done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class ProcessorTurns:
    """`at_once` urgent deeds side by side; others one by one, begun when none is urgent."""

    def __init__(self, at_once: int) -> None:
        """Nobody is there."""
        self._urgent = asyncio.Semaphore(at_once)
        self._other = asyncio.Lock()
        self._wanted = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @asynccontextmanager
    async def now(self) -> AsyncIterator[None]:
        """A turn for what somebody waits for."""
        self._wanted += 1
        self._idle.clear()
        try:
            async with self._urgent:
                yield
        finally:
            self._wanted -= 1
            if self._wanted == 0:
                self._idle.set()

    @asynccontextmanager
    async def when_idle(self) -> AsyncIterator[None]:
        """A turn for what can wait; what is urgent is not held up by it once it has begun."""
        async with self._other:
            while self._wanted:
                await self._idle.wait()
            yield
