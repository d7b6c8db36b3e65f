"""The calendar: make-up days, announced years, Shanghai's midnight."""

from datetime import UTC, date, datetime, time

import pytest

from tendering.domain.calendar import civil_day, civil_instant, day_begins, read_calendar
from tendering.domain.refusals.rules import RulebookInvalid
from tendering.rulebooks import holiday_calendar


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 10, 1), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
        (date(2026, 11, 23), True),
        (date(2031, 10, 1), False),
        (date(2031, 10, 6), True),
    ],
)
def test_a_day_is_a_working_day_or_not(day: date, *, works: bool) -> None:
    assert holiday_calendar().is_working_day(day) is works


def test_years_that_were_not_announced_are_provisional() -> None:
    calendar = holiday_calendar()

    assert not calendar.is_provisional(date(calendar.last_year, 12, 31))
    assert calendar.is_provisional(date(calendar.last_year + 1, 1, 1))


def test_working_days_are_counted_from_the_day_after() -> None:
    calendar = holiday_calendar()

    assert calendar.add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert calendar.working_days_between(date(2026, 9, 30), date(2026, 10, 8)) == 1
    assert calendar.working_days_between(date(2026, 10, 8), date(2026, 9, 30)) == 0


def test_a_civil_day_begins_at_sixteen_hours_utc_the_day_before() -> None:
    assert day_begins(date(2026, 11, 24)) == datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert civil_day(datetime(2026, 11, 23, 16, tzinfo=UTC)) == date(2026, 11, 24)
    assert civil_instant(date(2026, 11, 24), time(9, 30)) == datetime(
        2026, 11, 24, 1, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"first_year": 2020, "last_year": 2026, "holidays": [], "make_up_days": {}}',
        '{"first_year": 2020, "last_year": 2026, "holidays": {"x": ""}, "make_up_days": {}}',
    ],
)
def test_a_broken_table_is_refused(text: str) -> None:
    with pytest.raises(RulebookInvalid):
        read_calendar(text)
