"""Leading the room from phase to phase: who may, what must be the case, what the system then does.

The table is `phases.TRANSITIONS`; this module gives its words their meaning.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from evaluation_rooms import blindness, enquiries, motions, recording, results, review
from evaluation_rooms.commands import (
    AdvancePhase,
    AnswerFinding,
    AnswerPrice,
    ConfirmReport,
    Speak,
)
from evaluation_rooms.events import (
    BidsNamed,
    FindingAnswered,
    PhaseChanged,
    PriceAnswered,
    PriceScored,
    ReportConfirmed,
    RoomClosed,
    RoomEvent,
    RoomSaid,
    ScoreCorrected,
    TotalsComputed,
)
from evaluation_rooms.fold import apply
from evaluation_rooms.phases import TRANSITIONS, Guide, Phase, Step
from evaluation_rooms.room import Room
from evaluation_rooms.scoring import checked_points, require_phase
from evaluation_rooms.seating import certificate_of, require_member
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.rooms import (
    BidRejected,
    DigestMismatch,
    FindingNotYours,
    NotYourPart,
    PhaseNotReady,
    ReasonMissing,
    SilentNow,
)
from tendering.domain.refusals.tenders import WrongPhase

REPORT_LABEL: Final = "kaibiao/evaluation-report-confirmation/v1"


def decide_advance(room: Room, command: AdvancePhase) -> tuple[RoomEvent, ...]:
    """Lead the room into another phase, and do what the system does there.

    Raises WrongPhase, NotYourPart, PhaseNotReady, and what the evaluation method refuses.
    """
    step = _step(room, command.to)
    guide = _guide(room, command.seat)
    if guide not in step.guides:
        raise NotYourPart
    events: tuple[RoomEvent, ...] = ()
    reviewed = room.phase is Phase.PRELIMINARY and step.to is not Phase.CLARIFICATION
    if reviewed and review.missing_votes(room) == 0:
        events = (review.decided(room),)
    if room.phase is Phase.PRICE and review.low_prices_missing(room) == 0:
        events = _judged(room)
    for event in events:
        room = apply(room, event)
    missing = [need for need in step.needs if not NEEDS[need](room)]
    if missing:
        raise PhaseNotReady(needs=missing, to=step.to)
    changed = PhaseChanged(room.id, room.phase, step.to, guide)
    entered = ON_ENTRY.get(step.to)
    return (*events, changed, *(() if entered is None else entered(apply(room, changed))))


def decide_finding(room: Room, command: AnswerFinding) -> tuple[RoomEvent, ...]:
    """A warned member gives a reason, and corrects the points or keeps them.

    What asks the whole committee the chair answers, by name and with its reasons. Raises
    WrongPhase, FindingNotYours, ReasonMissing, PointsOutOfRange.
    """
    require_member(room, command.seat)
    require_phase(room, Phase.CHECKS)
    found = next((one for one in room.results.findings if one.number == command.finding), None)
    if found is None or found.number in room.results.answers:
        raise FindingNotYours
    if (found.seat, found.severity) != (command.seat, "explain") and not (
        found.severity == "decide" and command.seat == room.chair and command.points is None
    ):
        raise FindingNotYours
    if not command.reason.strip():
        raise ReasonMissing
    points = command.points
    if points is not None:
        criterion = room.method.criterion(found.criterion)
        assert criterion is not None
        points = checked_points(criterion, points)
    answered = FindingAnswered(room.id, found.number, command.seat, command.reason, points)
    if points is None:
        return (answered,)
    before = room.marks[(command.seat, found.bid, found.criterion)]
    corrected = ScoreCorrected(
        room.id, command.seat, found.bid, found.criterion, before, points, command.reason
    )
    return (answered, corrected)


def decide_report_answer(room: Room, command: ConfirmReport) -> tuple[RoomEvent, ...]:
    """A member confirms the report or dissents in writing.

    实施条例 第五十三条: who refuses to sign without giving reasons in writing is taken to agree;
    so a dissent without a reason is not one. Raises WrongPhase, DigestMismatch, ReasonMissing.
    """
    member = require_member(room, command.seat)
    require_phase(room, Phase.REPORT)
    report = room.results.report
    assert report is not None
    if command.digest != report.digest:
        raise DigestMismatch
    if not command.agree and not command.reason.strip():
        raise ReasonMissing
    statement = None if command.statement is None else dict(command.statement)
    if statement is not None:
        said = {
            "room_id": str(room.id),
            "seat": command.seat,
            "digest": command.digest,
            "agree": command.agree,
            "reason": command.reason,
        }
        if statement.get("statement") != said:
            raise DigestMismatch("the signed confirmation says something else")
        if statement.get("certificate") != certificate_of(member):
            raise DigestMismatch("signed with another key than the check-in")
    return (
        ReportConfirmed(
            room.id, command.seat, command.digest, command.agree, command.reason, statement
        ),
    )


def decide_price_answer(room: Room, command: AnswerPrice) -> tuple[RoomEvent, ...]:
    """A contradictory price is corrected and confirmed, or its bid is invalid (87号令 第五十九条).

    Raises WrongPhase, NotFound, BidRejected, ReasonMissing.
    """
    require_phase(room, Phase.PRELIMINARY, Phase.CLARIFICATION, Phase.TECHNICAL)
    room.bid(command.bid)
    if command.bid in room.rejected:
        raise BidRejected(bid=command.bid)
    if command.bid not in results.to_confirm(room):
        raise NotFound("the price of this bid does not contradict itself", bid=command.bid)
    if not command.basis.strip():
        raise ReasonMissing
    return (
        PriceAnswered(
            room.id, command.bid, command.confirmed, command.point_misplaced, command.basis
        ),
    )


def decide_speech(room: Room, command: Speak) -> tuple[RoomEvent, ...]:
    """Recorded speech; members are silent while they score alone (87号令 第六十二条)."""
    if command.seat is not None:
        require_member(room, command.seat)
        if room.phase is Phase.TECHNICAL:
            raise SilentNow
    return (RoomSaid(room.id, command.seat, command.text),)


def _step(room: Room, to: Phase) -> Step:
    steps = TRANSITIONS[room.phase]
    for step in steps:
        if step.to is to:
            return step
    raise WrongPhase(phase=room.phase, to=to, allowed=[step.to for step in steps])


def _guide(room: Room, seat: int | None) -> Guide:
    if seat is None:
        return Guide.HOST
    require_member(room, seat)
    if seat != room.chair:
        raise NotYourPart("only the chair and the host lead the room")
    return Guide.CHAIR


def _findings_answered(room: Room) -> bool:
    return all(
        one.severity != "block" and one.number in room.results.answers
        for one in room.results.findings
    )


def _is_to_score(room: Room) -> bool:
    left = room.is_scored and bool(room.bids_left)
    return left and review.rejects_all(room) is None


def _review_again(room: Room) -> bool:
    illegible = room.is_priced and None in (room.bid(one).price_fen for one in room.bids_left)
    return (
        illegible
        or bool(results.unfit_prices(room))
        or review.missing_votes(room) > 0
        or not motions.all_decided(room)
    )


def _judged(room: Room) -> tuple[RoomEvent, ...]:
    """What the votes on low prices come to; when a bid falls out, the points are computed anew."""
    if not review.asked_about(room):
        return ()
    decided = review.low_prices_decided(room)
    after = apply(room, decided)
    if not decided.rejected or not after.bids_left:
        return (decided,)
    return (decided, PriceScored(room.id, results.price_result(after)))


NEEDS: Final[Mapping[str, Callable[[Room], bool]]] = MappingProxyType(
    {
        "all-checked-in": lambda room: all(one.checked_in for one in room.members),
        # 87号令 第三十九条: who evaluates is seen and heard from the beginning.
        "recorded": recording.is_recorded,
        "chair-elected": lambda room: room.chair is not None,
        "all-voted": lambda room: review.missing_votes(room) == 0,
        "review-again": _review_again,
        "to-score": _is_to_score,
        "nothing-to-score": lambda room: not _is_to_score(room),
        "all-locked": lambda room: all(one.locked for one in room.members),
        "objective-confirmed": lambda room: all(
            one.number in room.confirmed and room.confirmed[one.number].agree
            for one in room.members
            if room.objective
        ),
        "prices-known": lambda room: (
            room.is_priced
            and all(room.bid(number).price_fen is not None for number in room.bids_left)
        ),
        "corrections-answered": lambda room: results.to_confirm(room) <= set(room.price_answers),
        "low-prices-judged": lambda room: review.low_prices_missing(room) == 0,
        "corrected": lambda room: room.results.corrected,
        "not-corrected": lambda room: not room.results.corrected,
        "findings-answered": _findings_answered,
        "motions-decided": motions.all_decided,
        "documents-released": blindness.is_released,
        "enquiries-closed": enquiries.all_closed,
        # 实施条例 第五十三条: whoever refuses to sign without a word is taken to agree.
        "all-confirmed": lambda room: (
            len(room.results.confirmations) + len(room.results.refusals) == len(room.members)
        ),
    }
)


def _enter_price(room: Room) -> tuple[RoomEvent, ...]:
    named = () if room.named else (BidsNamed(room.id, room.bids),)
    return (*named, PriceScored(room.id, results.price_result(room)))


def _enter_totals(room: Room) -> tuple[RoomEvent, ...]:
    return (TotalsComputed(room.id, results.totals_result(room)),)


def _enter_checks(room: Room) -> tuple[RoomEvent, ...]:
    return (results.checks(room),)


def _enter_report(room: Room) -> tuple[RoomEvent, ...]:
    named = () if room.named else (BidsNamed(room.id, room.bids),)
    return (*named, results.drafted(room))


def _enter_closed(room: Room) -> tuple[RoomEvent, ...]:
    assert room.results.report is not None
    return (RoomClosed(room.id, room.results.report.digest),)


ON_ENTRY: Final[Mapping[Phase, Callable[[Room], tuple[RoomEvent, ...]]]] = MappingProxyType(
    {
        Phase.PRICE: _enter_price,
        Phase.TOTALS: _enter_totals,
        Phase.CHECKS: _enter_checks,
        Phase.REPORT: _enter_report,
        Phase.CLOSED: _enter_closed,
    }
)
