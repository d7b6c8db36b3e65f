"""Open the evaluation room of a lot from what the draw and the opening have left behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from evaluation_rooms.actions.rooms import Done, open_room
from evaluation_rooms.arranging import (
    Expert,
    OpenedBid,
    Operator,
    arranged,
    low_price_terms,
    recording_terms,
)
from evaluation_rooms.terms import ReviewItem, Terms
from tendering.actions.clearings import needs_clearing
from tendering.actions.qualifications import qualified_of
from tendering.actions.seat_invitations import require_answered
from tendering.domain.evaluation_report import competition_min
from tendering.domain.experts import committee_size
from tendering.domain.methods.opened import lot_seed
from tendering.domain.opening_forms import form_to_read, whole_number
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.awards import ClearingMissing, EvaluationIncomplete
from tendering.domain.refusals.draws import DrawNotPrepared
from tendering.domain.tender import Tender, TenderStatus, require_party
from tendering.rulebooks import rulebook_for
from tendering.storage import clearings, draws, openings, tenders
from tendering.storage.connection import Connection

Objective = Mapping[UUID, Mapping[str, tuple[Decimal, str]]]  # bidder → criterion → points, basis


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the host decides about a room: its window, blindness, items, objective marks.

    `items` None: those of the tender documents, `review_items` of the published committee terms.
    """

    room_id: UUID
    lot: str
    opens_at: datetime
    closes_at: datetime
    blind: bool
    outlier_percent: int
    items: tuple[ReviewItem, ...] | None
    objective: Objective
    operators: tuple[Operator, ...] = ()
    recorded_by_venue: bool = False


async def open_from_draw(
    connection: Connection,
    tender_id: UUID,
    wanted: Wanted,
    *,
    organization_id: UUID,
    seed: bytes,
    at: datetime,
) -> Done:
    """Seat the drawn members, number the opened bids by `seed`; the tender is then evaluated.

    Raises NotFound, Forbidden, WrongPhase, DrawNotPrepared, SeatsUnanswered, ClearingMissing,
    RoomExists, and what makes a room unsound (`seating.require_sound`).
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, organization_id)
    lot = tender.lot(wanted.lot)
    seated = [one for one in await draws.seats(connection, tender_id) if one.status == "seated"]
    if not seated:
        raise DrawNotPrepared("the committee has not been drawn")
    await require_answered(connection, tender_id)
    opening = arranged(
        room_id=wanted.room_id,
        tender_id=tender_id,
        lot=lot.lot,
        terms=Terms(
            blind=wanted.blind,
            opens_at=wanted.opens_at,
            closes_at=wanted.closes_at,
            committee_min=_committee_min(tender, at),
            outlier_percent=wanted.outlier_percent,
            ceiling_price_fen=lot.ceiling_price_fen,
            items=wanted.items or _published_items(tender),
            method=dict(tender.method),
            judging=tender.round.judging,
            parts_fen=dict(lot.parts_fen),
            low_price=low_price_terms(tender.method, rulebook_for(tender, at)),
            seed=await _lot_seed(connection, tender, lot.lot),
            sealed_prices=bool(tender.round.later),
            competition_min=competition_min(rulebook_for(tender, at)),
            recording=recording_terms(rulebook_for(tender, at), by_venue=wanted.recorded_by_venue),
            editions=wanted.blind,
        ),
        experts=[
            Expert(one.seat, one.venue, one.name, one.expert_id, one.person_id)
            for one in seated
            if one.seat is not None
        ],
        operators=wanted.operators,
        bids=await _opened_bids(connection, tender, wanted),
        seed=seed,
    )
    done = await open_room(connection, opening, at=at)
    if tender.status is TenderStatus.OPENED:
        evaluating = replace(tender, status=TenderStatus.EVALUATING, version=tender.version + 1)
        await tenders.save(connection, evaluating)
    return done


async def _lot_seed(connection: Connection, tender: Tender, lot: str) -> str:
    seed = await draws.find_seed(connection, tender.id)
    return "" if seed is None else lot_seed(seed, tender.id, lot).hex()


async def _opened_bids(
    connection: Connection, tender: Tender, wanted: Wanted
) -> Sequence[OpenedBid]:
    """What the committee gets: the opened bids, G13: of those whom the entity found qualified."""
    qualified = await qualified_of(connection, tender, wanted.lot)
    unlocked = [
        one
        for one in await openings.unlocks(connection, tender.id, wanted.lot)
        if one.unlocked_by is not None and one.bidder_id in qualified
    ]
    kinds, later = tender.round.kinds_in(1), tender.round.later
    forms = [form_to_read(one.forms, kinds, later=later) for one in unlocked]
    unknown = wanted.objective.keys() - {one.bidder_id for one in unlocked}
    if unknown:
        raise EvaluationIncomplete("objective marks for somebody without an opened bid")
    bills = await _bills(connection, tender, wanted.lot)
    return [
        OpenedBid(
            one.bidder_id,
            one.bidder_name,
            whole_number(form, "price_fen"),
            form,
            wanted.objective.get(one.bidder_id, {}),
            bills.get(one.bidder_id, {}),
        )
        for one, form in zip(unlocked, forms, strict=True)
    ]


async def _bills(
    connection: Connection, tender: Tender, lot: str
) -> Mapping[UUID, Mapping[str, int]]:
    """What the bids' bills come to, out of the clearing report."""
    if not needs_clearing(tender, lot):
        return {}
    made = await clearings.find(connection, tender.id, lot)
    if made is None:
        raise ClearingMissing(lot=lot)
    return made.bill_fen


def _committee_min(tender: Tender, at: datetime) -> int:
    size = committee_size(
        rulebook_for(tender, at), shape=tender.round.committee, budget_fen=tender.budget_fen
    )
    assert isinstance(size.value, int)
    return size.value


def _published_items(tender: Tender) -> tuple[ReviewItem, ...]:
    try:
        items = msgspec.convert(tender.committee.get("review_items"), tuple[ReviewItem, ...])
    except msgspec.ValidationError as error:
        raise Invalid("the tender documents name no items of review") from error
    if not items:
        raise Invalid("the tender documents name no items of review")
    return items
