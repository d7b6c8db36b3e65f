"""SQL of `tendering.journal`. Under the tender's lock `seq` order is commit order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.canonical import canonical
from tendering.domain.journal import Entry, Event, Stream, first_head, next_head
from tendering.domain.security_release import WATCHED
from tendering.storage import duties, feed, messages
from tendering.storage.connection import Connection, Record
from tendering.storage.json_columns import from_json

HINT_CHANNEL = "journal"


@dataclass(frozen=True, slots=True)
class End:
    """The last entry of a stream: its number, head and instant."""

    seq: int
    head: bytes
    at: datetime


async def append(
    connection: Connection, tender_id: UUID, stream: Stream, event: Event, *, at: datetime
) -> Entry:
    """Add an event at the end of a stream, and tell whom it concerns.

    Two statements, one more if public, and for a duty; what somebody is told of takes some more,
    in the same transaction.
    """
    return (await append_all(connection, stream, [(tender_id, event, at)]))[0]


async def append_all(
    connection: Connection,
    stream: Stream,
    events: Sequence[tuple[UUID, Event, datetime]],
    *,
    known: Mapping[UUID, End] | None = None,
) -> list[Entry]:
    """Add events at the ends of a stream of several tenders, in the order given. Two statements,
    and a third for the feed if the stream is public.

    An entry is never dated before its predecessor: who waited for the lock with an earlier instant
    in hand, as an unlock that took long to decrypt, comes later in the stream and says so.
    `known`: `ends` as read under the tenders' locks, of those that have entries.
    """
    if known is None:
        known = await ends(connection, stream, {tender_id for tender_id, _, _ in events})
    lasts = dict(known)
    entries = []
    for tender_id, event, at in events:
        last = lasts.get(tender_id)
        if last is None:
            seq, previous, dated = 1, first_head(tender_id, stream), at
        else:
            seq, previous, dated = last.seq + 1, last.head, max(at, last.at)
        head = next_head(previous, seq=seq, kind=event.kind, body=event.body, at=dated)
        lasts[tender_id] = End(seq, head, dated)
        entries.append(Entry(tender_id, stream, seq, event.kind, event.body, dated, head))
    await connection.execute(
        """INSERT INTO tendering.journal (tender_id, stream, seq, kind, body, at, head)
           SELECT tender_id, $2, seq, kind, body, at, head
           FROM unnest($1::uuid[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[],
                       $7::bytea[]) AS entry (tender_id, seq, kind, body, at, head)""",
        [entry.tender_id for entry in entries],
        stream,
        [entry.seq for entry in entries],
        [entry.kind for entry in entries],
        [canonical(entry.body).decode() for entry in entries],
        [entry.at for entry in entries],
        [entry.head for entry in entries],
    )
    if stream is Stream.PUBLIC:
        await feed.wait(connection, [(entry.tender_id, entry.seq) for entry in entries])
    # Bids are no duties: the busy minutes before a deadline cost no third statement.
    watched = {entry.tender_id for entry in entries if entry.kind in WATCHED}
    if watched:
        await duties.mark(connection, watched)
    await messages.write(connection, entries)
    return entries


async def ends(
    connection: Connection, stream: Stream, tender_ids: Collection[UUID]
) -> dict[UUID, End]:
    """The last number, head and instant of a stream of each tender that has entries."""
    rows = await connection.fetch(
        """SELECT last.tender_id, last.seq, last.head, last.at
           FROM unnest($1::uuid[]) AS wanted (tender_id),
                LATERAL (SELECT j.tender_id, j.seq, j.head, j.at FROM tendering.journal j
                         WHERE j.tender_id = wanted.tender_id AND j.stream = $2
                         ORDER BY j.seq DESC LIMIT 1) AS last
           ORDER BY last.tender_id""",
        list(tender_ids),
        stream,
    )
    return {row["tender_id"]: End(row["seq"], row["head"], row["at"]) for row in rows}


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


async def after_each(
    connection: Connection,
    known: Mapping[tuple[UUID, Stream], int],
    *,
    limit: int,
    whole: bool = False,
) -> dict[tuple[UUID, Stream], list[Entry]]:
    """Of each stream what follows the number known of it, oldest first, at most `limit` each.

    What waits until the last round is closed (`domain.disclosure`) is only among it with `whole`.
    """
    rows = await connection.fetch(
        """SELECT j.tender_id, j.stream, j.seq, j.kind, j.body, j.at, j.head
           FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS known (tender_id, stream, seq),
                LATERAL (SELECT * FROM tendering.journal one
                         WHERE one.tender_id = known.tender_id AND one.stream = known.stream
                           AND one.seq > known.seq
                           AND ($5 OR one.stream <> 'public' OR NOT EXISTS (
                               SELECT FROM tendering.tenders t
                               WHERE t.id = one.tender_id AND t.withheld_from <= one.seq))
                         ORDER BY one.seq LIMIT $4) AS j
           ORDER BY j.tender_id, j.stream, j.seq""",
        [tender_id for tender_id, _ in known],
        [stream for _, stream in known],
        list(known.values()),
        limit,
        whole,
    )
    found: dict[tuple[UUID, Stream], list[Entry]] = {stream: [] for stream in known}
    for entry in map(_entry, rows):
        found[entry.tender_id, entry.stream].append(entry)
    return found


async def list_shown(connection: Connection, tender_id: UUID, kinds: Sequence[str]) -> list[Entry]:
    """The public entries of some kinds that everybody may read by now, oldest first."""
    rows = await connection.fetch(
        """SELECT j.tender_id, j.stream, j.seq, j.kind, j.body, j.at, j.head
           FROM tendering.journal j JOIN tendering.tenders t ON t.id = j.tender_id
           WHERE j.tender_id = $1 AND j.stream = 'public' AND j.kind = ANY($2)
             AND (t.withheld_from IS NULL OR j.seq < t.withheld_from) ORDER BY j.seq""",
        tender_id,
        list(kinds),
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
