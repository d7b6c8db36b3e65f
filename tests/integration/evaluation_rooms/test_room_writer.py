"""Requests of members in groups: each hears of its own, and rooms are kept as the tables say."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from evaluation_rooms import commands as c
from evaluation_rooms.actions.rooms import act
from evaluation_rooms.fold import rooms_of
from evaluation_rooms.phases import Phase
from evaluation_rooms.room_writer import Request
from evaluation_rooms.storage import rooms as stored
from tendering.domain.journal import Stream
from tendering.domain.refusals.rooms import NotYourPart, PointsOutOfRange, RoomWindowClosed
from tendering.domain.refusals.tenders import TenderSuspended
from tendering.storage import journal, tenders
from tendering.storage.connection import Pool, open_connection, reading, transaction
from tests.support.evaluation import AT, ROOM, TENDER, check_ins, elects, person, votes
from tests.support.postgres import Database
from tests.support.room_server import HOST, RoomServer, member

SECONDS = 10


def mark(seat: int, points: str, *, late: timedelta = timedelta()) -> Request:
    command = c.SubmitScore(seat, 1, "design", Decimal(points))
    return Request(TENDER, ROOM, command, member(seat), AT + late)


async def at_technical(rooms: RoomServer) -> None:
    room = (await rooms.open()).room
    await rooms.do(*check_ins(room), c.AdvancePhase(None, Phase.CHAIR), *elects(room))
    await rooms.do(c.AdvancePhase(None, Phase.PRELIMINARY), *votes(room))
    await rooms.do(c.AdvancePhase(None, Phase.TECHNICAL))


async def test_whoever_is_refused_in_a_group_spoils_nothing_for_the_others(
    rooms: RoomServer, pool: Pool
) -> None:
    await at_technical(rooms)
    writer = rooms.context.writer

    async with asyncio.timeout(SECONDS):
        asked = [mark(1, "9"), mark(2, "99"), mark(3, "8.5"), mark(1, "9.5")]
        answers = await asyncio.gather(*map(writer.do, asked), return_exceptions=True)
        # Another process of the platform writes; what is kept here follows.
        await rooms.do(c.RecuseSeat(3, "利害关系"), c.Speak(None, "请候补专家入席"))
        await rooms.do(c.ReplaceSeat(3, "示范专家癸", "主场", person(900), person(77), "补位"))
        after = [mark(3, "7"), mark(2, "7")]
        later = await asyncio.gather(*map(writer.do, after), return_exceptions=True)
    async with reading(pool) as connection:
        entries = await journal.after(connection, TENDER, Stream.COMMITTEE, 0, limit=5000)
        tables = await stored.load(connection, TENDER, ROOM)

    assert isinstance(answers[1], PointsOutOfRange)
    assert [answers[0], answers[2], answers[3]] == [
        entries[-7].seq,
        entries[-6].seq,
        entries[-5].seq,
    ]
    assert isinstance(later[0], NotYourPart)
    assert later[1] == entries[-1].seq
    assert tables.marks == {(1, 1, "design"): Decimal("9.5"), (2, 1, "design"): Decimal("7.0")}
    assert rooms_of(entries) == {ROOM: tables}


async def test_who_finds_the_tender_locked_waits_apart(rooms: RoomServer, pool: Pool) -> None:
    await at_technical(rooms)
    waits = asyncio.create_task(rooms.context.writer.do(mark(1, "9")))

    async with asyncio.timeout(SECONDS):
        async with transaction(pool) as connection:
            await tenders.lock(connection, TENDER)
            done = await act(connection, ROOM, c.Speak(None, "先说"), HOST, at=AT)
        seq = await waits

    assert abs(seq - done.seq) == 1


@pytest.mark.parametrize("why", ["suspended", "late"])
async def test_what_stands_still_or_is_over_says_so(
    rooms: RoomServer, database: Database, why: str
) -> None:
    await at_technical(rooms)
    async with open_connection(database.owner_dsn) as connection:
        if why == "suspended":
            await connection.execute(
                """UPDATE tendering.tenders
                   SET suspended_reason = 'complaint', suspended_since = now()"""
            )

    late = timedelta(days=9) if why == "late" else timedelta()
    with pytest.raises(TenderSuspended if why == "suspended" else RoomWindowClosed):
        async with asyncio.timeout(SECONDS):
            await rooms.context.writer.do(mark(1, "9", late=late))
