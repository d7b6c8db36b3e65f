"""Gaps in sound and picture: what they mean for an evaluation.

87号令 第三十九条: a procurement's evaluation is recorded as a whole. So where the room's terms say
`required` a gap shows at once and the room stands still, until the member is seen again or a person
answers for going on, by name, for a reason, in the supervisor's sight. Elsewhere the evaluation
goes on and the gap is on record.
"""

from datetime import datetime
from typing import Final

from evaluation_rooms import seating
from evaluation_rooms.commands import BeginMedia, CheckIn, ContinueUnrecorded, LoseMedia
from evaluation_rooms.course_events import RoomPaused, RoomResumed
from evaluation_rooms.events import RoomEvent, SeatCheckedIn
from evaluation_rooms.media_events import (
    Gap,
    MediaBegan,
    MediaContinued,
    MediaEnded,
    MediaGapClosed,
    MediaGapOpened,
    Why,
)
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.seating import require_member
from tendering.domain.refusals.media import NoRecordingGap, SupervisorAbsent
from tendering.domain.refusals.rooms import NotYourPart, ReasonMissing

REQUIRED: Final = "required"
VENUE: Final = "venue"
OPTIONAL: Final = "optional"
# Before it begins and after the report nothing is evaluated.
UNEVALUATED: Final = frozenset({Phase.PREPARATION, Phase.SIGNING, Phase.CLOSED, Phase.VOID})


def uncovered(room: Room) -> tuple[Gap, ...]:
    """The gaps that last and that nobody answers for, where there must be none."""
    if room.terms.recording != REQUIRED:
        return ()
    return tuple(gap for _, gap in sorted(room.gaps.items()) if gap.is_uncovered)


def is_recorded(room: Room) -> bool:
    """Is every member seen and heard, or did somebody answer for going on without?"""
    if room.terms.recording != REQUIRED:
        return True
    answered = {gap.opened.seat for gap in room.gaps.values() if gap.continued and not gap.over}
    return all(one.number in room.cameras or one.number in answered for one in room.members)


def decide_check_in(room: Room, command: CheckIn, at: datetime) -> tuple[RoomEvent, ...]:
    """As `seating.decide_check_in`; who sits down later must be seen before anything goes on."""
    events = seating.decide_check_in(room, command)
    if not isinstance(events[-1], SeatCheckedIn) or room.phase in UNEVALUATED:
        return events
    if room.terms.recording != REQUIRED:
        return events
    opened = MediaGapOpened(room.id, len(room.gaps) + 1, command.seat, Why.LEFT, at)
    return (*events, opened, paused_by(room, opened))


def decide_began(room: Room, command: BeginMedia, at: datetime) -> tuple[RoomEvent, ...]:
    """A member is seen and heard. Raises NotYourPart, NotCheckedIn."""
    require_member(room, command.seat)
    gap = _open_gap(room, command.seat)
    if gap is not None:
        closed = MediaGapClosed(room.id, gap.opened.gap, at)
        return (closed, *_resumed(room, gap.opened.gap, by="", at=at))
    if command.seat not in room.cameras:
        return (MediaBegan(room.id, command.seat, at),)
    if room.phase in UNEVALUATED:
        return ()
    # Nobody saw the line break: the platform was away as well.
    opened = MediaGapOpened(room.id, len(room.gaps) + 1, command.seat, Why.UNNOTICED, at)
    return (opened, MediaGapClosed(room.id, opened.gap, at))


def decide_lost(room: Room, command: LoseMedia, at: datetime) -> tuple[RoomEvent, ...]:
    """A member is not seen and heard any more. Raises NotYourPart, NotCheckedIn.

    Where that is required also a member who never was.
    """
    require_member(room, command.seat)
    is_required = room.terms.recording == REQUIRED
    was_seen = command.seat in room.cameras
    if _open_gap(room, command.seat) is not None or not (was_seen or is_required):
        return ()
    if room.phase in UNEVALUATED and not (is_required and room.phase is Phase.PREPARATION):
        return (MediaEnded(room.id, command.seat, at),) if was_seen else ()
    opened = MediaGapOpened(room.id, len(room.gaps) + 1, command.seat, Why(command.why), at)
    if not is_required or room.phase in UNEVALUATED or room.standstill is not None:
        return (opened,)
    return (opened, paused_by(room, opened))


def paused_by(room: Room, opened: MediaGapOpened) -> RoomPaused:
    """The pause that a gap makes by itself."""
    return RoomPaused(room.id, len(room.pauses) + 1, "", "录音录像中断", opened.since, opened.gap)


def decide_continuation(
    room: Room, command: ContinueUnrecorded, at: datetime
) -> tuple[RoomEvent, ...]:
    """A person answers for going on. Raises NoRecordingGap, ReasonMissing, SupervisorAbsent."""
    gap = room.gaps.get(command.gap)
    if gap is None or gap not in uncovered(room):
        raise NoRecordingGap(gap=command.gap)
    if not command.by.strip():
        raise NotYourPart("it takes a person with a name")
    if not command.reason.strip():
        raise ReasonMissing
    if not command.is_supervised:
        raise SupervisorAbsent
    continued = MediaContinued(room.id, command.gap, command.by, command.reason)
    return (continued, *_resumed(room, command.gap, by=command.by, at=at))


def _open_gap(room: Room, seat: int) -> Gap | None:
    gaps = room.gaps.values()
    return next((gap for gap in gaps if gap.opened.seat == seat and not gap.over), None)


def _resumed(room: Room, gap: int, *, by: str, at: datetime) -> tuple[RoomEvent, ...]:
    """The end of a pause that gaps made, when this was the last of them."""
    stands = room.standstill
    left = [one for one in uncovered(room) if one.opened.gap != gap]
    if stands is None or not stands.paused.gap or left:
        return ()
    return (RoomResumed(room.id, stands.paused.number, by, at),)
