"""SQL of `tendering.venue_bookings` and `booked_workstations`."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tendering.domain.refusals.venues import BookingSettled, VenueFull
from tendering.domain.venues import Booking, BookingStatus, Venue
from tendering.storage.connection import (
    Connection,
    ExclusionViolation,
    Record,
    UniqueViolation,
    constraint_name,
)

LISTED_MAX = 500
_COLUMNS = """
SELECT b.id, b.tender_id, b.venue_id, v.organization_id, v.name, v.region, v.has_desk, b.seats,
       b.scattered, b.begins_at, b.ends_at, b.status, b.partner_id, b.replaces, b.contact
FROM tendering.venue_bookings AS b JOIN tendering.venues AS v ON v.id = b.venue_id
"""
_GET = _COLUMNS + "WHERE b.id = $1"
_OF_TENDER = _COLUMNS + "WHERE b.tender_id = $1 ORDER BY b.requested_at, b.id LIMIT $2"
_OF_VENUES = (
    _COLUMNS + "WHERE v.organization_id = $1 AND b.ends_at > $2 ORDER BY b.begins_at, b.id LIMIT $3"
)


async def insert(connection: Connection, booking: Booking, *, at: datetime) -> None:
    """A new request. Raises BookingSettled when another one for the venue waits for an answer."""
    try:
        await connection.execute(
            """INSERT INTO tendering.venue_bookings (id, tender_id, venue_id, seats, scattered,
                   begins_at, ends_at, status, reason, requested_at, partner_id, replaces, contact)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, $11, $12)""",
            booking.id,
            booking.tender_id,
            booking.venue.id,
            booking.seats,
            booking.scattered,
            booking.begins_at,
            booking.ends_at,
            booking.status,
            at,
            booking.partner_id,
            booking.replaces,
            booking.contact,
        )
    except UniqueViolation as error:
        if constraint_name(error) == "venue_bookings_one_of_a_kind":
            raise BookingSettled("another request for this venue waits for an answer") from error
        raise


async def get(connection: Connection, booking_id: UUID) -> Booking | None:
    """One booking."""
    row = await connection.fetchrow(_GET, booking_id)
    return None if row is None else _booking(row)


async def lock(connection: Connection, booking_id: UUID) -> None:
    """Hold a booking that belongs to no tender here until the transaction ends."""
    await connection.execute(
        "SELECT FROM tendering.venue_bookings WHERE id = $1 FOR NO KEY UPDATE", booking_id
    )


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[Booking]:
    """The bookings of a tender in the order of the requests."""
    return [_booking(row) for row in await connection.fetch(_OF_TENDER, tender_id, LISTED_MAX)]


async def list_of_operator(
    connection: Connection, organization_id: UUID, *, after: datetime
) -> list[Booking]:
    """What is asked of an organization's venues and not over yet, in order of time."""
    rows = await connection.fetch(_OF_VENUES, organization_id, after, LISTED_MAX)
    return [_booking(row) for row in rows]


async def save_status(
    connection: Connection, booking_id: UUID, status: BookingStatus, reason: str
) -> None:
    """Enter what became of a booking; what is not confirmed keeps no workstation."""
    await connection.execute(
        "UPDATE tendering.venue_bookings SET status = $2, reason = $3 WHERE id = $1",
        booking_id,
        status,
        reason,
    )
    if status is not BookingStatus.CONFIRMED:
        await connection.execute(
            "DELETE FROM tendering.booked_workstations WHERE booking_id = $1", booking_id
        )


async def list_ending(
    connection: Connection, *, at: datetime, limit: int
) -> list[tuple[UUID, UUID]]:
    """Tenders and bookings whose time is over and was not yet said to be."""
    rows = await connection.fetch(
        """SELECT tender_id, id FROM tendering.venue_bookings
           WHERE status = 'confirmed' AND ended_at IS NULL AND ends_at <= $1
             AND tender_id IS NOT NULL
           ORDER BY ends_at, id LIMIT $2""",
        at,
        limit,
    )
    return [(row["tender_id"], row["id"]) for row in rows]


async def save_end(connection: Connection, booking_id: UUID, *, at: datetime) -> bool:
    """Note that a confirmed booking's time is over; False when it was noted, or is not over."""
    noted = await connection.fetchval(
        """UPDATE tendering.venue_bookings SET ended_at = $2
           WHERE id = $1 AND status = 'confirmed' AND ended_at IS NULL AND ends_at <= $2
           RETURNING true""",
        booking_id,
        at,
    )
    return noted is not None


async def keep_workstations(
    connection: Connection, booking: Booking, workstation_ids: Iterable[UUID]
) -> None:
    """Promise workstations for the time of a booking.

    Raises VenueFull when one of them was promised to somebody else a moment ago.
    """
    try:
        await connection.execute(
            """INSERT INTO tendering.booked_workstations
                   (booking_id, workstation, begins_at, ends_at)
               SELECT $1, number, $3, $4 FROM tendering.workstations WHERE id = ANY ($2)""",
            booking.id,
            list(workstation_ids),
            booking.begins_at,
            booking.ends_at,
        )
    except ExclusionViolation as error:
        if constraint_name(error) == "booked_workstations_never_twice":
            raise VenueFull(wanted=booking.seats, free=0) from error
        raise


async def list_kept(connection: Connection, booking_id: UUID) -> list[UUID]:
    """The workstations that a booking keeps."""
    rows = await connection.fetch(
        """SELECT w.id FROM tendering.booked_workstations AS b
           JOIN tendering.workstations AS w ON w.number = b.workstation
           WHERE b.booking_id = $1 ORDER BY w.id""",
        booking_id,
    )
    return [row["id"] for row in rows]


def _booking(row: Record) -> Booking:
    return Booking(
        id=row["id"],
        tender_id=row["tender_id"],
        venue=Venue(
            row["venue_id"], row["organization_id"], row["name"], row["region"], row["has_desk"]
        ),
        seats=row["seats"],
        scattered=row["scattered"],
        begins_at=row["begins_at"],
        ends_at=row["ends_at"],
        status=BookingStatus(row["status"]),
        partner_id=row["partner_id"],
        replaces=row["replaces"],
        contact=row["contact"],
    )
