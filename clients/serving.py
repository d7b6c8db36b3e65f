"""What the small programs share: where to listen, whose clock to follow, how to start and stop.

A witness, an authority or a certifier of the demonstration is a process of its own, with its own
keys. It prints one JSON line when it serves and stops on SIGTERM or SIGINT.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp import web

CLOCK_SECONDS: Final = 2
BODY_BYTES_MAX: Final = 64 << 10
SHUTDOWN_SECONDS: Final = 2.0


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ClockUnavailable(Exception):
    """The clock that this program follows does not answer: it must not sign a time."""


@dataclass(slots=True)
class Clock:
    """Real time, or with `url` the platform's, which rules in a demonstration."""

    url: str | None = None
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    async def now(self) -> datetime:
        """The time, UTC. Raises ClockUnavailable."""
        if self.url is None:
            return datetime.now(UTC)
        assert self._session is not None
        try:
            async with self._session.get(self.url) as response:
                if response.status != HTTPStatus.OK:
                    raise ClockUnavailable(f"the clock answers {response.status}")
                answer = json.loads(await response.content.read(BODY_BYTES_MAX))
                return datetime.fromisoformat(answer["now"]).astimezone(UTC)
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
            raise ClockUnavailable(str(error)) from error

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep a line to the clock while the block runs."""
        timeout = aiohttp.ClientTimeout(total=CLOCK_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            self._session = session
            yield


async def serve(app: web.Application, *, listen: str, facts: Mapping[str, object]) -> None:
    """Serve on `host:port` (port 0: any) until told to stop; print the ready line."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    host, _, port = listen.rpartition(":")
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, int(port))
        await site.start()
        address = runner.addresses[0]
        ready = {"ready": f"http://{address[0]}:{address[1]}", **facts}
        sys.stdout.write(json.dumps(ready, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        await stop.wait()
    finally:
        await runner.cleanup()


@web.middleware
async def without_clock(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 503 when there is no time to sign."""
    try:
        return await handler(request)
    except ClockUnavailable as error:
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=f"{error}\n")


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read: complete and durable, or not at all."""
    fresh = file.with_name(f"{file.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    # Dies before the rename: the old file stands; after it: the new one, whole.
    fresh.rename(file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Make durable what was renamed in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
