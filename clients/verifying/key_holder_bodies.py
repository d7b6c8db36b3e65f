"""What the journal says of key holders, as a verifier reads it; see `bodies`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct


class CanaryIssued(Struct, frozen=True):
    """canary.issued: `header` and the digests of the right answers in hex."""

    canary: int
    occasion: str
    asked: tuple[int, ...]
    header: str
    answers: tuple[str, ...]
    due_at: datetime


class CanaryOpened(Struct, frozen=True):
    """canary.opened: a key holder's answer, hex."""

    canary: int
    number: int
    answer: str
    in_time: bool
    statement: dict[str, Any]


class CanaryMissed(Struct, frozen=True):
    """canary.missed: who had not opened it when it was due."""

    canary: int
    missing: tuple[int, ...]
    enough: bool


class ReplacementOrdered(Struct, frozen=True):
    """key_holder.replacement_ordered: the host's order and its statement."""

    number: int
    organization_id: UUID
    reason: str
    statement: dict[str, Any]


class KeyHolderReplaced(Struct, frozen=True):
    """key_holder.replaced: what `tender_now` does not read is in the announcement."""

    number: int
    organization_id: UUID
    name: str
    announcement: dict[str, Any]
    effective_at: datetime


class KeyDestroyed(Struct, frozen=True):
    """key_holder.key_destroyed: hex, and the key holder's statement."""

    number: int
    public_key: str
    statement: dict[str, Any]
