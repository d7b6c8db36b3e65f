"""What benchmarks of rooms share: many lean WebSocket clients, and processes that are measured.

The clients read frames and nothing else, so that a thousand of them leave the processor to the
server; they stand in a process of their own.
"""

import asyncio
import base64
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

OPENING_AT_ONCE: Final = 100
READY_SECONDS: Final = 60
MASKED: Final = 0x80
TEXT_FINAL: Final = 0x81
CLOSE: Final = 0x88
LENGTH_IN_16_BITS: Final = 126
LENGTH_IN_64_BITS: Final = 127
ENTRY: Final = b'{"type":"entry","seq":'

OnText = Callable[["RoomLine", bytes], None]


class RoomLine(asyncio.Protocol):
    """One WebSocket: says `hello` at once, then gives each text frame to `on_text`.

    `seen` is the last entry, `is_whole` whether none was missing before it.
    """

    def __init__(self, path: str, hello: bytes, on_text: OnText) -> None:
        """A line that is not connected yet; without `hello` it says nothing."""
        self._path = path
        self._hello = hello
        self._on_text = on_text
        self._buffer = b""
        self._upgraded = False
        self.ready = asyncio.get_running_loop().create_future()
        self.ended = False
        self.greeting: dict[str, Any] = {}
        self.seen = 0
        self.is_whole = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        # uvloop's transports are no subclasses of the library's.
        self._transport = cast("asyncio.Transport", transport)
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Frames, or pieces of them."""
        self._buffer += data
        if not self._upgraded:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.ready.set_exception(ConnectionRefusedError(head.decode("latin-1")))
                self._transport.abort()
                return
            self._upgraded, self._buffer = True, rest
            if self._hello:
                self.send(self._hello)
            else:
                self.ready.set_result(None)
        self._read_frames()

    def connection_lost(self, error: Exception | None) -> None:
        """The line is over."""
        self.ended = True
        if not self.ready.done():
            self.ready.set_exception(ConnectionResetError("ended before the greeting"))

    def send(self, text: bytes) -> None:
        """One masked text frame; the mask is zero, which leaves the text as it is."""
        length = len(text)
        if length < LENGTH_IN_16_BITS:
            head = bytes((TEXT_FINAL, MASKED | length))
        else:
            head = bytes((TEXT_FINAL, MASKED | LENGTH_IN_16_BITS)) + length.to_bytes(2, "big")
        self._transport.write(head + bytes(4) + text)

    def abort(self) -> None:
        """As when a cable is pulled."""
        self._transport.abort()

    def _read_frames(self) -> None:
        buffer, at, size = self._buffer, 0, len(self._buffer)
        while size - at >= 2:  # noqa: PLR2004 - the least head of a frame
            length, start = buffer[at + 1], at + 2
            if length == LENGTH_IN_16_BITS:
                length, start = int.from_bytes(buffer[start : start + 2], "big"), start + 2
            elif length == LENGTH_IN_64_BITS:
                length, start = int.from_bytes(buffer[start : start + 8], "big"), start + 8
            if start + length > size:
                break
            if buffer[at] == TEXT_FINAL:
                self._text(buffer[start : start + length])
            at = start + length
        self._buffer = buffer[at:]

    def _text(self, text: bytes) -> None:
        if text.startswith(ENTRY):
            seq = int(text[len(ENTRY) : text.index(b",", len(ENTRY))])
            self.is_whole = self.is_whole and seq == self.seen + 1
            self.seen = seq
        elif not self.ready.done():
            self.greeting = json.loads(text)
            self.seen = self.greeting.get("seq", 0)
            self.ready.set_result(None)
        self._on_text(self, text)


async def open_lines(port: int, lines: Sequence[RoomLine]) -> None:
    """Connect them all, and wait until each is greeted. Raises ConnectionError."""
    at_once = asyncio.Semaphore(OPENING_AT_ONCE)
    loop = asyncio.get_running_loop()

    async def connect(line: RoomLine) -> None:
        async with at_once:
            await loop.create_connection(lambda: line, "127.0.0.1", port)
            await line.ready

    async with asyncio.timeout(READY_SECONDS), asyncio.TaskGroup() as group:
        for line in lines:
            group.create_task(connect(line))


# --- processes -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Child:
    """A process that talks in lines of JSON."""

    process: asyncio.subprocess.Process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    async def hear(self) -> dict[str, Any]:
        """The next line it says."""
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        assert line, "the process has ended"
        facts: dict[str, Any] = json.loads(line)
        return facts

    def say(self, **facts: Any) -> None:
        """A line on its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(facts).encode() + b"\n")


@asynccontextmanager
async def child(module: str, *arguments: object) -> AsyncIterator[Child]:
    """Run `python -m module` until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *map(str, arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        yield Child(process)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def tell(**facts: Any) -> None:
    """A line for the parent."""
    print(json.dumps(facts), flush=True)


async def orders() -> AsyncIterator[dict[str, Any]]:
    """What the parent says, line by line, until it is gone."""
    reader = asyncio.StreamReader(limit=64 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        facts: dict[str, Any] = json.loads(line)
        yield facts


def resident_bytes(process: int) -> int:
    """How much memory a process has."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
