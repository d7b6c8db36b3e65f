"""What entries about checks of identity look like."""

from uuid import UUID

from msgspec import Struct


class Checked(Struct, frozen=True):
    """identity.checked: what a desk saw, and where that led."""

    seat: int
    expert_id: UUID
    standing: str
    document_matches: bool
    score: int | None


class Decided(Struct, frozen=True):
    """identity.decided: what the host decided."""

    seat: int
    expert_id: UUID
    standing: str
    approved: bool
    reason: str
