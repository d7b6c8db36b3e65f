"""SQL of `tendering.duty_watches`: the tenders in which a term runs, and when to look again."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from tendering.storage.connection import Connection


async def mark(connection: Connection, tender_ids: Collection[UUID]) -> None:
    """Something began or ended a duty of these tenders: look at them at once."""
    await connection.execute(
        """INSERT INTO tendering.duty_watches (tender_id, look_at)
           SELECT unnest($1::uuid[]), '-infinity'
           ON CONFLICT (tender_id) DO UPDATE SET look_at = excluded.look_at""",
        sorted(tender_ids),
    )


async def list_to_look_at(connection: Connection, *, at: datetime, limit: int) -> list[UUID]:
    """Tenders in which a duty may have fallen due, the most urgent first."""
    rows = await connection.fetch(
        """SELECT tender_id FROM tendering.duty_watches WHERE look_at <= $1
           ORDER BY look_at, tender_id LIMIT $2""",
        at,
        limit,
    )
    return [row["tender_id"] for row in rows]


async def set_next(connection: Connection, tender_id: UUID, look_at: datetime | None) -> None:
    """When to look again, of a locked tender; None: nothing falls due before somebody acts."""
    await connection.execute(
        """UPDATE tendering.duty_watches SET look_at = coalesce($2::timestamptz, 'infinity')
           WHERE tender_id = $1""",
        tender_id,
        look_at,
    )


async def forget(connection: Connection, tender_id: UUID) -> None:
    """Every duty of a locked tender is done; the next entry that begins one marks it again."""
    await connection.execute("DELETE FROM tendering.duty_watches WHERE tender_id = $1", tender_id)


async def list_watched(
    connection: Connection,
    *,
    organization_id: UUID | None,
    after: UUID,
    limit: int,
) -> list[UUID]:
    """Tenders with duties, by id; of one organization those that it runs or supervises."""
    rows = await connection.fetch(
        """SELECT w.tender_id FROM tendering.duty_watches w
           JOIN tendering.tenders t ON t.id = w.tender_id
           WHERE w.tender_id > $2
             AND ($1::uuid IS NULL OR $1 IN (t.procuring_entity_id, t.agency_id, t.supervisor_id)
                  OR EXISTS (SELECT FROM tendering.bids b
                             WHERE b.tender_id = t.id AND b.bidder_id = $1))
           ORDER BY w.tender_id LIMIT $3""",
        organization_id,
        after,
        limit,
    )
    return [row["tender_id"] for row in rows]
