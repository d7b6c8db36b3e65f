"""The one way into the rules of an evaluation room: a command in, events or a refusal out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from evaluation_rooms import (
    blindness,
    commands,
    course,
    election,
    enquiries,
    leading,
    motions,
    pages,
    recording,
    review,
    scoring,
    seating,
)
from evaluation_rooms.commands import Command
from evaluation_rooms.events import RoomEvent
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from tendering.domain.refusals.rooms import RoomWindowClosed
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.suspension import Pause


def decide(
    room: Room, command: Command, *, at: datetime, pauses: Sequence[Pause] = ()
) -> tuple[RoomEvent, ...]:
    """What the command leads to, in order. Raises the refusals of its rule.

    Nothing happens in a closed or void room, while it stands still, or outside its time window,
    which the pauses prolong.
    """
    if room.phase in {Phase.CLOSED, Phase.VOID}:
        raise WrongPhase(phase=room.phase)
    if not isinstance(command, _ALSO_STANDING):
        course.require_running(room)
    # Time does not run while the room stands still: whatever ends that is never too late.
    may_be_late = room.standstill is not None or isinstance(command, commands.ResumeRoom)
    if not may_be_late and not room.is_open_at(at, pauses):
        raise RoomWindowClosed
    if type(command) in _TIMED:
        return _TIMED[type(command)](room, command, at)
    return _RULES[type(command)](room, command)


# What may happen in a room that stands still.
_ALSO_STANDING: Final = (
    commands.ResumeRoom,
    commands.BeginMedia,
    commands.LoseMedia,
    commands.ContinueUnrecorded,
)

_TIMED: Final[Mapping[type, Callable[[Room, Any, datetime], tuple[RoomEvent, ...]]]] = (
    MappingProxyType(
        {
            commands.CheckIn: recording.decide_check_in,
            commands.VoteOnMotion: motions.decide_motion_vote,
            commands.AnswerEnquiry: enquiries.decide_answer,
            commands.LapseEnquiry: enquiries.decide_lapse,
            commands.PauseRoom: course.decide_pause,
            commands.ResumeRoom: course.decide_resumption,
            commands.BeginMedia: recording.decide_began,
            commands.LoseMedia: recording.decide_lost,
            commands.ContinueUnrecorded: recording.decide_continuation,
        }
    )
)


_RULES: Final[Mapping[type, Callable[[Room, Any], tuple[RoomEvent, ...]]]] = MappingProxyType(
    {
        commands.RecuseSeat: seating.decide_recusal,
        commands.ReplaceSeat: seating.decide_replacement,
        commands.VoteForChair: election.decide_vote,
        commands.VoteOnItem: review.decide_item_vote,
        commands.SubmitScore: scoring.decide_score,
        commands.LockScores: scoring.decide_lock,
        commands.ConfirmObjective: scoring.decide_objective,
        commands.CorrectObjective: scoring.decide_objective_correction,
        commands.EnterPrices: scoring.decide_prices,
        commands.AnswerPrice: leading.decide_price_answer,
        commands.ExplainPrice: review.decide_explanation,
        commands.AnswerFinding: leading.decide_finding,
        commands.ConfirmReport: leading.decide_report_answer,
        commands.RecordRefusal: motions.decide_refusal,
        commands.MakeMotion: motions.decide_motion,
        commands.ProposeStepBack: course.decide_step_back,
        commands.AnswerStepBack: course.decide_step_back_answer,
        commands.EnterEdition: blindness.decide_edition,
        commands.DecideLeak: blindness.decide_leak,
        commands.RequestTime: course.decide_time_request,
        commands.ShowPage: pages.decide_page,
        commands.AdvancePhase: leading.decide_advance,
        commands.Speak: leading.decide_speech,
    }
)
