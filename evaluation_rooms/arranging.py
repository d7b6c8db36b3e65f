"""How a room comes out of the draw and the opening: seats as drawn, bids under permuted numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from crypto.canonical import JsonValue
from evaluation_rooms.events import RoomOpened
from evaluation_rooms.recording import OPTIONAL, REQUIRED, VENUE
from evaluation_rooms.room import SeatRole
from evaluation_rooms.seating import numbered
from evaluation_rooms.terms import LowPriceTerms, NamedBid, ObjectiveMark, SeatTerms, Terms
from tendering.domain.methods.low_prices import EXPLAIN_KEY, rates_in_force
from tendering.domain.methods.method import parse_method
from tendering.domain.rulebook import Rulebook

RECORDED_KEY: Final = "recorded"


@dataclass(frozen=True, slots=True)
class Expert:
    """A drawn member: the seat's number and site as in the draw."""

    seat: int
    site: str
    name: str
    expert_id: UUID
    person_id: UUID


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody of a guest site who watches over its seats, without any view of opinions."""

    site: str
    name: str
    person_id: UUID


@dataclass(frozen=True, slots=True)
class OpenedBid:
    """A bid that was opened: `form` and `price_fen` as read out; no price while it is sealed.

    `objective`: points and the fact they follow from, by criterion.
    """

    bidder_id: UUID
    name: str
    price_fen: int | None
    form: Mapping[str, Any]
    objective: Mapping[str, tuple[Decimal, str]]
    bill_fen: Mapping[str, int] = field(default_factory=dict)


def low_price_terms(
    definition: Mapping[str, JsonValue], rulebook: Rulebook
) -> LowPriceTerms | None:
    """The rates of an abnormally low price by the law at the notice, or the method's higher ones.

    None where the law has none, or the round no method.
    """
    rates = rates_in_force(rulebook, parse_method(definition).low_price) if definition else None
    if rates is None:
        return None
    minutes = rulebook.number(EXPLAIN_KEY)
    return LowPriceTerms(rates.mean_percent, rates.second_percent, rates.ceiling_percent, minutes)


def recording_terms(rulebook: Rulebook, *, by_venue: bool) -> str:
    """How an evaluation is recorded (`Terms.recording`). `by_venue`: by the venue's own equipment.

    87号令 第三十九条 asks for it in government procurement; for works there is no such rule.
    """
    if rulebook.keyed(RECORDED_KEY) is None:
        return OPTIONAL
    return VENUE if by_venue else REQUIRED


def arranged(
    *,
    room_id: UUID,
    tender_id: UUID,
    lot: str,
    terms: Terms,
    experts: Iterable[Expert],
    operators: Sequence[Operator],
    bids: Iterable[OpenedBid],
    seed: bytes,
) -> RoomOpened:
    """The event that opens a room (`actions.rooms.open_room`). `seed`: 32 fresh random bytes."""
    members = [
        SeatTerms(one.seat, SeatRole.MEMBER, one.site, one.name, one.expert_id, one.person_id)
        for one in sorted(experts, key=lambda expert: expert.seat)
    ]
    last = members[-1].number if members else 0
    others = [
        SeatTerms(number, SeatRole.GUEST_OPERATOR, one.site, one.name, None, one.person_id)
        for number, one in enumerate(operators, start=last + 1)
    ]
    by_bidder = {bid.bidder_id: bid for bid in bids}
    in_order = [by_bidder[bidder_id] for bidder_id in numbered(by_bidder, seed)]
    return RoomOpened(
        room_id=room_id,
        tender_id=tender_id,
        lot=lot,
        terms=terms,
        seats=(*members, *others),
        bids=tuple(
            NamedBid(
                number, bid.bidder_id, bid.name, bid.price_fen, dict(bid.form), dict(bid.bill_fen)
            )
            for number, bid in enumerate(in_order, start=1)
        ),
        objective=tuple(
            ObjectiveMark(number, criterion, points, basis)
            for number, bid in enumerate(in_order, start=1)
            for criterion, (points, basis) in sorted(bid.objective.items())
        ),
        numbering_seed=seed.hex(),
    )
