"""A client that only sends what was made beforehand: many lines, each waiting for its answer."""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

CONNECTIONS: Final = 64
LOAD_SECONDS_MAX: Final = 120
PERCENT: Final = 100


class Line(asyncio.Protocol):
    """One connection that sends the next request when it has the answer to the last."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # uvloop's transports are no subclasses of the library's.
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        """An answer, or a piece of one."""
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        status = int(self._buffer[9:12])
        self._load.answered(status, time.perf_counter() - self._sent, self._buffer)
        self._buffer = b""
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        """Tell the load, which then knows when all are done."""
        self._load.left()

    def _next(self) -> None:
        request = next(self._load.requests, None)
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)


class Load:
    """All connections together, until the requests are used up."""

    def __init__(self, requests: Sequence[bytes]) -> None:
        self.requests = iter(requests)
        self.seconds: list[float] = []
        self.refused = ""
        self._lines = 0
        self._over = asyncio.Event()

    def answered(self, status: int, seconds: float, text: bytes) -> None:
        """Count; what is refused ends the benchmark."""
        if status not in {200, 201}:
            self.refused = text.decode("latin-1")
            self._over.set()
        self.seconds.append(seconds)

    def left(self) -> None:
        """One line is done."""
        self._lines -= 1
        if self._lines == 0:
            self._over.set()

    async def run(self, port: int) -> float:
        """Send everything; how many seconds it took."""
        loop = asyncio.get_running_loop()
        self._lines = CONNECTIONS
        started = time.perf_counter()
        for _ in range(CONNECTIONS):
            await loop.create_connection(lambda: Line(self), "127.0.0.1", port)
        async with asyncio.timeout(LOAD_SECONDS_MAX):
            await self._over.wait()
        if self.refused:
            sys.exit(f"refused: {self.refused}")
        return time.perf_counter() - started


async def load(file: Path, port: int) -> None:
    """The client process: requests from a file, its figures on standard output."""
    requests = json.loads(await asyncio.to_thread(file.read_text, "latin-1"))
    run = Load([text.encode("latin-1") for text in requests])
    before = time.process_time()
    seconds = await run.run(port)
    cpu = time.process_time() - before
    took = sorted(run.seconds)
    figures = {
        "rate": len(took) / seconds,
        "count": len(took),
        "cpu_seconds": cpu,
        "p50_ms": took[len(took) // 2] * 1000,
        "p99_ms": took[len(took) * 99 // PERCENT] * 1000,
    }
    print(json.dumps(figures))
