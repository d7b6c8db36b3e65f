"""SQL of `tendering.experts`."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.experts import Expert, Relation, RelationKind
from tendering.storage.connection import Connection, Record
from tendering.storage.json_columns import from_json, to_json

EXPERTS_MAX = 50_000


async def insert(connection: Connection, expert: Expert, *, at: datetime) -> bool:
    """Add an expert; False when the person is in the pool already."""
    inserted = await connection.fetchval(
        """INSERT INTO tendering.experts
               (id, person_id, name, region, employer, employer_uscc, specialities,
                experience_years, expires_on, relations, registered_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
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
    )
    return inserted is not None


async def list_serving(connection: Connection) -> list[Expert]:
    """The experts who have not left the pool, by id."""
    rows = await connection.fetch(
        """SELECT id, person_id, name, region, employer, employer_uscc, specialities,
                  experience_years, expires_on, relations
           FROM tendering.experts WHERE left_at IS NULL ORDER BY id LIMIT $1""",
        EXPERTS_MAX,
    )
    return [_expert(row) for row in rows]


async def list_after(connection: Connection, *, after: UUID | None, limit: int) -> list[Expert]:
    """A page of the experts who have not left the pool, by id."""
    rows = await connection.fetch(
        """SELECT id, person_id, name, region, employer, employer_uscc, specialities,
                  experience_years, expires_on, relations
           FROM tendering.experts
           WHERE left_at IS NULL AND ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2""",
        after,
        limit,
    )
    return [_expert(row) for row in rows]


async def list_by_ids(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Expert]:
    """The experts with these ids, also those who left."""
    rows = await connection.fetch(
        """SELECT id, person_id, name, region, employer, employer_uscc, specialities,
                  experience_years, expires_on, relations
           FROM tendering.experts WHERE id = ANY($1::uuid[]) ORDER BY id""",
        list(ids),
    )
    return {row["id"]: _expert(row) for row in rows}


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
    )


def _relation(value: dict[str, str]) -> Relation:
    until = value.get("until")
    return Relation(
        RelationKind(value["kind"]),
        value["uscc"],
        None if until is None else date.fromisoformat(until),
    )


def _relation_json(relation: Relation) -> dict[str, JsonValue]:
    until = None if relation.until is None else relation.until.isoformat()
    return {"kind": relation.kind, "uscc": relation.uscc, "until": until}
