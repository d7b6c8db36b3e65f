"""Blind documents (暗标), as entries: what was made of a bid, what was found in it, who decided."""

from typing import TypeAlias
from uuid import UUID

from msgspec import Struct


class LeftOut(Struct, frozen=True):
    """A file of the bid, by its place there, that could not be made anonymous."""

    file: int
    why: str


class Leak(Struct, frozen=True):
    """Something in a bid's edition that may tell whose it is; a person decides about it.

    `file` and `page` of the edition; page 0 is its properties, or nothing that can be searched
    (kind `no_text`). `about`: own, other, or empty.
    """

    number: int
    file: int
    page: int
    kind: str
    about: str
    excerpt: str


class BlindSearched(Struct, frozen=True, tag_field="kind", tag="blind.searched"):
    """A bid's anonymous edition was made: its digest (SHA-256, hex), and what was found in it."""

    room_id: UUID
    bid: int
    digest: str
    files: int
    left_out: tuple[LeftOut, ...]
    leaks: tuple[Leak, ...]


class LeakDecided(Struct, frozen=True, tag_field="kind", tag="blind.decided"):
    """Somebody decided, by name and for a reason: the file is shown, or it is withheld."""

    room_id: UUID
    number: int
    by: str
    shown: bool
    reason: str


class LeakView(Struct, frozen=True):
    """Something found in a bid's edition, for who decides; `decision` None: not yet."""

    bid: int
    leak: Leak
    decision: LeakDecided | None


BlindEvent: TypeAlias = BlindSearched | LeakDecided
