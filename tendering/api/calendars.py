"""Public dates over HTTP: a month of all tenders, or all dates of one."""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from tendering.api.cacheable import document
from tendering.api.context import Context
from tendering.api.fields import Instant
from tendering.domain.calendar import SHANGHAI
from tendering.domain.refusals import NotFound
from tendering.publication.calendars import ICALENDAR, CalendarEvent, events_of, icalendar
from tendering.storage import calendar_rows
from tendering.storage.connection import Connection

JSON: Final = "application/json"
TENDERS_MAX: Final = 2_000
Month = Annotated[str, Meta(pattern=r"^(19[7-9]\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])(?!\n)$")]


class CalendarEventView(Struct, frozen=True):
    """A public date of a tender; `name` stays the same, `sequence` rises when it may have moved.

    `kind`: documents_until, objections_until, sign_in_from, deadline, or publicity_until of a lot.
    `status`: CONFIRMED, TENTATIVE while the tender stands still, CANCELLED when it has ended.
    """

    name: str
    kind: str
    at: Instant
    title: str
    tender_id: UUID
    number: str
    tender_title: str
    procuring_entity: str
    lot: str
    status: Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]
    sequence: int
    changed_at: Instant


class CalendarView(Struct, frozen=True):
    """Public dates in their order; `more`: the month has more tenders than are shown."""

    events: list[CalendarEventView]
    more: bool = False


async def get_calendar(
    context: Context, connection: Connection, form: Literal["ics", "json"], month: Month
) -> web.Response:
    """The openings of a month, and the ends of candidates' publicity, as iCalendar or JSON."""
    begin, end = _span(month)
    rows = await calendar_rows.list_between(connection, begin, end, limit=TENDERS_MAX + 1)
    events = events_of(rows[:TENDERS_MAX], begin, end)
    of_board = [one for one in events if one.kind in {"deadline", "publicity_until"}]
    title = f"{context.platform_name} {month}"
    return _answer(context, of_board, form, title=title, more=len(rows) > TENDERS_MAX)


async def get_tender_calendar(
    context: Context, connection: Connection, tender_id: UUID, form: Literal["ics", "json"]
) -> web.Response:
    """All public dates of a tender as iCalendar or JSON."""
    row = await calendar_rows.find(connection, tender_id)
    if row is None:
        raise NotFound
    return _answer(context, events_of([row]), form, title=f"{row.number} {row.title}")


def _answer(
    context: Context, events: list[CalendarEvent], form: str, *, title: str, more: bool = False
) -> web.Response:
    if form == "ics":
        return document(icalendar(events, context.publisher, title=title), ICALENDAR)
    return document(msgspec.json.encode(CalendarView([_view(one) for one in events], more)), JSON)


def _view(event: CalendarEvent) -> CalendarEventView:
    named = {name: getattr(event, name) for name in CalendarEventView.__struct_fields__}
    return CalendarEventView(**named)


def _span(month: str) -> tuple[datetime, datetime]:
    """A month in China, from its first instant up to the next one's."""
    year, number = (int(part) for part in month.split("-"))
    begin = datetime(year, number, 1, tzinfo=SHANGHAI)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=SHANGHAI)
    return begin.astimezone(UTC), end.astimezone(UTC)
