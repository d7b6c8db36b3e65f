"""An evaluation room whose server is killed in every phase: what was acknowledged stands."""

import asyncio
import secrets
from pathlib import Path
from typing import Any, Final

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from evaluation_rooms import commands as c
from evaluation_rooms.actions.rooms import act, open_room
from evaluation_rooms.fold import rooms_of
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import rooms, tickets
from evaluation_rooms.storage.tickets import Admission
from tendering.domain.journal import Stream
from tendering.storage import journal
from tendering.storage.connection import Pool, reading, transaction
from tests.support.evaluation import (
    AT,
    ROOM,
    TENDER,
    a_room_opening,
    check_ins,
    confirmations,
    decisions,
    elects,
    scores,
    votes,
)
from tests.support.evaluation_tender import insert_tender
from tests.support.postgres import Database
from tests.support.room_process import room_processes
from tests.support.room_server import HOST, Client, member

SECONDS = 60
SUPERVISOR = Standing(Viewer.SUPERVISOR)
# What leads out of each phase, and what a member asks for in it; where none is named the host
# speaks.
COURSE: Final[tuple[tuple[Phase, Any, dict[str, Any]], ...]] = (
    (Phase.PREPARATION, check_ins, {}),
    (Phase.CHAIR, elects, {}),
    (Phase.PRELIMINARY, votes, {"type": "review.vote", "bid": 1, "item": "seal", "passed": True}),
    (
        Phase.TECHNICAL,
        scores,
        {"type": "score.submit", "bid": 1, "criterion": "design", "points": "9"},
    ),
    (Phase.PRICE, lambda _room: (), {}),
    (Phase.TOTALS, lambda _room: (), {}),
    (Phase.CHECKS, decisions, {}),
    (Phase.REPORT, confirmations, {}),
    (Phase.SIGNING, lambda _room: (), {}),
)


async def come(pool: Pool, address: str, standing: Standing, *, after: int = 0) -> Client:
    """Enter with a fresh ticket."""
    ticket = secrets.token_urlsafe(32)
    async with transaction(pool) as connection:
        await tickets.insert(connection, ticket, Admission(ROOM, TENDER, standing))
    socket = await connect(f"{address}/rooms/{ROOM}/socket", compression=None, max_queue=None)
    client = Client(socket)
    await client.send(type="hello", ticket=ticket, after=after)
    await client.receive()
    return client


async def read(client: Client, shown: dict[int, Any]) -> None:
    """Read until the line is cut."""
    try:
        while True:
            frame = await client.receive()
            if frame["type"] == "entry":
                shown[frame["seq"]] = (frame["kind"], frame["body"])
    except ConnectionClosed:
        return


async def lead_on(pool: Pool, room: Room, commands: Any, to: Phase) -> Room:
    async with transaction(pool) as connection:
        for command in [*commands(room), c.AdvancePhase(None, to)]:
            room = (await act(connection, ROOM, command, HOST, at=AT)).room
    return room


async def test_nothing_acknowledged_is_lost_and_nothing_shown_was_not_committed(
    pool: Pool, database: Database, tmp_path: Path
) -> None:
    dsn = tmp_path / "dsn"
    await asyncio.to_thread(dsn.write_text, database.app_dsn, "utf-8")
    async with transaction(pool) as connection:
        await insert_tender(connection)
        room = (await open_room(connection, a_room_opening(), at=AT)).room
    shown: dict[int, Any] = {}
    seen, acknowledged = 0, []
    async with room_processes(dsn) as start:
        for place, (phase, leads_out, asked) in enumerate(COURSE):
            assert room.phase is phase
            async with asyncio.timeout(SECONDS):
                server = await start()
                watching = await come(pool, server.url, SUPERVISOR, after=seen)
                one = await come(pool, server.url, member(1) if asked else HOST)
                reading_on = asyncio.create_task(read(watching, shown))
                for number in range(5):
                    said = asked or {"type": "say", "text": str(number)}
                    await one.send(**said, id=str(number))
                acknowledged.append((await one.until("ack"))["seq"])
                server.kill()
                await reading_on
                await one.socket.wait_closed()
                seen = watching.seen
            if place + 1 < len(COURSE):
                room = await lead_on(pool, room, leads_out, COURSE[place + 1][0])
    async with reading(pool) as connection:
        written = await journal.after(connection, TENDER, Stream.COMMITTEE, 0, limit=5000)
        tables = await rooms.load(connection, TENDER, ROOM)

    told = {entry.seq: (entry.kind, dict(entry.body)) for entry in written}
    assert set(acknowledged) <= told.keys()
    assert all(told[seq] == frame for seq, frame in shown.items())
    assert list(shown) == sorted(shown)
    assert rooms_of(written) == {ROOM: tables}
