"""Who sees what of an evaluation room: the projection of entries and of the whole state.

The rule behind all of it: before all sheets are locked no member, and nobody who speaks with
members, learns a colleague's points or votes; while the room is blind, nobody but the supervisor
learns which bidder stands behind a number. A projection depends on the entry and the reader alone,
never on when it is made, so a frame can be encoded once and a replay shows what the live line did.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, TypeVar
from uuid import UUID

from msgspec import Struct

from crypto.canonical import JsonValue
from evaluation_rooms.blind_events import LeakView
from evaluation_rooms.blindness import is_released, leaks_seen
from evaluation_rooms.course_events import Standstill, StepBack
from evaluation_rooms.enquiries import EnquiryView, enquiry_view
from evaluation_rooms.events import (
    Finding,
    FindingAnswered,
    PriceAnswered,
    PriceExplained,
    Sheet,
)
from evaluation_rooms.media_events import Gap
from evaluation_rooms.motion_events import Motion, ReportRefused
from evaluation_rooms.page_events import PageShown
from evaluation_rooms.phases import Phase
from evaluation_rooms.review import ALL_BIDS
from evaluation_rooms.room import Room
from evaluation_rooms.scoring import sheet
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.terms import ObjectiveMark, ReviewItem
from tendering.domain.evaluation_report import LOW_PRICE

Entered = TypeVar("Entered")

Body = Mapping[str, JsonValue]

# --- one entry -----------------------------------------------------------------------------------


def project(kind: str, body: Body, standing: Standing, *, own_seat: int | None) -> Body | None:
    """What a reader may see of an entry; None is nothing at all.

    `own_seat` is the reader's seat if the entry was made while the reader had it.
    """
    if standing.viewer is Viewer.SUPERVISOR:
        return body
    if standing.viewer is Viewer.PUBLIC:
        return None
    if standing.viewer is Viewer.GUEST_OPERATOR and kind not in _FOR_OPERATORS:
        return None
    hide = _HIDDEN.get(kind)
    if hide is None:
        return body
    own = own_seat is not None and body.get("seat") == own_seat
    return body if own else hide(body)


def is_hidden(kind: str) -> bool:
    """Does the seat that an entry of this kind is about see more of it than others do?"""
    return kind in _HIDDEN


_FOR_OPERATORS: Final = frozenset(
    {
        "room.opened",
        "seat.checked_in",
        "seat.recused",
        "seat.replaced",
        "phase.changed",
        "room.paused",
        "room.resumed",
        "room.voided",
        "media.began",
        "media.continued",
        "media.ended",
        "media.gap_closed",
        "media.gap_opened",
        "scores.locked",
        "room.closed",
    }
)


def _without(*members: str) -> Callable[[Body], Body]:
    def hide(body: Body) -> Body:
        return {key: value for key, value in body.items() if key not in members}

    return hide


def _opened(body: Body) -> Body:
    terms, seats, bids = body["terms"], body["seats"], body["bids"]
    assert isinstance(terms, Mapping)
    assert isinstance(seats, list | tuple)
    assert isinstance(bids, list | tuple)
    shown = ("number",) if terms["blind"] else ("number", "bidder_id", "name")
    # With the seed anybody could compute the numbers of the bidders read out at the opening.
    return {
        "room_id": body["room_id"],
        "tender_id": body["tender_id"],
        "lot": body["lot"],
        "terms": terms,
        "seats": [_only(seat, ("number", "role", "site", "name")) for seat in seats],
        "bids": [_only(bid, shown) for bid in bids],
    }


def _only(value: JsonValue, members: tuple[str, ...]) -> dict[str, JsonValue]:
    assert isinstance(value, Mapping)
    return {key: value[key] for key in members}


_HIDDEN: Final[Mapping[str, Callable[[Body], Body]]] = MappingProxyType(
    {
        "room.opened": _opened,
        "seat.checked_in": _without("statements"),
        "seat.recused": _without("statements", "reason"),
        "seat.replaced": _without("expert_id", "person_id"),
        "chair.vote_cast": _without("candidate"),
        "review.voted": _without("passed", "reason", "evidence"),
        "score.submitted": _without("points"),
        "scores.locked": _without("statement"),
        "motion.voted": _without("agree", "reason"),
        "enquiry.asked": _without("bidder_id", "enquiry"),
        "enquiry.answered": _without("statement"),
        "prices.entered": _without("prices", "unopened"),
        # How much was found in a bid would set it apart from the others.
        "blind.searched": _without("leaks", "left_out", "digest"),
        "blind.decided": _without("reason", "shown", "by", "number"),
        "report.confirmed": _without("statement"),
    }
)


# --- the whole state -----------------------------------------------------------------------------


class SeatView(Struct, frozen=True):
    """A seat as everybody in the room sees it. `votes` and `marks` count, they do not tell."""

    number: int
    role: str
    site: str
    name: str
    checked_in: bool
    recused: bool
    locked: bool
    votes: int
    marks: int


class BidView(Struct, frozen=True):
    """A bid: a name only where the room is not blind (any more), a price once prices are shown."""

    number: int
    rejected: bool
    bidder_id: UUID | None
    name: str | None
    price_fen: int | None


class VoteView(Struct, frozen=True):
    """A vote of the preliminary review."""

    seat: int
    bid: int
    item: str
    passed: bool
    reason: str
    evidence: str


class Answer(Struct, frozen=True):
    """A member's answer to the objective marks or the report."""

    seat: int
    agree: bool
    reason: str


class ElectionView(Struct, frozen=True):
    """The open round of the chair's election: the candidates, and who has voted."""

    round: int
    candidates: tuple[int, ...]
    voted: tuple[int, ...]


class RoomView(Struct, frozen=True, tag_field="kind", tag="evaluation"):
    """An evaluation room as one reader may see it. `sheets` are the reader's own, or all."""

    id: UUID
    tender_id: UUID
    lot: str
    phase: str
    blind: bool
    opens_at: datetime
    closes_at: datetime
    method: dict[str, Any]
    items: tuple[ReviewItem, ...]
    seats: tuple[SeatView, ...]
    bids: tuple[BidView, ...]
    chair: int | None
    election: ElectionView
    votes: tuple[VoteView, ...]
    sheets: tuple[Sheet, ...]
    revealed: bool
    objective: tuple[ObjectiveMark, ...]
    objective_answers: tuple[Answer, ...]
    price_answers: tuple[PriceAnswered, ...]
    explanations: tuple[PriceExplained, ...]
    price: dict[str, Any] | None
    totals: dict[str, Any] | None
    findings: tuple[Finding, ...]
    finding_answers: tuple[FindingAnswered, ...]
    report_digest: str | None
    report_answers: tuple[Answer, ...]
    report_refusals: tuple[ReportRefused, ...]
    motions: tuple[Motion, ...]
    enquiries: tuple[EnquiryView, ...]
    standstill: Standstill | None
    step_back: StepBack | None
    recording: str
    cameras: tuple[int, ...]
    gaps: tuple[Gap, ...]
    released: bool
    leaks: tuple[LeakView, ...]
    short_of_time: tuple[int, ...]
    pages: tuple[PageShown, ...]


class StandingView(Struct, frozen=True):
    """As what the reader is in the room. `kind`: hall or evaluation."""

    kind: str
    viewer: str
    seat: int | None


def room_view(room: Room, standing: Standing) -> RoomView:
    """The state as the reader may see it, by the same rules as `project`."""
    assert standing.viewer is not Viewer.PUBLIC
    results = room.results
    outside = standing.viewer is Viewer.GUEST_OPERATOR
    return RoomView(
        id=room.id,
        tender_id=room.tender_id,
        lot=room.lot,
        phase=room.phase,
        blind=room.terms.blind,
        opens_at=room.terms.opens_at,
        closes_at=room.closes_at,
        method=room.terms.method,
        items=room.terms.items,
        seats=_seats(room),
        bids=_bids(room, standing),
        chair=room.chair,
        election=_election(room),
        votes=_votes(room, standing),
        sheets=_sheets(room, standing),
        revealed=room.revealed,
        objective=() if outside else tuple(room.objective[key] for key in sorted(room.objective)),
        objective_answers=()
        if outside
        else tuple(
            Answer(seat, one.agree, one.reason) for seat, one in sorted(room.confirmed.items())
        ),
        price_answers=() if outside else _in_order(room.price_answers),
        explanations=() if outside else _in_order(room.explanations),
        price=None if outside or results.price is None else dict(results.price),
        totals=None if outside or results.totals is None else dict(results.totals),
        findings=() if outside else results.findings,
        finding_answers=()
        if outside
        else tuple(results.answers[number] for number in sorted(results.answers)),
        report_digest=None if results.report is None else results.report.digest,
        report_answers=()
        if outside
        else tuple(
            Answer(seat, one.agree, one.reason)
            for seat, one in sorted(results.confirmations.items())
        ),
        report_refusals=() if outside else _in_order(results.refusals),
        motions=_motions(room, standing),
        enquiries=()
        if outside
        else tuple(enquiry_view(room, one) for one in room.enquiries.values()),
        standstill=room.standstill,
        step_back=None if outside else room.step_back,
        recording=room.terms.recording,
        cameras=tuple(sorted(room.cameras)),
        gaps=_in_order(room.gaps),
        released=is_released(room),
        pages=() if outside else _in_order(room.pages),
        leaks=leaks_seen(room) if standing.viewer is Viewer.SUPERVISOR else (),
        short_of_time=() if outside else tuple(sorted(room.short_of_time(room.extensions + 1))),
    )


def _in_order(numbered: Mapping[int, Entered]) -> tuple[Entered, ...]:
    return tuple(one for _, one in sorted(numbered.items()))


def standing_view(standing: Standing, *, kind: str) -> StandingView:
    """The reader's place, for snapshots."""
    return StandingView(kind, standing.viewer, standing.seat)


def _seats(room: Room) -> tuple[SeatView, ...]:
    return tuple(
        SeatView(
            seat.number,
            seat.role,
            seat.site,
            seat.name,
            seat.checked_in,
            seat.recused,
            seat.locked,
            sum(1 for key in room.votes if key[0] == seat.number and key[1] != ALL_BIDS),
            sum(1 for key in room.marks if key[0] == seat.number),
        )
        for seat in room.seats
    )


def _bids(room: Room, standing: Standing) -> tuple[BidView, ...]:
    all_seen = room.named or standing.viewer is Viewer.SUPERVISOR
    names = all_seen or not room.terms.blind
    if standing.viewer is Viewer.GUEST_OPERATOR:
        names = all_seen = False
    return tuple(
        BidView(
            bid.number,
            bid.number not in room.bids_left,
            bid.bidder_id if names else None,
            bid.name if names else None,
            bid.price_fen if all_seen else None,
        )
        for bid in room.bids
    )


def _election(room: Room) -> ElectionView:
    now = room.election.round
    voted = sorted(seat for round_, seat in room.election.votes if round_ == now)
    return ElectionView(now, room.election.candidates, tuple(voted))


def _votes(room: Room, standing: Standing) -> tuple[VoteView, ...]:
    before = {Phase.PREPARATION, Phase.CHAIR, Phase.PRELIMINARY, Phase.CLARIFICATION}
    # A low price is judged while the price phase lasts, each member without the others' votes.
    open_items = {LOW_PRICE} if room.phase is Phase.PRICE else set()
    every = standing.viewer is Viewer.SUPERVISOR
    over = room.phase not in before and standing.viewer is not Viewer.GUEST_OPERATOR
    return tuple(
        VoteView(vote.seat, vote.bid, vote.item, vote.passed, vote.reason, vote.evidence)
        for _, vote in sorted(room.votes.items())
        if every or vote.seat == standing.seat or (over and vote.item not in open_items)
    )


def _motions(room: Room, standing: Standing) -> tuple[Motion, ...]:
    if standing.viewer is Viewer.GUEST_OPERATOR:
        return ()
    every = standing.viewer is Viewer.SUPERVISOR
    return tuple(
        motion
        if every or motion.decided is not None
        else Motion(motion.made, tuple(x for x in motion.votes if x.seat == standing.seat))
        for _, motion in sorted(room.motions.items())
    )


def _sheets(room: Room, standing: Standing) -> tuple[Sheet, ...]:
    every = standing.viewer is Viewer.SUPERVISOR or (
        room.revealed and standing.viewer is not Viewer.GUEST_OPERATOR
    )
    return tuple(
        sheet(room, member.number)
        for member in room.members
        if every or member.number == standing.seat
    )
