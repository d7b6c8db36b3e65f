"""The journal's bodies about contributions to a draw, as key holders and verifiers read them."""

from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

Hex16 = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}(?!\n)$")]


class ContributionSealed(Struct, frozen=True):
    """draw.committed."""

    organization_id: UUID
    recipient: str
    container: bytes
    statement: Any


class RecordChecked(Struct, frozen=True):
    """draw.record_checked."""

    organization_id: UUID
    number: int
    usable: bool
    statement: Any


class ContributionsClosed(Struct, frozen=True):
    """draw.contributions_closed."""

    admitted: tuple[UUID, ...]
    left_out: tuple[UUID, ...]


class ContributionRevealed(Struct, frozen=True):
    """draw.revealed."""

    organization_id: UUID
    file_key: Hex16


class ContributionShare(Struct, frozen=True):
    """draw.share_given."""

    organization_id: UUID
    number: int
    share: Hex16
