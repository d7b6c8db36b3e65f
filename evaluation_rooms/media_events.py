"""Sound and picture of a room as entries: whose began, where they are missing, who went on so.

Only that a seat was seen and heard, or was not; what was said is in the recording, not here.
"""

from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct


class Why(StrEnum):
    """Why a seat is not seen or heard: its line broke, its device failed, it was turned off.

    `unnoticed`: the platform was away itself, and the seat has just come back.
    """

    LINE = "line"
    DEVICE = "device"
    LEFT = "left"
    UNNOTICED = "unnoticed"


class MediaBegan(Struct, frozen=True, tag_field="kind", tag="media.began"):
    """A member's camera and microphone are on for the first time, or again."""

    room_id: UUID
    seat: int
    at: datetime


class MediaEnded(Struct, frozen=True, tag_field="kind", tag="media.ended"):
    """They were turned off while nothing was evaluated: no gap."""

    room_id: UUID
    seat: int
    at: datetime


class MediaGapOpened(Struct, frozen=True, tag_field="kind", tag="media.gap_opened"):
    """A member is not seen and heard, from `since` on. `gap` counts from 1."""

    room_id: UUID
    gap: int
    seat: int
    why: Why
    since: datetime


class MediaGapClosed(Struct, frozen=True, tag_field="kind", tag="media.gap_closed"):
    """The member is seen and heard again."""

    room_id: UUID
    gap: int
    until: datetime


class MediaContinued(Struct, frozen=True, tag_field="kind", tag="media.continued"):
    """A person, by name and for a reason, lets the evaluation go on in spite of the gap.

    The supervisor was in the room.
    """

    room_id: UUID
    gap: int
    by: str
    reason: str


MediaEvent: TypeAlias = MediaBegan | MediaEnded | MediaGapOpened | MediaGapClosed | MediaContinued


class Gap(Struct, frozen=True):
    """A gap as it stands. `over`: the seat is seen again, or is somebody else's now."""

    opened: MediaGapOpened
    over: bool = False
    continued: MediaContinued | None = None

    @property
    def is_uncovered(self) -> bool:
        """Does it last, and did nobody answer for going on?"""
        return not self.over and self.continued is None
