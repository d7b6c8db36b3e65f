"""What a centre reports about bid securities: by month, by project, and for a whole year. Pure.

Everything is counted from single records of tenders that are open; a tender that is not says
nothing here, not even that it exists.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from insurance_gateway.guarantee import SHANGHAI
from tendering.domain.cells import guarded

FEN_PER_WAN: Final = Decimal(1_000_000)  # 万元
HUNDREDTH: Final = Decimal("0.01")
HEADING: Final = (
    "月份",
    "项目编号",
    "项目名称",
    "投标人数",
    "保险",
    "银行保函",
    "现金",
    "电子保函占比（%）",
    "释放现金（万元）",
    "出单用时中位数（秒）",
    "索赔",
)


@dataclass(frozen=True, slots=True)
class Issuing:
    """What guarantors did for one tender: seconds from order to guarantee, and claims."""

    seconds: tuple[float, ...] = ()
    claims: int = 0
    claimed_fen: int = 0
    paid_fen: int = 0


@dataclass(frozen=True, slots=True)
class Project:
    """An opened tender. A bidder counts once for each lot; `spared_fen` is cash not deposited."""

    number: str
    title: str
    opened_at: datetime
    bidders: int
    by_insurance: int
    by_bank: int
    by_cash: int
    spared_fen: int
    issuing: Issuing = Issuing()

    @property
    def month(self) -> str:
        """The month of its opening in China, YYYY-MM."""
        return self.opened_at.astimezone(SHANGHAI).strftime("%Y-%m")


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums over some projects. `share_percent` with two places, half up.

    `issue_seconds` is the median, None when nothing was issued.
    """

    projects: int
    bidders: int
    by_insurance: int
    by_bank: int
    by_cash: int
    share_percent: str
    spared_fen: int
    spared_wan_yuan: str
    issue_seconds: int | None
    claims: int
    claimed_fen: int
    paid_fen: int


def figures(projects: Iterable[Project]) -> Figures:
    """The sums over projects with a guarantee or a bidder at all."""
    counted = [one for one in projects if one.bidders]
    bidders = sum(one.bidders for one in counted)
    insured = sum(one.by_insurance for one in counted)
    spared_fen = sum(one.spared_fen for one in counted)
    return Figures(
        projects=len(counted),
        bidders=bidders,
        by_insurance=insured,
        by_bank=sum(one.by_bank for one in counted),
        by_cash=sum(one.by_cash for one in counted),
        share_percent=share_percent(insured, bidders),
        spared_fen=spared_fen,
        spared_wan_yuan=wan_yuan(spared_fen),
        issue_seconds=median_seconds([each for one in counted for each in one.issuing.seconds]),
        claims=sum(one.issuing.claims for one in counted),
        claimed_fen=sum(one.issuing.claimed_fen for one in counted),
        paid_fen=sum(one.issuing.paid_fen for one in counted),
    )


def by_month(projects: Sequence[Project]) -> list[tuple[str, Figures]]:
    """The figures of each month with an opening, oldest first."""
    months = sorted({one.month for one in projects})
    return [(month, figures(one for one in projects if one.month == month)) for month in months]


def share_percent(part: int, whole: int) -> str:
    """A share in percent, two places, half up; 0.00 of nothing."""
    share = Decimal(100 * part) / whole if whole else Decimal(0)
    return str(share.quantize(HUNDREDTH, ROUND_HALF_UP))


def wan_yuan(fen: int) -> str:
    """Money in 万元, exact, without zeros at its end."""
    return f"{Decimal(fen) / FEN_PER_WAN:f}"


def median_seconds(seconds: Sequence[float]) -> int | None:
    """The median, rounded to seconds: of an even number the lower one."""
    if not seconds:
        return None
    return round(sorted(seconds)[(len(seconds) - 1) // 2])


def table(projects: Sequence[Project]) -> bytes:
    """A line for each project as CSV (RFC 4180), marked as UTF-8, and the sum at the end."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADING)
    for one in projects:
        writer.writerow(
            [one.month, guarded(one.number), guarded(one.title), *_cells(figures([one]))]
        )
    writer.writerow(["合计", "", "", *_cells(figures(projects))])
    return out.getvalue().encode("utf-8-sig")


def _cells(told: Figures) -> list[str]:
    return [
        str(told.bidders),
        str(told.by_insurance),
        str(told.by_bank),
        str(told.by_cash),
        told.share_percent,
        told.spared_wan_yuan,
        "" if told.issue_seconds is None else str(told.issue_seconds),
        str(told.claims),
    ]
