"""The opening hall: a tender's public stream, watched together by everybody.

The hall of a tender has the tender's id. Nobody moves it: until the bidder list is published it
follows the clock (`phase_by_clock`), then the opening, whose deeds are `tendering`'s, through their
entries. Before that list it shows only its own announcements, and nobody but officials speaks in
it, so that nothing in it can betray who takes part, or how many.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct

from crypto.canonical import JsonValue
from tendering.domain.journal import Entry, Event
from tendering.domain.refusals.rooms import NotYourPart, SilentNow
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.resumption import RESUMED
from tendering.domain.suspension import OUTAGE


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
        "submission.closed": dict.fromkeys(
            (H.REHEARSAL, H.SIGN_IN, H.WAITING, H.CLOSING), H.UNLOCK
        ),
        "tender.failed": dict.fromkeys(H, H.CLOSED),
        "tender.terminated": dict.fromkeys(H, H.CLOSED),
        "prices.revealed": {H.UNLOCK: H.REVEAL},
        # The prices of a tender with two envelopes, when the hall was closed over the first.
        RESUMED: dict.fromkeys(H, H.UNLOCK),
    }
)
_RECORDS: Final = frozenset({"opening_record", "price_record"})
# The phases that follow the clock, and those through which the host leads: back and forth, so that
# something may be read out again. `hall.phase_began` moves the hall in either.
CLOCKED: Final = (H.REHEARSAL, H.SIGN_IN, H.WAITING, H.CLOSING)
LED: Final = (H.REVEAL, H.CONFIRM, H.OBJECTIONS, H.DRAW)
WAITING_BEFORE: Final = timedelta(minutes=30)
PHASE_BEGAN: Final = "hall.phase_began"
BROADCAST_BEGAN: Final = "hall.broadcast_began"
BROADCAST_ENDED: Final = "hall.broadcast_ended"
# From this entry on everybody in the hall sees everything that is public.
CURTAIN: Final = "submission.closed"
OWN_PREFIX: Final = "hall."


class Voice(StrEnum):
    """As what somebody speaks in the hall."""

    HOST = "host"
    BIDDER = "bidder"
    KEY_HOLDER = "key_holder"
    SUPERVISOR = "supervisor"


# Who speaks before the bidder list is published: officials, who are in the notice anyway.
SPEAKS_BEFORE: Final = frozenset({Voice.HOST, Voice.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Hall:
    """How far the hall is. `curtain_seq` is the number of the entry that closed submission.

    `bidders` are those on the published list, by name; none before. `unrecorded` are the lots whose
    opening record is not signed yet.
    """

    tender_id: UUID
    phase: HallPhase = HallPhase.REHEARSAL
    curtain_seq: int | None = None
    suspended: bool = False
    bidders: Mapping[UUID, str] = field(default_factory=dict)
    unrecorded: frozenset[str] = frozenset()
    on_air: bool = False

    def shows(self, entry: Entry) -> bool:
        """Is the entry for the people in the hall?"""
        # That the platform was away, and until when bids are due now, concerns nobody alone.
        if entry.kind.startswith(OWN_PREFIX) or entry.kind == OUTAGE:
            return True
        return self.curtain_seq is not None and entry.seq >= self.curtain_seq


class HallView(Struct, frozen=True, tag_field="kind", tag="hall"):
    """The hall as everybody sees it."""

    tender_id: UUID
    phase: str
    suspended: bool
    on_air: bool


def hall_view(hall: Hall) -> HallView:
    """The hall for whoever comes in."""
    return HallView(hall.tender_id, hall.phase, hall.suspended, hall.on_air)


def phase_by_clock(*, sign_in_from: datetime, deadline: datetime, at: datetime) -> HallPhase:
    """Which phase the clock asks for before the bidder list is published.

    A deadline that moves takes the hall back with it. At the deadline itself the intake is closed.
    """
    if at >= deadline:
        return H.CLOSING
    if at >= deadline - WAITING_BEFORE:
        return H.WAITING
    return H.SIGN_IN if at >= sign_in_from else H.REHEARSAL


def decide_phase(hall: Hall, phase: HallPhase) -> Event | None:
    """Lead the hall where the clock asks; None when it is there, or follows the opening already."""
    if hall.phase not in CLOCKED or hall.phase is phase:
        return None
    return Event(PHASE_BEGAN, {"phase": phase})


def follow(hall: Hall, entry: Entry) -> Hall:
    """The hall after one more entry of the public stream."""
    if entry.kind == PHASE_BEGAN:
        return replace(hall, phase=HallPhase(str(entry.body["phase"])))
    if entry.kind in {BROADCAST_BEGAN, BROADCAST_ENDED}:
        hall = replace(hall, on_air=entry.kind == BROADCAST_BEGAN)
    if entry.kind in {"tender.suspended", "tender.resumed"}:
        return replace(hall, suspended=entry.kind == "tender.suspended")
    phase = TRANSITIONS.get(entry.kind, {}).get(hall.phase, hall.phase)
    if entry.kind == CURTAIN and hall.curtain_seq is None:
        lots = _objects(entry.body["lots"])
        bids = [bid for lot in lots for bid in _objects(lot["bids"])]
        return replace(
            hall,
            phase=phase,
            curtain_seq=entry.seq,
            bidders={UUID(str(bid["bidder_id"])): str(bid["bidder_name"]) for bid in bids},
            unrecorded=frozenset(str(lot["lot"]) for lot in lots),
        )
    if entry.kind == "document.issued" and entry.body["kind"] in _RECORDS:
        return replace(hall, phase=H.RECORD)
    left = hall.unrecorded
    if entry.kind == RESUMED:
        left |= {str(entry.body["lot"])}
    elif entry.kind == "opening.recorded" or _fails_lot(entry):
        left -= {str(entry.body["lot"])}
        phase = hall.phase if left else H.CLOSED
    if (phase, left) == (hall.phase, hall.unrecorded):
        return hall
    return replace(hall, phase=phase, unrecorded=left)


def decide_announcement(hall: Hall, text: str) -> Event:
    """The host speaks to the hall, for the record. Raises WrongPhase once the hall is closed."""
    if hall.phase is HallPhase.CLOSED:
        raise WrongPhase(phase=hall.phase)
    return Event("hall.announced", {"text": text})


def decide_broadcast(hall: Hall, *, is_on: bool) -> Event | None:
    """The host's camera or screen is shown to the hall, or is not any more; None: it was so.

    Before the bidder list nothing is shown (`floor`); in a closed hall nothing needs to end.
    """
    if hall.on_air is is_on or hall.phase is HallPhase.CLOSED:
        return None
    return Event("hall.broadcast_began", {}) if is_on else Event("hall.broadcast_ended", {})


def decide_lead(hall: Hall, to: HallPhase) -> Event:
    """The host leads the hall on, or back, once prices are shown. Raises WrongPhase."""
    if hall.phase not in LED or to not in LED or hall.phase is to:
        raise WrongPhase(phase=hall.phase, to=to)
    return Event(PHASE_BEGAN, {"phase": to})


def decide_speech(
    hall: Hall, voice: Voice | None, *, organization_id: UUID, name: str, text: str
) -> Event:
    """Somebody speaks in writing, for the record. `voice` None: nobody who has a part here.

    Raises WrongPhase once the hall is closed, SilentNow before the bidder list for all but the
    officials (whoever asks: a different answer would tell bidders from others), NotYourPart.
    """
    if hall.phase is HallPhase.CLOSED:
        raise WrongPhase(phase=hall.phase)
    if hall.curtain_seq is None and voice not in SPEAKS_BEFORE:
        raise SilentNow(phase=hall.phase)
    if voice is None:
        raise NotYourPart
    said: dict[str, JsonValue] = {
        "voice": voice,
        "organization_id": str(organization_id),
        "organization_name": name,
        "text": text,
    }
    return Event("hall.said", said)


def _fails_lot(entry: Entry) -> bool:
    """Was it decided that a lot with too few open bids fails?"""
    return entry.kind == "shortfall.decided" and entry.body["decision"] == "fail"


def _objects(value: JsonValue) -> list[dict[str, JsonValue]]:
    assert isinstance(value, list)
    return [one for one in value if isinstance(one, dict)]
