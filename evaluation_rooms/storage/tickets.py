"""SQL of `rooms.tickets`: single use, seconds of real time."""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from evaluation_rooms.standing import Standing, Viewer
from tendering.storage.connection import Connection

LIFE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Admission:
    """What a ticket is good for. `room_id` is the tender's id for its hall."""

    room_id: UUID
    tender_id: UUID
    standing: Standing


async def insert(connection: Connection, ticket: str, admission: Admission) -> None:
    """Keep a ticket's digest; expired ones go on the way."""
    # A thousand who come at once neither wait for one another here nor clean up twice.
    await connection.execute(
        """DELETE FROM rooms.tickets WHERE digest IN (
               SELECT digest FROM rooms.tickets WHERE expires_at <= now()
               LIMIT 100 FOR UPDATE SKIP LOCKED)"""
    )
    standing = admission.standing
    await connection.execute(
        """INSERT INTO rooms.tickets (digest, room_id, tender_id, viewer, seat, person_id,
               organization_id, expires_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8))""",
        _digest(ticket),
        admission.room_id,
        admission.tender_id,
        standing.viewer,
        standing.seat,
        standing.person_id,
        standing.organization_id,
        float(LIFE_SECONDS),
    )


async def take(connection: Connection, ticket: str, room_id: UUID) -> Admission | None:
    """Use a ticket up; None when it is unknown, used, expired or for another room."""
    row = await connection.fetchrow(
        """DELETE FROM rooms.tickets WHERE digest = $1
           RETURNING room_id, tender_id, viewer, seat, person_id, organization_id,
               expires_at > now() AS valid""",
        _digest(ticket),
    )
    if row is None or not row["valid"] or row["room_id"] != room_id:
        return None
    standing = Standing(
        Viewer(row["viewer"]), row["seat"], row["person_id"], row["organization_id"]
    )
    return Admission(row["room_id"], row["tender_id"], standing)


def _digest(ticket: str) -> bytes:
    return sha256(b"kaibiao/room-ticket/v1\0" + ticket.encode()).digest()
