"""SQL of `tendering.objections`, and what the tables know of an objector."""

from datetime import datetime
from uuid import UUID

from tendering.domain.objections import (
    Objection,
    ObjectionKind,
    Outcome,
    Reply,
    Standing,
    Subject,
    objection_digest,
    stops_tender,
)
from tendering.domain.pauses import Cause
from tendering.domain.refusals import NotFound
from tendering.domain.suspension import SuspensionReason
from tendering.storage import tenders
from tendering.storage.connection import Connection, Record
from tendering.storage.json_columns import from_json, to_json

_SELECT = """
SELECT b.id, b.tender_id, b.organization_id, o.name, b.kind, b.subject, b.lot, b.text, b.signed,
       b.received_at, b.late, b.pauses, b.outcome, b.reply_text, b.reply_signed, b.answered_at
FROM tendering.objections b JOIN tendering.organizations o ON o.id = b.organization_id
"""
_ONE = _SELECT + "WHERE b.tender_id = $1 AND b.id = $2"
_SAME = _SELECT + "WHERE b.tender_id = $1 AND b.organization_id = $2 AND b.statement_digest = $3"
_ALL = _SELECT + "WHERE b.tender_id = $1 ORDER BY b.received_at, b.id LIMIT 2000"


async def insert(connection: Connection, objection: Objection) -> None:
    """Write an objection that nobody has answered yet."""
    statement = objection.signed["statement"]
    assert isinstance(statement, dict)
    await connection.execute(
        """INSERT INTO tendering.objections
               (tender_id, id, organization_id, kind, subject, lot, text, statement_digest, signed,
                received_at, late, pauses)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        objection.tender_id,
        objection.id,
        objection.organization_id,
        objection.kind,
        objection.subject,
        objection.lot,
        objection.text,
        objection_digest(statement),
        to_json(dict(objection.signed)),
        objection.received_at,
        objection.late,
        objection.pauses,
    )


async def answer(connection: Connection, tender_id: UUID, objection_id: UUID, reply: Reply) -> None:
    """Write the reply to an objection."""
    await connection.execute(
        """UPDATE tendering.objections
           SET outcome = $3, reply_text = $4, reply_signed = $5, answered_at = $6
           WHERE tender_id = $1 AND id = $2 AND answered_at IS NULL""",
        tender_id,
        objection_id,
        reply.outcome,
        reply.text,
        to_json(dict(reply.signed)),
        reply.at,
    )


async def get(connection: Connection, tender_id: UUID, objection_id: UUID) -> Objection:
    """One objection. Raises NotFound."""
    row = await connection.fetchrow(_ONE, tender_id, objection_id)
    if row is None:
        raise NotFound("no such objection")
    return _objection(row)


async def same(
    connection: Connection, tender_id: UUID, organization_id: UUID, statement_digest: bytes
) -> Objection | None:
    """The objection of an organization that says exactly this."""
    row = await connection.fetchrow(_SAME, tender_id, organization_id, statement_digest)
    return None if row is None else _objection(row)


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[Objection]:
    """All objections to a tender, oldest first."""
    return [_objection(row) for row in await connection.fetch(_ALL, tender_id)]


async def causes(connection: Connection, tender_id: UUID) -> list[Cause]:
    """The open objections that keep the whole tender standing still, oldest first."""
    tender = await tenders.get(connection, tender_id)
    return [
        Cause(SuspensionReason.OBJECTION, one.received_at)
        for one in await list_of_tender(connection, tender_id)
        if one.reply is None and stops_tender(tender, one)
    ]


async def count_open(connection: Connection, tender_id: UUID, subject: Subject, lot: str) -> int:
    """How many objections in time about a lot, or about all lots, nobody has answered."""
    count: int = await connection.fetchval(
        """SELECT count(*) FROM tendering.objections
           WHERE tender_id = $1 AND subject = $2 AND lot IN ('', $3) AND kind = 'objection'
             AND NOT late AND answered_at IS NULL""",
        tender_id,
        subject,
        lot,
    )
    return count


async def standing_of(
    connection: Connection, tender_id: UUID, organization_id: UUID, lot: str
) -> Standing:
    """What an organization is to a tender, or to a lot of it; one statement, one moment."""
    row = await connection.fetchrow(
        """SELECT (SELECT min(d.at) FROM tendering.downloads d
                   WHERE d.tender_id = $1 AND d.organization_id = $2) AS documents_at,
                  EXISTS (SELECT FROM tendering.unlocks u
                          WHERE u.tender_id = $1 AND u.bidder_id = $2
                            AND $3 IN ('', u.lot)) AS bids,
                  (SELECT CASE WHEN bool_and(p.revealed_at IS NOT NULL) THEN max(p.revealed_at) END
                   FROM tendering.openings p
                   WHERE p.tender_id = $1 AND $3 IN ('', p.lot)) AS revealed_at,
                  (SELECT min(c.publicity_from) FROM tendering.candidates c
                   WHERE c.tender_id = $1 AND $3 IN ('', c.lot)) AS publicity_from,
                  (SELECT max(c.publicity_until) FROM tendering.candidates c
                   WHERE c.tender_id = $1 AND $3 IN ('', c.lot)) AS publicity_until,
                  (SELECT count(*) FROM tendering.objections b
                   WHERE b.tender_id = $1 AND b.organization_id = $2) AS raised""",
        tender_id,
        organization_id,
        lot,
    )
    assert row is not None
    publicity = (row["publicity_from"], row["publicity_until"])
    return Standing(
        documents_at=row["documents_at"],
        bids=row["bids"],
        revealed_at=row["revealed_at"],
        publicity=None if publicity[0] is None else publicity,
        raised=row["raised"],
    )


async def is_opened(connection: Connection, tender_id: UUID) -> bool:
    """Has the opening of any lot begun, so that its bidders are known?"""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM tendering.openings WHERE tender_id = $1)", tender_id
    )
    return found


def _objection(row: Record) -> Objection:
    answered_at: datetime | None = row["answered_at"]
    return Objection(
        id=row["id"],
        tender_id=row["tender_id"],
        organization_id=row["organization_id"],
        organization_name=row["name"],
        kind=ObjectionKind(row["kind"]),
        subject=Subject(row["subject"]),
        lot=row["lot"],
        text=row["text"],
        signed=from_json(row["signed"]),
        received_at=row["received_at"],
        late=row["late"],
        pauses=row["pauses"],
        reply=None
        if answered_at is None
        else Reply(
            Outcome(row["outcome"]), row["reply_text"], from_json(row["reply_signed"]), answered_at
        ),
    )
