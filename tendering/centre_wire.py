"""What two centres say to each other: each message of the interface, version 1.

Orders of seats: `apply`, `change`, `cancel` from the host's platform, `notify` and `exception` from
the venue's. `query` is answered at once and changes nothing. Experts: `experts.ask`, `expert.drawn`
from the host's, `experts.offer`, `expert.named`, `expert.declined` from the sharer's.
docs/specs/centre-wire-v1.md. Pure.
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
NEEDS_MAX: Final = 20
PLACES_MAX: Final = 2_000

# No control characters: what is shown in a console and written into a journal.
Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+(?!\n)$")]
OptionalLine = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*(?!\n)$")]
Instant = Annotated[datetime, Meta(tz=True)]
Uscc = Annotated[str, Meta(pattern=r"^[0-9A-HJ-NPQRTUWXY]{18}(?!\n)$", max_length=18)]
# Argon2id with costs of the usual order: verifying it must not exhaust who receives it.
PasswordHash = Annotated[
    str,
    Meta(
        max_length=200,
        pattern=r"^\$argon2id\$v=19\$m=[0-9]{1,5},t=[0-9],p=[0-9]"
        r"\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}(?!\n)$",
    ),
]
Hex32 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}(?!\n)$", max_length=64)]


class _Sent(Struct, frozen=True, forbid_unknown_fields=True, tag_field="action", kw_only=True):
    """What every message has: its id, the order it is about, its place among those of one side."""

    version: Literal["v1"] = "v1"
    id: UUID
    subject: UUID
    number: Annotated[int, Meta(ge=1, le=10_000)]


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


class SharedNeed(Struct, frozen=True, forbid_unknown_fields=True):
    """Experts of a speciality and region, for so many seats; an empty region is any."""

    speciality: Line
    region: Annotated[str, Meta(pattern=r"^([0-9]{6})?(?!\n)$", max_length=6)]
    seats: Annotated[int, Meta(ge=1, le=SEATS_MAX)]


class AskExperts(_Sent, frozen=True, tag="experts.ask", kw_only=True):
    """The host asks to share experts. `interested`: whoever is tied to one of these stands back."""

    needs: Annotated[tuple[SharedNeed, ...], Meta(min_length=1, max_length=NEEDS_MAX)]
    interested: Annotated[tuple[Uscc, ...], Meta(max_length=2_000)]
    regime: Literal["construction", "government_procurement"]


class OfferedPlace(Struct, frozen=True, forbid_unknown_fields=True):
    """A place in the sharer's list: a commitment to an expert, and which of the needs it fits."""

    commitment: Hex32
    needs: Annotated[tuple[int, ...], Meta(min_length=1, max_length=NEEDS_MAX)]


class OfferExperts(_Sent, frozen=True, tag="experts.offer", kw_only=True):
    """The sharer's places, in their order; none, with a reason, when it does not share."""

    places: Annotated[tuple[OfferedPlace, ...], Meta(max_length=PLACES_MAX)]
    reason: OptionalLine = ""


class ExpertDrawn(_Sent, frozen=True, tag="expert.drawn", kw_only=True):
    """A place was drawn: its expert is asked to come, and answers before `respond_until`."""

    place: Annotated[int, Meta(ge=0, lt=PLACES_MAX)]
    venue: Line
    speciality: Line
    begins_at: Instant
    respond_until: Instant


class SharedExpert(Struct, frozen=True, forbid_unknown_fields=True):
    """Who stands behind a place: what the commitment hides."""

    id: UUID
    name: Line
    region: Annotated[str, Meta(pattern=r"^[0-9]{6}(?!\n)$", max_length=6)]
    employer: Line
    employer_uscc: Annotated[str, Meta(max_length=18)]
    specialities: Annotated[tuple[Line, ...], Meta(min_length=1, max_length=50)]


class ExpertNamed(_Sent, frozen=True, tag="expert.named", kw_only=True):
    """The expert of a drawn place comes: opens its commitment, and how they will log in."""

    place: Annotated[int, Meta(ge=0, lt=PLACES_MAX)]
    expert: SharedExpert
    salt: Hex32
    password_hash: PasswordHash


class ExpertDeclined(_Sent, frozen=True, tag="expert.declined", kw_only=True):
    """The expert of a drawn place does not come, and stays unnamed."""

    place: Annotated[int, Meta(ge=0, lt=PLACES_MAX)]
    reason: Line


Message = (
    Apply
    | Change
    | Cancel
    | Notify
    | Exceptional
    | AskExperts
    | OfferExperts
    | ExpertDrawn
    | ExpertNamed
    | ExpertDeclined
)
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
