"""A line of a guest site's member inside the site's link: what `connection` takes for a socket.

Frames go into the link instead of a socket of their own, so a member far away has the same pace,
limits and resumption as one who is connected directly.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import WSMsgType

from evaluation_rooms.frames import texts_of
from evaluation_rooms.link_messages import FromHost, LineClosed, LineText

WAITING_MAX: Final = 64
NORMAL: Final = 1000
GOING_AWAY: Final = 1001


@dataclass(frozen=True, slots=True)
class Received:
    """A message that came through the link, as a socket's."""

    type: WSMsgType
    data: str


_END: Final = Received(WSMsgType.CLOSED, "")


class LinkedSocket:
    """One line; `tell` puts a message into the link, `drained` waits until it is through."""

    def __init__(
        self,
        line: int,
        *,
        tell: Callable[[FromHost], None],
        unsent: Callable[[], int],
        drained: Callable[[], Awaitable[None]],
    ) -> None:
        """A line that has just been opened."""
        self._line, self._tell, self._unsent, self._drained = line, tell, unsent, drained
        self._incoming: asyncio.Queue[Received] = asyncio.Queue()
        self.closed = False

    def take(self, text: str) -> bool:
        """A message of the member; False when too many wait."""
        if self._incoming.qsize() >= WAITING_MAX:
            return False
        self._incoming.put_nowait(Received(WSMsgType.TEXT, text))
        return True

    async def receive(self) -> Received:
        """The next message of the member."""
        return await self._incoming.get()

    async def send_str(self, text: str) -> None:
        """Send a text, at the speed of the link."""
        self._tell(LineText(self._line, text))
        await self._drained()

    async def send_frame(self, message: bytes, opcode: WSMsgType) -> None:
        """As `send_str`, of UTF-8 bytes."""
        assert opcode is WSMsgType.TEXT
        await self.send_str(message.decode())

    async def close(self, *, code: int = NORMAL) -> None:
        """End the line from this side."""
        if not self.closed:
            self._tell(LineClosed(self._line, code))
        self.end()

    def end(self) -> None:
        """The line has ended: whoever reads it is told."""
        self.closed = True
        self._incoming.put_nowait(_END)

    # --- what of a transport a connection uses ---------------------------------------------------

    def write(self, frames: bytes | memoryview) -> None:
        """Send several frames at once."""
        for text in texts_of(frames):
            self._tell(LineText(self._line, text))

    def get_write_buffer_size(self) -> int:
        """How much waits in the link, of all its lines."""
        return self._unsent()

    def set_write_buffer_limits(self, high: int) -> None:
        """The link has its own."""

    def is_closing(self) -> bool:
        """Has it ended?"""
        return self.closed

    def abort(self) -> None:
        """End it without a word."""
        self.end()
