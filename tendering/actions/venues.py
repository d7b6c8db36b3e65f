"""Deeds about venues: registered, equipped, booked by a host, answered by the venue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from tendering.domain import venues as rules
from tendering.domain.journal import Stream
from tendering.domain.parties import Actor
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.venues import BookingSettled, VenueKnown
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus, require_party, require_status
from tendering.domain.venues import Booking, BookingStatus, BookingStep, Venue, Workstation
from tendering.storage import (
    arrivals,
    journal,
    organizations,
    tenders,
    venue_bookings,
    venues,
)
from tendering.storage.connection import Connection

S = TenderStatus
_BOOKABLE: Final = (S.PUBLISHED, S.OPENING, S.OPENED, S.EVALUATING)


async def register_venue(connection: Connection, venue: Venue, *, at: datetime) -> None:
    """Register a venue. Raises Invalid when its operator is unknown, VenueKnown."""
    operator = await organizations.get(connection, venue.organization_id)
    if operator is None or Role.VENUE_OPERATOR not in operator.roles:
        raise Invalid("no such organization in this role", role=Role.VENUE_OPERATOR)
    if not await venues.insert(connection, venue, at=at):
        raise VenueKnown


async def equip(
    connection: Connection,
    venue_id: UUID,
    workstation: Workstation,
    token_digest: bytes,
    *,
    by: Actor,
) -> UUID:
    """Set up a workstation of one's own venue, or give it another token; its id.

    Raises NotFound, WorkstationKnown.
    """
    await own_venue(connection, venue_id, by=by)
    return await venues.save_workstation(connection, venue_id, workstation, token_digest)


async def own_venue(connection: Connection, venue_id: UUID, *, by: Actor) -> Venue:
    """The venue, for who runs it. Raises NotFound."""
    venue = await venues.get(connection, venue_id)
    if venue is None or venue.organization_id != by.organization_id:
        raise NotFound
    return venue


async def request_booking(
    connection: Connection, booking: Booking, *, by: Actor, at: datetime
) -> None:
    """Ask a venue for seats; where it has confirmed some, ask to change them.

    Raises Forbidden, WrongPhase, Invalid, BookingSettled.
    """
    tender = await tenders.lock(connection, booking.tender_id)
    require_party(tender, by.organization_id)
    require_status(tender, *_BOOKABLE)
    rules.require_sensible(booking, at=at)
    await venue_bookings.insert(connection, booking, at=at)
    event = rules.requested(booking)
    await journal.append(connection, booking.tender_id, Stream.COMMITTEE, event, at=at)


async def cancel_booking(
    connection: Connection,
    tender_id: UUID,
    booking_id: UUID,
    reason: str,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """The host needs the seats no more. Raises NotFound, Forbidden, BookingSettled."""
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    booking = await _booking(connection, booking_id)
    if booking.tender_id != tender_id:
        raise NotFound
    await _end(connection, booking, BookingStep.CANCEL, reason, by=by, at=at)


async def answer_booking(
    connection: Connection,
    booking_id: UUID,
    step: BookingStep,
    reason: str,
    *,
    by: Actor,
    at: datetime,
) -> Booking:
    """The venue confirms, declines, or says that it cannot keep what it confirmed.

    Raises NotFound, Forbidden, BookingSettled, VenueFull, Invalid when the time is over.
    """
    found = await _booking(connection, booking_id)
    if found.venue.organization_id != by.organization_id:
        raise NotFound
    await tenders.lock(connection, found.tender_id)
    booking = await _booking(connection, booking_id)
    if step is BookingStep.CONFIRM:
        await _confirm(connection, booking, by=by, at=at)
    else:
        await _end(connection, booking, step, reason, by=by, at=at)
    return await _booking(connection, booking_id)


async def _confirm(connection: Connection, booking: Booking, *, by: Actor, at: datetime) -> None:
    status = rules.after_step(booking, BookingStep.CONFIRM, by=by.role)
    rules.require_sensible(booking, at=at)
    earlier = await _confirmed_before(connection, booking)
    kept: list[UUID] = []
    if earlier is not None:
        if await arrivals.list_used(connection, earlier.id):
            rules.require_only_longer(earlier, booking)
            kept = await venue_bookings.list_kept(connection, earlier.id)
            await arrivals.move(connection, earlier.id, booking.id)
        await venue_bookings.save_status(
            connection, earlier.id, BookingStatus.CANCELLED, "replaced"
        )
    stations = await _stations(connection, booking, kept)
    await venue_bookings.save_status(connection, booking.id, status, "")
    await venue_bookings.keep_workstations(connection, booking, [one.id for one in stations])
    event = rules.confirmed(booking, stations)
    await journal.append(connection, booking.tender_id, Stream.COMMITTEE, event, at=at)


async def _stations(
    connection: Connection, booking: Booking, kept: list[UUID]
) -> Sequence[Workstation]:
    """Those at which experts sit already, or free ones."""
    if kept:
        return await venues.list_by_ids(connection, kept)
    taken = await venues.list_taken(
        connection, booking.venue.id, begins_at=booking.begins_at, ends_at=booking.ends_at
    )
    stations = await venues.list_workstations(connection, booking.venue.id)
    return rules.allocated(stations, taken, seats=booking.seats, scattered=booking.scattered)


async def _confirmed_before(connection: Connection, booking: Booking) -> Booking | None:
    """What the booking would take the place of."""
    return next(
        (
            one
            for one in await venue_bookings.list_of_tender(connection, booking.tender_id)
            if one.venue.id == booking.venue.id and one.status is BookingStatus.CONFIRMED
        ),
        None,
    )


async def _end(
    connection: Connection,
    booking: Booking,
    step: BookingStep,
    reason: str,
    *,
    by: Actor,
    at: datetime,
) -> None:
    status = rules.after_step(booking, step, by=by.role)
    # Who has a seat keeps it: without a booking nobody would be bound to a workstation.
    if step is BookingStep.CANCEL and await arrivals.list_used(connection, booking.id):
        raise BookingSettled("experts sit there already")
    await venue_bookings.save_status(connection, booking.id, status, reason)
    event = rules.ended(booking, status, reason)
    await journal.append(connection, booking.tender_id, Stream.COMMITTEE, event, at=at)


async def _booking(connection: Connection, booking_id: UUID) -> Booking:
    booking = await venue_bookings.get(connection, booking_id)
    if booking is None:
        raise NotFound
    return booking
