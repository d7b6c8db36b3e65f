"""Servers of rooms that a test may kill, one after the other.

`python -m tests.support.room_process DSN`; `DSN` is a file. For each line that it reads it forks a
server, which prints one ready line and serves until it is killed: to import the platform once is
enough for all of them.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tendering.storage.connection import open_pool
from tests.support.programs import ROOT
from tests.support.room_server import room_server

READY_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class Killable:
    """A server at `url`, a process of its own."""

    url: str
    pid: int

    def kill(self) -> None:
        """As by `kill -9`; once more is no harm."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


@asynccontextmanager
async def room_processes(dsn: Path) -> AsyncIterator[Callable[[], Awaitable[Killable]]]:
    """Start a server on the database of `dsn`, each time after the one before was killed."""
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.room_process", str(dsn)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    asking, answers = parent.stdin, parent.stdout
    started: list[Killable] = []

    async def start() -> Killable:
        asking.write(b"\n")
        async with asyncio.timeout(READY_SECONDS):
            ready = json.loads(await answers.readline())
        started.append(Killable(ready["ready"], ready["pid"]))
        return started[-1]

    try:
        yield start
    finally:
        for one in started[-1:]:
            one.kill()
        parent.kill()
        await parent.wait()


async def serve(dsn: str) -> None:
    """Serve until killed."""
    async with open_pool(dsn, size=4) as pool, room_server(pool, dsn) as server:
        sys.stdout.write(json.dumps({"ready": server.address, "pid": os.getpid()}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main(dsn: str) -> None:
    """Fork a server for each line, and wait for its end."""
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(serve(dsn))
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_text("utf-8"))
