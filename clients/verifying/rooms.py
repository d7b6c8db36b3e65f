"""How an evaluation room begins: with the opened bids, the drawn experts, the published method."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from clients.verifying.bodies import Drawn, Revealed
from clients.verifying.bodies_rounds import Qualified
from clients.verifying.case import Case, place
from clients.verifying.report import Notes
from evaluation_rooms.arranging import RECORDED_KEY, low_price_terms
from evaluation_rooms.commands import EnterPrices
from evaluation_rooms.events import PricesEntered, RoomOpened
from evaluation_rooms.recording import OPTIONAL
from evaluation_rooms.room import Room, SeatRole
from evaluation_rooms.scoring import decide_prices
from evaluation_rooms.seating import numbered, require_sound
from evaluation_rooms.terms import NamedBid
from tendering.domain.journal import Entry, Stream
from tendering.domain.methods.method import parse_method
from tendering.domain.methods.opened import lot_seed
from tendering.domain.refusals import Refused
from tendering.domain.rulebook import from_json


@dataclass(frozen=True, slots=True)
class RoomInputs:
    """What earlier steps left: forms as read out by lot and bidder, names, experts by seat.

    `prices`: those of a second session.
    """

    forms: Mapping[str, Mapping[UUID, Mapping[str, Any]]]
    prices: Mapping[str, Mapping[UUID, Mapping[str, Any]]]
    names: Mapping[UUID, str]
    experts: Mapping[int, Mapping[str, Any]]

    @classmethod
    def of(cls, case: Case, experts: Mapping[int, Mapping[str, Any]]) -> "RoomInputs":
        """Collect them from the public stream."""
        forms: dict[str, dict[UUID, Mapping[str, Any]]] = {}
        prices: dict[str, dict[UUID, Mapping[str, Any]]] = {}
        for _, body in case.all(Stream.PUBLIC, "prices.revealed", Revealed):
            read = forms if body.session == 1 else prices
            read[body.lot] = {row.bidder_id: row.form for row in body.rows}
        for _, checked in case.all(Stream.PUBLIC, "qualification.checked", Qualified):
            # 87号令 第四十四条: who is not qualified is not evaluated.
            for bidder_id in checked.failed:
                forms.get(checked.lot, {}).pop(bidder_id, None)
        return cls(
            forms, prices, {bid.bidder_id: bid.bidder_name for _, bid in case.bids()}, experts
        )


def check_opening(
    case: Case, inputs: RoomInputs, entry: Entry, event: RoomOpened, notes: Notes
) -> None:
    """Is it the room that follows from the opening and the draw?"""
    where = place(entry)
    lots = {lot.lot: lot for lot in case.tender.lots}
    if event.lot not in lots or event.lot not in inputs.forms:
        notes.fails(where, "a room for a lot that was never opened")
        return
    try:
        require_sound(event, parse_method(event.terms.method))
    except Refused as error:
        notes.fails(where, f"the room is not sound: {error.detail}")
    notes.require(
        event.terms.method == case.tender.method, where, "another method than was published"
    )
    notes.require(
        event.terms.sealed_prices is bool(case.tender.round.later),
        where,
        "prices are sealed for it otherwise than the notice says",
    )
    notes.require(event.terms.judging == case.tender.round.judging, where, "judged in another way")
    notes.require(
        event.terms.ceiling_price_fen == lots[event.lot].ceiling_price_fen,
        where,
        "another ceiling price than was published",
    )
    _check_lot_terms(case, inputs, where, event, notes)
    forms = inputs.forms[event.lot]
    notes.require(
        {bid.bidder_id for bid in event.bids} == set(forms),
        where,
        "not the bids that were read out",
    )
    order = numbered(forms, bytes.fromhex(event.numbering_seed))
    notes.require(
        [bid.bidder_id for bid in sorted(event.bids, key=_number)] == order,
        where,
        "the bids' numbers do not follow from the seed",
    )
    for bid in event.bids:
        form = forms.get(bid.bidder_id, {})
        notes.require(
            bid.form == form
            and bid.name == inputs.names.get(bid.bidder_id)
            and (bid.price_fen is None or bid.price_fen == form.get("price_fen")),
            where,
            f"bid {bid.number} is not as it was read out",
        )
    # Where prices come after the marks, the room opened before anybody's bill was.
    cleared = {} if case.tender.round.later else case.bill_fen.get(event.lot, {})
    notes.require(
        all(bid.bill_fen == cleared.get(bid.bidder_id, {}) for bid in event.bids),
        where,
        "other totals of the bills of quantities than the lot's clearing report has",
    )
    _check_seats(inputs, where, event, notes)
    _check_objective(case, where, event, notes)


def _check_lot_terms(
    case: Case, inputs: RoomInputs, where: str, event: RoomOpened, notes: Notes
) -> None:
    """What the method takes of the lot: parts of prices, rates of the law, and what is drawn."""
    terms, lot = event.terms, case.tender.lot(event.lot)
    notes.require(terms.parts_fen == lot.parts_fen, where, "other provisional sums than published")
    try:
        law = from_json(case.published.body.get("rulebook"))
        rates = low_price_terms(case.tender.method, law)
    except Refused as error:
        notes.fails(where, f"the law at the notice cannot be read: {error.detail}")
        return
    is_recorded = law.keyed(RECORDED_KEY) is not None
    notes.require(
        (terms.recording != OPTIONAL) is is_recorded,
        where,
        "recorded otherwise than the law at the notice asks for",
    )
    notes.require(terms.low_price == rates, where, "other rates of low prices than the law's")
    drawn = case.all(Stream.PUBLIC, "committee.drawn", Drawn)
    seed = lot_seed(bytes.fromhex(drawn[0][1].seed), case.tender.id, lot.lot) if drawn else b""
    notes.require(terms.seed == seed.hex(), where, "another seed than the committee's draw gives")


def check_prices(inputs: RoomInputs, room: Room, event: PricesEntered) -> str:
    """What is wrong with prices that a room took over; empty: they are those of the hall."""
    read = inputs.prices.get(room.lot)
    if read is None:
        return "prices before the second session of the opening has shown any"
    expected = decide_prices(
        room,
        EnterPrices(
            {bid.number: read[bid.bidder_id] for bid in room.bids if bid.bidder_id in read}
        ),
    )
    return "" if (event,) == expected else "other prices than were read out"


def _check_seats(inputs: RoomInputs, where: str, event: RoomOpened, notes: Notes) -> None:
    for seat in event.seats:
        drawn = inputs.experts.get(seat.number)
        if seat.role != SeatRole.MEMBER:
            continue
        if drawn is None:
            notes.remark(f"{where}: seat {seat.number} was not drawn ({seat.name})")
            continue
        notes.require(
            str(seat.expert_id) == drawn.get("id"),
            where,
            f"another expert on seat {seat.number} than was drawn",
        )


def _check_objective(case: Case, where: str, event: RoomOpened, notes: Notes) -> None:
    """The host enters objective marks with a basis; where the bid says otherwise it is shown."""
    bidders = {bid.number: bid.bidder_id for bid in event.bids}
    for mark in event.objective:
        form = case.forms.get((event.lot, bidders[mark.bid], "qualification"), {})
        said = form.get("objective")
        claimed = said.get(mark.criterion) if isinstance(said, Mapping) else None
        if isinstance(claimed, str) and not _equal(claimed, mark.points):
            notes.remark(
                f"{where}: bid {mark.bid} claims {claimed} for {mark.criterion}, "
                f"the host entered {mark.points} ({mark.basis})"
            )


def _equal(text: str, points: Decimal) -> bool:
    try:
        return Decimal(text) == points
    except InvalidOperation:
        return False


def _number(bid: NamedBid) -> int:
    return bid.number
