"""SQL of `tendering.archivings`: which tenders were archived, and until when each is kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tendering.domain.keeping import Retention
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class Archiving:
    """An archived tender; `keep_until` is None where it is kept for ever."""

    tender_id: UUID
    number: str
    title: str
    retention: Retention
    ended_at: datetime
    keep_until: datetime | None
    archived_at: datetime


async def insert(
    connection: Connection,
    tender_id: UUID,
    *,
    retention: Retention,
    ended_at: datetime,
    keep_until: datetime | None,
    at: datetime,
) -> bool:
    """Keep that a tender was archived; False when it was before."""
    inserted = await connection.fetchval(
        """INSERT INTO tendering.archivings (tender_id, retention, ended_at, keep_until,
                                             archived_at)
           VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tender_id) DO NOTHING RETURNING true""",
        tender_id,
        retention,
        ended_at,
        keep_until,
        at,
    )
    return inserted is not None


async def list_after(connection: Connection, after: UUID, *, limit: int) -> list[Archiving]:
    """Archived tenders by their id, `limit` of them after the one given."""
    rows = await connection.fetch(
        """SELECT a.tender_id, t.number, t.title, a.retention, a.ended_at, a.keep_until,
                  a.archived_at
           FROM tendering.archivings a JOIN tendering.tenders t ON t.id = a.tender_id
           WHERE a.tender_id > $1 ORDER BY a.tender_id LIMIT $2""",
        after,
        limit,
    )
    return [
        Archiving(
            row["tender_id"],
            row["number"],
            row["title"],
            Retention(row["retention"]),
            row["ended_at"],
            row["keep_until"],
            row["archived_at"],
        )
        for row in rows
    ]
