"""SQL of `tendering.arrivals`: which seated expert has arrived, and who works where."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class MembersPlace:
    """Where a seated member is to be: the booking, and after the arrival the workstation."""

    seat: int
    expert_id: UUID
    booking_id: UUID
    workstation_id: UUID | None
    token_digest: bytes | None


async def find_place(
    connection: Connection, tender_id: UUID, person_id: UUID
) -> MembersPlace | None:
    """The place of somebody who is seated; None where no venue has ever confirmed the seat.

    A booking that the venue could not keep still binds: nobody goes home with the bids.
    """
    row = await connection.fetchrow(
        """SELECT s.seat, s.expert_id, b.id AS booking_id, w.id AS workstation_id, w.token_digest
           FROM tendering.committee_seats AS s
           JOIN tendering.experts AS e ON e.id = s.expert_id
           JOIN tendering.venues AS v ON v.name = s.venue
           JOIN tendering.venue_bookings AS b
               ON b.tender_id = s.tender_id AND b.venue_id = v.id
           LEFT JOIN tendering.arrivals AS a
               ON a.tender_id = s.tender_id AND a.expert_id = s.expert_id
               AND a.booking_id = b.id
           LEFT JOIN tendering.workstations AS w ON w.id = a.workstation_id
           WHERE s.tender_id = $1 AND e.person_id = $2 AND s.status = 'seated'
             AND b.status IN ('confirmed', 'failed')
           ORDER BY b.status = 'confirmed' DESC, b.requested_at DESC LIMIT 1""",
        tender_id,
        person_id,
    )
    return None if row is None else MembersPlace(**dict(row))


async def save(
    connection: Connection,
    tender_id: UUID,
    expert_id: UUID,
    *,
    booking_id: UUID,
    workstation_id: UUID,
    at: datetime,
) -> None:
    """Somebody has arrived; again, when an earlier booking could not be kept."""
    await connection.execute(
        """INSERT INTO tendering.arrivals
               (tender_id, expert_id, booking_id, workstation_id, arrived_at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (tender_id, expert_id) DO UPDATE
           SET booking_id = $3, workstation_id = $4, arrived_at = $5""",
        tender_id,
        expert_id,
        booking_id,
        workstation_id,
        at,
    )


async def list_used(connection: Connection, booking_id: UUID) -> frozenset[UUID]:
    """The workstations of a booking at which somebody who is still seated works."""
    rows = await connection.fetch(
        """SELECT a.workstation_id FROM tendering.arrivals AS a
           JOIN tendering.committee_seats AS s
               ON s.tender_id = a.tender_id AND s.expert_id = a.expert_id
           WHERE a.booking_id = $1 AND s.status = 'seated' ORDER BY a.workstation_id""",
        booking_id,
    )
    return frozenset(row["workstation_id"] for row in rows)


async def list_seats(connection: Connection, booking_id: UUID) -> list[int]:
    """The seats that work by a booking, by number."""
    rows = await connection.fetch(
        """SELECT s.seat FROM tendering.arrivals AS a
           JOIN tendering.committee_seats AS s
               ON s.tender_id = a.tender_id AND s.expert_id = a.expert_id
           WHERE a.booking_id = $1 AND s.status = 'seated' ORDER BY s.seat""",
        booking_id,
    )
    return [row["seat"] for row in rows]


async def find_sitting(
    connection: Connection, workstation_id: UUID, *, at: datetime
) -> tuple[UUID, MembersPlace] | None:
    """Who works at a workstation in a booked time that is open: the tender, and the place."""
    row = await connection.fetchrow(
        """SELECT a.tender_id, s.seat, a.expert_id, a.booking_id, a.workstation_id, w.token_digest
           FROM tendering.arrivals AS a
           JOIN tendering.venue_bookings AS b ON b.id = a.booking_id
           JOIN tendering.workstations AS w ON w.id = a.workstation_id
           JOIN tendering.committee_seats AS s
               ON s.tender_id = a.tender_id AND s.expert_id = a.expert_id
           WHERE a.workstation_id = $1 AND s.status = 'seated' AND b.status = 'confirmed'
             AND b.begins_at <= $2 AND b.ends_at > $2
           ORDER BY a.arrived_at DESC LIMIT 1""",
        workstation_id,
        at,
    )
    if row is None:
        return None
    found = dict(row)
    return found.pop("tender_id"), MembersPlace(**found)


async def delete(connection: Connection, tender_id: UUID, expert_id: UUID) -> None:
    """Somebody works there no longer, and may arrive again."""
    await connection.execute(
        "DELETE FROM tendering.arrivals WHERE tender_id = $1 AND expert_id = $2",
        tender_id,
        expert_id,
    )


async def move(connection: Connection, booking_id: UUID, to: UUID) -> None:
    """Whoever arrived by a booking sits by the one that takes its place."""
    await connection.execute(
        "UPDATE tendering.arrivals SET booking_id = $2 WHERE booking_id = $1", booking_id, to
    )
