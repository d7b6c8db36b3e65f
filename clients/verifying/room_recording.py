"""Gaps in a room's recording, replayed: what followed them, and who answers for it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from evaluation_rooms import commands as c
from evaluation_rooms import course_events as k
from evaluation_rooms import media_events as v
from evaluation_rooms import recording
from evaluation_rooms.room import Room

UNRECORDED: Final = "it went on without a recording, and nobody answers for that"
# What may happen in a room that stands still.
ALSO_STANDING: Final = k.RoomResumed | v.MediaEvent


def is_unrecorded(room: Room) -> bool:
    """Does a room evaluate while somebody is not recorded whom the law wants to be?"""
    return room.phase not in recording.UNEVALUATED and bool(recording.uncovered(room))


def check_gap_opened(room: Room, event: v.MediaGapOpened) -> str:
    """What is wrong with the beginning of a gap; empty when nothing is."""
    if event.gap != len(room.gaps) + 1:
        return "a gap with another number"
    return "" if room.seat(event.seat).checked_in else "a gap of somebody who is not there"


def _gap_closed(room: Room, event: v.MediaGapClosed, at: datetime) -> str:
    gap = room.gaps.get(event.gap)
    if gap is None or gap.over:
        return "cannot be: there is no such gap"
    return "" if gap.opened.since <= event.until <= at else "a gap that ends at another time"


def _continued(room: Room, event: v.MediaContinued, at: datetime) -> str:
    command = c.ContinueUnrecorded(event.gap, event.by, event.reason, is_supervised=True)
    return "" if recording.decide_continuation(room, command, at)[0] == event else "another gap"


def check_pause(room: Room, event: k.RoomPaused) -> str:
    """What is wrong with a pause that a gap made; empty when nothing is."""
    gap = room.gaps.get(event.gap)
    return "" if gap and recording.paused_by(room, gap.opened) == event else "another pause"


def resumes_unrecorded(room: Room) -> bool:
    """Would a room that stands still because of a gap go on with it?"""
    stands = room.standstill
    return stands is not None and bool(stands.paused.gap and recording.uncovered(room))


TIMED_CHECKS: Final[Mapping[type, Callable[[Room, Any, datetime], str]]] = MappingProxyType(
    {v.MediaGapClosed: _gap_closed, v.MediaContinued: _continued}
)
