"""SQL of `tendering.likenesses`: which report was made of what a lot's opened bids share."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class MadeLikeness:
    """A report: its SHA-256 (32 bytes) and size, after which session of the opening."""

    lot: str
    session: int
    digest: bytes
    size_bytes: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class DueLikeness:
    """A session whose bids are shown and not compared yet."""

    tender_id: UUID
    lot: str
    session: int


async def list_due(connection: Connection, *, limit: int) -> list[DueLikeness]:
    """Sessions with two open bids or more that were not compared, the oldest first."""
    rows = await connection.fetch(
        """SELECT o.tender_id, o.lot, o.session FROM tendering.openings o
           WHERE o.phase IN ('revealed', 'recorded')
             AND NOT EXISTS (
                 SELECT FROM tendering.likenesses l
                 WHERE l.tender_id = o.tender_id AND l.lot = o.lot AND l.session = o.session)
             AND 1 < (SELECT count(*) FROM tendering.unlocks u
                      WHERE u.tender_id = o.tender_id AND u.lot = o.lot
                        AND u.session = o.session AND u.unlocked_by IS NOT NULL)
           ORDER BY o.opened_at, o.tender_id, o.lot, o.session LIMIT $1""",
        limit,
    )
    return [DueLikeness(row["tender_id"], row["lot"], row["session"]) for row in rows]


async def insert(connection: Connection, tender_id: UUID, made: MadeLikeness) -> bool:
    """Keep a report that was made; False where another process was first."""
    done = await connection.execute(
        """INSERT INTO tendering.likenesses (tender_id, lot, session, digest, size_bytes, made_at)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tender_id, lot, session) DO NOTHING""",
        tender_id,
        made.lot,
        made.session,
        made.digest,
        made.size_bytes,
        made.made_at,
    )
    return done.endswith("1")


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[MadeLikeness]:
    """The reports of a tender, by lot and session."""
    rows = await connection.fetch(
        """SELECT lot, session, digest, size_bytes, made_at FROM tendering.likenesses
           WHERE tender_id = $1 ORDER BY lot, session""",
        tender_id,
    )
    return [
        MadeLikeness(row["lot"], row["session"], row["digest"], row["size_bytes"], row["made_at"])
        for row in rows
    ]


async def find(connection: Connection, tender_id: UUID, lot: str) -> MadeLikeness | None:
    """The newest report of a lot, once one was made."""
    found = [one for one in await list_of_tender(connection, tender_id) if one.lot == lot]
    return found[-1] if found else None
