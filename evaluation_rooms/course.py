"""A room stands still when its supervisor says so, and goes back a phase when all members agree.

It has more time when more than a third of the members ask. The supervisor is silent otherwise. Time
does not run while the room stands still: its window and the terms of questions to bidders end later
by as much.
"""

from datetime import datetime
from typing import Final

from evaluation_rooms.commands import (
    AnswerStepBack,
    PauseRoom,
    ProposeStepBack,
    RequestTime,
    ResumeRoom,
)
from evaluation_rooms.course_events import (
    RoomPaused,
    RoomResumed,
    StepBack,
    StepBackAnswered,
    StepBackProposed,
    TimeRequested,
)
from evaluation_rooms.events import PhaseChanged, RoomEvent
from evaluation_rooms.phases import BACK, Guide, Phase
from evaluation_rooms.recording import uncovered
from evaluation_rooms.room import Room
from evaluation_rooms.seating import require_member
from tendering.domain.refusals.media import RecordingGap
from tendering.domain.refusals.rooms import (
    NoStepBack,
    NotYourPart,
    ReasonMissing,
    RoomNotPaused,
    RoomStandsStill,
    TimeAlreadyAsked,
)
from tendering.domain.refusals.tenders import WrongPhase

_REPORTED: Final = frozenset({Phase.SIGNING, Phase.CLOSED, Phase.VOID})


def require_running(room: Room) -> None:
    """Raise RoomStandsStill while the supervisor has paused the room."""
    if room.standstill is not None:
        raise RoomStandsStill(reason=room.standstill.paused.reason)


def decide_pause(room: Room, command: PauseRoom, at: datetime) -> tuple[RoomEvent, ...]:
    """The supervisor pauses the room, for a reason. Raises RoomStandsStill, ReasonMissing."""
    require_running(room)
    if not command.reason.strip():
        raise ReasonMissing
    return (RoomPaused(room.id, len(room.pauses) + 1, command.by, command.reason, at),)


def decide_resumption(room: Room, command: ResumeRoom, at: datetime) -> tuple[RoomEvent, ...]:
    """The supervisor lets the room go on. Raises RoomNotPaused, RecordingGap.

    Whoever lets it go on without a recording says why (`recording.decide_continuation`).
    """
    if room.standstill is None:
        raise RoomNotPaused
    if gaps := uncovered(room):
        raise RecordingGap(seats=[gap.opened.seat for gap in gaps])
    return (RoomResumed(room.id, room.standstill.paused.number, command.by, at),)


def decide_step_back(room: Room, command: ProposeStepBack) -> tuple[RoomEvent, ...]:
    """Host or chair propose to go back. Raises WrongPhase, NotYourPart, NoStepBack, ReasonMissing.

    The chair agrees by proposing.
    """
    if command.seat is not None:
        require_member(room, command.seat)
        if command.seat != room.chair:
            raise NotYourPart
    if command.to not in BACK[room.phase]:
        raise WrongPhase(phase=room.phase, to=command.to, allowed=sorted(BACK[room.phase]))
    if room.step_back is not None:
        raise NoStepBack("the members are asked already")
    if not command.reason.strip():
        raise ReasonMissing
    proposed = StepBackProposed(room.id, command.seat, room.phase, command.to, command.reason)
    if command.seat is None:
        return (proposed,)
    return (proposed, StepBackAnswered(room.id, command.seat, True, ""))


def decide_step_back_answer(room: Room, command: AnswerStepBack) -> tuple[RoomEvent, ...]:
    """A member agrees or not; the last who agrees takes the room back.

    Raises NoStepBack, ReasonMissing.
    """
    require_member(room, command.seat)
    if room.step_back is None or command.seat in room.step_back.agreed:
        raise NoStepBack
    if not command.agree and not command.reason.strip():
        raise ReasonMissing
    answered = StepBackAnswered(room.id, command.seat, command.agree, command.reason)
    if not command.agree or not has_consent(room, {*room.step_back.agreed, command.seat}):
        return (answered,)
    return (answered, went_back(room, room.step_back))


def decide_time_request(room: Room, command: RequestTime) -> tuple[RoomEvent, ...]:
    """A member finds the time too short; with more than a third of them the room has more (E26).

    Once for each extension. Raises WrongPhase once the report is there, ReasonMissing,
    TimeAlreadyAsked.
    """
    require_member(room, command.seat)
    if room.phase in _REPORTED:
        raise WrongPhase(phase=room.phase)
    if not command.reason.strip():
        raise ReasonMissing
    extension = room.extensions + 1
    if command.seat in room.short_of_time(extension):
        raise TimeAlreadyAsked
    return (TimeRequested(room.id, extension, command.seat, command.reason),)


def went_back(room: Room, step: StepBack) -> PhaseChanged:
    """The change of phase that all members agreed to. What was computed since is void."""
    return PhaseChanged(room.id, room.phase, Phase(step.proposed.to), Guide.CONSENT)


def has_consent(room: Room, agreed: set[int]) -> bool:
    """Does every member agree?"""
    return agreed >= {member.number for member in room.members}
