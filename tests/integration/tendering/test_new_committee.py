"""After a long outage another committee evaluates: the marks are void, the next are asked."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from msgspec import structs

from clients.verifying.report import Status
from evaluation_rooms import commands as c
from evaluation_rooms.actions.emptying import empty_rooms
from evaluation_rooms.actions.rooms import act, open_room, room_of
from evaluation_rooms.fold import rooms_of
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import rooms
from evaluation_rooms.terms import SeatTerms
from tendering.actions import seat_invitations as deeds
from tendering.actions.outages import Settling, settle
from tendering.actions.tenders import Law
from tendering.domain.journal import Stream, instant
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.seat_invitations import InvitationOver
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.seat_invitations import Invitation, InvitationStatus
from tendering.domain.tender import TenderStatus
from tendering.rulebooks import holiday_calendar, rulebook_of
from tendering.storage import draws, journal, outages, seat_invitations, tenders
from tendering.storage.connection import Pool, reading, transaction
from tendering.storage.outages import Outage
from tests.integration.tendering.a_draw import Drawing, contribute, freeze, ready_to_draw
from tests.integration.tendering.test_seat_invitations import CALL, answer, asked, draw, replayed
from tests.support.evaluation import a_room_opening, check_ins, elects, scores, votes

Commands = Callable[[Room], Iterable[c.Command]]
WORKS = Law(rulebook_of("construction"), holiday_calendar())
SEATS = range(1, 6)
HOST = Standing(Viewer.HOST)
BEGUN = CALL.begins_at
BACK = BEGUN + timedelta(hours=5)


async def room_for_who_sits(pool: Pool, tender: Drawing, room_id: UUID) -> None:
    """The host opens the room of the lot for who accepted."""
    async with transaction(pool) as connection:
        await deeds.require_answered(connection, tender.id)
        seats = await draws.seats(connection, tender.id)
        opening = a_room_opening(tender_id=tender.id, room_id=room_id)
        seated = tuple(
            SeatTerms(one.seat, "member", one.venue, one.name, one.expert_id, one.person_id)
            for one in seats
            if one.status == "seated" and one.seat is not None
        )
        terms = structs.replace(
            opening.terms, opens_at=BEGUN, closes_at=BEGUN + timedelta(hours=12)
        )
        await open_room(connection, structs.replace(opening, seats=seated, terms=terms), at=BEGUN)
        locked = await tenders.lock(connection, tender.id)
        await tenders.save(connection, replace(locked, status=TenderStatus.EVALUATING))


async def do(pool: Pool, tender: Drawing, room_id: UUID, commands: Commands) -> None:
    """What members do in a room, as it stands before."""
    async with reading(pool) as connection:
        room = await rooms.load(connection, tender.id, room_id)
    async with transaction(pool) as connection:
        for command in commands(room):
            await act(connection, room_id, command, HOST, at=BEGUN)


def lead(to: Phase) -> Commands:
    """The host leads on."""
    return lambda _: [c.AdvancePhase(None, to)]


async def away_for_five_hours(pool: Pool, tender: Drawing) -> bool:
    """The platform comes back; was the tender touched?"""
    outage = Outage(uuid4(), BEGUN, BACK, timedelta(minutes=2))
    settling = Settling(lambda *_: WORKS, empty_rooms, uuid4)
    async with transaction(pool) as connection:
        await outages.insert(connection, outage)
        return await settle(connection, outage, tender.id, settling, at=BACK)


async def drawn(pool: Pool, folder: Path, *, experts: int = 20) -> Drawing:
    """A tender whose drawn experts have all accepted, of so many in the pool."""
    drawing = await ready_to_draw(pool, folder)
    async with transaction(pool) as connection:
        await connection.execute(
            "DELETE FROM tendering.experts WHERE name >= $1", f"示范专家{experts:02}"
        )
    await freeze(pool, drawing)
    await contribute(pool, drawing)
    await draw(pool, drawing)
    for seat in SEATS:
        await answer(pool, await asked(pool, drawing, seat), accept=True)
    return drawing


async def newly_asked(pool: Pool, tender: Drawing, seat: int) -> Invitation:
    """Who is asked for a seat of the new committee."""
    async with reading(pool) as connection:
        found = await seat_invitations.list_of_tender(connection, tender.id)
    (one,) = [
        one
        for one in found
        if one.seat == seat and one.begins_at > BACK and one.status is InvitationStatus.INVITED
    ]
    return one


async def test_the_seats_are_emptied_the_marks_kept_and_the_next_are_asked(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await drawn(pool, tmp_path)
    first, second = uuid4(), uuid4()
    before = [await asked(pool, tender, seat) for seat in SEATS]
    await room_for_who_sits(pool, tender, first)
    for commands in (check_ins, lead(Phase.CHAIR), elects, lead(Phase.PRELIMINARY), votes):
        await do(pool, tender, first, commands)
    await do(pool, tender, first, lead(Phase.TECHNICAL))
    await do(pool, tender, first, lambda room: list(scores(room))[:4])

    assert await away_for_five_hours(pool, tender)

    async with reading(pool) as connection:
        kept = await rooms.load(connection, tender.id, first)
        entries = await journal.after(connection, tender.id, Stream.COMMITTEE, 0)
        told = await journal.after(connection, tender.id, Stream.PUBLIC, 0)
        with pytest.raises(NotFound):
            await room_of(connection, tender.id, "1")
    assert kept.phase is Phase.VOID
    assert len(kept.marks) == 4
    assert all(member.recused for member in kept.members)
    assert rooms_of(entries)[first] == kept
    with pytest.raises(WrongPhase):
        await do(pool, tender, first, lead(Phase.PRICE))
    outage, voided, *replaced = told[-7:]
    assert (outage.kind, outage.body["evaluation"]) == ("platform.outage", "new_committee")
    assert voided.body == {
        "lot": "1",
        "committee": "new",
        "outage": {"since": instant(BEGUN), "until": instant(BACK)},
    }
    assert [one.kind for one in replaced] == ["committee.replaced"] * 5

    with pytest.raises(InvitationOver):
        await answer(pool, before[0], accept=False, at=BACK)
    declines = await newly_asked(pool, tender, 2)
    assert declines.begins_at == BACK + timedelta(minutes=30) + timedelta(hours=2)
    await answer(pool, declines, accept=False, at=BACK)
    for seat in SEATS:
        await answer(pool, await newly_asked(pool, tender, seat), accept=True, at=BACK)
    await room_for_who_sits(pool, tender, second)
    await do(pool, tender, second, check_ins)

    async with reading(pool) as connection:
        assert await room_of(connection, tender.id, "1") == second
        anew = await rooms.load(connection, tender.id, second)
        entries = await journal.after(connection, tender.id, Stream.COMMITTEE, 0)
    assert not anew.marks
    assert not {one.person_id for one in anew.members} & {one.person_id for one in kept.members}
    assert replayed(entries)[1] == "5 experts accepted", replayed(entries)
    # Once the new room is open nobody leaves by declining.
    with pytest.raises(WrongPhase):
        await answer(pool, before[1], accept=False, at=BACK)


async def test_a_seat_for_which_nobody_is_left_stays_vacant_and_the_platform_starts(
    pool: Pool, tmp_path: Path
) -> None:
    # Five are drawn with four reserves; the tenth has an interest.
    tender = await drawn(pool, tmp_path, experts=10)
    room_id = uuid4()
    await room_for_who_sits(pool, tender, room_id)
    await do(pool, tender, room_id, check_ins)
    assert await away_for_five_hours(pool, tender)

    async with reading(pool) as connection:
        assert await deeds.count_vacant(connection, tender.id) == 1
        entries = await journal.after(connection, tender.id, Stream.COMMITTEE, 0)
    kinds = Counter(one.kind for one in entries[-11:])
    assert kinds == {
        "room.voided": 1,
        "committee.reseated": 4,
        "committee.exhausted": 1,
        "committee.called": 1,
        "expert.invited": 4,
    }
    assert replayed(entries)[0] is Status.HOLDS


async def test_a_room_in_which_nobody_sat_down_waits(pool: Pool, tmp_path: Path) -> None:
    tender = await drawn(pool, tmp_path)
    room_id = uuid4()
    await room_for_who_sits(pool, tender, room_id)

    assert await away_for_five_hours(pool, tender)

    async with reading(pool) as connection:
        room = await rooms.load(connection, tender.id, room_id)
    assert room.phase is Phase.PREPARATION
