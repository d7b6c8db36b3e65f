"""SQL of `key_holders`, of those that were replaced, and of those that are to take their place."""

from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.key_policy import Successor
from tendering.domain.tender import KeyHolder
from tendering.storage.connection import Connection, Record
from tendering.storage.json_columns import to_json


async def announce_key(
    connection: Connection,
    tender_id: UUID,
    number: int,
    *,
    public_key: bytes,
    announcement: JsonValue,
) -> None:
    """Write a key holder's key and the statement that announced it."""
    await connection.execute(
        """UPDATE tendering.key_holders SET public_key = $3, announcement = $4
           WHERE tender_id = $1 AND number = $2""",
        tender_id,
        number,
        public_key,
        to_json(announcement),
    )


async def list_held(connection: Connection, organization_id: UUID) -> list[Record]:
    """The tenders of which an organization is, or is to become, a key holder; newest first."""
    return await connection.fetch(
        """SELECT t.id, t.number AS tender_number, t.title, t.status, t.deadline, held.number,
                  held.announced
           FROM (SELECT k.tender_id, k.number, k.public_key IS NOT NULL AS announced
                 FROM tendering.key_holders k WHERE k.organization_id = $1
                 UNION ALL
                 SELECT s.tender_id, s.number, false
                 FROM tendering.key_holder_successors s WHERE s.organization_id = $1) AS held
                JOIN tendering.tenders t ON t.id = held.tender_id
           ORDER BY t.created_at DESC, t.id, held.announced, held.number LIMIT 500""",
        organization_id,
    )


async def put_successor(
    connection: Connection, tender_id: UUID, successor: Successor, *, at: datetime
) -> None:
    """Remember who is to take a key holder's place; the last order counts."""
    await connection.execute(
        """INSERT INTO tendering.key_holder_successors
               (tender_id, number, organization_id, reason, ordered_at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (tender_id, number) DO UPDATE
           SET organization_id = excluded.organization_id, reason = excluded.reason,
               ordered_at = excluded.ordered_at""",
        tender_id,
        successor.number,
        successor.organization_id,
        successor.reason,
        at,
    )


async def successor_of(
    connection: Connection, tender_id: UUID, organization_id: UUID
) -> Successor | None:
    """Whose place an organization is to take; None when it is to take none."""
    row = await connection.fetchrow(
        """SELECT s.number, s.organization_id, o.name, s.reason
           FROM tendering.key_holder_successors s
                JOIN tendering.organizations o ON o.id = s.organization_id
           WHERE s.tender_id = $1 AND s.organization_id = $2 ORDER BY s.number LIMIT 1""",
        tender_id,
        organization_id,
    )
    if row is None:
        return None
    return Successor(row["number"], row["organization_id"], row["name"], row["reason"])


async def replace(
    connection: Connection,
    tender_id: UUID,
    left: KeyHolder,
    new: KeyHolder,
    *,
    version: int,
    at: datetime,
) -> None:
    """Put `new` in the place of `left`, which belonged to the policies up to `version`."""
    await connection.execute(
        """INSERT INTO tendering.former_key_holders
               (tender_id, version, number, organization_id, public_key, announcement, until)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        tender_id,
        version,
        left.number,
        left.organization_id,
        left.public_key,
        to_json(dict(left.announcement or {})),
        at,
    )
    await connection.execute(
        """UPDATE tendering.key_holders
           SET organization_id = $3, public_key = $4, announcement = $5
           WHERE tender_id = $1 AND number = $2""",
        tender_id,
        new.number,
        new.organization_id,
        new.public_key,
        to_json(dict(new.announcement or {})),
    )
    await connection.execute(
        """DELETE FROM tendering.key_holder_successors WHERE tender_id = $1 AND number = $2""",
        tender_id,
        new.number,
    )
