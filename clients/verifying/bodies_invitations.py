"""What entries about invitations to seats look like."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct


class Called(Struct, frozen=True):
    """committee.called."""

    seats_asked: int
    begins_at: datetime
    answer_minutes: int


class Invited(Struct, frozen=True):
    """expert.invited."""

    seat: int
    expert_id: UUID
    respond_until: datetime


class Accepted(Struct, frozen=True):
    """expert.accepted."""

    seat: int
    expert: dict[str, Any]


class Left(Struct, frozen=True):
    """expert.declined, expert.lapsed."""

    seat: int
    expert_id: UUID


class Exhausted(Struct, frozen=True):
    """committee.exhausted."""

    seat: int
