"""Statistics of procedures over HTTP, for everybody: evaluations, sites, and how long it took."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta, Struct

from tendering.api.cacheable import cacheable, document
from tendering.api.context import Context
from tendering.api.routing import Headed, Tagged
from tendering.domain import procedure_statistics as statistics
from tendering.domain.calendar import SHANGHAI
from tendering.domain.procedure_statistics import Evaluated, ProcedureFigures
from tendering.storage.connection import Connection, reading
from tendering.storage.procedure_statistics import list_evaluated

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2999
_CSV: Final = "text/csv; charset=utf-8"
Year = Annotated[int, Meta(ge=FIRST_YEAR, le=LAST_YEAR, description="Of the report, in China")]


class ProcedureSums(Struct, frozen=True):
    """Sums over evaluated lots; days are medians, null where nothing has come so far."""

    evaluations: int
    remote: int
    sites: int
    awards: int
    preparing_days: str | None
    evaluating_days: str | None
    deciding_days: str | None
    whole_days: str | None


class ProcedureGroup(Struct, frozen=True):
    """The sums of one month (YYYY-MM), or of one procedure."""

    name: str
    figures: ProcedureSums


class SiteFigures(Struct, frozen=True):
    """A site, how many evaluations it took part in, and how many of them with other sites."""

    name: str
    evaluations: int
    remote: int


class ProcedureStatistics(Struct, frozen=True):
    """A year of evaluations: the whole, by month, by procedure, by site. Reported ones only."""

    year: int
    total: ProcedureSums
    months: list[ProcedureGroup]
    procedures: list[ProcedureGroup]
    sites: list[SiteFigures]


async def get_procedure_statistics(
    connection: Connection, year: Year
) -> Headed[Tagged[ProcedureStatistics]]:
    """The statistics of a year."""
    evaluated = await _evaluated(connection, year)
    return cacheable(
        ProcedureStatistics(
            year,
            _view(statistics.figures(evaluated)),
            _groups(statistics.by(evaluated, lambda one: one.month)),
            _groups(statistics.by(evaluated, lambda one: one.procedure)),
            [SiteFigures(*told) for told in statistics.by_site(evaluated)],
        )
    )


async def get_procedure_table(context: Context, year: Year) -> web.Response:
    """The same by lot as CSV, for spreadsheets."""
    async with reading(context.pool) as connection:
        evaluated = await _evaluated(connection, year)
    content = await asyncio.to_thread(statistics.table, evaluated)
    return document(content, _CSV, name=f"procedures-{year}.csv")


async def _evaluated(connection: Connection, year: int) -> Sequence[Evaluated]:
    begin, end = (datetime(one, 1, 1, tzinfo=SHANGHAI).astimezone(UTC) for one in (year, year + 1))
    return await list_evaluated(connection, begin=begin, end=end)


def _groups(told: Sequence[tuple[str, ProcedureFigures]]) -> list[ProcedureGroup]:
    return [ProcedureGroup(name, _view(figures)) for name, figures in told]


def _view(told: ProcedureFigures) -> ProcedureSums:
    return ProcedureSums(
        told.evaluations,
        told.remote,
        told.sites,
        told.awards,
        told.preparing_days,
        told.evaluating_days,
        told.deciding_days,
        told.whole_days,
    )
