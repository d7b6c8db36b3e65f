"""A room opened from the draw and the opening that lie in the tables."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from evaluation_rooms.actions.opening_rooms import Wanted, open_from_draw
from evaluation_rooms.storage import rooms
from evaluation_rooms.terms import ReviewItem
from tendering.domain.experts import Expert
from tendering.domain.parties import Person
from tendering.domain.refusals import Forbidden, Invalid
from tendering.domain.refusals.awards import EvaluationIncomplete
from tendering.domain.refusals.draws import DrawNotPrepared
from tendering.domain.refusals.rooms import RoomExists
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.storage import experts, people, tenders
from tendering.storage.connection import Connection, Pool, transaction
from tests.support.evaluation import AT, MEMBERS, ROOM, TENDER, a_room_opening, person
from tests.support.evaluation_tender import (
    AGENCY,
    SUPERVISOR,
    insert_opening,
    insert_organization,
    insert_tender,
)

EMPLOYER = UUID(int=0x70)
SEED = b"s" * 32


def wanted(**changes: object) -> Wanted:
    terms: dict[str, object] = {
        "room_id": ROOM,
        "lot": "1",
        "opens_at": AT - timedelta(hours=1),
        "closes_at": AT + timedelta(hours=9),
        "blind": True,
        "outlier_percent": 30,
        "items": (ReviewItem("seal", "form", "签字盖章", "实施条例 第五十一条"),),
        "objective": {
            bid.bidder_id: {"credit": (Decimal(8), "信用等级 A")} for bid in a_room_opening().bids
        },
    }
    return Wanted(**(terms | changes))  # type: ignore[arg-type]  # fields by name


async def insert_committee(connection: Connection) -> None:
    """Five drawn members, and one in reserve."""
    await insert_organization(connection, EMPLOYER, 70, Role.EXPERT)
    await connection.execute(
        """INSERT INTO tendering.draws
               (tender_id, needs, representatives, entries, sealed, pool_root, vrf_public,
                frozen_at)
           VALUES ($1, '{}', 0, '{}', '{}', $2, $2, $3)""",
        TENDER,
        b"\0" * 32,
        AT,
    )
    for number in range(1, MEMBERS + 2):
        name = f"示范专家{number}"
        account = Person(person(number), EMPLOYER, name, f"expert{number}", is_administrator=False)
        await people.insert(connection, account, password_hash="-", at=AT)
        expert = Expert(
            UUID(int=0x200 + number),
            person(number),
            name,
            "510100",
            "示范单位",
            "",
            frozenset({"A01"}),
            10,
            date(2027, 1, 1),
        )
        await experts.insert(connection, expert, at=AT)
        seat = number if number <= MEMBERS else None
        await connection.execute(
            """INSERT INTO tendering.committee_seats
                   (tender_id, place, need, venue, expert_id, seat, status)
               VALUES ($1, $2, 0, '示范市', $3, $4, $5)""",
            TENDER,
            number,
            expert.id,
            seat,
            "seated" if seat else "reserve",
        )


@pytest.fixture
async def drawn(pool: Pool) -> Pool:
    """A tender whose bids are open and whose committee is drawn."""
    async with transaction(pool) as connection:
        await insert_tender(connection, TenderStatus.OPENED)
        await insert_opening(connection)
        await insert_committee(connection)
    return pool


async def opened(pool: Pool, asked: Wanted, *, by: UUID = AGENCY) -> None:
    async with transaction(pool) as connection:
        await open_from_draw(connection, TENDER, asked, organization_id=by, seed=SEED, at=AT)


async def test_drawn_members_sit_and_bids_are_numbered(drawn: Pool) -> None:
    await opened(drawn, wanted())

    async with transaction(drawn) as connection:
        room = await rooms.load(connection, TENDER, ROOM)
        tender = await tenders.get(connection, TENDER)
    assert [seat.person_id for seat in room.members] == [
        person(number) for number in range(1, MEMBERS + 1)
    ]
    assert {(bid.bidder_id, bid.price_fen) for bid in room.bids} == {
        (bid.bidder_id, bid.price_fen) for bid in a_room_opening().bids
    }
    assert tender.status is TenderStatus.EVALUATING


async def test_a_lot_has_one_room(drawn: Pool) -> None:
    await opened(drawn, wanted())

    with pytest.raises(RoomExists):
        await opened(drawn, wanted(room_id=UUID(int=1)))


async def test_only_a_party_of_the_tender_opens_a_room(drawn: Pool) -> None:
    with pytest.raises(Forbidden):
        await opened(drawn, wanted(), by=SUPERVISOR)


async def test_objective_marks_are_for_opened_bids(drawn: Pool) -> None:
    objective = {**wanted().objective, UUID(int=5): {"credit": (Decimal(1), "")}}

    with pytest.raises(EvaluationIncomplete):
        await opened(drawn, wanted(objective=objective))


async def test_review_items_are_published_or_given(drawn: Pool) -> None:
    with pytest.raises(Invalid):
        await opened(drawn, wanted(items=None))


async def test_without_a_committee_there_is_no_room(tender_pool: Pool) -> None:
    with pytest.raises(DrawNotPrepared):
        await opened(tender_pool, wanted())
