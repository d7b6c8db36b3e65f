"""Rooms on a real server for tests: hub, bus and sockets, and a client that speaks the protocol."""

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web
from websockets.asyncio.client import ClientConnection, connect

from evaluation_rooms import commands as c
from evaluation_rooms.actions.rooms import Done, act, open_room
from evaluation_rooms.actions.statements import Trust
from evaluation_rooms.connection import serve
from evaluation_rooms.context import RoomsContext
from evaluation_rooms.events import RoomOpened
from evaluation_rooms.hub import Hub
from evaluation_rooms.room_writer import writing_rooms
from evaluation_rooms.settings import RoomSettings
from evaluation_rooms.site_links import serve_link
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import tickets
from evaluation_rooms.storage.tickets import Admission
from tendering.storage.bus import open_bus
from tendering.storage.connection import Pool, transaction
from tests.support.evaluation import AT, ROOM, TENDER, a_room_opening, person
from tests.support.evaluation_tender import AGENCY

HOST = Standing(Viewer.HOST, organization_id=AGENCY)
LINK_SEED = bytes(range(32))
SETTINGS = RoomSettings(look_seconds=30.0, presence_seconds=0.05)


def member(seat: int) -> Standing:
    """The standing of a member."""
    return Standing(Viewer.MEMBER, seat, person(seat))


class Client:
    """One socket of somebody in a room. `seen` is the last entry received."""

    def __init__(self, connected: ClientConnection) -> None:
        """Wrap a connected socket."""
        self.socket = connected
        self.seen = 0
        self.frames: list[dict[str, Any]] = []

    async def send(self, **message: Any) -> None:
        """Send one message."""
        await self.socket.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        """Wait for the next frame."""
        frame: dict[str, Any] = json.loads(await self.socket.recv())
        if frame["type"] in {"entry", "snapshot", "resumed"}:
            self.seen = frame["seq"]
        self.frames.append(frame)
        return frame

    async def until(self, kind: str, /, **members: Any) -> dict[str, Any]:
        """Read on until a frame of that type with those members."""
        while True:
            frame = await self.receive()
            if frame["type"] == kind and members.items() <= frame.items():
                return frame

    async def ask(self, **message: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        await self.send(**message)
        while True:
            frame = await self.receive()
            if frame["type"] in {"ack", "refused"} and frame["id"] == message.get("id"):
                return frame


@dataclass(frozen=True, slots=True)
class RoomServer:
    """A running server of rooms."""

    address: str
    port: int
    context: RoomsContext

    async def ticket(
        self, standing: Standing, *, room_id: UUID = ROOM, tender_id: UUID = TENDER
    ) -> str:
        """A ticket, as the HTTP edge would give it."""
        ticket = secrets.token_urlsafe(32)
        async with transaction(self.context.pool) as connection:
            await tickets.insert(connection, ticket, Admission(room_id, tender_id, standing))
        return ticket

    def connect(self, room_id: UUID = ROOM, **options: Any) -> connect:
        """A socket to a room, before `hello`."""
        # Without a bound on what it keeps: what a test leaves unread must not keep it from closing.
        options = {"max_queue": None, **options}
        return connect(f"{self.address}/rooms/{room_id}/socket", compression=None, **options)

    async def narrow_socket(self) -> socket.socket:
        """A connected socket that takes in little at a time."""
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.setblocking(False)
        await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", self.port))
        return narrow

    @asynccontextmanager
    async def join(
        self, standing: Standing, *, after: int = 0, room_id: UUID = ROOM
    ) -> AsyncIterator[Client]:
        """Somebody who has joined; the greeting is received."""
        async with self.connect(room_id) as connected:
            client = Client(connected)
            ticket = await self.ticket(standing, room_id=room_id)
            await client.send(type="hello", ticket=ticket, after=after)
            await client.receive()
            yield client

    async def open(self, opening: RoomOpened | None = None) -> Done:
        """Open the evaluation room of the test tender."""
        async with transaction(self.context.pool) as connection:
            done = await open_room(connection, opening or a_room_opening(), at=AT)
        self.context.bus.touched(TENDER)
        return done

    async def do(self, *commands: c.Command, by: Standing = HOST) -> Done:
        """Do what is commanded, as the HTTP edge would, each in its transaction."""
        assert commands
        for command in commands:
            async with transaction(self.context.pool) as connection:
                done = await act(connection, ROOM, command, by, at=AT)
            self.context.bus.touched(TENDER)
        return done


@asynccontextmanager
async def room_server(
    pool: Pool, dsn: str, settings: RoomSettings = SETTINGS, *, send_buffer_bytes: int = 0
) -> AsyncIterator[RoomServer]:
    """Serve rooms on a loopback port; with a small send buffer readers are soon behind."""
    async with open_bus(pool, dsn) as bus, writing_rooms(pool) as writer:
        hub = Hub(pool, bus, settings)
        context = RoomsContext(
            pool=pool,
            now=lambda: AT,
            bus=bus,
            hub=hub,
            writer=writer,
            trust=Trust(()),
            settings=settings,
            link_seed=LINK_SEED,
        )

        async def answer(request: web.Request) -> web.StreamResponse:
            return await serve(request, context, UUID(request.match_info["room_id"]))

        async def link(request: web.Request) -> web.StreamResponse:
            return await serve_link(request, context, UUID(request.match_info["room_id"]))

        app = web.Application()
        app.on_shutdown.append(hub.send_away)
        app.router.add_get("/rooms/{room_id}/socket", answer)
        app.router.add_get("/api/v1/rooms/{room_id}/link", link)
        runner = web.AppRunner(app, shutdown_timeout=1.0)
        await runner.setup()
        listening = socket.create_server(("127.0.0.1", 0))
        if send_buffer_bytes:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer_bytes)
        site = web.SockSite(runner, listening)
        async with hub.running():
            await site.start()
            port = runner.addresses[0][1]
            try:
                yield RoomServer(f"ws://127.0.0.1:{port}", port, context)
            finally:
                await runner.cleanup()
