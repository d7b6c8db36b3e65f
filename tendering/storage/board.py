"""SQL of the public board: published tenders by words, filters and order, a page at a time.

How many there are decides how they are found. Few are taken by the index that suits them, counted
and sorted; of many the page is found soonest by walking along the order. A filter that wants all
must vanish from the plan, so each statement is planned for its values.
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


@dataclass(frozen=True, slots=True)
class Page:
    """Tenders in order, and how many there are in all; COUNT_MAX + 1 says that there are more."""

    rows: list[Listed]
    found: int


_FILTERS: Final = """
    t.status <> 'draft' AND t.published_at IS NOT NULL
    AND ($2 = '' OR t.regime = $2)
    AND ($4 = '' OR t.procedure = $4)
    AND ($5::uuid IS NULL OR t.procuring_entity_id = $5)
    AND ($6::timestamptz IS NULL OR t.published_at >= $6)
    AND ($7::timestamptz IS NULL OR t.published_at < $7)
    AND ($8::timestamptz IS NULL OR t.deadline >= $8)
    AND ($9::timestamptz IS NULL OR t.deadline < $9)
    AND ($10::bigint IS NULL OR t.estimate_fen >= $10)
    AND ($11::bigint IS NULL OR t.estimate_fen <= $11)
"""
_REGION: Final = """
    AND ($3 = '' OR (t.region >= rpad($3, 6, '0') AND t.region <= rpad($3, 6, '9')))"""
# Without words the text is not looked at, and an index alone may tell which tenders fit.
_NO_WORDS: Final = (
    _REGION
    + """
    AND ($1 = '' OR t.status = $1) AND $12::text[] IS NOT NULL AND $13::int[] IS NOT NULL"""
)
_LIKE: Final = " AND t.search_text LIKE ALL ($12::text[])"
# The marks tell of status and region, too. These conditions look at the row and suit no index:
# another one beside the marks reads more than it spares.
_BY_MARKS: Final = (
    _LIKE
    + """
    AND ($1 = '' OR t.status || '' = $1) AND left(t.region, length($3)) = $3
    AND tendering.board_marks(t.search_marks, t.status, t.region)
        @> tendering.board_marks($13::int[], $1, $3)"""
)
# Along an order. Two statuses, one of which nobody has: or the index of what is due, which is of
# published tenders only, tempts to read the texts of all of them.
_WITHOUT_MARKS: Final = (
    _LIKE + _REGION + " AND ($1 = '' OR t.status IN ($1, '')) AND $13::int[] IS NOT NULL"
)

_COLUMNS: Final = """
       t.id, t.number, t.title, t.regime, t.region, t.procedure, t.status, t.deadline,
       t.published_at, t.demonstration, t.estimate_fen, t.procuring_entity_id,
       o.name AS procuring_entity
"""
_FEW: Final = """
WITH few AS MATERIALIZED (
    SELECT t.id, t.published_at, t.deadline, t.estimate_fen FROM tendering.tenders t WHERE """
_COUNTED: Final = """ LIMIT $17 + 1
), counted AS (
    SELECT count(*) AS found FROM few
), page AS (
    SELECT t.id, row_number() OVER (ORDER BY """
_PAGE: Final = """) AS place FROM few t, counted WHERE counted.found <= $17"""
_SHOWN: Final = " ORDER BY place LIMIT $16) SELECT counted.found, " + _COLUMNS
_JOINED: Final = """FROM counted LEFT JOIN page ON true
LEFT JOIN tendering.tenders t ON t.id = page.id
LEFT JOIN tendering.organizations o ON o.id = t.procuring_entity_id ORDER BY page.place"""
_WALK: Final = "SELECT" + _COLUMNS
_ALONG: Final = """FROM tendering.tenders t
JOIN tendering.organizations o ON o.id = t.procuring_entity_id WHERE """

_ORDERS: Final = {
    Sort.NEWEST: "t.published_at DESC, t.id DESC",
    Sort.DEADLINE: "t.deadline, t.id",
    Sort.AMOUNT: "t.estimate_fen DESC, t.id DESC",
}
_AFTER: Final = {
    Sort.NEWEST: " AND ($15::uuid IS NULL OR (t.published_at, t.id) < ($14::timestamptz, $15))",
    Sort.DEADLINE: " AND ($15::uuid IS NULL OR (t.deadline, t.id) > ($14::timestamptz, $15))",
    Sort.AMOUNT: " AND ($15::uuid IS NULL OR (t.estimate_fen, t.id) < ($14::bigint, $15))",
}


async def list_page(
    connection: Connection, filters: Filters, sort: Sort, *, after: Place | None, limit: int
) -> Page:
    """The tenders that follow `after` in an order, and how many fit in all."""
    values = (*_values(filters), *((after.key, after.tender_id) if after else (None, None)), limit)
    async with connection.transaction(readonly=True):
        await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        few = await connection.fetch(
            _FEW
            + _FILTERS
            + (_BY_MARKS if filters.words else _NO_WORDS)
            + _COUNTED
            + _ORDERS[sort]
            + _PAGE
            + _AFTER[sort]
            + _SHOWN
            + _JOINED,
            *values,
            COUNT_MAX,
        )
        found: int = few[0]["found"]
        if found <= COUNT_MAX:
            return Page([_listed(row) for row in few if row["id"] is not None], found)
        rows = await connection.fetch(
            _WALK
            + _ALONG
            + _FILTERS
            + (_WITHOUT_MARKS if filters.words else _NO_WORDS)
            + _AFTER[sort]
            + " ORDER BY "
            + _ORDERS[sort]
            + " LIMIT $16",
            *values,
        )
    return Page([_listed(row) for row in rows], found)


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


def _values(filters: Filters) -> tuple[object, ...]:
    return (
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
        [_pattern(word) for word in filters.words],
        filters.marks,
    )


def _pattern(word: str) -> str:
    """What a text with this word is like: every character of the word stands for itself."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
