"""SQL of `tendering.overrides`: which rules were set aside, by whom, and who saw it."""

from uuid import UUID

from tendering.domain.overrides import Override, Person
from tendering.domain.refusals import NotFound
from tendering.storage.connection import Connection, Record

_SELECT = """
SELECT o.rule_id, o.version, o.reason, o.at, o.seen_at,
       p.id AS person_id, p.name, p.organization_id,
       s.id AS seer_id, s.name AS seer_name, s.organization_id AS seer_organization_id
FROM tendering.overrides o
JOIN tendering.people p ON p.id = o.person_id
LEFT JOIN tendering.people s ON s.id = o.seen_by
WHERE o.tender_id = $1
"""


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[Override]:
    """All overrides of a tender, oldest first."""
    rows = await connection.fetch(_SELECT + " ORDER BY o.at, o.rule_id, o.version", tender_id)
    return [_override(row) for row in rows]


async def get(connection: Connection, tender_id: UUID, rule_id: str, version: int) -> Override:
    """One override. Raises NotFound."""
    row = await connection.fetchrow(
        _SELECT + " AND o.rule_id = $2 AND o.version = $3", tender_id, rule_id, version
    )
    if row is None:
        raise NotFound
    return _override(row)


async def insert(connection: Connection, tender_id: UUID, override: Override) -> None:
    """Keep an override; the caller holds the tender's lock."""
    await connection.execute(
        """INSERT INTO tendering.overrides (tender_id, rule_id, version, reason, person_id, at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        tender_id,
        override.rule_id,
        override.version,
        override.reason,
        override.by.id,
        override.at,
    )


async def mark_seen(connection: Connection, tender_id: UUID, override: Override) -> None:
    """Keep who has seen it, and when."""
    assert override.seen_by is not None
    await connection.execute(
        """UPDATE tendering.overrides SET seen_by = $4, seen_at = $5
           WHERE tender_id = $1 AND rule_id = $2 AND version = $3""",
        tender_id,
        override.rule_id,
        override.version,
        override.seen_by.id,
        override.seen_at,
    )


def _override(row: Record) -> Override:
    seer = None
    if row["seer_id"] is not None:
        seer = Person(row["seer_id"], row["seer_name"], row["seer_organization_id"])
    return Override(
        rule_id=row["rule_id"],
        version=row["version"],
        reason=row["reason"],
        by=Person(row["person_id"], row["name"], row["organization_id"]),
        at=row["at"],
        seen_by=seer,
        seen_at=row["seen_at"],
    )
