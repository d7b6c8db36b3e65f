"""The tender that evaluation rooms of tests belong to, in the tables: its bids are open."""

from datetime import timedelta
from uuid import UUID

from stdnum.cn import uscc

from tendering.domain.opening import OpenedEnvelope, Opening, OpeningPhase, UnlockedBy
from tendering.domain.parties import Organization
from tendering.domain.roles import Role
from tendering.domain.tender import Lot, Tender, TenderStatus, Terms
from tendering.storage import openings, organizations, tenders
from tendering.storage.connection import Connection
from tests.support.evaluation import AT, METHOD, TENDER, a_room_opening

ENTITY = UUID(int=0x60)
AGENCY = UUID(int=0x51)
SUPERVISOR = UUID(int=0x50)
CEILING_FEN = 200_000_000


def an_evaluated_tender(status: TenderStatus = TenderStatus.EVALUATING) -> Tender:
    """A tender whose only lot is being evaluated."""
    return Tender(
        id=TENDER,
        number="KB-2026-0001",
        title="示范工程",
        description="",
        regime="construction",
        region="510100",
        status=status,
        procuring_entity_id=ENTITY,
        agency_id=AGENCY,
        supervisor_id=SUPERVISOR,
        lots=(Lot("1", "一标段", CEILING_FEN, CEILING_FEN, 0),),
        threshold=2,
        key_holders=(),
        documents=(),
        method=METHOD,
        committee={},
        terms=Terms(bid_validity_days=90, unlock_minutes=30, drain_seconds=5),
        deadline=AT - timedelta(days=1),
        published_at=AT - timedelta(days=30),
        timetable={},
    )


async def insert_tender(
    connection: Connection, status: TenderStatus = TenderStatus.EVALUATING
) -> None:
    """The tender and its parties."""
    parties = (
        (ENTITY, Role.PROCURING_ENTITY),
        (AGENCY, Role.AGENCY),
        (SUPERVISOR, Role.SUPERVISOR),
    )
    for number, (organization_id, role) in enumerate(parties, start=1):
        await insert_organization(connection, organization_id, number, role)
    await tenders.insert(connection, an_evaluated_tender(status), at=AT)


async def insert_organization(
    connection: Connection, organization_id: UUID, number: int, role: Role
) -> None:
    """An organization with a valid code."""
    body = f"91510100MA{number:07d}"
    code = body + uscc.calc_check_digit(body)
    made = Organization(organization_id, code, f"示范单位{number}", frozenset({role}))
    await organizations.insert(connection, made, at=AT)


async def insert_opening(connection: Connection) -> None:
    """The bids of `a_room_opening`, opened and read out."""
    bids = a_room_opening().bids
    for number, bid in enumerate(bids, start=20):
        await insert_organization(connection, bid.bidder_id, number, Role.BIDDER)
    await openings.insert(
        connection,
        TENDER,
        Opening(
            lot="1",
            phase=OpeningPhase.UNLOCK,
            opened_at=AT - timedelta(days=1),
            unlock_until=AT,
            bidders=tuple(bid.bidder_id for bid in bids),
            unlocked=frozenset(),
            key_lost=frozenset(),
        ),
    )
    for bid in bids:
        await openings.save_unlock(
            connection,
            TENDER,
            "1",
            bid.bidder_id,
            by=UnlockedBy.BIDDER,
            envelopes=[OpenedEnvelope("price", b"\1" * 32, b"\2" * 32, rederives=True)],
            forms={"price": {"price_fen": bid.price_fen, **bid.form}},
            at=AT - timedelta(hours=2),
        )
