"""The public notice board over HTTP: search, filters, order, pages, and all of it as a table."""

import asyncio
import base64
import binascii
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from tendering.api.cacheable import cacheable, document
from tendering.api.context import Context
from tendering.api.fields import Fen, Instant, PageLimit
from tendering.api.routing import Headed, Tagged
from tendering.domain.board import COUNT_MAX, Filters, Sort, words_of
from tendering.domain.calendar import day_begins
from tendering.domain.refusals import Invalid
from tendering.publication.workbooks import XLSX, board_table, board_workbook
from tendering.storage import board
from tendering.storage.board import Listed, Place
from tendering.storage.connection import Connection, reading

# A table with more rows is asked for in parts, by dates.
TABLE_ROWS_MAX: Final = 10_000
_TABLE_PAGE: Final = 500
_CSV: Final = "text/csv; charset=utf-8"

Search = Annotated[str, Meta(max_length=100, description="Words; each must be there")]
RegionStart = Annotated[str, Meta(pattern=r"^([0-9]{2}){0,3}(?!\n)$", max_length=6)]
Procedure = Annotated[str, Meta(pattern=r"^[a-z-]{0,40}(?!\n)$", max_length=40)]
After = Annotated[str, Meta(max_length=120)]
Regime = Literal["", "construction", "government_procurement"]
Status = Literal[
    "",
    "published",
    "opening",
    "opened",
    "evaluating",
    "evaluated",
    "candidates_published",
    "awarded",
    "continued",
    "failed",
    "terminated",
]


class TenderSummary(Struct, frozen=True):
    """A row of the notice board; `estimate_fen` of all lots together."""

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
    deadline: Instant
    published_at: Instant
    demonstration: bool


class TenderPage(Struct, frozen=True):
    """A page of the board; `next` is the `after` of the following one.

    `found` is how many tenders fit, at most 1000; `more` says that there are more.
    """

    items: list[TenderSummary]
    next: str | None
    found: int
    more: bool


async def get_tenders(
    connection: Connection,
    q: Search = "",
    status: Status = "",
    regime: Regime = "",
    *,
    region: RegionStart = "",
    procedure: Procedure = "",
    procuring_entity_id: UUID | None = None,
    published_from: date | None = None,
    published_to: date | None = None,
    deadline_from: date | None = None,
    deadline_to: date | None = None,
    fen_min: Fen | None = None,
    fen_max: Fen | None = None,
    sort: Literal["newest", "deadline", "amount"] = "newest",
    after: After = "",
    limit: PageLimit = 20,
) -> Headed[Tagged[TenderPage]]:
    """The notice board; `after` is the `next` of the page before. Days are those of Shanghai."""
    filters = Filters(
        words_of(q),
        status,
        regime,
        region,
        procedure,
        procuring_entity_id,
        _begin(published_from),
        _end(published_to),
        _begin(deadline_from),
        _end(deadline_to),
        fen_min,
        fen_max,
    )
    order = Sort(sort)
    place = _place(order, after) if after else None
    page = await board.list_page(connection, filters, order, after=place, limit=limit + 1)
    items = [_summary(row) for row in page.rows[:limit]]
    following = _after(order, items[-1]) if len(page.rows) > limit else None
    found = min(page.found, COUNT_MAX)
    return cacheable(TenderPage(items, following, found, page.found > COUNT_MAX))


async def get_tender_table(
    context: Context,
    form: Literal["csv", "xlsx"],
    q: Search = "",
    status: Status = "",
    regime: Regime = "",
    *,
    region: RegionStart = "",
    published_from: date | None = None,
    published_to: date | None = None,
) -> web.Response:
    """The board as a table for spreadsheets, the newest first, at most 10,000 rows."""
    filters = Filters(
        words_of(q),
        status,
        regime,
        region,
        published_from=_begin(published_from),
        published_until=_end(published_to),
    )
    async with context.downloading:
        rows = await _all_rows(context, filters)
        if form == "csv":
            return document(board_table(rows), _CSV, name="tenders.csv")
        workbook = await asyncio.to_thread(board_workbook, rows)
    return document(workbook, XLSX, name="tenders.xlsx")


async def _all_rows(context: Context, filters: Filters) -> list[Listed]:
    rows: list[Listed] = []
    place: Place | None = None
    while len(rows) < TABLE_ROWS_MAX:
        async with reading(context.pool) as connection:
            page = await board.list_page(
                connection, filters, Sort.NEWEST, after=place, limit=_TABLE_PAGE
            )
        rows += page.rows
        if len(page.rows) < _TABLE_PAGE:
            break
        place = Place(rows[-1].published_at, rows[-1].id)
    return rows


def _summary(row: Listed) -> TenderSummary:
    return TenderSummary(**{name: getattr(row, name) for name in TenderSummary.__struct_fields__})


def _begin(day: date | None) -> datetime | None:
    return None if day is None else _day_begins(day)


def _end(day: date | None) -> datetime | None:
    """The first instant after a day."""
    if day is None:
        return None
    if day == date.max:
        raise Invalid("this day lies at the end of the calendar")
    return _day_begins(day + timedelta(days=1))


def _day_begins(day: date) -> datetime:
    try:
        return day_begins(day)
    except OverflowError:
        raise Invalid("this day lies outside the calendar") from None


def _after(order: Sort, last: TenderSummary) -> str:
    key: datetime | int = last.published_at
    if order is Sort.DEADLINE:
        key = last.deadline
    elif order is Sort.AMOUNT:
        key = last.estimate_fen
    shown = key.isoformat() if isinstance(key, datetime) else str(key)
    return base64.urlsafe_b64encode(f"{order} {shown} {last.id}".encode()).decode()


def _place(order: Sort, after: str) -> Place:
    """Where a page of this order ended. Raises Invalid for what no page has given."""
    try:
        named, shown, tender_id = base64.urlsafe_b64decode(after.encode()).decode().split(" ")
        if named != order:
            raise Invalid("a page of another order")
        if order is Sort.AMOUNT:
            return Place(_fen(shown), UUID(tender_id))
        moment = datetime.fromisoformat(shown)
        if moment.tzinfo is None:
            raise Invalid("no such page")
        return Place(moment.astimezone(UTC), UUID(tender_id))
    except (ValueError, OverflowError, binascii.Error) as error:
        raise Invalid("no such page") from error


def _fen(text: str) -> int:
    fen = int(text)
    if not 0 <= fen < 2**63:
        raise Invalid("no such page")
    return fen
