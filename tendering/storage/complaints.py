"""SQL of `tendering.complaints`."""

from datetime import datetime
from uuid import UUID

from tendering.domain.complaints import Acceptance, Complaint, Remedy, Ruling
from tendering.domain.pauses import Cause
from tendering.domain.refusals import NotFound
from tendering.domain.suspension import SuspensionReason
from tendering.storage.connection import Connection, Record
from tendering.storage.json_columns import from_json, to_json

_SELECT = """
SELECT c.id, c.tender_id, c.organization_id, o.name, c.objection_id, c.text, c.signed,
       c.received_at, c.late, c.accepted, c.suspends, c.acceptance_text, c.acceptance_signed,
       c.accepted_at, c.remedy, c.ruling_text, c.ruling_signed, c.ruled_at
FROM tendering.complaints c JOIN tendering.organizations o ON o.id = c.organization_id
"""
_ONE = _SELECT + "WHERE c.tender_id = $1 AND c.id = $2"
_ABOUT = _SELECT + "WHERE c.tender_id = $1 AND c.objection_id = $2"
_ALL = _SELECT + "WHERE c.tender_id = $1 ORDER BY c.received_at, c.id LIMIT 2000"


async def insert(connection: Connection, complaint: Complaint) -> None:
    """Write a complaint that nobody has decided on."""
    await connection.execute(
        """INSERT INTO tendering.complaints
               (tender_id, id, organization_id, objection_id, text, signed, received_at, late)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        complaint.tender_id,
        complaint.id,
        complaint.organization_id,
        complaint.objection_id,
        complaint.text,
        to_json(dict(complaint.signed)),
        complaint.received_at,
        complaint.late,
    )


async def decide(
    connection: Connection,
    complaint: Complaint,
    acceptance: Acceptance,
    *,
    suspends_until: datetime | None,
) -> None:
    """Write whether a complaint is taken up."""
    await connection.execute(
        """UPDATE tendering.complaints
           SET accepted = $3, suspends = $4, suspends_until = $5, acceptance_text = $6,
               acceptance_signed = $7, accepted_at = $8
           WHERE tender_id = $1 AND id = $2""",
        complaint.tender_id,
        complaint.id,
        acceptance.accepted,
        acceptance.suspends,
        suspends_until,
        acceptance.text,
        to_json(dict(acceptance.signed)),
        acceptance.at,
    )


async def rule(connection: Connection, complaint: Complaint, ruling: Ruling) -> None:
    """Write the ruling on a complaint."""
    await connection.execute(
        """UPDATE tendering.complaints
           SET remedy = $3, ruling_text = $4, ruling_signed = $5, ruled_at = $6
           WHERE tender_id = $1 AND id = $2""",
        complaint.tender_id,
        complaint.id,
        ruling.remedy,
        ruling.text,
        to_json(dict(ruling.signed)),
        ruling.at,
    )


async def get(connection: Connection, tender_id: UUID, complaint_id: UUID) -> Complaint:
    """One complaint. Raises NotFound."""
    row = await connection.fetchrow(_ONE, tender_id, complaint_id)
    if row is None:
        raise NotFound("no such complaint")
    return _complaint(row)


async def about(connection: Connection, tender_id: UUID, objection_id: UUID) -> Complaint | None:
    """The complaint that followed an objection."""
    row = await connection.fetchrow(_ABOUT, tender_id, objection_id)
    return None if row is None else _complaint(row)


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[Complaint]:
    """All complaints about a tender, oldest first."""
    return [_complaint(row) for row in await connection.fetch(_ALL, tender_id)]


async def causes(connection: Connection, tender_id: UUID, *, at: datetime) -> list[Cause]:
    """The complaints that keep a tender standing still at an instant, oldest first."""
    rows = await connection.fetch(
        """SELECT accepted_at FROM tendering.complaints
           WHERE tender_id = $1 AND suspends AND ruled_at IS NULL
             AND (suspends_until IS NULL OR suspends_until > $2)
           ORDER BY accepted_at, id""",
        tender_id,
        at,
    )
    return [Cause(SuspensionReason.COMPLAINT, row["accepted_at"]) for row in rows]


async def list_lapsed(connection: Connection, *, at: datetime) -> list[UUID]:
    """Tenders that stand still although the longest pause over a complaint is over."""
    rows = await connection.fetch(
        """SELECT DISTINCT c.tender_id
           FROM tendering.complaints c JOIN tendering.tenders t ON t.id = c.tender_id
           WHERE c.suspends AND c.ruled_at IS NULL AND c.suspends_until <= $1
             AND t.suspended_reason = 'complaint'
           ORDER BY c.tender_id LIMIT 100""",
        at,
    )
    return [row["tender_id"] for row in rows]


def _complaint(row: Record) -> Complaint:
    accepted_at: datetime | None = row["accepted_at"]
    ruled_at: datetime | None = row["ruled_at"]
    return Complaint(
        id=row["id"],
        tender_id=row["tender_id"],
        organization_id=row["organization_id"],
        organization_name=row["name"],
        objection_id=row["objection_id"],
        text=row["text"],
        signed=from_json(row["signed"]),
        received_at=row["received_at"],
        late=row["late"],
        acceptance=None
        if accepted_at is None
        else Acceptance(
            row["accepted"],
            row["suspends"],
            row["acceptance_text"],
            from_json(row["acceptance_signed"]),
            accepted_at,
        ),
        ruling=None
        if ruled_at is None
        else Ruling(
            Remedy(row["remedy"]), row["ruling_text"], from_json(row["ruling_signed"]), ruled_at
        ),
    )
