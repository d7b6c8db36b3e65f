"""SQL for calendars: published tenders with the dates that everybody may know."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tendering.storage.connection import Connection, Record
from tendering.storage.json_columns import from_json

# Entries that set a date, move it or take it away; each is a revision of a tender's calendar.
CHANGES: Final = (
    "tender.published",
    "clarification.published",
    "tender.suspended",
    "tender.resumed",
    "platform.outage",
    "candidates.published",
    "tender.failed",
    "tender.terminated",
)
_FIND: Final = """
SELECT t.id, t.number, t.title, t.status, t.suspended_since IS NOT NULL AS is_suspended,
       t.timetable, t.deadline, o.name AS procuring_entity, c.changes, c.changed_at,
       ARRAY(SELECT k.lot FROM tendering.candidates k
             WHERE k.tender_id = t.id ORDER BY k.lot) AS lots,
       ARRAY(SELECT k.publicity_until FROM tendering.candidates k
             WHERE k.tender_id = t.id ORDER BY k.lot) AS publicities
FROM tendering.tenders t
JOIN tendering.organizations o ON o.id = t.procuring_entity_id,
LATERAL (SELECT count(*) AS changes, max(j.at) AS changed_at FROM tendering.journal j
         WHERE j.tender_id = t.id AND j.stream = 'public' AND j.kind = ANY ($1)
           AND (t.withheld_from IS NULL OR j.seq < t.withheld_from)) c
WHERE t.published_at IS NOT NULL AND t.status <> 'draft' AND c.changes > 0
  AND ($2::uuid IS NULL OR t.id = $2)
  AND ($2::uuid IS NOT NULL OR t.id IN (
      SELECT d.id FROM tendering.tenders d WHERE d.deadline >= $3 AND d.deadline < $4
      UNION SELECT k.tender_id FROM tendering.candidates k
      WHERE k.publicity_until >= $3 AND k.publicity_until < $4))
ORDER BY t.deadline, t.id LIMIT $5
"""


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A tender's public dates. `changes` counts what set or moved them, the last at `changed_at`.

    `publicity_until` by lot, where candidates are shown.
    """

    id: UUID
    number: str
    title: str
    status: str
    is_suspended: bool
    timetable: dict[str, Any]
    deadline: datetime
    procuring_entity: str
    changes: int
    changed_at: datetime
    publicity_until: dict[str, datetime]


async def list_between(
    connection: Connection, begin: datetime, end: datetime, *, limit: int
) -> list[CalendarRow]:
    """Tenders opened, or whose candidates' publicity ends, in a span of time, by deadline."""
    rows = await connection.fetch(_FIND, list(CHANGES), None, begin, end, limit)
    return [_row(row) for row in rows]


async def find(connection: Connection, tender_id: UUID) -> CalendarRow | None:
    """The dates of one published tender."""
    row = await connection.fetchrow(_FIND, list(CHANGES), tender_id, None, None, 1)
    return None if row is None else _row(row)


def _row(row: Record) -> CalendarRow:
    return CalendarRow(
        row["id"],
        row["number"],
        row["title"],
        row["status"],
        row["is_suspended"],
        from_json(row["timetable"]),
        row["deadline"],
        row["procuring_entity"],
        row["changes"],
        row["changed_at"],
        dict(zip(row["lots"], row["publicities"], strict=True)),
    )
