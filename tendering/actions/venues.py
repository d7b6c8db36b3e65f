"""Deeds about venues: registered, equipped, booked by a host, answered by the venue."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from tendering.actions import partner_messages
from tendering.centre_wire import Cancel
from tendering.domain import venues as rules
from tendering.domain.dispatch import Evidence, Partner, by_partner, require_not_begun
from tendering.domain.journal import Stream
from tendering.domain.parties import Actor
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.partners import AnsweredByPartner
from tendering.domain.refusals.venues import BookingSettled, VenueKnown
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus, require_party, require_status
from tendering.domain.venues import Booking, BookingStatus, BookingStep, Free, Venue, Workstation
from tendering.storage import (
    arrivals,
    journal,
    organizations,
    partners,
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


async def free_seats(
    connection: Connection, venue_id: UUID, *, begins_at: datetime, ends_at: datetime
) -> Free:
    """What one of our venues has free all of a time."""
    taken = await venues.list_taken(connection, venue_id, begins_at=begins_at, ends_at=ends_at)
    return rules.free_of(await venues.list_workstations(connection, venue_id), taken)


async def request_booking(
    connection: Connection, booking: Booking, *, by: Actor, at: datetime
) -> None:
    """Ask a venue for seats; where it has confirmed some, ask to change them.

    A partner centre's venue is asked over its own platform.

    Raises Forbidden, WrongPhase, Invalid, BookingSettled, DispatchBegun.
    """
    assert booking.tender_id is not None, "the host books for a tender"
    tender = await tenders.lock(connection, booking.tender_id)
    require_party(tender, by.organization_id)
    require_status(tender, *_BOOKABLE)
    rules.require_sensible(booking, at=at)
    event = rules.requested(booking)
    partner = await partners.find_of_organization(connection, booking.venue.organization_id)
    if partner is not None:
        earlier = await _confirmed_before(connection, booking)
        require_not_begun(earlier or booking, at=at)
        require_not_begun(booking, at=at)
        booking = replace(booking, replaces=None if earlier is None else earlier.id)
        event = by_partner(event, partner)
    await venue_bookings.insert(connection, booking, at=at)
    await journal.append(connection, tender.id, Stream.COMMITTEE, event, at=at)
    if partner is not None:
        await partner_messages.ask_for_seats(connection, booking, partner, at=at)


async def cancel_booking(
    connection: Connection,
    tender_id: UUID,
    booking_id: UUID,
    reason: str,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """The host needs the seats no more.

    Raises NotFound, Forbidden, BookingSettled, DispatchBegun.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    booking = await _booking(connection, booking_id)
    if booking.tender_id != tender_id:
        raise NotFound
    status = rules.after_step(booking, BookingStep.CANCEL, by=by.role)
    # Who has a seat keeps it: without a booking nobody would be bound to a workstation.
    if await arrivals.list_used(connection, booking.id):
        raise BookingSettled("experts sit there already")
    partner = await partners.find_of_organization(connection, booking.venue.organization_id)
    if partner is not None:
        require_not_begun(booking, at=at)
        await partner_messages.tell(
            connection, partner.id, Cancel, booking.id, at=at, reason=reason
        )
    await end_booking(connection, booking, status, reason, at=at)


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

    Raises NotFound, Forbidden, AnsweredByPartner, BookingSettled, DispatchBegun, VenueFull, Invalid
    when the time is over.
    """
    found = await _booking(connection, booking_id)
    if found.venue.organization_id != by.organization_id:
        raise NotFound
    if await partner_messages.is_partners(connection, by.organization_id):
        raise AnsweredByPartner
    if found.tender_id is None:
        await venue_bookings.lock(connection, booking_id)
    else:
        await tenders.lock(connection, found.tender_id)
    booking = await _booking(connection, booking_id)
    status = rules.after_step(booking, step, by=by.role)
    if step is BookingStep.CONFIRM:
        rules.require_sensible(booking, at=at)
        await confirm_booking(connection, booking, None, at=at)
    else:
        await end_booking(connection, booking, status, reason, at=at)
    return await _booking(connection, booking_id)


async def confirm_booking(
    connection: Connection,
    booking: Booking,
    stations: Sequence[Workstation] | None,
    *,
    said: tuple[Partner, Evidence] | None = None,
    at: datetime,
) -> None:
    """Keep workstations for a booking whose step was decided; it takes an earlier one's place.

    `stations`: those that a partner keeps; None: free ones of our own are found. The caller holds
    the lock. Raises VenueFull, BookingSettled, DispatchBegun.
    """
    earlier = await _confirmed_before(connection, booking)
    kept: list[UUID] = []
    if earlier is not None:
        if earlier.partner_id is not None:
            require_not_begun(earlier, at=at)
        if await arrivals.list_used(connection, earlier.id):
            rules.require_only_longer(earlier, booking)
            kept = await venue_bookings.list_kept(connection, earlier.id)
            await arrivals.move(connection, earlier.id, booking.id)
        await venue_bookings.save_status(
            connection, earlier.id, BookingStatus.CANCELLED, "replaced"
        )
    if stations is None:
        stations = await _stations(connection, booking, kept)
    ids = [one.id for one in stations]
    await venue_bookings.save_status(connection, booking.id, BookingStatus.CONFIRMED, "")
    await venue_bookings.keep_workstations(connection, booking, ids)
    if booking.tender_id is None:
        await partner_messages.answer_host(
            connection, booking, BookingStatus.CONFIRMED, workstation_ids=ids, at=at
        )
        return
    event = rules.confirmed(booking, stations)
    event = event if said is None else by_partner(event, *said)
    await journal.append(connection, booking.tender_id, Stream.COMMITTEE, event, at=at)


async def end_booking(
    connection: Connection,
    booking: Booking,
    status: BookingStatus,
    reason: str,
    *,
    said: tuple[Partner, Evidence] | None = None,
    at: datetime,
) -> None:
    """A booking is declined, cancelled or cannot be kept; the caller holds the lock."""
    await venue_bookings.save_status(connection, booking.id, status, reason)
    if booking.tender_id is None:
        await partner_messages.answer_host(connection, booking, status, reason=reason, at=at)
        return
    sitting = await arrivals.list_seats(connection, booking.id)
    event = rules.ended(booking, status, reason, sitting=sitting)
    event = event if said is None else by_partner(event, *said)
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
    if booking.tender_id is None:
        earlier = None
        if booking.replaces is not None:
            earlier = await _booking(connection, booking.replaces)
        return earlier if earlier and earlier.status is BookingStatus.CONFIRMED else None
    return next(
        (
            one
            for one in await venue_bookings.list_of_tender(connection, booking.tender_id)
            if one.venue.id == booking.venue.id and one.status is BookingStatus.CONFIRMED
        ),
        None,
    )


async def _booking(connection: Connection, booking_id: UUID) -> Booking:
    booking = await venue_bookings.get(connection, booking_id)
    if booking is None:
        raise NotFound
    return booking
