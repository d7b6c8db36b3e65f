"""SQL of `tendering.messages`: written with the entry they tell of, in its transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Entry
from tendering.domain.notification_texts import TELLS
from tendering.domain.notifications import Concerned, Message, messages_of
from tendering.domain.parties import Actor
from tendering.storage.connection import Connection

UNREAD_MAX = 1000
_LIST = """
SELECT m.id, m.tender_id, t.number, t.title, m.kind, m.zh, m.en, m.at, r.at AS read_at
FROM tendering.messages m JOIN tendering.tenders t ON t.id = m.tender_id
LEFT JOIN tendering.message_reads r ON r.message_id = m.id AND r.person_id = $1
WHERE m.role = $3 AND (m.organization_id = $2 OR m.organization_id IS NULL)
  AND (m.person_id = $1 OR m.person_id IS NULL)
  AND ($4::uuid IS NULL
       OR (m.at, m.id) < (SELECT b.at, b.id FROM tendering.messages b WHERE b.id = $4))
ORDER BY m.at DESC, m.id DESC LIMIT $5
"""
_UNREAD = """
SELECT count(*) FROM (
    SELECT FROM tendering.messages m
    WHERE m.role = $3 AND (m.organization_id = $2 OR m.organization_id IS NULL)
      AND (m.person_id = $1 OR m.person_id IS NULL)
      AND NOT EXISTS (
        SELECT FROM tendering.message_reads r WHERE r.message_id = m.id AND r.person_id = $1)
    LIMIT $4) AS unread
"""
_READ = """
INSERT INTO tendering.message_reads (message_id, person_id, at)
SELECT m.id, $1, $5 FROM tendering.messages m
WHERE m.role = $3 AND (m.organization_id = $2 OR m.organization_id IS NULL)
  AND (m.person_id = $1 OR m.person_id IS NULL) AND ($4::uuid IS NULL OR m.id = $4)
ON CONFLICT (message_id, person_id) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Received:
    """A message as its reader sees it."""

    id: UUID
    tender_id: UUID
    tender_number: str
    tender_title: str
    kind: str
    zh: str
    en: str
    at: datetime
    read_at: datetime | None


async def write(connection: Connection, entries: Sequence[Entry]) -> None:
    """Tell of entries whom they concern; three to six statements for one that tells anybody."""
    for entry in entries:
        rows = TELLS.get(entry.kind)
        if rows is not None:
            concerned = await _concerned(connection, entry)
            await _insert(connection, entry, messages_of(entry, rows, concerned))


async def list_of(
    connection: Connection, actor: Actor, *, before: UUID | None, limit: int
) -> list[Received]:
    """Somebody's messages, the newest first; `before`: those older than that one."""
    rows = await connection.fetch(
        _LIST, actor.person_id, actor.organization_id, actor.role, before, limit
    )
    return [
        Received(
            row["id"],
            row["tender_id"],
            row["number"],
            row["title"],
            row["kind"],
            row["zh"],
            row["en"],
            row["at"],
            row["read_at"],
        )
        for row in rows
    ]


async def count_unread(connection: Connection, actor: Actor) -> int:
    """How many somebody has not read; UNREAD_MAX for that many or more."""
    found: int = await connection.fetchval(
        _UNREAD, actor.person_id, actor.organization_id, actor.role, UNREAD_MAX
    )
    return found


async def mark_read(
    connection: Connection, actor: Actor, message_id: UUID | None, *, at: datetime
) -> None:
    """One of somebody's messages is read, or without id all of them."""
    await connection.execute(
        _READ, actor.person_id, actor.organization_id, actor.role, message_id, at
    )


async def _insert(connection: Connection, entry: Entry, found: Sequence[Message]) -> None:
    # The id is chance: one made from the entry's number would tell how many were before it.
    await connection.execute(
        """INSERT INTO tendering.messages
               (id, tender_id, kind, role, organization_id, person_id, zh, en, outward, at)
           SELECT gen_random_uuid(), $1, $2, role, organization_id, person_id, zh, en, outward, $3
           FROM unnest($4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::boolean[])
               AS told (role, organization_id, person_id, zh, en, outward)""",
        entry.tender_id,
        entry.kind,
        entry.at,
        [one.recipient.role for one in found],
        [one.recipient.organization_id for one in found],
        [one.recipient.person_id for one in found],
        [one.zh for one in found],
        [one.en for one in found],
        [one.outward for one in found],
    )


async def _concerned(connection: Connection, entry: Entry) -> Concerned:
    row = await connection.fetchrow(
        """SELECT t.procuring_entity_id, t.agency_id, t.supervisor_id,
                  ARRAY(SELECT k.number FROM tendering.key_holders k
                        WHERE k.tender_id = t.id ORDER BY k.number) AS numbers,
                  ARRAY(SELECT k.organization_id FROM tendering.key_holders k
                        WHERE k.tender_id = t.id ORDER BY k.number) AS holders
           FROM tendering.tenders t WHERE t.id = $1""",
        entry.tender_id,
    )
    assert row is not None, "the entry's tender is locked"
    return Concerned(
        host_id=row["procuring_entity_id"],
        agency_id=row["agency_id"],
        supervisor_id=row["supervisor_id"],
        key_holders=dict(zip(row["numbers"], row["holders"], strict=True)),
        interested=await _interested(connection, entry.tender_id),
        opened_by_lot=await _opened_by_lot(connection, entry.tender_id),
        about=await _about(connection, entry),
        seated=await _seated(connection, entry.body),
    )


async def _interested(connection: Connection, tender_id: UUID) -> frozenset[UUID]:
    """Who has the documents, is invited or bids: told alike, so that nothing tells them apart."""
    rows = await connection.fetch(
        """SELECT organization_id FROM tendering.downloads WHERE tender_id = $1
           UNION SELECT organization_id FROM tendering.participants
           WHERE tender_id = $1 AND answer <> 'declined'
           UNION SELECT bidder_id FROM tendering.bids WHERE tender_id = $1
           ORDER BY organization_id""",
        tender_id,
    )
    return frozenset(row["organization_id"] for row in rows)


async def _opened_by_lot(connection: Connection, tender_id: UUID) -> dict[str, frozenset[UUID]]:
    rows = await connection.fetch(
        """SELECT o.lot, array_remove(array_agg(DISTINCT b.bidder_id), NULL) AS bidders
           FROM tendering.openings o LEFT JOIN tendering.bids b
               ON b.tender_id = o.tender_id AND b.lot = o.lot AND b.status <> 'withdrawn'
           WHERE o.tender_id = $1 GROUP BY o.lot ORDER BY o.lot""",
        tender_id,
    )
    return {row["lot"]: frozenset(row["bidders"]) for row in rows}


async def _about(connection: Connection, entry: Entry) -> frozenset[UUID]:
    """The objector or complainant, whom public entries do not name."""
    complaint, objection = entry.body.get("complaint_id"), entry.body.get("objection_id")
    if complaint is None and objection is None:
        return frozenset()
    rows = await connection.fetch(
        """SELECT organization_id FROM tendering.complaints WHERE tender_id = $1 AND id = $2
           UNION SELECT organization_id FROM tendering.objections
           WHERE tender_id = $1 AND id = $3 AND $2::uuid IS NULL
           ORDER BY organization_id""",
        entry.tender_id,
        None if complaint is None else UUID(str(complaint)),
        None if objection is None else UUID(str(objection)),
    )
    return frozenset(row["organization_id"] for row in rows)


async def _seated(connection: Connection, body: dict[str, JsonValue]) -> dict[UUID, UUID]:
    """The persons of the experts that the entry seats, and their organizations."""
    # Whoever is asked first learns only by accepting for which tender.
    if body.get("called") is True:
        return {}
    seats = body.get("seats", [body])
    assert isinstance(seats, list)
    experts = [
        UUID(str(seat["expert"]["id"]))
        for seat in seats
        if isinstance(seat, dict) and isinstance(seat.get("expert"), dict)
    ]
    if not experts:
        return {}
    rows = await connection.fetch(
        """SELECT e.person_id, p.organization_id FROM tendering.experts e
           JOIN tendering.people p ON p.id = e.person_id WHERE e.id = ANY($1) ORDER BY e.id""",
        experts,
    )
    return {row["person_id"]: row["organization_id"] for row in rows}
