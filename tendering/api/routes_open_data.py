"""The doors of the public board and of open data."""

from typing import Final

from tendering.api import board, calendars, open_data, procedure_statistics
from tendering.api.routing import Route
from tendering.domain.refusals import Invalid, NotFound
from tendering.publication.workbooks import XLSX

_TAGS: Final = ("open data",)

OPEN_DATA_ROUTES: Final = (
    Route(
        "GET",
        "/tenders",
        board.get_tenders,
        errors=(Invalid,),
        statuses=(304,),
        tags=("tenders",),
    ),
    Route(
        "GET",
        "/open-data/tenders.{form}",
        board.get_tender_table,
        errors=(Invalid,),
        statuses=(304,),
        produces=XLSX,
        produces_also=("text/csv",),
        tags=_TAGS,
    ),
    Route(
        "GET",
        "/statistics/procedures",
        procedure_statistics.get_procedure_statistics,
        statuses=(304,),
        tags=_TAGS,
    ),
    Route(
        "GET",
        "/statistics/procedures.csv",
        procedure_statistics.get_procedure_table,
        statuses=(304,),
        produces="text/csv",
        tags=_TAGS,
    ),
    Route("GET", "/open-data/feed", open_data.get_feed, statuses=(304,), tags=_TAGS),
    Route(
        "GET",
        "/open-data/news.{form}",
        open_data.get_news,
        statuses=(304,),
        produces="application/atom+xml",
        produces_also=("application/feed+json",),
        tags=_TAGS,
    ),
    Route(
        "GET",
        "/open-data/calendar.{form}",
        calendars.get_calendar,
        statuses=(304,),
        produces="text/calendar",
        produces_also=(calendars.JSON,),
        tags=_TAGS,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/calendar.{form}",
        calendars.get_tender_calendar,
        errors=(NotFound,),
        statuses=(304,),
        produces="text/calendar",
        produces_also=(calendars.JSON,),
        tags=_TAGS,
    ),
    Route(
        "GET",
        "/open-data/{what}.jsonl.gz",
        open_data.get_everything,
        statuses=(304,),
        produces=open_data.GZIP,
        tags=_TAGS,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/ocds/releases",
        open_data.get_release_package,
        errors=(NotFound,),
        statuses=(304,),
        tags=_TAGS,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/ocds/record",
        open_data.get_record_package,
        errors=(NotFound,),
        statuses=(304,),
        tags=_TAGS,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/workbook.xlsx",
        open_data.get_tender_workbook,
        errors=(NotFound,),
        statuses=(304,),
        produces=XLSX,
        tags=_TAGS,
    ),
)
