"""Score sheets: each member judges alone, locks the sheet, and all are revealed at once.

87号令 第六十二条: consulting one another on subjective factors is misconduct; hence nobody sees
another's points before all are locked. 第六十四条: objective factors have the same points from
every member; hence they are computed once and confirmed.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from crypto.canonical import JsonValue
from evaluation_rooms.commands import (
    ConfirmObjective,
    CorrectObjective,
    EnterPrices,
    LockScores,
    SubmitScore,
)
from evaluation_rooms.events import (
    Mark,
    ObjectiveConfirmed,
    ObjectiveCorrected,
    PriceEntered,
    PricesEntered,
    RoomEvent,
    ScoresLocked,
    ScoresRevealed,
    ScoreSubmitted,
    Sheet,
)
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.seating import certificate_of, require_member
from tendering.domain.methods.method import Criterion
from tendering.domain.opening_forms import whole_number
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.openings import MarksNotLocked
from tendering.domain.refusals.rooms import (
    BidRejected,
    CriterionNotSubjective,
    DigestMismatch,
    PointsOutOfRange,
    ReasonMissing,
    ScoresAlreadyLocked,
    SheetIncomplete,
)
from tendering.domain.refusals.tenders import WrongPhase

SHEET_LABEL: Final = "kaibiao/score-sheet/v1"


def decide_score(room: Room, command: SubmitScore) -> tuple[RoomEvent, ...]:
    """Take a member's points for a bid on a criterion.

    Raises WrongPhase, ScoresAlreadyLocked, BidRejected, CriterionNotSubjective, PointsOutOfRange.
    """
    member = require_member(room, command.seat)
    require_phase(room, Phase.TECHNICAL)
    # After the reveal only a bid that came back in may still get points.
    known = room.revealed and (command.seat, command.bid, command.criterion) in room.marks
    if member.locked or known:
        raise ScoresAlreadyLocked
    room.bid(command.bid)
    if command.bid in room.rejected:
        raise BidRejected(bid=command.bid)
    criterion = room.method.criterion(command.criterion)
    if criterion is None:
        raise NotFound("no such criterion", criterion=command.criterion)
    if criterion.kind != "subjective":
        raise CriterionNotSubjective(criterion=command.criterion)
    points = checked_points(criterion, command.points)
    return (ScoreSubmitted(room.id, command.seat, command.bid, command.criterion, points),)


def checked_points(criterion: Criterion, points: Decimal) -> Decimal:
    """The points, within range and with the criterion's decimals. Raises PointsOutOfRange."""
    assert points.is_finite()
    step = Decimal(1).scaleb(-criterion.decimals)
    if not 0 <= points <= criterion.max_points or points % step:
        raise PointsOutOfRange(
            criterion=criterion.id,
            points_max=str(criterion.max_points),
            decimals=criterion.decimals,
        )
    return points.quantize(step)


def decide_lock(room: Room, command: LockScores) -> tuple[RoomEvent, ...]:
    """Lock a complete sheet; the last lock of the committee reveals all.

    Raises WrongPhase, ScoresAlreadyLocked, SheetIncomplete, DigestMismatch.
    """
    member = require_member(room, command.seat)
    require_phase(room, Phase.TECHNICAL)
    if member.locked:
        raise ScoresAlreadyLocked
    missing = len(_wanted(room)) - len(sheet(room, command.seat).marks)
    if missing:
        raise SheetIncomplete(missing=missing)
    if command.statement is not None:
        _require_signed_sheet(room, command.seat, command.statement)
    statement = None if command.statement is None else dict(command.statement)
    locked = ScoresLocked(room.id, command.seat, statement)
    others = [one for one in room.members if one.number != command.seat]
    if not all(one.locked for one in others):
        return (locked,)
    sheets = tuple(sheet(room, one.number) for one in room.members)
    return (locked, ScoresRevealed(room.id, sheets))


def sheet(room: Room, seat: int) -> Sheet:
    """A member's marks for the bids that are left, ordered by bid and criterion."""
    marks = tuple(
        Mark(bid, criterion, room.marks[(seat, bid, criterion)])
        for bid, criterion in _wanted(room)
        if (seat, bid, criterion) in room.marks
    )
    return Sheet(seat, marks)


def sheet_statement(room: Room, seat: int) -> dict[str, JsonValue]:
    """What a member signs under SHEET_LABEL when locking."""
    marks: list[JsonValue] = [
        {"bid": mark.bid, "criterion": mark.criterion, "points": str(mark.points)}
        for mark in sheet(room, seat).marks
    ]
    return {"room_id": str(room.id), "seat": seat, "marks": marks}


def decide_objective(room: Room, command: ConfirmObjective) -> tuple[RoomEvent, ...]:
    """A member agrees with the objective marks or says why not. Raises ReasonMissing."""
    require_member(room, command.seat)
    require_phase(room, Phase.TECHNICAL)
    if not command.agree and not command.reason.strip():
        raise ReasonMissing
    return (ObjectiveConfirmed(room.id, command.seat, command.agree, command.reason),)


def decide_objective_correction(room: Room, command: CorrectObjective) -> tuple[RoomEvent, ...]:
    """The host corrects an objective mark; everybody confirms anew.

    Raises WrongPhase, NotFound, PointsOutOfRange, ReasonMissing.
    """
    require_phase(room, Phase.TECHNICAL)
    mark = command.mark
    criterion = room.method.criterion(mark.criterion)
    if criterion is None or (mark.bid, mark.criterion) not in room.objective:
        raise NotFound("no such objective mark", bid=mark.bid, criterion=mark.criterion)
    checked_points(criterion, mark.points)
    if not command.reason.strip():
        raise ReasonMissing
    return (ObjectiveCorrected(room.id, mark, command.reason),)


def decide_prices(room: Room, command: EnterPrices) -> tuple[RoomEvent, ...]:
    """The prices from the second session, once the marks are locked; nobody enters one by hand.

    Raises WrongPhase, MarksNotLocked, NotFound.
    """
    if room.is_priced:
        raise WrongPhase("the prices are known", phase=room.phase)
    require_locked_marks(room)
    prices = tuple(
        PriceEntered(
            room.bid(number).number,
            whole_number(command.forms[number], "price_fen"),
            dict(command.forms[number]),
        )
        for number in sorted(command.forms)
    )
    unopened = tuple(number for number in room.bids_left if number not in command.forms)
    return (PricesEntered(room.id, prices, unopened),)


def require_locked_marks(room: Room) -> None:
    """All technical marks are locked and shown to the committee. Raises WrongPhase, MarksNotLocked.

    What every member gave can no longer follow from a price.
    """
    require_phase(room, Phase.TECHNICAL)
    if not (room.revealed and all(one.locked for one in room.members)):
        raise MarksNotLocked


def require_phase(room: Room, *allowed: Phase) -> None:
    """Raise WrongPhase unless the room is in one of the allowed phases."""
    if room.phase not in allowed:
        raise WrongPhase(phase=room.phase, allowed=list(allowed))


def _wanted(room: Room) -> list[tuple[int, str]]:
    criteria = [one.id for one in room.subjective]
    return [(bid, criterion) for bid in room.bids_left for criterion in criteria]


def _require_signed_sheet(room: Room, seat: int, statement: Mapping[str, Any]) -> None:
    if statement.get("certificate") != certificate_of(room.seat(seat)):
        raise DigestMismatch("the sheet is signed with another key than the check-in")
    if statement.get("statement") != sheet_statement(room, seat):
        raise DigestMismatch("the signed sheet is not the one in the room")
