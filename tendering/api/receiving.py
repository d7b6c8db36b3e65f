"""Receiving parts of uploads: from the socket to the disk in threads, digested on the way.

aiohttp hands a body over in pieces, each allocated, queued, awaited and copied once more: that
costs more than digesting them. So the rest of a long body is read past it: when the line has
something, a thread takes what there is into its own 1 MiB, digests it and writes it to its place.
A line that has nothing costs no thread and, beyond less than a page, no memory: many slow senders
keep nobody waiting. One that falls below the least pace is sent away.
"""

import asyncio
import mmap
import os
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Final, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from aiohttp import web

from crypto.container_digest import DigestBuilder
from tendering.api.problems import BodyTooLarge, RequestTimeout
from tendering.domain.refusals.bids import PartMismatch
from tendering.storage.part_files import PartFile

CLOSES: Final = web.RequestKey("closes", bool)

BUFFER_BYTES: Final = 1 << 20
# So much one line may bring before the next one has its turn.
TURN_BYTES: Final = 4 << 20
# The kernel wakes us when so much is there, or when the line ends: more for a line that is quick.
LOW_WATER_BYTES_MIN: Final = 64 << 10
LOW_WATER_BYTES_MAX: Final = BUFFER_BYTES
# Below, what aiohttp does with a body is cheaper than a connection that is closed.
DIRECT_BYTES_MIN: Final = 512 << 10
THREADS: Final = max(2, os.cpu_count() or 2)
# So long the line of an earlier request may be silent when a later one waits for its place.
SILENCE_SECONDS: Final = 2

Answer = TypeVar("Answer")
# Fills memory from its beginning; how many bytes, 0 at the end, None when there is nothing now.
ReadInto = Callable[[memoryview], "int | None"]


@dataclass(frozen=True, slots=True)
class Pace:
    """In every window so many bytes must come; what is slower is cut off."""

    window_seconds: float = 30
    window_bytes_min: int = 128 << 10


@dataclass(slots=True, weakref_slot=True)
class _Place:
    """A part: who receives it holds the lock, `cut` ends the reading, `waiting` want the place."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    cut: asyncio.Timeout | None = None

    def hurry(self) -> None:
        """Whoever receives must get on when somebody waits: perhaps its line is dead."""
        if self.waiting and self.cut is not None:
            self.cut.reschedule(asyncio.get_running_loop().time() + SILENCE_SECONDS)


class Receivers:
    """The threads of a process that receive parts, each with memory for one piece."""

    def __init__(self, pace: Pace | None = None, *, threads: int = THREADS) -> None:
        """`threads` parts are digested and written at the same time."""
        self.pace = pace or Pace()
        self._threads = ThreadPoolExecutor(threads, "receiving")
        self._own = threading.local()
        self._places: WeakValueDictionary[tuple[UUID, int], _Place] = WeakValueDictionary()

    @asynccontextmanager
    async def alone(self, upload_id: UUID, part: int) -> AsyncIterator[_Place]:
        """One request of this process at a time for a part; the next one waits for its end."""
        place = self._places.setdefault((upload_id, part), _Place())
        place.waiting += 1
        place.hurry()
        try:
            await place.lock.acquire()
        finally:
            place.waiting -= 1
        try:
            yield place
        finally:
            place.lock.release()

    async def receive(
        self, request: web.Request, place: _Place, file: PartFile | None, *, size: int
    ) -> bytes:
        """Put a body of `size` bytes into the file, if there is one; its root over 1 MiB blocks.

        The bytes are on the disk, but for what `sync` has to force. What the head says of the
        length has been looked at. Raises BodyTooLarge, PartMismatch for a body that is shorter,
        RequestTimeout, OSError, and TimeoutError when the line is silent and a later request wants
        the place.
        """
        reception = _Reception(file, size)
        try:
            async with asyncio.timeout(None) as place.cut:
                place.hurry()
                with _line_of(request, size) as line:
                    if line is None:
                        await self._from_chunks(request, place, reception)
                    else:
                        with _taking(request, size) as early:
                            await self._turn(reception, _from_bytes(early))
                            await self._from_line(line, place, reception)
        except EOFError:
            _refuse_length(size - reception.left, size)
        finally:
            place.cut = None
        if reception.left:
            _refuse_length(size - reception.left, size)
        return reception.digest.digest()

    async def _from_line(self, line: socket.socket, place: _Place, reception: "_Reception") -> None:
        clock = _PaceClock(self.pace)
        low_water = LOW_WATER_BYTES_MIN
        while reception.left:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, min(low_water, reception.left))
            # Also what is there when nothing more has come for long.
            await clock.wait(_readable(line))
            come = await self._turn(reception, lambda room: _read(line, room))
            low_water = min(max(2 * come, LOW_WATER_BYTES_MIN), LOW_WATER_BYTES_MAX)
            clock.came(come)
            place.hurry()

    async def _from_chunks(
        self, request: web.Request, place: _Place, reception: "_Reception"
    ) -> None:
        clock = _PaceClock(self.pace)
        while (chunk := await clock.wait(request.content.readany())) != b"":
            if len(chunk or b"") > reception.left:
                raise BodyTooLarge("the part is longer than announced")
            clock.came(await self._turn(reception, _from_bytes(chunk or b"")))
            place.hurry()

    async def _turn(self, reception: "_Reception", read_into: ReadInto) -> int:
        return await in_thread(
            lambda: reception.take(self._buffer(), read_into), executor=self._threads
        )

    def _buffer(self) -> memoryview:
        """The memory of this thread, of whole pages as the disk wants it."""
        buffer: memoryview | None = getattr(self._own, "buffer", None)
        if buffer is None:
            buffer = self._own.buffer = memoryview(mmap.mmap(-1, BUFFER_BYTES))
        return buffer


@dataclass(slots=True)
class _Reception:
    """A part that is being received. Without `file` it is only digested."""

    file: PartFile | None
    left: int
    digest: DigestBuilder = field(default_factory=DigestBuilder)

    def take(self, buffer: memoryview, read_into: ReadInto) -> int:
        """Digest and write what there is, at most TURN_BYTES; how many bytes. Blocks for the disk.

        Raises EOFError at an early end.
        """
        taken = 0
        while self.left and taken < TURN_BYTES:
            rest = self.file.rest if self.file else b""
            begin = len(rest)
            come, is_over = _fill(buffer[begin : begin + self.left], read_into)
            if come:
                self.digest.update(buffer[begin : begin + come])
                self.left -= come
                taken += come
            if come and self.file:
                buffer[:begin] = rest
                self.file.append(buffer[: begin + come])
            if is_over:
                break
        return taken


class _PaceClock:
    """Looks at the end of each window whether enough has come in it."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._now = asyncio.get_running_loop().time
        self._come = 0
        self._until = self._now() + pace.window_seconds

    async def wait(self, event: Awaitable[Answer]) -> Answer | None:
        """Wait, at most to the end of the window: None then."""
        try:
            async with asyncio.timeout_at(self._until) as window:
                return await event
        except TimeoutError:
            if not window.expired():
                raise
            return None

    def came(self, size: int) -> None:
        """So many bytes more. Raises RequestTimeout when the window is over with too few."""
        self._come += size
        if self._now() < self._until:
            return
        if self._come < self._pace.window_bytes_min:
            raise RequestTimeout("the part comes too slowly")
        self._come = 0
        self._until = self._now() + self._pace.window_seconds


def require_length(request: web.Request, size: int) -> None:
    """A body whose head says that it is of another length is not read. What `receive` raises."""
    if request.content_length is not None and request.content_length != size:
        _refuse_length(request.content_length, size)


def _refuse_length(found: int, size: int) -> None:
    if found > size:
        raise BodyTooLarge("the part is longer than announced")
    raise PartMismatch(expected_bytes=size, bytes=found)


@contextmanager
def _line_of(request: web.Request, size: int) -> Iterator[socket.socket | None]:
    """The connection's own socket; None where aiohttp has to read: encrypted, encoded, short."""
    transport = request.transport
    if transport is None:
        raise ConnectionResetError("the line broke before the body")
    found = transport.get_extra_info("socket")
    if (
        found is None
        or transport.get_extra_info("sslcontext") is not None
        or request.content_length is None
        or "Content-Encoding" in request.headers
        or size < DIRECT_BYTES_MIN
    ):
        yield None
        return
    # Its own descriptor, because the loop watches over the other one by itself.
    with socket.socket(fileno=os.dup(found.fileno())) as line:
        line.setblocking(False)
        yield line


@contextmanager
def _taking(request: web.Request, size: int) -> Iterator[bytes]:
    """Take a connection from aiohttp for the rest of a body; what it has read of it already.

    The connection is closed after the answer, because its parser never sees the end of the body.
    """
    assert request.transport is not None
    early = bytearray()
    # No await from here to the pause: nothing may slip between.
    while chunk := request.content.read_nowait():
        early += chunk
    if len(early) < size:
        request.transport.pause_reading()
        request[CLOSES] = True
        request.protocol.close()  # it takes no further request on this connection
    try:
        yield bytes(early)
    finally:
        # As far as aiohttp is concerned the body is over: it does not wait for the rest.
        request.content.feed_eof()


async def announce_closing(request: web.Request, response: web.StreamResponse) -> None:
    """Say `Connection: close` where it will be; a signal for `on_response_prepare`."""
    if CLOSES in request:
        response.headers["Connection"] = "close"


async def _readable(line: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[None] = loop.create_future()
    loop.add_reader(line, _wake, future)
    try:
        await future
    finally:
        loop.remove_reader(line)


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _read(line: socket.socket, room: memoryview) -> int | None:
    try:
        return line.recv_into(room)
    except BlockingIOError:
        return None


def _from_bytes(data: bytes) -> ReadInto:
    left = memoryview(data)

    def read_into(room: memoryview) -> int | None:
        nonlocal left
        taken, left = left[: len(room)], left[len(room) :]
        room[: len(taken)] = taken
        return len(taken) or None

    return read_into


def _fill(room: memoryview, read_into: ReadInto) -> tuple[int, bool]:
    """Read until the room is full or nothing is there; how much, and whether it was that."""
    size = 0
    while size < len(room):
        come = read_into(room[size:])
        if come is None:
            return size, True
        if come == 0:
            raise EOFError("the line ended in the middle of the body")
        size += come
    return size, False


async def in_thread(
    work: Callable[[], Answer], *, executor: ThreadPoolExecutor | None = None
) -> Answer:
    """Do blocking work in a thread; whoever is cancelled meanwhile waits until it is done."""
    task = asyncio.ensure_future(asyncio.get_running_loop().run_in_executor(executor, work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
