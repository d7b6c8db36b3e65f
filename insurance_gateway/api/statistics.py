"""Statistics of bid securities over HTTP, for everybody: what is open by now, and nothing else."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta, Struct

from insurance_gateway import statistics
from insurance_gateway.context import InsuranceContext
from insurance_gateway.guarantee import SHANGHAI
from insurance_gateway.statistics import Figures, Issuing, Project
from insurance_gateway.storage.statistics import count_guarantors, issuing_of
from tendering.api.cacheable import cacheable, document
from tendering.api.fields import Fen, Instant
from tendering.api.routing import Headed, Tagged
from tendering.storage.connection import Connection, reading
from tendering.storage.security_statistics import list_secured

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2999
_CSV: Final = "text/csv; charset=utf-8"
Year = Annotated[int, Meta(ge=FIRST_YEAR, le=LAST_YEAR, description="Of the opening, in China")]


class SecurityFigures(Struct, frozen=True):
    """Sums: `share_percent` of bidders with a policy, two places; `spared_fen` is cash released.

    `issue_seconds` is the median time from order to guarantee, null when nothing was issued.
    """

    projects: int
    bidders: int
    by_insurance: int
    by_bank: int
    by_cash: int
    share_percent: str
    spared_fen: Fen
    spared_wan_yuan: str
    issue_seconds: int | None
    claims: int
    claimed_fen: Fen
    paid_fen: Fen


class MonthFigures(Struct, frozen=True):
    """The sums of one month, YYYY-MM."""

    month: str
    figures: SecurityFigures


class ProjectFigures(Struct, frozen=True):
    """An opened tender."""

    number: str
    title: str
    opened_at: Instant
    figures: SecurityFigures


class SecurityStatistics(Struct, frozen=True):
    """A year of bid securities: the whole, by month, by project. Only tenders that are open.

    A bidder counts once for each lot in which its bid stood at the deadline.
    """

    year: int
    guarantors_applied: int
    guarantors_live: int
    total: SecurityFigures
    months: list[MonthFigures]
    projects: list[ProjectFigures]


async def get_security_statistics(
    connection: Connection, year: Year
) -> Headed[Tagged[SecurityStatistics]]:
    """The statistics of a year."""
    projects = await _projects(connection, year)
    applied, live = await count_guarantors(connection)
    return cacheable(
        SecurityStatistics(
            year,
            applied,
            live,
            _view(statistics.figures(projects)),
            [MonthFigures(month, _view(told)) for month, told in statistics.by_month(projects)],
            [
                ProjectFigures(
                    one.number, one.title, one.opened_at, _view(statistics.figures([one]))
                )
                for one in projects
            ],
        )
    )


async def get_security_table(insurance: InsuranceContext, year: Year) -> web.Response:
    """The same by project as CSV, for spreadsheets."""
    async with reading(insurance.pool) as connection:
        projects = await _projects(connection, year)
    content = await asyncio.to_thread(statistics.table, projects)
    return document(content, _CSV, name=f"bid-securities-{year}.csv")


async def _projects(connection: Connection, year: int) -> Sequence[Project]:
    begin, end = (datetime(one, 1, 1, tzinfo=SHANGHAI).astimezone(UTC) for one in (year, year + 1))
    found = await list_secured(connection, begin=begin, end=end)
    issuing = await issuing_of(connection, [one.tender_id for one in found])
    return [
        Project(
            one.number,
            one.title,
            one.deadline,
            one.bidders,
            one.by_insurance,
            one.by_bank,
            one.by_cash,
            one.spared_fen,
            issuing.get(one.tender_id, Issuing()),
        )
        for one in found
    ]


def _view(told: Figures) -> SecurityFigures:
    return SecurityFigures(
        projects=told.projects,
        bidders=told.bidders,
        by_insurance=told.by_insurance,
        by_bank=told.by_bank,
        by_cash=told.by_cash,
        share_percent=told.share_percent,
        spared_fen=told.spared_fen,
        spared_wan_yuan=told.spared_wan_yuan,
        issue_seconds=told.issue_seconds,
        claims=told.claims,
        claimed_fen=told.claimed_fen,
        paid_fen=told.paid_fen,
    )
