"""One entry of an evaluation room against the room before it: what the system computed, what a
member signed, and whether the step was open at all.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from clients.verifying import room_documents, room_recording
from clients.verifying.case import Case, place
from clients.verifying.report import Notes
from crypto.errors import CryptoError
from evaluation_rooms import blind_events as b
from evaluation_rooms import commands as c
from evaluation_rooms import (
    course,
    enquiries,
    leading,
    motions,
    results,
    review,
    scoring,
)
from evaluation_rooms import course_events as k
from evaluation_rooms import enquiry_events as q
from evaluation_rooms import events as e
from evaluation_rooms import media_events as v
from evaluation_rooms import motion_events as m
from evaluation_rooms.enquiries import ANSWER_LABEL
from evaluation_rooms.leading import NEEDS, REPORT_LABEL
from evaluation_rooms.page_events import PageShown
from evaluation_rooms.phases import TRANSITIONS, Guide, Phase
from evaluation_rooms.room import Room
from evaluation_rooms.scoring import SHEET_LABEL
from evaluation_rooms.seating import STATEMENT_LABEL
from tendering.domain.journal import Entry, Stream
from tendering.domain.outages import Evaluation
from tendering.domain.refusals import Refused
from tendering.domain.suspension import OUTAGE


def check_step(case: Case, room: Room, entry: Entry, event: e.RoomEvent, notes: Notes) -> bool:
    """Check an entry; False when the replay cannot go on with it."""
    if isinstance(event, k.RoomVoided):
        return _check_void(case, entry, notes)
    if not room.is_open_at(entry.at, case.pauses):
        notes.fails(place(entry), "outside the time window of the room")
    why = fault_of(room, event, at=entry.at)
    if why:
        notes.fails(place(entry), why)
    for label, statement in _statements(event):
        uscc = _check_signature(case, label, statement, entry, notes)
        if isinstance(event, q.EnquiryAnswered) and event.number in room.enquiries:
            party = case.parties.get(room.enquiries[event.number].asked.bidder_id)
            own = party is not None and uscc == party.uscc
            notes.require(own, place(entry), "signed by somebody else than the bidder")
    return not why or not why.startswith("cannot")


def _check_void(case: Case, entry: Entry, notes: Notes) -> bool:
    """A room is emptied by an outage that asks for a new committee, and by nothing else."""
    asked = any(
        one.kind == OUTAGE
        and one.at == entry.at
        and one.body.get("evaluation") == Evaluation.NEW_COMMITTEE
        for one in case.streams[Stream.PUBLIC]
    )
    notes.require(asked, place(entry), "emptied though no outage asked for a new committee")
    return True


def fault_of(room: Room, event: e.RoomEvent, *, at: datetime) -> str:
    """What is wrong with an entry for a room in this state; empty when nothing is."""
    if room.phase is Phase.VOID:
        return "the room is void"
    if room.standstill is not None and not isinstance(event, room_recording.ALSO_STANDING):
        return "the room stood still"
    if room_recording.is_unrecorded(room) and not isinstance(
        event, k.RoomPaused | room_recording.ALSO_STANDING
    ):
        return room_recording.UNRECORDED
    try:
        if type(event) in _TIMED_CHECKS:
            return _TIMED_CHECKS[type(event)](room, event, at)
        return _CHECKS[type(event)](room, event) if type(event) in _CHECKS else ""
    except Refused as error:
        return f"cannot be computed: {error.detail or error.code}"


def _phase(room: Room, event: e.PhaseChanged) -> str:
    if event.by == Guide.CONSENT:
        step = room.step_back
        agreed = step is not None and course.has_consent(room, set(step.agreed))
        same = step is not None and course.went_back(room, step) == event
        return "" if agreed and same else "cannot be: the members did not agree to go back"
    steps = [step for step in TRANSITIONS[room.phase] if step.to == event.to]
    if event.before != room.phase or not steps:
        return f"cannot be: no step leads from {room.phase} to {event.to}"
    missing = [need for need in steps[0].needs if not NEEDS[need](room)]
    return f"the room was not ready: {', '.join(missing)}" if missing else ""


def _preliminary(room: Room, event: e.PreliminaryDecided) -> str:
    if review.missing_votes(room):
        return "cannot be: votes are missing"
    return "" if review.decided(room) == event else "does not follow from the votes"


def _low_prices(room: Room, event: e.LowPricesDecided) -> str:
    if review.low_prices_missing(room):
        return "cannot be: votes are missing"
    return "" if review.low_prices_decided(room) == event else "does not follow from the votes"


def _answered(room: Room, event: e.PriceAnswered) -> str:
    known = event.bid in results.to_confirm(room)
    return "" if known else "a price that does not contradict itself"


def _explained(room: Room, event: e.PriceExplained) -> str:
    asked = event.bid in review.asked_about(room)
    return "" if asked else "a price that nobody asks about"


def _revealed(room: Room, event: e.ScoresRevealed) -> str:
    sheets = tuple(scoring.sheet(room, member.number) for member in room.members)
    return "" if sheets == event.sheets else "not the points that the members gave"


def _points(room: Room, event: e.ScoreSubmitted | e.ScoreCorrected) -> str:
    criterion = room.method.criterion(event.criterion)
    if criterion is None or criterion.kind != "subjective" or event.bid not in room.bids_left:
        return "points for something that is not to be judged"
    if scoring.checked_points(criterion, event.points) != event.points:
        return "points of another kind"
    if isinstance(event, e.ScoreSubmitted) and room.seat(event.seat).locked:
        return "given after the sheet was locked"
    return ""


def _locked(room: Room, event: e.ScoresLocked) -> str:
    if event.statement is None:
        return ""
    said = scoring.sheet_statement(room, event.seat)
    return "" if event.statement.get("statement") == said else "another sheet was signed"


def _price(room: Room, event: e.PriceScored) -> str:
    computed = results.price_result(room)
    return "" if computed == event.result else _difference(computed, event.result)


def _totals(room: Room, event: e.TotalsComputed) -> str:
    computed = results.totals_result(room)
    return "" if computed == event.result else _difference(computed, event.result)


def _checks(room: Room, event: e.ChecksMade) -> str:
    if room.results.totals != results.totals_result(room):
        return "the totals before it do not follow from the points"
    return "" if results.checks(room) == event else "other findings than follow from the points"


def _finding_answered(room: Room, event: e.FindingAnswered) -> str:
    command = c.AnswerFinding(event.seat, event.finding, event.reason, event.points)
    return "" if leading.decide_finding(room, command)[0] == event else "another answer"


def _drafted(room: Room, event: e.ReportDrafted) -> str:
    if review.missing_votes(room):
        return "votes are missing"
    computed = results.drafted(room)
    if computed.outcome != event.outcome:
        return _difference(computed.outcome, event.outcome)
    return "" if computed.digest == event.digest else "not the digest of the outcome"


def _confirmed(room: Room, event: e.ReportConfirmed) -> str:
    report = room.results.report
    if report is None or event.digest != report.digest:
        return "confirms another report"
    said = {
        "room_id": str(room.id),
        "seat": event.seat,
        "digest": event.digest,
        "agree": event.agree,
        "reason": event.reason,
    }
    if event.statement is not None and event.statement.get("statement") != said:
        return "another confirmation was signed"
    return ""


def _named(room: Room, event: e.BidsNamed) -> str:
    return "" if event.bids == room.bids else "other names or prices than were opened"


def _moved(room: Room, event: m.MotionMade) -> str:
    command = c.MakeMotion(
        event.seat,
        event.about,
        event.bid,
        event.clause,
        event.text,
        event.evidence,
        event.template,
        event.minutes,
    )
    same = motions.decide_motion(room, command) == (event,)
    return "" if same else "not the motion that the member made"


def _motion_vote(room: Room, event: m.MotionVoted, at: datetime) -> str:
    command = c.VoteOnMotion(event.seat, event.motion, event.agree, event.reason)
    return "" if motions.decide_motion_vote(room, command, at)[0] == event else "another vote"


def _asked(room: Room, event: q.EnquiryAsked, at: datetime) -> str:
    motion = room.motions.get(event.motion)
    if motion is None or not motion.is_carried or motion.made.about not in motions.ASKING:
        return "cannot be: the committee did not decide to ask"
    if any(one.asked.motion == event.motion for one in room.enquiries.values()):
        return "cannot be: it was asked already"
    return "" if enquiries.asked(room, motion, at=at) == event else "another question was decided"


def _enquiry_answered(room: Room, event: q.EnquiryAnswered, at: datetime) -> str:
    enquiry = room.enquiries.get(event.number)
    if enquiry is None:
        return "cannot be: nothing was asked"
    asked = enquiry.asked
    command = c.AnswerEnquiry(asked.enquiry, asked.bidder_id, event.text, event.statement)
    if enquiries.decide_answer(room, command, at)[0] != event:
        return "another answer"
    said = enquiries.answer_statement(room, enquiry, event.text)
    return "" if event.statement.get("statement") == said else "another answer was signed"


def _paused(room: Room, event: k.RoomPaused, at: datetime) -> str:
    if event.gap:
        return room_recording.check_pause(room, event)
    command = c.PauseRoom(event.by, event.reason)
    return "" if course.decide_pause(room, command, at) == (event,) else "another pause"


def _resumed(room: Room, event: k.RoomResumed, at: datetime) -> str:
    if room_recording.resumes_unrecorded(room):
        return room_recording.UNRECORDED
    command = c.ResumeRoom(event.by)
    return "" if course.decide_resumption(room, command, at) == (event,) else "another pause"


def _step_back(room: Room, event: k.StepBackProposed) -> str:
    command = c.ProposeStepBack(event.seat, Phase(event.to), event.reason)
    return "" if course.decide_step_back(room, command)[0] == event else "another way back"


def _step_back_answer(room: Room, event: k.StepBackAnswered) -> str:
    command = c.AnswerStepBack(event.seat, event.agree, event.reason)
    return "" if course.decide_step_back_answer(room, command)[0] == event else "another answer"


def _time_requested(room: Room, event: k.TimeRequested) -> str:
    command = c.RequestTime(event.seat, event.reason)
    return "" if course.decide_time_request(room, command) == (event,) else "another request"


def _lapsed(room: Room, event: q.EnquiryLapsed, at: datetime) -> str:
    command = c.LapseEnquiry(None, event.number)
    return "" if enquiries.decide_lapse(room, command, at)[0] == event else "another question"


def _motion_decided(room: Room, event: m.MotionDecided) -> str:
    motion = room.motions.get(event.motion)
    if motion is None or len(motion.votes) < len(room.members):
        return "cannot be: votes are missing"
    return "" if motions.decided(room, motion) == event else "does not follow from the votes"


def _refused(room: Room, event: m.ReportRefused) -> str:
    command = c.RecordRefusal(event.seat, event.basis)
    return "" if motions.decide_refusal(room, command) == (event,) else "another refusal"


def _closed(room: Room, event: e.RoomClosed) -> str:
    report = room.results.report
    return "" if report is not None and event.digest == report.digest else "with another report"


def _checked_in(room: Room, event: e.SeatCheckedIn) -> str:
    seat = room.seat(event.seat)
    named = {
        "room_id": str(room.id),
        "tender_id": str(room.tender_id),
        "seat": seat.number,
        "person_id": str(seat.person_id),
    }
    for signed in event.statements:
        said = signed.get("statement")
        if not isinstance(said, Mapping) or any(said.get(key) != named[key] for key in named):
            return "a statement names another room, seat or person"
    return "" if event.statements else "nothing was signed"


_CHECKS: Final[Mapping[type, Callable[[Room, Any], str]]] = MappingProxyType(
    {
        e.PhaseChanged: _phase,
        e.PreliminaryDecided: _preliminary,
        e.LowPricesDecided: _low_prices,
        e.PriceAnswered: _answered,
        e.PriceExplained: _explained,
        e.ScoreSubmitted: _points,
        e.ScoreCorrected: _points,
        e.ScoresLocked: _locked,
        e.ScoresRevealed: _revealed,
        e.BidsNamed: _named,
        e.PriceScored: _price,
        e.TotalsComputed: _totals,
        e.ChecksMade: _checks,
        e.FindingAnswered: _finding_answered,
        e.ReportDrafted: _drafted,
        e.ReportConfirmed: _confirmed,
        e.RoomClosed: _closed,
        m.MotionMade: _moved,
        k.StepBackProposed: _step_back,
        k.StepBackAnswered: _step_back_answer,
        k.TimeRequested: _time_requested,
        m.MotionDecided: _motion_decided,
        m.ReportRefused: _refused,
        e.SeatCheckedIn: _checked_in,
        v.MediaGapOpened: room_recording.check_gap_opened,
        b.BlindSearched: room_documents.check_searched,
        b.LeakDecided: room_documents.check_leak,
        PageShown: room_documents.check_page,
    }
)


_TIMED_CHECKS: Final[Mapping[type, Callable[[Room, Any, datetime], str]]] = MappingProxyType(
    {
        m.MotionVoted: _motion_vote,
        q.EnquiryAsked: _asked,
        q.EnquiryAnswered: _enquiry_answered,
        q.EnquiryLapsed: _lapsed,
        **room_recording.TIMED_CHECKS,
        k.RoomPaused: _paused,
        k.RoomResumed: _resumed,
    }
)


def _statements(event: e.RoomEvent) -> list[tuple[str, dict[str, Any]]]:
    match event:
        case e.SeatCheckedIn(statements=statements) | e.SeatRecused(statements=statements):
            return [(STATEMENT_LABEL, statement) for statement in statements]
        case e.ScoresLocked(statement=statement) if statement is not None:
            return [(SHEET_LABEL, statement)]
        case q.EnquiryAnswered(statement=statement):
            return [(ANSWER_LABEL, statement)]
        case e.ReportConfirmed(statement=statement) if statement is not None:
            return [(REPORT_LABEL, statement)]
        case _:
            return []


def _check_signature(
    case: Case, label: str, statement: dict[str, Any], entry: Entry, notes: Notes
) -> str:
    """Check a signature; the credit code of the organization that signed, empty if none did."""
    try:
        _, who = case.signed(statement, label=label, at=entry.at, where=place(entry))
    except CryptoError as error:
        notes.fails(place(entry), str(error))
        return ""
    return who.uscc or ""


def _difference(computed: object, found: object, path: str = "") -> str:
    """The first place where two JSON values differ."""
    if isinstance(computed, Mapping) and isinstance(found, Mapping):
        for key in sorted(computed.keys() | found.keys()):
            if computed.get(key) != found.get(key):
                return _difference(computed.get(key), found.get(key), f"{path}.{key}")
    if isinstance(computed, list) and isinstance(found, list) and len(computed) == len(found):
        for number, (own, other) in enumerate(zip(computed, found, strict=True)):
            if own != other:
                return _difference(own, other, f"{path}[{number}]")
    return f"{path.lstrip('.') or 'it'} is {str(found)[:80]}, computed {str(computed)[:80]}"
