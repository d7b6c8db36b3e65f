"""The opening hall: a tender's public stream, watched together by everybody.

The hall of a tender has the tender's id. Nobody moves it: it follows the opening, whose deeds are
`tendering`'s, through their entries. Before closing it shows only its own announcements, so that
nothing in it can betray how many take part.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct

from tendering.domain.journal import Entry, Event
from tendering.domain.refusals.tenders import WrongPhase


class HallPhase(StrEnum):
    """What the people in the hall are waiting for."""

    REHEARSAL = "rehearsal"
    SIGN_IN = "sign_in"
    WAITING = "waiting"
    CLOSING = "closing"
    UNLOCK = "unlock"
    REVEAL = "reveal"
    CONFIRM = "confirm"
    OBJECTIONS = "objections"
    DRAW = "draw"
    RECORD = "record"
    CLOSED = "closed"


H = HallPhase

# Entry of the public stream → where it leads from where. What is not here moves nothing.
TRANSITIONS: Final[Mapping[str, Mapping[HallPhase, HallPhase]]] = MappingProxyType(
    {
        "tender.published": {H.REHEARSAL: H.WAITING},
        "hall.sign_in_opened": {H.WAITING: H.SIGN_IN},
        "submission.closed": {H.REHEARSAL: H.UNLOCK, H.WAITING: H.UNLOCK, H.SIGN_IN: H.UNLOCK},
        "tender.failed": dict.fromkeys(H, H.CLOSED),
        "prices.revealed": {H.UNLOCK: H.CONFIRM, H.REVEAL: H.CONFIRM},
        "opening.objections_opened": {H.CONFIRM: H.OBJECTIONS},
        "opening.draw_held": {H.CONFIRM: H.DRAW, H.OBJECTIONS: H.DRAW},
        "opening.recorded": {
            H.CONFIRM: H.RECORD,
            H.OBJECTIONS: H.RECORD,
            H.DRAW: H.RECORD,
        },
        "opening.closed": dict.fromkeys(H, H.CLOSED),
    }
)
# From this entry on everybody in the hall sees everything that is public.
CURTAIN: Final = "submission.closed"
OWN_PREFIX: Final = "hall."


@dataclass(frozen=True, slots=True)
class Hall:
    """How far the hall is. `curtain_seq` is the number of the entry that closed submission."""

    tender_id: UUID
    phase: HallPhase = HallPhase.REHEARSAL
    curtain_seq: int | None = None

    def shows(self, entry: Entry) -> bool:
        """Is the entry for the people in the hall?"""
        if entry.kind.startswith(OWN_PREFIX):
            return True
        return self.curtain_seq is not None and entry.seq >= self.curtain_seq


class HallView(Struct, frozen=True, tag_field="kind", tag="hall"):
    """The hall as everybody sees it."""

    tender_id: UUID
    phase: str


def follow(hall: Hall, entry: Entry) -> Hall:
    """The hall after one more entry of the public stream."""
    phase = TRANSITIONS.get(entry.kind, {}).get(hall.phase, hall.phase)
    curtain = hall.curtain_seq
    if entry.kind == CURTAIN and curtain is None:
        curtain = entry.seq
    return Hall(hall.tender_id, phase, curtain)


def decide_announcement(hall: Hall, text: str) -> Event:
    """The host speaks to the hall, for the record. Raises WrongPhase once the hall is closed."""
    if hall.phase is HallPhase.CLOSED:
        raise WrongPhase(phase=hall.phase)
    return Event("hall.announced", {"text": text})
