"""One HTTP exchange as it moves: bodies in pieces, and a wait that each piece renews.

A transfer may take as long as it needs while something moves.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import aiohttp

STALL_SECONDS_MAX: Final = 60.0
ANSWER_SECONDS_MAX: Final = 120.0
READ_BYTES: Final = 1 << 20
SEND_BYTES: Final = 64 << 10


class Meter:
    """How much of a body has left; an attempt that failed is taken back."""

    def __init__(self, told: Callable[[int], None] | None) -> None:
        """`told` hears how many more have left, less than 0 when all go again."""
        self._told = told
        self._sent = 0

    def begin(self) -> None:
        """All goes again."""
        self.add(-self._sent)

    def add(self, count: int) -> None:
        """So many bytes more have left."""
        self._sent += count
        if self._told is not None and count:
            self._told(count)


@dataclass(frozen=True, slots=True)
class Answering:
    """A request that was sent: its answer, and the limit of the wait for the next piece of it."""

    response: aiohttp.ClientResponse
    limit: asyncio.Timeout
    asked: bytes | None

    async def pieces(self) -> AsyncIterator[bytes]:
        """The answer's body; TimeoutError when nothing comes for too long."""
        async for piece in self.response.content.iter_chunked(READ_BYTES):
            _wait_again(self.limit, STALL_SECONDS_MAX)
            yield piece


async def in_pieces(
    content: bytes, limit: asyncio.Timeout, meter: Meter
) -> AsyncIterator[memoryview]:
    """The body in pieces, so that others have their turn in between; each piece renews the wait."""
    view = memoryview(content)
    for start in range(0, len(view), SEND_BYTES):
        _wait_again(limit, STALL_SECONDS_MAX)
        piece = view[start : start + SEND_BYTES]
        yield piece
        meter.add(len(piece))
    _wait_again(limit, ANSWER_SECONDS_MAX)


def _wait_again(limit: asyncio.Timeout, seconds: float) -> None:
    # The body may still be on its way out when the exchange has ended.
    with suppress(RuntimeError):
        limit.reschedule(asyncio.get_running_loop().time() + seconds)
