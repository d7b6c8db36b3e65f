"""Seats between centres: who the partner is, in which order messages count, until when changes go.

《电子招标投标办法》第三十三条 has members log in at a trading place; another centre's is reached
over a signed interface (docs/specs/centre-wire-v1.md). The steps of an order are any booking's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Event, instant
from tendering.domain.refusals.partners import DispatchBegun
from tendering.domain.refusals.wire import MessageConflict, MessageEarly
from tendering.domain.venues import Booking

PARTNERS_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Partner:
    """A centre with a platform of its own: where it answers, its Ed25519 key of 32 bytes."""

    id: UUID
    organization_id: UUID
    endpoint: str
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """A partner's message as it was received: its very bytes, its signature, where it was sent."""

    url: str
    headers: dict[str, str]
    body: str

    def as_json(self) -> dict[str, JsonValue]:
        """What the journal keeps, so that the signature can be verified again."""
        return {"url": self.url, "headers": {**self.headers}, "body": self.body}


def require_next(number: int, *, last: int) -> None:
    """Does a message follow the `last` one about its subject (0: there was none)?

    Raises MessageEarly for a gap, MessageConflict where another message has this number.
    """
    if number > last + 1:
        raise MessageEarly(expected=last + 1)
    if number <= last:
        raise MessageConflict("another message has this number", number=number)


def require_not_begun(booking: Booking, *, at: datetime) -> None:
    """Neither side changes or calls off seats whose time has begun. Raises DispatchBegun."""
    if at >= booking.begins_at:
        raise DispatchBegun(begins_at=instant(booking.begins_at))


def by_partner(event: Event, partner: Partner, evidence: Evidence | None = None) -> Event:
    """An event of a booking that a partner's platform answers; with `evidence` it said so."""
    said: dict[str, JsonValue] = {"public_key": partner.public_key.hex()}
    if evidence is not None:
        said["signed"] = evidence.as_json()
    return Event(event.kind, event.body | {"partner": said})
