"""A long body straight from the socket into memory that is there, past the HTTP parser.

aiohttp hands a body over in pieces of 64 KiB to 256 KiB, each allocated, queued, awaited and copied
once more: that costs more than digesting them. So for the rest of a body whose length is known the
connection gets another protocol, which lets the kernel write where the bytes shall lie. It asks for
those bytes and not one more; then the connection is aiohttp's again, which answers and closes it,
because its parser has not seen the end of the body.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

CLOSES: Final = web.RequestKey("closes", bool)


class Receiver(asyncio.BufferedProtocol):
    """Fills `room` from one connection; everything else it hears goes to the HTTP protocol."""

    def __init__(
        self, room: memoryview, size: int, transport: asyncio.Transport, http: asyncio.Protocol
    ) -> None:
        """Begin with the first `size` bytes of `room` filled."""
        self.size = size
        self._room = room
        self._transport = transport
        self._http = http
        self._moved = asyncio.Event()
        self._lost = False
        self._has_line = False

    async def until(self, size: int) -> int:
        """Wait for so many bytes; how many there are. ConnectionResetError when the line broke."""
        while self.size < size:
            if self._lost:
                raise ConnectionResetError("the line broke in the middle of the body")
            self._moved.clear()
            await self._moved.wait()
        return self.size

    def take_line(self) -> None:
        """Let the bytes that follow come here."""
        if self.size == len(self._room) or self._transport.is_closing():
            return
        # Paused and resumed, because reading goes on the way it was begun.
        self._transport.pause_reading()
        self._transport.set_protocol(self)
        self._has_line = True
        self._transport.resume_reading()

    def give_back_line(self) -> None:
        """Let the HTTP protocol have its connection again, from which it reads no more."""
        if not self._has_line:
            return
        self._has_line = False
        if not self._transport.is_closing():
            self._transport.pause_reading()
            self._transport.set_protocol(self._http)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go: never more than belong to the body."""
        return self._room[self.size :]

    def buffer_updated(self, nbytes: int) -> None:
        """So many more are there."""
        self.size += nbytes
        if self.size == len(self._room):
            self.give_back_line()
        self._moved.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits hears of it, and so does the HTTP protocol."""
        self._lost = True
        self._has_line = False
        self._moved.set()
        self._http.connection_lost(exc)

    def pause_writing(self) -> None:
        """Not ours."""
        self._http.pause_writing()

    def resume_writing(self) -> None:
        """Not ours."""
        self._http.resume_writing()


@asynccontextmanager
async def receiving(request: web.Request, room: memoryview) -> AsyncIterator[Receiver]:
    """Let the body of `request`, exactly as long as `room`, fill it while the block runs.

    The connection is closed after the answer. Nothing is written into `room` after the block.
    """
    transport, http = request.transport, request.protocol
    if transport is None:
        raise ConnectionResetError("the line broke before the body")
    size = 0
    # What aiohttp has read already. No await from here to `take_line`: nothing may slip between.
    while chunk := request.content.read_nowait():
        room[size : size + len(chunk)] = chunk
        size += len(chunk)
    receiver = Receiver(room, size, transport, http)
    if size < len(room):
        request[CLOSES] = True
        http.close()  # it takes no further request on this connection
        receiver.take_line()
    try:
        yield receiver
    finally:
        receiver.give_back_line()
        # As far as aiohttp is concerned the body is over: it does not wait for the rest.
        request.content.feed_eof()


async def announce_closing(request: web.Request, response: web.StreamResponse) -> None:
    """Say `Connection: close` where it will be; a signal for `on_response_prepare`."""
    if CLOSES in request:
        response.headers["Connection"] = "close"
