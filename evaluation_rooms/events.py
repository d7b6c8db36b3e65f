"""What can happen in an evaluation room: the bodies of its entries in the committee's stream.

An offline verifier recomputes everything from these alone. Points are decimal texts, money is in
fen, seats and bids are numbers, every body names its room. What a reader may see of them is a
matter of `views`.
"""

from decimal import Decimal
from typing import Any, Final, TypeAlias, cast, get_args
from uuid import UUID

import msgspec
from msgspec import Struct

from crypto.canonical import JsonValue
from evaluation_rooms.blind_events import BlindEvent
from evaluation_rooms.course_events import CourseEvent
from evaluation_rooms.enquiry_events import EnquiryEvent
from evaluation_rooms.media_events import MediaEvent
from evaluation_rooms.motion_events import MotionEvent
from evaluation_rooms.page_events import PageShown
from evaluation_rooms.terms import NamedBid, ObjectiveMark, SeatTerms, Terms
from tendering.domain.journal import Event


class RoomOpened(Struct, frozen=True, tag_field="kind", tag="room.opened"):
    """The room exists. `numbering_seed` (hex) reproduces the bids' numbers (`seating.numbered`)."""

    room_id: UUID
    tender_id: UUID
    lot: str
    terms: Terms
    seats: tuple[SeatTerms, ...]
    bids: tuple[NamedBid, ...]
    objective: tuple[ObjectiveMark, ...]
    numbering_seed: str


class SeatCheckedIn(Struct, frozen=True, tag_field="kind", tag="seat.checked_in"):
    """A member has signed the statements and sits down."""

    room_id: UUID
    seat: int
    statements: tuple[dict[str, Any], ...]


class SeatRecused(Struct, frozen=True, tag_field="kind", tag="seat.recused"):
    """A member declared a conflict of interest, or was found to have one, and leaves the seat."""

    room_id: UUID
    seat: int
    reason: str
    statements: tuple[dict[str, Any], ...]


class SeatReplaced(Struct, frozen=True, tag_field="kind", tag="seat.replaced"):
    """Another expert takes the seat; the opinions given from it are void (实施条例 第四十八条)."""

    room_id: UUID
    seat: int
    name: str
    site: str
    expert_id: UUID
    person_id: UUID
    reason: str


class PhaseChanged(Struct, frozen=True, tag_field="kind", tag="phase.changed"):
    """The room went from one phase to another. `by`: `phases.Guide`."""

    room_id: UUID
    before: str
    to: str
    by: str


class ChairVoteCast(Struct, frozen=True, tag_field="kind", tag="chair.vote_cast"):
    """A member's vote in a round of the chair's election."""

    room_id: UUID
    round: int
    seat: int
    candidate: int


class SeatVote(Struct, frozen=True):
    """One member's vote, as shown when the round is over."""

    seat: int
    candidate: int


class ChairRoundClosed(Struct, frozen=True, tag_field="kind", tag="chair.round_closed"):
    """All have voted. `elected` is None on a tie; the next round is among `candidates`."""

    room_id: UUID
    round: int
    votes: tuple[SeatVote, ...]
    elected: int | None
    candidates: tuple[int, ...]


class ReviewVoted(Struct, frozen=True, tag_field="kind", tag="review.voted"):
    """A member's vote on one item for one bid; a later vote replaces it."""

    room_id: UUID
    seat: int
    bid: int
    item: str
    passed: bool
    reason: str
    evidence: str


class ReviewFailure(Struct, frozen=True):
    """One member's vote against a bid, with the reason and where the evidence stands."""

    seat: int
    reason: str
    evidence: str


class ItemDecision(Struct, frozen=True):
    """The committee's decision on an item for a bid: the majority's, with the others' reasons."""

    bid: int
    item: str
    passed_by: tuple[int, ...]
    failures: tuple[ReviewFailure, ...]
    passed: bool


class PreliminaryDecided(Struct, frozen=True, tag_field="kind", tag="preliminary.decided"):
    """The preliminary review is over: all votes, and the numbers of the rejected bids."""

    room_id: UUID
    decisions: tuple[ItemDecision, ...]
    rejected: tuple[int, ...]


class ScoreSubmitted(Struct, frozen=True, tag_field="kind", tag="score.submitted"):
    """A member's points for a bid on a subjective criterion; a later entry replaces it."""

    room_id: UUID
    seat: int
    bid: int
    criterion: str
    points: Decimal


class ScoresLocked(Struct, frozen=True, tag_field="kind", tag="scores.locked"):
    """A member's sheet is complete and changes no more; `statement` is the sheet as signed."""

    room_id: UUID
    seat: int
    statement: dict[str, Any] | None


class Mark(Struct, frozen=True):
    """Points for a bid on a criterion."""

    bid: int
    criterion: str
    points: Decimal


class Sheet(Struct, frozen=True):
    """One member's score sheet, ordered by bid and criterion."""

    seat: int
    marks: tuple[Mark, ...]


class ScoresRevealed(Struct, frozen=True, tag_field="kind", tag="scores.revealed"):
    """All sheets are locked: from here on everybody in the room sees everybody's points."""

    room_id: UUID
    sheets: tuple[Sheet, ...]


class ObjectiveConfirmed(Struct, frozen=True, tag_field="kind", tag="objective.confirmed"):
    """A member's answer to the objective marks."""

    room_id: UUID
    seat: int
    agree: bool
    reason: str


class ObjectiveCorrected(Struct, frozen=True, tag_field="kind", tag="objective.corrected"):
    """The host corrected an objective mark; all confirm anew."""

    room_id: UUID
    mark: ObjectiveMark
    reason: str


class PriceEntered(Struct, frozen=True):
    """A bid's form as read out; the price in fen, None where it has no legible one."""

    bid: int
    price_fen: int | None
    form: dict[str, Any]


class PricesEntered(Struct, frozen=True, tag_field="kind", tag="prices.entered"):
    """Prices from the second session of the opening; `unopened` are bids left that did not open."""

    room_id: UUID
    prices: tuple[PriceEntered, ...]
    unopened: tuple[int, ...]


class PriceAnswered(Struct, frozen=True, tag_field="kind", tag="price.answered"):
    """What became of a price that contradicts itself: corrected and confirmed, or not confirmed.

    `point_misplaced`: the committee found a decimal point out of place. `basis`: where the bidder
    said so.
    """

    room_id: UUID
    bid: int
    confirmed: bool
    point_misplaced: bool
    basis: str


class PriceExplained(Struct, frozen=True, tag_field="kind", tag="price.explained"):
    """What a bidder said to its abnormally low price; nothing, after `minutes` of waiting."""

    room_id: UUID
    bid: int
    explanation: str
    minutes: int


class LowPricesDecided(Struct, frozen=True, tag_field="kind", tag="low_prices.decided"):
    """The committee judged every price that was asked about; `rejected` lists bids."""

    room_id: UUID
    decisions: tuple[ItemDecision, ...]
    rejected: tuple[int, ...]


class BidsNamed(Struct, frozen=True, tag_field="kind", tag="bids.named"):
    """Blindness ends: who stands behind the numbers, and the prices."""

    room_id: UUID
    bids: tuple[NamedBid, ...]


class PriceScored(Struct, frozen=True, tag_field="kind", tag="price.scored"):
    """The price scores with every intermediate value (`evaluation_rooms.results`)."""

    room_id: UUID
    result: dict[str, Any]


class TotalsComputed(Struct, frozen=True, tag_field="kind", tag="totals.computed"):
    """Totals and ranks with every intermediate value (`evaluation_rooms.results`)."""

    room_id: UUID
    result: dict[str, Any]


class Finding(Struct, frozen=True):
    """Something a check found (`tendering.domain.evaluation_report.checks`).

    `severity`: block must be put right, explain asks `seat` for a reason or a correction, decide
    asks the chair why it stays so.
    """

    number: int
    check: str
    severity: str
    seat: int | None
    bid: int
    criterion: str
    message_zh: str
    message_en: str


class ChecksMade(Struct, frozen=True, tag_field="kind", tag="checks.made"):
    """The checks before signing: sums, ranges, objective equality, outliers."""

    room_id: UUID
    findings: tuple[Finding, ...]


class FindingAnswered(Struct, frozen=True, tag_field="kind", tag="finding.answered"):
    """A warned member keeps the points for a reason (`points` None) or corrects them."""

    room_id: UUID
    finding: int
    seat: int
    reason: str
    points: Decimal | None


class ScoreCorrected(Struct, frozen=True, tag_field="kind", tag="score.corrected"):
    """A revealed mark was corrected by the member who gave it, for a reason."""

    room_id: UUID
    seat: int
    bid: int
    criterion: str
    before: Decimal
    points: Decimal
    reason: str


class ReportDrafted(Struct, frozen=True, tag_field="kind", tag="report.drafted"):
    """What the members confirm: the outcome, and its digest (`results.outcome_digest`), hex."""

    room_id: UUID
    digest: str
    outcome: dict[str, Any]


class ReportConfirmed(Struct, frozen=True, tag_field="kind", tag="report.confirmed"):
    """A member's answer to the report: agreement, or dissent in writing (实施条例 第五十三条)."""

    room_id: UUID
    seat: int
    digest: str
    agree: bool
    reason: str
    statement: dict[str, Any] | None


class RoomClosed(Struct, frozen=True, tag_field="kind", tag="room.closed"):
    """The room is closed; `digest` is that of the report its members confirmed."""

    room_id: UUID
    digest: str


class RoomSaid(Struct, frozen=True, tag_field="kind", tag="room.said"):
    """Recorded speech. `seat` is None when the host speaks."""

    room_id: UUID
    seat: int | None
    text: str


RoomEvent: TypeAlias = (
    RoomOpened
    | SeatCheckedIn
    | SeatRecused
    | SeatReplaced
    | PhaseChanged
    | ChairVoteCast
    | ChairRoundClosed
    | ReviewVoted
    | PreliminaryDecided
    | ScoreSubmitted
    | ScoresLocked
    | ScoresRevealed
    | ObjectiveConfirmed
    | ObjectiveCorrected
    | PricesEntered
    | PriceAnswered
    | PriceExplained
    | LowPricesDecided
    | BidsNamed
    | PriceScored
    | TotalsComputed
    | ChecksMade
    | FindingAnswered
    | ScoreCorrected
    | ReportDrafted
    | ReportConfirmed
    | RoomClosed
    | RoomSaid
    | MotionEvent
    | EnquiryEvent
    | CourseEvent
    | MediaEvent
    | BlindEvent
    | PageShown
)

KINDS: Final = frozenset(str(event.__struct_config__.tag) for event in get_args(RoomEvent))


def to_event(event: RoomEvent) -> Event:
    """The journal's form: kind and JSON body."""
    body = cast("dict[str, JsonValue]", msgspec.to_builtins(event))
    kind = body.pop("kind")
    return Event(str(kind), body)


def from_event(kind: str, body: dict[str, JsonValue]) -> RoomEvent | None:
    """The inverse of `to_event`; None for an entry that is no room's. Raises ValueError."""
    if kind not in KINDS:
        return None
    event: RoomEvent = msgspec.convert({"kind": kind, **body}, RoomEvent)
    return event
