"""SQL of `tendering.journal`. Under the tender's lock `seq` order is commit order."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from crypto.canonical import canonical
from tendering.domain.journal import Entry, Event, Stream, first_head, next_head
from tendering.storage.connection import Connection, Record
from tendering.storage.json_columns import from_json

HINT_CHANNEL = "journal"


async def append(
    connection: Connection, tender_id: UUID, stream: Stream, event: Event, *, at: datetime
) -> Entry:
    """Add an event at the end of a stream. Two statements.

    An entry is never dated before its predecessor: who waited for the lock with an earlier instant
    in hand, as an unlock that took long to decrypt, comes later in the stream and says so.
    """
    last = await connection.fetchrow(
        """SELECT seq, head, at FROM tendering.journal
           WHERE tender_id = $1 AND stream = $2 ORDER BY seq DESC LIMIT 1""",
        tender_id,
        stream,
    )
    at = at if last is None else max(at, last["at"])
    seq = 1 if last is None else last["seq"] + 1
    previous = first_head(tender_id, stream) if last is None else last["head"]
    head = next_head(previous, seq=seq, kind=event.kind, body=event.body, at=at)
    await connection.execute(
        """INSERT INTO tendering.journal (tender_id, stream, seq, kind, body, at, head)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        tender_id,
        stream,
        seq,
        event.kind,
        canonical(event.body).decode(),
        at,
        head,
    )
    return Entry(tender_id, stream, seq, event.kind, event.body, at, head)


async def after(
    connection: Connection, tender_id: UUID, stream: Stream, seq: int, *, limit: int = 500
) -> list[Entry]:
    """The entries of a stream that follow `seq`, oldest first."""
    rows = await connection.fetch(
        """SELECT tender_id, stream, seq, kind, body, at, head FROM tendering.journal
           WHERE tender_id = $1 AND stream = $2 AND seq > $3 ORDER BY seq LIMIT $4""",
        tender_id,
        stream,
        seq,
        limit,
    )
    return [_entry(row) for row in rows]


async def list_of_kinds(
    connection: Connection, tender_id: UUID, stream: Stream, kinds: Sequence[str]
) -> list[Entry]:
    """The entries of some kinds, oldest first: evidence is read where everybody will read it."""
    rows = await connection.fetch(
        """SELECT tender_id, stream, seq, kind, body, at, head FROM tendering.journal
           WHERE tender_id = $1 AND stream = $2 AND kind = ANY($3) ORDER BY seq""",
        tender_id,
        stream,
        list(kinds),
    )
    return [_entry(row) for row in rows]


async def head(connection: Connection, tender_id: UUID, stream: Stream) -> tuple[int, bytes]:
    """The last number and head of a stream; (0, first head) when nothing happened yet."""
    last = await connection.fetchrow(
        """SELECT seq, head FROM tendering.journal
           WHERE tender_id = $1 AND stream = $2 ORDER BY seq DESC LIMIT 1""",
        tender_id,
        stream,
    )
    return (0, first_head(tender_id, stream)) if last is None else (last["seq"], last["head"])


def _entry(row: Record) -> Entry:
    return Entry(
        row["tender_id"],
        Stream(row["stream"]),
        row["seq"],
        row["kind"],
        from_json(row["body"]),
        row["at"],
        row["head"],
    )
