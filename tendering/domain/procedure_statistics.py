"""What a centre reports about procedures: how many sites evaluated, and how long it all took. Pure.

Everything is counted from the public record: notice, deadline, report of the evaluation, award.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median_low
from typing import Final

from tendering.domain.calendar import civil_day
from tendering.domain.cells import guarded

TENTH: Final = Decimal("0.1")
HEADING: Final = (
    "月份",
    "项目编号",
    "项目名称",
    "标段",
    "采购方式",
    "评标场地数",
    "公告到截止（天）",
    "截止到评标报告（天）",
    "评标报告到定标（天）",
    "公告到定标（天）",
)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A lot whose evaluation was reported. `sites` are the venues that its notice seats experts at.

    `awarded_at` is when the award that stands was notified; None where there is none yet.
    """

    number: str
    title: str
    lot: str
    procedure: str
    sites: tuple[str, ...]
    published_at: datetime
    deadline: datetime
    reported_at: datetime
    awarded_at: datetime | None

    @property
    def is_remote(self) -> bool:
        """Did experts at more than one site evaluate?"""
        return len(self.sites) > 1

    @property
    def month(self) -> str:
        """The month of its report in China, YYYY-MM."""
        return f"{civil_day(self.reported_at):%Y-%m}"


@dataclass(frozen=True, slots=True)
class ProcedureFigures:
    """Sums over some evaluations. Days are medians with one place, half up; None of nothing.

    `preparing_days` from notice to deadline, `evaluating_days` to the report, `deciding_days` to
    the award, `whole_days` from notice to award.
    """

    evaluations: int
    remote: int
    sites: int
    awards: int
    preparing_days: str | None
    evaluating_days: str | None
    deciding_days: str | None
    whole_days: str | None


def figures(evaluated: Iterable[Evaluated]) -> ProcedureFigures:
    """The sums over some evaluations."""
    lots = list(evaluated)
    awards = [one.awarded_at for one in lots if one.awarded_at is not None]
    return ProcedureFigures(
        evaluations=len(lots),
        remote=sum(one.is_remote for one in lots),
        sites=len({site for one in lots for site in one.sites}),
        awards=len(awards),
        preparing_days=_median(lots, _preparing),
        evaluating_days=_median(lots, _evaluating),
        deciding_days=_median(lots, _deciding),
        whole_days=_median(lots, _whole),
    )


def by(
    evaluated: Sequence[Evaluated], key: Callable[[Evaluated], str]
) -> list[tuple[str, ProcedureFigures]]:
    """The figures of each group, in the order of its name."""
    names = sorted({key(one) for one in evaluated})
    return [(name, figures(one for one in evaluated if key(one) == name)) for name in names]


def by_site(evaluated: Sequence[Evaluated]) -> list[tuple[str, int, int]]:
    """Each site, how many evaluations it took part in, and how many of them were remote."""
    sites = sorted({site for one in evaluated for site in one.sites})
    taken = {site: [one for one in evaluated if site in one.sites] for site in sites}
    return [(site, len(lots), sum(one.is_remote for one in lots)) for site, lots in taken.items()]


def table(evaluated: Sequence[Evaluated]) -> bytes:
    """A line for each lot as CSV (RFC 4180), marked as UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADING)
    for one in evaluated:
        spans = [_days(span(one)) for span in (_preparing, _evaluating, _deciding, _whole)]
        known = [one.month, guarded(one.number), guarded(one.title), one.lot, one.procedure]
        writer.writerow([*known, str(len(one.sites)), *(days or "" for days in spans)])
    return out.getvalue().encode("utf-8-sig")


def _preparing(one: Evaluated) -> timedelta | None:
    return one.deadline - one.published_at


def _evaluating(one: Evaluated) -> timedelta | None:
    return one.reported_at - one.deadline


def _deciding(one: Evaluated) -> timedelta | None:
    return None if one.awarded_at is None else one.awarded_at - one.reported_at


def _whole(one: Evaluated) -> timedelta | None:
    return None if one.awarded_at is None else one.awarded_at - one.published_at


def _median(lots: Sequence[Evaluated], span: Callable[[Evaluated], timedelta | None]) -> str | None:
    known = [found for one in lots if (found := span(one)) is not None]
    return _days(median_low(known)) if known else None


def _days(span: timedelta | None) -> str | None:
    if span is None:
        return None
    days = Decimal(span // timedelta(seconds=1)) / Decimal(86_400)
    return str(days.quantize(TENTH, ROUND_HALF_UP))
