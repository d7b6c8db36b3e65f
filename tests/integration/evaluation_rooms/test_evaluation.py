"""An evaluation on a real database: the journal folds to the tables."""

import asyncio
from decimal import Decimal
from uuid import UUID

from evaluation_rooms import commands as c
from evaluation_rooms.fold import rooms_of
from evaluation_rooms.phases import Phase
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import rooms as stored
from tendering.domain.journal import Stream, verify_chain
from tendering.storage import journal
from tendering.storage.connection import Pool, reading
from tests.support.evaluation import (
    ROOM,
    TENDER,
    check_ins,
    confirmations,
    decisions,
    elects,
    person,
    scores,
    votes,
)
from tests.support.room_server import RoomServer, member

PUBLIC = Standing(Viewer.PUBLIC)
SUPERVISOR = Standing(Viewer.SUPERVISOR)
SECONDS = 10


async def at_technical(rooms: RoomServer) -> None:
    room = (await rooms.open()).room
    await rooms.do(*check_ins(room), c.AdvancePhase(None, Phase.CHAIR), *elects(room))
    await rooms.do(c.AdvancePhase(None, Phase.PRELIMINARY), *votes(room))
    await rooms.do(c.AdvancePhase(None, Phase.TECHNICAL))


async def test_a_whole_evaluation_and_the_journal_folds_to_the_tables(
    rooms: RoomServer, pool: Pool
) -> None:
    await at_technical(rooms)
    async with reading(pool) as connection:
        room = await stored.load(connection, TENDER, ROOM)
    await rooms.do(*scores(room))
    for phase in (Phase.PRICE, Phase.TOTALS, Phase.CHECKS):
        await rooms.do(c.AdvancePhase(None, phase))
    done = await rooms.do(c.AdvancePhase(None, Phase.REPORT))
    await rooms.do(*confirmations(done.room))
    for phase in (Phase.SIGNING, Phase.CLOSED):
        await rooms.do(c.AdvancePhase(None, phase))

    async with reading(pool) as connection:
        entries = await journal.after(connection, TENDER, Stream.COMMITTEE, 0, limit=1000)
        tables = await stored.load(connection, TENDER, ROOM)

    assert rooms_of(entries) == {ROOM: tables}
    assert verify_chain(TENDER, Stream.COMMITTEE, entries) == entries[-1].head
    assert tables.phase is Phase.CLOSED


async def test_motions_and_refusals_fold_to_the_tables(rooms: RoomServer, pool: Pool) -> None:
    room = (await rooms.open()).room
    await rooms.do(*check_ins(room), c.AdvancePhase(None, Phase.CHAIR), *elects(room))
    await rooms.do(c.AdvancePhase(None, Phase.PRELIMINARY), *votes(room))
    moved = c.MakeMotion(1, "rejection", 2, "实施条例 第五十一条（七）", "串通投标", "第3页")
    await rooms.do(moved, *[c.VoteOnMotion(seat, 1, True, "") for seat in (1, 2, 3)])
    await rooms.do(*[c.VoteOnMotion(seat, 1, False, "证据不足") for seat in (4, 5)])
    done = await rooms.do(c.AdvancePhase(None, Phase.TECHNICAL))
    await rooms.do(*scores(done.room))
    for phase in (Phase.PRICE, Phase.TOTALS, Phase.CHECKS):
        done = await rooms.do(c.AdvancePhase(None, phase))
    done = await rooms.do(*decisions(done.room), c.AdvancePhase(None, Phase.REPORT))
    await rooms.do(*list(confirmations(done.room))[:4], c.RecordRefusal(5, "当场拒绝"))
    await rooms.do(c.PauseRoom("示范监督甲", "核查"), c.ResumeRoom("示范监督甲"))
    await rooms.do(c.ProposeStepBack(1, Phase.CHECKS, "重新核查"), c.AnswerStepBack(2, True, ""))

    async with reading(pool) as connection:
        entries = await journal.after(connection, TENDER, Stream.COMMITTEE, 0, limit=1000)
        tables = await stored.load(connection, TENDER, ROOM)
    assert rooms_of(entries) == {ROOM: tables}
    assert tables.bids_left == (1, 3)


async def test_replacement_folds_to_the_tables_and_ends_the_line(
    rooms: RoomServer, pool: Pool
) -> None:
    await at_technical(rooms)
    await rooms.do(c.SubmitScore(2, 1, "design", Decimal(9)), by=member(2))

    async with asyncio.timeout(SECONDS), rooms.join(member(2)) as leaving:
        await rooms.do(c.RecuseSeat(2, "突发疾病"))
        await leaving.until("entry")
        await leaving.socket.wait_closed()
    await rooms.do(c.ReplaceSeat(2, "示范专家己", "示范市", UUID(int=9), person(9), "递补"))
    newcomer = Standing(Viewer.MEMBER, 2, person(9))
    async with asyncio.timeout(SECONDS), rooms.join(newcomer, after=1) as client:
        greeting = client.frames[0]

    async with reading(pool) as connection:
        entries = await journal.after(connection, TENDER, Stream.COMMITTEE, 0, limit=1000)
        tables = await stored.load(connection, TENDER, ROOM)
    assert leaving.socket.close_code == 4403
    assert greeting["type"] == "snapshot"
    assert rooms_of(entries) == {ROOM: tables}
