"""SQL of `tendering.seat_calls` and `seat_invitations`."""

from datetime import datetime
from uuid import UUID

from tendering.domain.seat_invitations import Call, Invitation, InvitationStatus
from tendering.storage.connection import Connection, Record

LISTED_MAX = 200
_COLUMNS = """
SELECT i.id, i.tender_id, i.seat, i.expert_id, i.venue, i.speciality, i.begins_at,
       i.respond_until, i.status
FROM tendering.seat_invitations AS i
"""
_OWN = (
    _COLUMNS + "JOIN tendering.experts AS e ON e.id = i.expert_id WHERE e.person_id = $1"
    " AND ($2::uuid IS NULL OR i.id = $2) ORDER BY i.asked_at DESC, i.id LIMIT $3"
)
_OF_TENDER = _COLUMNS + "WHERE i.tender_id = $1 ORDER BY i.seat, i.asked_at, i.id"


async def insert_call(connection: Connection, tender_id: UUID, call: Call) -> None:
    """From here on experts of this tender are asked before they sit."""
    await connection.execute(
        """INSERT INTO tendering.seat_calls (tender_id, begins_at, answer_minutes)
           VALUES ($1, $2, $3)""",
        tender_id,
        call.begins_at,
        call.answer_minutes,
    )


async def save_call(connection: Connection, tender_id: UUID, call: Call) -> None:
    """The committee that is asked from here on comes at another time."""
    await connection.execute(
        "UPDATE tendering.seat_calls SET begins_at = $2, answer_minutes = $3 WHERE tender_id = $1",
        tender_id,
        call.begins_at,
        call.answer_minutes,
    )


async def find_call(connection: Connection, tender_id: UUID) -> Call | None:
    """How the experts of a tender are asked; None where they are not."""
    row = await connection.fetchrow(
        "SELECT begins_at, answer_minutes FROM tendering.seat_calls WHERE tender_id = $1",
        tender_id,
    )
    return None if row is None else Call(row["begins_at"], row["answer_minutes"])


async def insert(connection: Connection, invitation: Invitation, *, at: datetime) -> None:
    """Ask an expert."""
    await connection.execute(
        """INSERT INTO tendering.seat_invitations (id, tender_id, seat, expert_id, venue,
               speciality, begins_at, respond_until, status, asked_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        invitation.id,
        invitation.tender_id,
        invitation.seat,
        invitation.expert_id,
        invitation.venue,
        invitation.speciality,
        invitation.begins_at,
        invitation.respond_until,
        invitation.status,
        at,
    )


async def list_of_person(connection: Connection, person_id: UUID) -> list[Invitation]:
    """Somebody's invitations, the newest first."""
    return [_invitation(row) for row in await connection.fetch(_OWN, person_id, None, LISTED_MAX)]


async def get_own(
    connection: Connection, invitation_id: UUID, person_id: UUID
) -> Invitation | None:
    """An invitation of somebody's."""
    row = await connection.fetchrow(_OWN, person_id, invitation_id, 1)
    return None if row is None else _invitation(row)


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[Invitation]:
    """Everybody who was asked for a tender, by seat."""
    return [_invitation(row) for row in await connection.fetch(_OF_TENDER, tender_id)]


async def list_due(connection: Connection, *, at: datetime, limit: int) -> list[UUID]:
    """The tenders for which somebody's term to answer has passed while it matters."""
    rows = await connection.fetch(
        """SELECT DISTINCT i.tender_id FROM tendering.seat_invitations AS i
           JOIN tendering.tenders AS t ON t.id = i.tender_id
           WHERE i.status = 'invited' AND i.respond_until <= $1
             AND t.status IN ('opened', 'evaluating')
           ORDER BY i.tender_id LIMIT $2""",
        at,
        limit,
    )
    return [row["tender_id"] for row in rows]


async def save_status(
    connection: Connection, invitation_id: UUID, status: InvitationStatus
) -> None:
    """Enter what became of an invitation."""
    await connection.execute(
        "UPDATE tendering.seat_invitations SET status = $2 WHERE id = $1", invitation_id, status
    )


def _invitation(row: Record) -> Invitation:
    return Invitation(
        id=row["id"],
        tender_id=row["tender_id"],
        seat=row["seat"],
        expert_id=row["expert_id"],
        venue=row["venue"],
        speciality=row["speciality"],
        begins_at=row["begins_at"],
        respond_until=row["respond_until"],
        status=InvitationStatus(row["status"]),
    )
