"""What two centres say to each other: each message of the interface, version 1.

Orders of seats: `apply`, `change`, `cancel` from the host's platform, `notify` and `exception` from
the venue's. `query` is answered at once and changes nothing. docs/specs/centre-wire-v1.md. Pure.
"""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta, Struct

# Names this interface in the signatures under its requests.
TAG: Final = "kaibiao-centre-v1"
MESSAGE_BYTES_MAX: Final = 1 << 20
SEATS_MAX: Final = 99
WORKSTATIONS_MAX: Final = 2_000

# No control characters: what is shown in a console and written into a journal.
Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+(?!\n)$")]
OptionalLine = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*(?!\n)$")]
Instant = Annotated[datetime, Meta(tz=True)]
Hex32 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}(?!\n)$", max_length=64)]


class _Sent(Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", kw_only=True):
    """What every message has: its id, the order it is about, its place among those of one side."""

    version: Literal["v1"] = "v1"
    id: UUID
    subject: UUID
    number: Annotated[int, Meta(ge=1, le=1_000)]


class _Asked(_Sent, frozen=True, kw_only=True):
    """So many seats at a venue, from when until before when."""

    venue: Line
    seats: Annotated[int, Meta(ge=1, le=SEATS_MAX)]
    scattered: bool
    begins_at: Instant
    ends_at: Instant
    contact: OptionalLine = ""


class Apply(_Asked, frozen=True, tag="apply", kw_only=True):
    """The host asks for seats; `subject` is the order's id from now on."""


class Change(_Asked, frozen=True, tag="change", kw_only=True):
    """The host asks for other seats in place of those of the confirmed order `replaces`."""

    replaces: UUID


class Cancel(_Sent, frozen=True, tag="cancel", kw_only=True):
    """The host needs the seats no more."""

    reason: Line


class OfferedWorkstation(Struct, frozen=True, forbid_unknown_fields=True):
    """A workstation that is kept; the digest of the token by which it is known."""

    room: Line
    label: Line
    token_sha256: Hex32


class Notify(_Sent, frozen=True, tag="notify", kw_only=True):
    """The venue confirms, with the workstations it keeps, or declines, with a reason."""

    status: Literal["confirmed", "declined"]
    reason: OptionalLine = ""
    workstations: Annotated[tuple[OfferedWorkstation, ...], Meta(max_length=WORKSTATIONS_MAX)] = ()


class Exceptional(_Sent, frozen=True, tag="exception", kw_only=True):
    """The venue cannot keep what it confirmed."""

    reason: Line


Message = Apply | Change | Cancel | Notify | Exceptional
MESSAGE: Final = msgspec.json.Decoder(Message)


class Standing(Struct, frozen=True):
    """The answer to a message: how the order stands at who answers."""

    subject: UUID
    status: str


class Query(Struct, frozen=True, forbid_unknown_fields=True):
    """What is free in a time; how an order stands."""

    begins_at: Instant | None = None
    ends_at: Instant | None = None
    subject: UUID | None = None


class FreeVenue(Struct, frozen=True):
    """What a venue has free all of a time: its largest free room, and rooms with a free place."""

    venue: str
    region: str
    room_seats: int
    scattered_seats: int


class QueryAnswer(Struct, frozen=True):
    """The venues with what is free; the order's standing, empty when none was asked for."""

    venues: tuple[FreeVenue, ...] = ()
    status: str = ""


QUERY: Final = msgspec.json.Decoder(Query)
ANSWER: Final = msgspec.json.Decoder(QueryAnswer)


def encode(message: Message | Query) -> bytes:
    """The bytes that go over the wire."""
    return msgspec.json.encode(message)


def message_id(subject: UUID, action: str, number: int) -> UUID:
    """The id of a message: the same for what is the same, however often it is made."""
    return uuid5(subject, f"{action}/{number}")
