"""What entries about venues and arrivals look like."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from clients.verifying.dispatch import ByPartner


class Requested(Struct, frozen=True):
    """venue.requested."""

    booking_id: UUID
    venue_id: UUID
    venue: str
    seats_wanted: int
    scattered: bool
    begins_at: datetime
    ends_at: datetime
    has_desk: bool = False
    partner: ByPartner | None = None


class Kept(Struct, frozen=True):
    """A workstation that a booking keeps."""

    id: UUID
    room: str
    label: str


class Confirmed(Struct, frozen=True):
    """venue.confirmed."""

    booking_id: UUID
    workstations: tuple[Kept, ...]
    partner: ByPartner | None = None


class Ended(Struct, frozen=True):
    """venue.declined, venue.cancelled, venue.failed."""

    booking_id: UUID
    partner: ByPartner | None = None


class TimeEnded(Struct, frozen=True):
    """venue.time_ended."""

    booking_id: UUID


class Withdrawn(Struct, frozen=True):
    """expert.withdrawn."""

    booking_id: UUID
    seat: int
    expert_id: UUID


class Arrived(Struct, frozen=True):
    """expert.arrived."""

    booking_id: UUID
    seat: int
    expert_id: UUID
    free: tuple[UUID, ...]
    chance: str
    workstation_id: UUID


class FeeStatement(Struct, frozen=True):
    """expert.fee_stated."""

    begins_at: datetime
    ends_at: datetime
    travels: bool
    rule: dict[str, Any]
    base_fen: int
    overtime_fen: int
    travel_fen: int


class CheckedIn(Struct, frozen=True):
    """seat.checked_in, as far as its place goes."""

    seat: int
