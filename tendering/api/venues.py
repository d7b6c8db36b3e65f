"""Venues over HTTP: registered, equipped, booked, answered; and an expert's arrival."""

import secrets
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from msgspec import Meta, Struct

from tendering.actions import arrivals
from tendering.actions import venues as deeds
from tendering.api.context import Actor
from tendering.api.fields import HexDigest, Instant, Line, OptionalLine, in_utc
from tendering.api.routing import Touches
from tendering.domain.refusals import NotFound
from tendering.domain.tender import require_party
from tendering.domain.venues import (
    SEATS_MAX,
    Booking,
    BookingStatus,
    BookingStep,
    Mode,
    Venue,
    Workstation,
    mode_of,
)
from tendering.storage import tenders, venue_bookings, venues
from tendering.storage.connection import Connection


class PostVenue(Struct, frozen=True, forbid_unknown_fields=True):
    """A venue, run by a venue operator; with a desk identity is proved there before arriving."""

    organization_id: UUID
    name: Line
    region: Annotated[str, Meta(pattern=r"^[0-9]{6}(?!\n)$", max_length=6)]
    has_desk: bool = False


class VenueAnswer(Struct, frozen=True):
    """A venue; its name is what the needs of a draw call it."""

    id: UUID
    organization_id: UUID
    name: str
    region: str
    has_desk: bool


class VenueList(Struct, frozen=True):
    """The venues there are, by name."""

    items: list[VenueAnswer]


class PostWorkstation(Struct, frozen=True, forbid_unknown_fields=True):
    """A place in a room. `token_sha256`: the workstation makes its token and keeps it."""

    room: Line
    label: Line
    token_sha256: HexDigest


class WorkstationAnswer(Struct, frozen=True):
    """A workstation."""

    id: UUID
    room: str
    label: str


class WorkstationList(Struct, frozen=True):
    """The workstations of a venue, by room and label."""

    items: list[WorkstationAnswer]


class FreeAnswer(Struct, frozen=True):
    """What a venue has free all of a time: the seats of its largest free room, and rooms.

    `scattered_seats`: rooms with a free workstation, since each member then sits in another one.
    """

    room_seats: int
    scattered_seats: int


class PostBooking(Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for seats; where the venue has confirmed some, ask to change them."""

    venue_id: UUID
    seats: Annotated[int, Meta(ge=1, le=SEATS_MAX)]
    begins_at: Instant
    ends_at: Instant
    scattered: bool = False
    contact: OptionalLine = ""


class BookingAnswer(Struct, frozen=True):
    """A booking as it stands: for a tender, or for another centre, `partner_id`, without one."""

    id: UUID
    tender_id: UUID | None
    partner_id: UUID | None
    venue_id: UUID
    venue: str
    seats: int
    scattered: bool
    begins_at: Instant
    ends_at: Instant
    status: BookingStatus
    contact: str


class BookingList(Struct, frozen=True):
    """Bookings of a tender in the order of the requests, and how the seats lie."""

    mode: Mode
    items: list[BookingAnswer]


class VenueOrderList(Struct, frozen=True):
    """What is asked of one's venues and not over yet."""

    items: list[BookingAnswer]


class PostCancellation(Struct, frozen=True, forbid_unknown_fields=True):
    """Why the seats are needed no more."""

    reason: Line


class PostBookingStep(Struct, frozen=True, forbid_unknown_fields=True):
    """What the venue says to a booking; why, unless it confirms."""

    step: BookingStep
    reason: Line = "-"


class PostWithdrawal(Struct, frozen=True, forbid_unknown_fields=True):
    """Who works at this workstation is to leave it, and why."""

    workstation_id: UUID
    reason: Line


class ArrivalAnswer(Struct, frozen=True):
    """Where one works, and in which time."""

    venue: str
    room: str
    label: str
    begins_at: Instant
    ends_at: Instant


async def post_venue(connection: Connection, received_at: datetime, body: PostVenue) -> VenueAnswer:
    """Register a venue."""
    venue = Venue(uuid4(), body.organization_id, body.name, body.region, body.has_desk)
    await deeds.register_venue(connection, venue, at=received_at)
    return _venue(venue)


async def get_venues(connection: Connection) -> VenueList:
    """The venues there are."""
    return VenueList([_venue(one) for one in await venues.list_all(connection)])


async def post_workstation(
    connection: Connection, actor: Actor, venue_id: UUID, body: PostWorkstation
) -> WorkstationAnswer:
    """Set up a workstation of one's venue; the same place again gets another token."""
    station = Workstation(uuid4(), body.room, body.label)
    known = await deeds.equip(
        connection, venue_id, station, bytes.fromhex(body.token_sha256), by=actor
    )
    return WorkstationAnswer(known, body.room, body.label)


async def get_workstations(connection: Connection, actor: Actor, venue_id: UUID) -> WorkstationList:
    """The workstations of one's venue."""
    await deeds.own_venue(connection, venue_id, by=actor)
    found = await venues.list_workstations(connection, venue_id)
    return WorkstationList([WorkstationAnswer(one.id, one.room, one.label) for one in found])


async def get_free(
    connection: Connection, venue_id: UUID, begins_at: Instant, ends_at: Instant
) -> FreeAnswer:
    """What a venue has free in a time."""
    if await venues.get(connection, venue_id) is None:
        raise NotFound
    found = await deeds.free_seats(
        connection, venue_id, begins_at=in_utc(begins_at), ends_at=in_utc(ends_at)
    )
    return FreeAnswer(found.room_seats, found.scattered_seats)


async def post_booking(
    connection: Connection,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    body: PostBooking,
) -> BookingAnswer:
    """Ask a venue for seats for the committee, or to change those it has confirmed (host)."""
    venue = await venues.get(connection, body.venue_id)
    if venue is None:
        raise NotFound("there is no such venue")
    booking = Booking(
        uuid4(),
        tender_id,
        venue,
        body.seats,
        body.scattered,
        in_utc(body.begins_at),
        in_utc(body.ends_at),
        contact=body.contact,
    )
    await deeds.request_booking(connection, booking, by=actor, at=received_at)
    return _booking(booking)


async def get_bookings(connection: Connection, actor: Actor, tender_id: UUID) -> BookingList:
    """The bookings of a tender (host, supervisor)."""
    tender = await tenders.get(connection, tender_id)
    if actor.organization_id != tender.supervisor_id:
        require_party(tender, actor.organization_id)
    found = await venue_bookings.list_of_tender(connection, tender_id)
    return BookingList(mode_of(found), [_booking(one) for one in found])


async def post_booking_cancellation(
    connection: Connection,
    actor: Actor,
    received_at: datetime,
    *,
    tender_id: UUID,
    booking_id: UUID,
    body: PostCancellation,
) -> None:
    """Give the seats of a booking back (host)."""
    await deeds.cancel_booking(
        connection, tender_id, booking_id, body.reason, by=actor, at=received_at
    )


async def get_venue_orders(
    connection: Connection, actor: Actor, received_at: datetime
) -> VenueOrderList:
    """What is asked of the venues that one runs: the console of a centre."""
    found = await venue_bookings.list_of_operator(
        connection, actor.organization_id, after=received_at
    )
    return VenueOrderList([_booking(one) for one in found])


async def post_booking_step(
    *,
    connection: Connection,
    actor: Actor,
    touches: Touches,
    received_at: datetime,
    booking_id: UUID,
    body: PostBookingStep,
) -> BookingAnswer:
    """Confirm or decline what is asked of one's venue, or say that it cannot be kept."""
    booking = await deeds.answer_booking(
        connection, booking_id, body.step, body.reason, by=actor, at=received_at
    )
    if booking.tender_id is not None:
        touches(booking.tender_id)
    return _booking(booking)


async def post_arrival(
    connection: Connection, actor: Actor, received_at: datetime, tender_id: UUID
) -> ArrivalAnswer:
    """Arrive at the venue, at any of its workstations: the one of one's own is drawn now."""
    found = await arrivals.arrive(
        connection, tender_id, by=actor, random_bytes=secrets.token_bytes, at=received_at
    )
    return ArrivalAnswer(
        found.booking.venue.name,
        found.workstation.room,
        found.workstation.label,
        found.booking.begins_at,
        found.booking.ends_at,
    )


async def post_desk_withdrawal(
    connection: Connection,
    actor: Actor,
    touches: Touches,
    received_at: datetime,
    body: PostWithdrawal,
) -> None:
    """Let who works at a workstation work no longer: the line to the room closes (venue)."""
    touches(
        await arrivals.withdraw(
            connection, body.workstation_id, body.reason, by=actor, at=received_at
        )
    )


def _venue(venue: Venue) -> VenueAnswer:
    return VenueAnswer(venue.id, venue.organization_id, venue.name, venue.region, venue.has_desk)


def _booking(booking: Booking) -> BookingAnswer:
    return BookingAnswer(
        booking.id,
        booking.tender_id,
        booking.partner_id,
        booking.venue.id,
        booking.venue.name,
        booking.seats,
        booking.scattered,
        booking.begins_at,
        booking.ends_at,
        booking.status,
        booking.contact,
    )
