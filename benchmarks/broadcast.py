"""What do 1,000 readers of a hall cost? Target: 5 times plain aiohttp; 16 KiB a connection.

Ten entries fall into each 15 ms. Ours: journaled, read from the database by the hub, encoded once,
written once a window to each socket. Plain aiohttp: `send_str` of the same text for each reader and
message, no database; picows the same where it is installed. Readers are in a process of their own.
What counts is deliveries for a second of the server's processor time, which other work on the
machine disturbs least; memory is what the server's process grows by after the
first hundred lines, all of them idle.
"""

import argparse
import asyncio
import json
import os
import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import uvloop
from aiohttp import web

from benchmarks.receipts import cpu_seconds
from benchmarks.report import Row, report
from benchmarks.room_lines import (
    ENTRY,
    Child,
    RoomLine,
    child,
    open_lines,
    orders,
    resident_bytes,
    tell,
)
from evaluation_rooms.settings import RoomSettings
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import tickets
from evaluation_rooms.storage.tickets import Admission
from tendering.domain.journal import Event, Stream
from tendering.settling import settle
from tendering.storage import journal
from tendering.storage.bus import open_bus
from tendering.storage.connection import Pool, open_pool, transaction
from tests.support.evaluation import AT, TENDER
from tests.support.evaluation_tender import insert_tender
from tests.support.postgres import cluster
from tests.support.room_server import room_server

EVENTS: Final = 500
PER_WINDOW: Final = 10
WARMING: Final = 100
WINDOW_SECONDS: Final = 0.015
TEXT: Final = "各投标人请注意：请在规定时间内完成解密。" * 2
PLAIN: Final = json.dumps(
    {
        "type": "entry",
        "seq": 1000,
        "kind": "hall.announced",
        "body": {"text": TEXT},
        "at": "2026-11-23T02:00:00Z",
        "head": "5e" * 32,
    },
    ensure_ascii=False,
    separators=(",", ":"),
)
RUN_SECONDS_MAX: Final = 120
MODULE: Final = "benchmarks.broadcast"


@dataclass(frozen=True, slots=True)
class Measured:
    """Deliveries a second of processor time, and by the clock; memory a connection in bytes."""

    per_cpu_second: float
    per_second: float
    connection_bytes: float


# --- servers -------------------------------------------------------------------------------------


async def serve_ours(dsn: str) -> None:
    """Hub, bus and sockets of the product."""
    async with open_pool(dsn, size=8) as pool, room_server(pool, dsn, RoomSettings()) as rooms:
        settle()
        tell(port=rooms.port)
        await asyncio.Event().wait()


async def serve_plain() -> None:
    """The peer: a set of sockets, and `send_str` to each."""
    sockets: set[web.WebSocketResponse] = set()

    async def answer(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        sockets.add(socket)
        async for _ in socket:
            pass
        sockets.discard(socket)
        return socket

    async def everybody(text: str) -> None:
        for socket in sockets:
            await socket.send_str(text)

    app = web.Application()
    app.router.add_get("/socket", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    tell(port=runner.addresses[0][1])
    await _obey(everybody)


async def serve_picows() -> None:
    """The other peer: the same with picows."""
    picows: Any = import_module("picows")
    sockets: set[Any] = set()

    class Listener(picows.WSListener):  # type: ignore[misc]
        """Keeps the transport."""

        def on_ws_connected(self, transport: Any) -> None:
            """Another reader."""
            sockets.add(transport)

        def on_ws_disconnected(self, transport: Any) -> None:
            """One less."""
            sockets.discard(transport)

    async def everybody(text: str) -> None:
        encoded = text.encode()
        for socket in sockets:
            socket.send(picows.WSMsgType.TEXT, encoded)

    server = await picows.ws_create_server(lambda _: Listener(), "127.0.0.1", 0)
    tell(port=server.sockets[0].getsockname()[1])
    await _obey(everybody)


async def _obey(everybody: Callable[[str], Awaitable[None]]) -> None:
    """Broadcast at the pace of the benchmark when told to."""
    async for _ in orders():
        await _paced(lambda: _several(everybody))


async def _several(everybody: Callable[[str], Awaitable[None]]) -> None:
    for _ in range(PER_WINDOW):
        await everybody(PLAIN)


async def _paced(work: Callable[[], Awaitable[None]]) -> None:
    begun = time.monotonic()
    for window in range(EVENTS // PER_WINDOW):
        await asyncio.sleep(begun + window * WINDOW_SECONDS - time.monotonic())
        await work()


# --- readers -------------------------------------------------------------------------------------


async def read() -> None:
    """The process of the readers: who they are comes as the first line of its input."""
    order = await anext(orders())
    count, wanted, over = 0, EVENTS * order["lines"], asyncio.Event()

    def received(_line: RoomLine, text: bytes) -> None:
        nonlocal count
        if text.startswith(ENTRY):
            count += 1
            if count == wanted:
                over.set()

    hellos = order["hellos"] or [""] * order["lines"]
    lines = [RoomLine(order["path"], hello.encode(), received) for hello in hellos]
    for part in (lines[:WARMING], lines[WARMING:]):
        await open_lines(order["port"], part)
        tell(ready=len(part))
    async with asyncio.timeout(RUN_SECONDS_MAX):
        await over.wait()
    assert not order["hellos"] or all(line.is_whole for line in lines)
    tell(last=time.monotonic())


# --- the contest ---------------------------------------------------------------------------------


async def measure(
    server: Child, path: str, hellos: list[str], lines: int, begin: Callable[[], Awaitable[None]]
) -> Measured:
    """Connect the readers, begin, wait for the last delivery."""
    port = (await server.hear())["port"]
    async with child(MODULE, "read") as readers:
        readers.say(port=port, path=path, hellos=hellos, lines=lines)
        await readers.hear()
        before = resident_bytes(server.pid)
        await readers.hear()
        grown = resident_bytes(server.pid) - before
        used, begun = cpu_seconds(server.pid), time.monotonic()
        await begin()
        last = (await readers.hear())["last"]
        used = cpu_seconds(server.pid) - used
    deliveries = EVENTS * lines
    return Measured(deliveries / used, deliveries / (last - begun), grown / (lines - WARMING))


async def tickets_of(pool: Pool, count: int) -> list[str]:
    """Hellos of so many watchers."""
    hellos = []
    async with transaction(pool) as connection:
        for _ in range(count):
            ticket = secrets.token_urlsafe(32)
            admission = Admission(TENDER, TENDER, Standing(Viewer.PUBLIC))
            await tickets.insert(connection, ticket, admission)
            hellos.append(json.dumps({"type": "hello", "ticket": ticket}))
    return hellos


async def ours(lines: int) -> Measured:
    """The product, with its database."""
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(cluster())
        database = await stack.enter_async_context(running.migrated())
        pool = await stack.enter_async_context(open_pool(database.app_dsn, size=4))
        bus = await stack.enter_async_context(open_bus(pool, database.app_dsn))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        dsn = folder / "dsn"
        await asyncio.to_thread(dsn.write_text, database.app_dsn)
        async with transaction(pool) as connection:
            await insert_tender(connection)
        server = await stack.enter_async_context(child(MODULE, "ours", dsn))
        happening = (TENDER, Event("hall.announced", {"text": TEXT}), AT)

        async def commit() -> None:
            async with transaction(pool) as connection:
                await journal.append_all(connection, Stream.PUBLIC, [happening] * PER_WINDOW)
            bus.touched(TENDER)

        hellos = await tickets_of(pool, lines)
        path = f"/rooms/{TENDER}/socket"
        return await measure(server, path, hellos, lines, lambda: _paced(commit))


async def peer(name: str, lines: int) -> Measured:
    """A server without a product."""
    async with child(MODULE, name) as server:

        async def begin() -> None:
            server.say(go=True)

        return await measure(server, "/socket", [], lines, begin)


async def compare(lines: int) -> None:
    """All contestants in turn."""
    figures = {"plain aiohttp, send_str": await peer("plain", lines)}
    if find_spec("picows"):
        figures["picows"] = await peer("picows", lines)
    figures["ours, journaled"] = await ours(lines)
    for name, one in figures.items():
        print(
            f"{name}: {one.per_cpu_second:,.0f} deliveries a CPU second, "
            f"{one.per_second:,.0f} a second, {one.connection_bytes / 1024:.1f} KiB a connection"
        )
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    rows = [Row(name, one.per_cpu_second) for name, one in figures.items()]
    report("broadcast", unit="deliveries/CPU s", rows=rows, ours="ours, journaled")


def main() -> None:
    """Compare, or be one of the processes that are compared."""
    parser = argparse.ArgumentParser(prog="broadcast")
    roles = ["compare", "ours", "plain", "picows", "read"]
    parser.add_argument("role", nargs="?", default="compare", choices=roles)
    parser.add_argument("dsn_file", nargs="?", type=Path)
    parser.add_argument("--lines", type=int, default=1000)
    options = parser.parse_args()
    match options.role:
        case "ours":
            uvloop.run(serve_ours(options.dsn_file.read_text()))
        case "plain":
            uvloop.run(serve_plain())
        case "picows":
            uvloop.run(serve_picows())
        case "read":
            uvloop.run(read())
        case _:
            uvloop.run(compare(options.lines))


if __name__ == "__main__":
    main()
