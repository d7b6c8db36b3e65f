"""What interrupts, turns, prolongs or ends the course of a room."""

from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct


class RoomPaused(Struct, frozen=True, tag_field="kind", tag="room.paused"):
    """The supervisor lets the room stand still. `by`: the person, by name.

    `gap`: it stands still by itself, because its recording has a gap of that number; `by` is empty.
    """

    room_id: UUID
    number: int
    by: str
    reason: str
    since: datetime
    gap: int = 0


class RoomResumed(Struct, frozen=True, tag_field="kind", tag="room.resumed"):
    """It goes on; the time it took is given back. `by` empty: the recording has no gap any more."""

    room_id: UUID
    number: int
    by: str
    until: datetime


class StepBackProposed(Struct, frozen=True, tag_field="kind", tag="step_back.proposed"):
    """Host (`seat` None) or chair propose to go back to a phase; every member is asked."""

    room_id: UUID
    seat: int | None
    before: str
    to: str
    reason: str


class StepBackAnswered(Struct, frozen=True, tag_field="kind", tag="step_back.answered"):
    """A member agrees to go back, or for a reason does not, and then the room stays."""

    room_id: UUID
    seat: int
    agree: bool
    reason: str


class TimeRequested(Struct, frozen=True, tag_field="kind", tag="time.requested"):
    """A member finds the time too short; `extension`: for which one, from 1, this counts."""

    room_id: UUID
    extension: int
    seat: int
    reason: str


class RoomVoided(Struct, frozen=True, tag_field="kind", tag="room.voided"):
    """The platform was away for too long: the seats are empty, what was decided here is void.

    Votes and marks stay to be read. Another committee evaluates the lot in another room.
    """

    room_id: UUID


CourseEvent: TypeAlias = (
    RoomPaused | RoomResumed | StepBackProposed | StepBackAnswered | TimeRequested | RoomVoided
)


class Standstill(Struct, frozen=True):
    """A pause of the room; `until` None while it lasts."""

    paused: RoomPaused
    until: datetime | None = None


class StepBack(Struct, frozen=True):
    """An open proposal to go back, and the seats that agreed so far, ascending."""

    proposed: StepBackProposed
    agreed: tuple[int, ...] = ()
