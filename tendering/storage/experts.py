"""SQL of `tendering.experts`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.conduct import Conduct, ConductKind
from tendering.domain.experts import Expert, Relation, RelationKind
from tendering.storage.connection import Connection, Record
from tendering.storage.json_columns import from_json, to_json

EXPERTS_MAX = 50_000
_COLUMNS = """
SELECT e.id, e.person_id, e.name, e.region, e.employer, e.employer_uscc, e.specialities,
       e.experience_years, e.expires_on, e.relations,
       ARRAY(SELECT json_build_object('kind', c.kind, 'begins_on', c.begins_on,
                                      'ends_on', c.ends_on, 'basis', c.basis)::text
             FROM tendering.expert_conduct AS c
             WHERE c.expert_id = e.id ORDER BY c.number) AS conduct
FROM tendering.experts AS e
"""
_PAGE = (
    _COLUMNS + "WHERE e.left_at IS NULL AND ($1::uuid IS NULL OR e.id > $1) ORDER BY e.id LIMIT $2"
)
_BY_IDS = _COLUMNS + "WHERE e.id = ANY ($1::uuid[]) ORDER BY e.id"


async def insert(
    connection: Connection, expert: Expert, *, left_at: datetime | None = None, at: datetime
) -> bool:
    """Add an expert; False when the person is in the pool already.

    With `left_at` it is somebody who is in no pool of ours.
    """
    inserted = await connection.fetchval(
        """INSERT INTO tendering.experts
               (id, person_id, name, region, employer, employer_uscc, specialities,
                experience_years, expires_on, relations, registered_at, left_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
           ON CONFLICT ON CONSTRAINT experts_person_is_unique DO NOTHING RETURNING true""",
        expert.id,
        expert.person_id,
        expert.name,
        expert.region,
        expert.employer,
        expert.employer_uscc,
        sorted(expert.specialities),
        expert.experience_years,
        expert.expires_on,
        to_json({"relations": [_relation_json(relation) for relation in expert.relations]}),
        at,
        left_at,
    )
    return inserted is not None


async def is_known(connection: Connection, person_id: UUID) -> bool:
    """Is or was this person in the pool?"""
    known: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM tendering.experts WHERE person_id = $1)", person_id
    )
    return known


async def list_serving(connection: Connection) -> list[Expert]:
    """The experts who have not left the pool, by id."""
    return [_expert(row) for row in await connection.fetch(_PAGE, None, EXPERTS_MAX)]


async def list_after(connection: Connection, *, after: UUID | None, limit: int) -> list[Expert]:
    """A page of the experts who have not left the pool, by id."""
    return [_expert(row) for row in await connection.fetch(_PAGE, after, limit)]


async def list_by_ids(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Expert]:
    """The experts with these ids, also those who left."""
    rows = await connection.fetch(_BY_IDS, list(ids))
    return {row["id"]: _expert(row) for row in rows}


async def insert_conduct(
    connection: Connection, expert_id: UUID, record: Conduct, *, by: UUID, at: datetime
) -> None:
    """Put something on record about an expert."""
    await connection.execute(
        """INSERT INTO tendering.expert_conduct
               (expert_id, kind, begins_on, ends_on, basis, entered_by, entered_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        expert_id,
        record.kind,
        record.begins_on,
        record.ends_on,
        record.basis,
        by,
        at,
    )


def _expert(row: Record) -> Expert:
    relations = cast("list[dict[str, str]]", from_json(row["relations"])["relations"])
    return Expert(
        id=row["id"],
        person_id=row["person_id"],
        name=row["name"],
        region=row["region"],
        employer=row["employer"],
        employer_uscc=row["employer_uscc"],
        specialities=frozenset(row["specialities"]),
        experience_years=row["experience_years"],
        expires_on=row["expires_on"],
        relations=tuple(_relation(relation) for relation in relations),
        conduct=tuple(_conduct(from_json(text)) for text in row["conduct"]),
    )


def _conduct(value: dict[str, Any]) -> Conduct:
    ends_on = value["ends_on"]
    return Conduct(
        ConductKind(value["kind"]),
        date.fromisoformat(value["begins_on"]),
        None if ends_on is None else date.fromisoformat(ends_on),
        value["basis"],
    )


def _relation(value: dict[str, str]) -> Relation:
    until = value.get("until")
    return Relation(
        RelationKind(value["kind"]),
        value["uscc"],
        None if until is None else date.fromisoformat(until),
        value.get("project", ""),
    )


def _relation_json(relation: Relation) -> dict[str, JsonValue]:
    until = None if relation.until is None else relation.until.isoformat()
    return {
        "kind": relation.kind,
        "uscc": relation.uscc,
        "until": until,
        "project": relation.project,
    }
