"""SQL of the public board: published tenders by words, filters and order, a page at a time.

How many there are decides how they are found. Few are taken from the index of marks and sorted; of
many the page is found soonest by walking along the order. A filter that wants all must vanish from
the plan, so each statement is planned for its values.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from tendering.domain.board import COUNT_MAX, Filters, Sort
from tendering.storage.connection import Connection, Record

Key: TypeAlias = "datetime | int"


@dataclass(frozen=True, slots=True)
class Listed:
    """A tender as the board lists it; `estimate_fen` of all lots together."""

    id: UUID
    number: str
    title: str
    regime: str
    region: str
    procedure: str
    status: str
    procuring_entity: str
    procuring_entity_id: UUID
    estimate_fen: int
    deadline: datetime
    published_at: datetime
    demonstration: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the value by which it is sorted, and the tender."""

    key: Key
    tender_id: UUID


_FILTERS: Final = """
    t.status <> 'draft' AND t.published_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM unnest($1::text[]) AS word WHERE strpos(t.search_text, word) = 0)
    AND ($2 = '' OR t.status = $2)
    AND ($3 = '' OR t.regime = $3)
    AND ($4 = '' OR (t.region >= rpad($4, 6, '0') AND t.region <= rpad($4, 6, '9')))
    AND ($5 = '' OR t.procedure = $5)
    AND ($6::uuid IS NULL OR t.procuring_entity_id = $6)
    AND ($7::timestamptz IS NULL OR t.published_at >= $7)
    AND ($8::timestamptz IS NULL OR t.published_at < $8)
    AND ($9::timestamptz IS NULL OR t.deadline >= $9)
    AND ($10::timestamptz IS NULL OR t.deadline < $10)
    AND ($11::bigint IS NULL OR t.estimate_fen >= $11)
    AND ($12::bigint IS NULL OR t.estimate_fen <= $12)
"""
_BY_MARKS: Final = " AND ($13::int[] = '{}' OR t.search_marks @> $13) "
_COUNTED: Final = "SELECT count(*) FROM (SELECT FROM tendering.tenders t WHERE "
_COUNT: Final = _COUNTED + _FILTERS + _BY_MARKS + " LIMIT $14) AS found"
_COLUMNS: Final = """
SELECT t.id, t.number, t.title, t.regime, t.region, t.procedure, t.status, t.deadline,
       t.published_at, t.demonstration, t.estimate_fen, t.procuring_entity_id,
       o.name AS procuring_entity
"""
_OF_ALL: Final = (
    _COLUMNS
    + """FROM tendering.tenders t JOIN tendering.organizations o ON o.id = t.procuring_entity_id
WHERE """
    + _FILTERS
)
# MATERIALIZED: the index of marks is used, whatever the planner thinks of the order.
_FEW: Final = "WITH few AS MATERIALIZED (SELECT t.id FROM tendering.tenders t WHERE "
_OF_FEW: Final = (
    _FEW
    + _FILTERS
    + _BY_MARKS
    + ")"
    + _COLUMNS
    + """FROM few JOIN tendering.tenders t ON t.id = few.id
JOIN tendering.organizations o ON o.id = t.procuring_entity_id WHERE true"""
)
_IN_ORDER: Final = {
    Sort.NEWEST: """ AND ($14::uuid IS NULL OR (t.published_at, t.id) < ($13::timestamptz, $14))
        ORDER BY t.published_at DESC, t.id DESC LIMIT $15""",
    Sort.DEADLINE: """ AND ($14::uuid IS NULL OR (t.deadline, t.id) > ($13::timestamptz, $14))
        ORDER BY t.deadline, t.id LIMIT $15""",
    Sort.AMOUNT: """ AND ($14::uuid IS NULL OR (t.estimate_fen, t.id) < ($13::bigint, $14))
        ORDER BY t.estimate_fen DESC, t.id DESC LIMIT $15""",
}
_FEW_IN_ORDER: Final = {
    sort: order.replace("$15", "$16").replace("$14", "$15").replace("$13", "$14")
    for sort, order in _IN_ORDER.items()
}


async def count(connection: Connection, filters: Filters) -> int:
    """How many tenders there are, at most COUNT_MAX + 1: then there are more."""
    async with connection.transaction(readonly=True):
        return await _count(connection, filters)


async def list_page(
    connection: Connection, filters: Filters, sort: Sort, *, after: Place | None, limit: int
) -> list[Listed]:
    """The tenders that follow `after` in an order."""
    key = None if after is None else after.key
    tender_id = None if after is None else after.tender_id
    async with connection.transaction(readonly=True):
        await _plan_for_values(connection)
        if filters.words and await _count(connection, filters) <= COUNT_MAX:
            statement, marks = _OF_FEW + _FEW_IN_ORDER[sort], [filters.marks]
        else:
            statement, marks = _OF_ALL + _IN_ORDER[sort], []
        rows = await connection.fetch(statement, *_values(filters), *marks, key, tender_id, limit)
    return [_listed(row) for row in rows]


def _listed(row: Record) -> Listed:
    return Listed(
        id=row["id"],
        number=row["number"],
        title=row["title"],
        regime=row["regime"],
        region=row["region"],
        procedure=row["procedure"],
        status=row["status"],
        procuring_entity=row["procuring_entity"],
        procuring_entity_id=row["procuring_entity_id"],
        estimate_fen=row["estimate_fen"],
        deadline=row["deadline"],
        published_at=row["published_at"],
        demonstration=row["demonstration"],
    )


async def _count(connection: Connection, filters: Filters) -> int:
    await _plan_for_values(connection)
    found: int = await connection.fetchval(_COUNT, *_values(filters), filters.marks, COUNT_MAX + 1)
    return found


async def _plan_for_values(connection: Connection) -> None:
    await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")


def _values(filters: Filters) -> tuple[object, ...]:
    return (
        list(filters.words),
        filters.status,
        filters.regime,
        filters.region,
        filters.procedure,
        filters.procuring_entity_id,
        filters.published_from,
        filters.published_until,
        filters.deadline_from,
        filters.deadline_until,
        filters.fen_min,
        filters.fen_max,
    )
