"""The sums that a centre reports."""

from datetime import UTC, datetime

import pytest

from insurance_gateway.statistics import (
    Issuing,
    Project,
    by_month,
    figures,
    median_seconds,
    share_percent,
    table,
    wan_yuan,
)

# The last day of March in UTC, the first of April in China.
BORDER = datetime(2026, 3, 31, 16, tzinfo=UTC)


def a_project(number: str, opened_at: datetime = BORDER, **changes: object) -> Project:
    known: dict[str, object] = {
        "bidders": 4,
        "by_insurance": 3,
        "by_bank": 0,
        "by_cash": 1,
        "spared_fen": 240_000_000,
        "issuing": Issuing((30.0, 90.0, 60.0), 1, 80_000_000, 80_000_000),
    }
    return Project(number, f"示范工程{number}", opened_at, **known | changes)  # type: ignore[arg-type]


def test_a_year_is_the_sum_of_its_records() -> None:
    told = figures([a_project("1"), a_project("2", by_insurance=0, by_bank=1, by_cash=3)])

    assert (told.projects, told.bidders, told.by_insurance, told.by_bank) == (2, 8, 3, 1)
    assert (told.share_percent, told.spared_wan_yuan) == ("37.50", "480")
    assert (told.issue_seconds, told.claims, told.paid_fen) == (60, 2, 160_000_000)


def test_a_project_without_a_bidder_is_none() -> None:
    assert figures([a_project("1", bidders=0)]).projects == 0


def test_the_month_is_that_of_china() -> None:
    months = by_month([a_project("1"), a_project("2", BORDER.replace(hour=15))])

    assert [(month, told.projects) for month, told in months] == [("2026-03", 1), ("2026-04", 1)]


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [(1382, 1822, "75.85"), (1, 3, "33.33"), (1, 800, "0.13"), (0, 0, "0.00"), (5, 5, "100.00")],
)
def test_a_share_has_two_places_half_up(part: int, whole: int, share: str) -> None:
    assert share_percent(part, whole) == share


def test_money_in_wan_yuan_is_exact() -> None:
    assert [wan_yuan(fen) for fen in (67_782_435_000, 1, 10**6)] == ["67782.435", "0.000001", "1"]


def test_of_nothing_there_is_no_median() -> None:
    assert (median_seconds([]), median_seconds([1.0, 9.0])) == (None, 1)


def test_the_table_has_a_line_a_project_and_a_sum_and_computes_nothing() -> None:
    lines = table([a_project("=1+1"), a_project("2", issuing=Issuing())]).decode("utf-8-sig")

    rows = lines.splitlines()
    assert rows[0].startswith("月份,项目编号")
    assert rows[1].startswith("2026-04,'=1+1,")
    assert rows[2].split(",")[-2:] == ["", "0"]
    assert rows[3].startswith("合计,,,8,6,0,2,75.00,480,")
