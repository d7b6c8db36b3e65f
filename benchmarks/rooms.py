"""How soon is an entry on 8 screens, in 500 rooms at once? Targets: p99 150 ms; a mark p99 50 ms.

Every room gets two journaled entries a second, written in groups of what falls into 10 ms by a
process beside the server, as other processes of the platform would; the time runs from before the
commit to the last of 4,000 sockets in a third process. Meanwhile members of four rooms hand in
marks through their sockets, each when the last is acknowledged: that is the whole deed, from the
socket to the durable answer. At last somebody enters a room of an hour's entries and reads all.
"""

import argparse
import asyncio
import json
import os
import secrets
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import UUID

import uvloop

from benchmarks.receipts import cpu_seconds, cpu_seconds_below
from benchmarks.report import Row, report
from benchmarks.room_lines import RoomLine, child, open_lines, orders, tell
from evaluation_rooms import commands as c
from evaluation_rooms.actions.rooms import act, open_room
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import tickets
from evaluation_rooms.storage.tickets import Admission
from server import MIGRATIONS
from tendering.domain.journal import Event, Stream
from tendering.settling import settle
from tendering.storage import journal, tenders
from tendering.storage.bus import Bus, open_bus
from tendering.storage.connection import Connection, Pool, open_connection, open_pool, transaction
from tendering.storage.embedded_postgres import embedded_postgres
from tendering.storage.migrations import migrate
from tests.support.evaluation import AT, TENDER, a_room_opening, check_ins, elects, votes
from tests.support.evaluation_tender import an_evaluated_tender, insert_tender
from tests.support.room_server import HOST, member

ROOMS: Final = 500
# Committees are odd in number: seven experts and the supervisor.
EXPERTS: Final = 7
MEMBERS: Final = EXPERTS + 1
SCORING: Final = 4
SECONDS: Final = 8
GROUP_SECONDS: Final = 0.01
EVERY_SECONDS: Final = 0.5
MARK_PAUSE_SECONDS: Final = 0.1
HOUR_ENTRIES: Final = 7200
SECONDS_MAX: Final = 120
MODULE: Final = "benchmarks.rooms"


def room_of(place: int) -> UUID:
    """The rooms' ids; the first belongs to the tender of the tests."""
    return UUID(int=0x4000000 + place)


def tender_of(place: int) -> UUID:
    """The tenders' ids."""
    return TENDER if place == 0 else UUID(int=0x7E000000 + place)


def said(place: int, text: str) -> Event:
    """What somebody said in a room."""
    return Event("room.said", {"room_id": str(room_of(place)), "seat": 1, "text": text})


# --- the members ---------------------------------------------------------------------------------


async def sit() -> None:
    """The process of the members: reads what is shown, and hands in marks from some rooms."""
    order = await anext(orders())
    delays: list[float] = []
    all_shown = asyncio.Event()
    answered: dict[RoomLine, asyncio.Future[None]] = {}

    def received(line: RoomLine, text: bytes) -> None:
        now = time.monotonic()
        if text.startswith(b'{"type":"ack"'):
            answered[line].set_result(None)
        elif b'"room.said"' in text:
            delays.append(now - float(json.loads(text)["body"]["text"]))
            if len(delays) == order["shown"]:
                all_shown.set()
        else:
            assert not text.startswith(b'{"type":"refused"'), text

    lines = [RoomLine(path, hello.encode(), received) for path, hello in order["hellos"]]
    await open_lines(order["port"], lines)
    settle()  # a pause of the measuring process is not one of the server
    tell(ready=len(lines))
    marks: list[float] = []

    async def mark(line: RoomLine) -> None:
        until, number = time.monotonic() + SECONDS, 0
        while time.monotonic() < until:
            number += 1
            asked = {"type": "score.submit", "id": str(number), "bid": 1 + number % 3}
            asked |= {"criterion": "design", "points": f"{number % 100 / 10:.1f}"}
            answered[line] = asyncio.get_running_loop().create_future()
            before = time.monotonic()
            line.send(json.dumps(asked).encode())
            await answered[line]
            marks.append(time.monotonic() - before)
            await asyncio.sleep(MARK_PAUSE_SECONDS)

    await asyncio.gather(*(mark(lines[place * MEMBERS]) for place in range(SCORING)))
    async with asyncio.timeout(SECONDS_MAX):
        await all_shown.wait()
    assert all(line.is_whole for line in lines)
    tell(delays=_percentiles(delays), marks=_percentiles(marks), count=len(delays))
    # The hour: everything after the first entry, which opened the room.
    path, hello, last = order["hour"]
    began, over = time.monotonic(), asyncio.Event()

    def read(line: RoomLine, _text: bytes) -> None:
        if line.seen == last:
            over.set()

    await open_lines(order["port"], [RoomLine(path, hello.encode(), read)])
    async with asyncio.timeout(SECONDS_MAX):
        await over.wait()
    tell(replayed=time.monotonic() - began)


def _percentiles(seconds: Sequence[float]) -> list[float]:
    """Milliseconds: p50 and p99."""
    ordered = sorted(seconds)
    return [ordered[len(ordered) * share // 100] * 1000 for share in (50, 99)]


# --- the rooms -----------------------------------------------------------------------------------


async def furnish(pool: Pool, rooms: int) -> None:
    """A tender with a room for each, the first few at the technical marks; one with an hour."""
    async with transaction(pool) as connection:
        await insert_tender(connection)
    for place in range(rooms + 1):
        async with transaction(pool) as connection:
            if place:
                another = replace(
                    an_evaluated_tender(), id=tender_of(place), number=f"KB-2027-{place:04}"
                )
                await tenders.insert(connection, another, at=AT)
            opening = a_room_opening(
                members=EXPERTS, tender_id=tender_of(place), room_id=room_of(place)
            )
            room = (await open_room(connection, opening, at=AT)).room
            if place < SCORING:
                await _to_technical(connection, room)
            if place == rooms:
                hour = [(tender_of(place), said(place, "0"), AT)] * HOUR_ENTRIES
                await journal.append_all(connection, Stream.COMMITTEE, hour)


async def _to_technical(connection: Connection, room: Room) -> None:
    deeds: list[c.Command] = [*check_ins(room), c.AdvancePhase(None, Phase.CHAIR), *elects(room)]
    deeds += [c.AdvancePhase(None, Phase.PRELIMINARY), *votes(room)]
    for deed in [*deeds, c.AdvancePhase(None, Phase.TECHNICAL)]:
        await act(connection, room.id, deed, HOST, at=AT)


async def invite(pool: Pool, rooms: int) -> list[list[str]]:
    """Path and hello of every member of every room, then of the newcomer to the hour."""
    hellos = []
    seats = [(place, seat) for place in range(rooms) for seat in range(1, MEMBERS + 1)]
    async with transaction(pool) as connection:
        for place, seat in [*seats, (rooms, 1)]:
            ticket = secrets.token_urlsafe(32)
            standing = member(seat) if seat <= EXPERTS else Standing(Viewer.SUPERVISOR)
            admission = Admission(room_of(place), tender_of(place), standing)
            await tickets.insert(connection, ticket, admission)
            hello = {"type": "hello", "ticket": ticket, "after": 1 if place == rooms else 0}
            hellos.append([f"/rooms/{room_of(place)}/socket", json.dumps(hello)])
        # A machine at work needs longer than a ticket lives to seat four thousand.
        await connection.execute("UPDATE rooms.tickets SET expires_at = now() + interval '1 hour'")
    return hellos


async def happen(pool: Pool, bus: Bus, rooms: int) -> None:
    """Two entries a second in each room, evenly spread."""
    begun, written = time.monotonic(), 0
    while written < rooms * SECONDS / EVERY_SECONDS:
        due = min(
            int((time.monotonic() - begun) * rooms / EVERY_SECONDS),
            int(rooms * SECONDS / EVERY_SECONDS),
        )
        places = sorted({number % rooms for number in range(written, due)})
        now = f"{time.monotonic():.6f}"
        if places:
            async with transaction(pool) as connection:
                for place in places:
                    await tenders.lock(connection, tender_of(place))
                events = [(tender_of(place), said(place, now), AT) for place in places]
                await journal.append_all(connection, Stream.COMMITTEE, events)
            for place in places:
                bus.touched(tender_of(place))
            written += len(places)
        await asyncio.sleep(GROUP_SECONDS)


async def measure(rooms: int) -> None:
    """Run server, members and what happens; print what came of it."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        await asyncio.to_thread(folder.chmod, 0o711)
        database = await stack.enter_async_context(embedded_postgres(folder / "postgres"))
        async with open_connection(database.owner_dsn) as connection:
            await migrate(connection, MIGRATIONS)
        pool = await stack.enter_async_context(open_pool(database.app_dsn, size=4))
        bus = await stack.enter_async_context(open_bus(pool, database.app_dsn))
        await furnish(pool, rooms)
        dsn = folder / "dsn"
        await asyncio.to_thread(dsn.write_text, database.app_dsn)
        server = await stack.enter_async_context(child("benchmarks.broadcast", "ours", dsn))
        port = (await server.hear())["port"]
        members = await stack.enter_async_context(child(MODULE, "sit"))
        *hellos, newcomer = await invite(pool, rooms)
        shown = int(rooms * SECONDS / EVERY_SECONDS) * MEMBERS
        hour = [*newcomer, HOUR_ENTRIES + 1]
        members.say(port=port, hellos=hellos, shown=shown, hour=hour)
        await members.hear()
        used = cpu_seconds(server.pid)
        stored = cpu_seconds_below(os.getpid(), [server.pid, members.pid])
        await happen(pool, bus, rooms)
        figures = await members.hear()
        used = cpu_seconds(server.pid) - used
        stored = cpu_seconds_below(os.getpid(), [server.pid, members.pid]) - stored
        replayed = (await members.hear())["replayed"] * 1000
    (shown_p50, shown_p99), (mark_p50, mark_p99) = figures["delays"], figures["marks"]
    each = MEMBERS * 1000 / figures["count"]
    print(
        f"{rooms} rooms, {figures['count']} entries shown: p50 {shown_p50:.0f} ms, p99 "
        f"{shown_p99:.0f} ms; CPU an entry: server "
        f"{used * each:.2f} ms, database {stored * each:.2f} ms, marks and their writer included\n"
        f"mark until acknowledged: p50 {mark_p50:.1f} ms, p99 {mark_p99:.1f} ms; "
        f"{HOUR_ENTRIES} entries replayed in {replayed:.0f} ms\n"
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    rows = [
        Row("target: commit to screen, p99", 150.0),
        Row("commit to screen, p50", shown_p50),
        Row("commit to screen, p99", shown_p99),
        Row("mark until acknowledged, p50", mark_p50),
        Row("mark until acknowledged, p99", mark_p99),
        Row("an hour replayed", replayed),
    ]
    report("rooms", unit="ms", rows=rows, ours="commit to screen, p99")


def main() -> None:
    """Measure, or be the members."""
    parser = argparse.ArgumentParser(prog="rooms")
    parser.add_argument("role", nargs="?", default="measure", choices=["measure", "sit"])
    parser.add_argument("--rooms", type=int, default=ROOMS)
    options = parser.parse_args()
    if options.role == "sit":
        uvloop.run(sit())
    else:
        uvloop.run(measure(options.rooms))


if __name__ == "__main__":
    main()
