"""The bell: wakes whoever waits for a message, when the bus hints that something happened."""

import asyncio
from typing import Final
from uuid import UUID

# Who comes when so many wait already is answered at once, and asks again later.
WAITERS_MAX: Final = 1000


class Bell:
    """A hint for all who wait. It carries no data: who wakes looks for itself."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._rung = asyncio.Event()
        self._waiting = 0
        self._closed = False

    def hint(self, _: UUID | None) -> None:
        """Something happened to some tender: wake all who wait."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def close(self, _: object = None) -> None:
        """Wake all, and let nobody wait any more: the platform stops."""
        self._closed = True
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """Wait until it rings; False when that did not happen in time, or nobody may wait."""
        if self._closed or seconds <= 0 or self._waiting >= WAITERS_MAX:
            return False
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
        return not self._closed
