"""SQL of `tendering.feed`: all public entries in one order that never changes and has no gaps.

A tender's own numbers are committed in order, because its row is locked; over all tenders nothing
is locked, so a number given while writing could appear after a higher one, and a reader that
remembers the highest would miss it. Hence an entry only waits here when it is written, and one
writer at a time gives places to what is committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tendering.storage.connection import Connection, Record

# Whoever holds it gives places. Any number that no other lock of ours has.
_WRITER = 0x6B62_6665_6564


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A public entry with its place among all: `position` counts from 1 over all tenders."""

    position: int
    tender_id: UUID
    seq: int
    kind: str
    at: datetime
    number: str
    title: str


async def wait(connection: Connection, entries: Sequence[tuple[UUID, int]]) -> None:
    """Entries of public streams want a place; in the transaction that writes them."""
    await connection.execute(
        """INSERT INTO tendering.feed_waiting (tender_id, seq)
           SELECT tender_id, seq FROM unnest($1::uuid[], $2::bigint[]) AS entry (tender_id, seq)""",
        [tender_id for tender_id, _ in entries],
        [seq for _, seq in entries],
    )


async def lock(connection: Connection) -> None:
    """Become the one that gives places, to the end of the transaction."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _WRITER)


async def give_places(connection: Connection, *, limit: int) -> int:
    """Give places to at most `limit` committed entries; how many there were. The caller has `lock`.

    A statement of its own after the lock, to see what the writer before has done. A tender's
    entries are taken from the lowest on, and of one tender the order is that of their numbers.
    Nothing is told of a draft, nor of what waits until the last round is closed.
    """
    places: int = await connection.fetchval(
        """WITH taken AS (
               DELETE FROM tendering.feed_waiting w USING (
                   SELECT f.tender_id, f.seq FROM tendering.feed_waiting f
                   JOIN tendering.tenders t ON t.id = f.tender_id
                   WHERE t.published_at IS NOT NULL AND t.status <> 'draft'
                     AND (t.withheld_from IS NULL OR f.seq < t.withheld_from)
                   ORDER BY f.tender_id, f.seq LIMIT $1
               ) AS first
               WHERE w.tender_id = first.tender_id AND w.seq = first.seq
               RETURNING w.tender_id, w.seq
           ), placed AS (
               INSERT INTO tendering.feed (position, tender_id, seq)
               SELECT (SELECT coalesce(max(position), 0) FROM tendering.feed)
                      + row_number() OVER (ORDER BY j.at, j.tender_id, j.seq),
                      j.tender_id, j.seq
               FROM taken JOIN tendering.journal j
                    ON j.tender_id = taken.tender_id AND j.stream = 'public'
                       AND j.seq = taken.seq
               RETURNING position
           )
           SELECT count(*) FROM placed""",
        limit,
    )
    return places


async def last_position(connection: Connection) -> int:
    """The highest place that was given; 0 before the first."""
    position: int = await connection.fetchval(
        "SELECT coalesce(max(position), 0) FROM tendering.feed"
    )
    return position


_ENTRIES = """
SELECT f.position, f.tender_id, f.seq, j.kind, j.at, t.number, t.title
FROM tendering.feed f
JOIN tendering.journal j ON j.tender_id = f.tender_id AND j.stream = 'public' AND j.seq = f.seq
JOIN tendering.tenders t ON t.id = f.tender_id
"""


async def after(connection: Connection, position: int, *, limit: int) -> list[FeedEntry]:
    """The entries that follow a position, in the order of positions."""
    rows = await connection.fetch(
        _ENTRIES + "WHERE f.position > $1 ORDER BY f.position LIMIT $2", position, limit
    )
    return [_entry(row) for row in rows]


async def list_newest(
    connection: Connection, kinds: Sequence[str], *, limit: int
) -> list[FeedEntry]:
    """The newest entries of some kinds, the newest first."""
    rows = await connection.fetch(
        _ENTRIES + "WHERE j.kind = ANY ($1) ORDER BY f.position DESC LIMIT $2", list(kinds), limit
    )
    return [_entry(row) for row in rows]


async def tenders_after(
    connection: Connection, tender_id: UUID, *, since: int, limit: int
) -> list[UUID]:
    """Tenders with entries beyond position `since`, by their numbers, that follow `tender_id`."""
    rows = await connection.fetch(
        """SELECT DISTINCT tender_id FROM tendering.feed
           WHERE tender_id > $1 AND position > $2 ORDER BY tender_id LIMIT $3""",
        tender_id,
        since,
        limit,
    )
    return [row["tender_id"] for row in rows]


def _entry(row: Record) -> FeedEntry:
    return FeedEntry(
        row["position"],
        row["tender_id"],
        row["seq"],
        row["kind"],
        row["at"],
        row["number"],
        row["title"],
    )
