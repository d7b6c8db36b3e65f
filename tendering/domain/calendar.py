"""Civil days of Asia/Shanghai: working days, holidays, and what is not yet announced.

Statutory periods are counted in civil days there, whatever the instant in UTC. The State Council
announces holidays and make-up days (调休) year by year; beyond the announced years a day is judged
by weekends and the fixed statutory days, and whatever rests on it is provisional.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from tendering.domain.fields import Fields
from tendering.domain.refusals.rules import RulebookInvalid

# China has kept one time without summer time since 1992: a fixed offset needs no zone database.
SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
ONE_DAY: Final = timedelta(days=1)
SATURDAY: Final = 5

# 全国年节及纪念日放假办法 第二条: those that fall on a fixed day of the solar calendar.
FIXED_HOLIDAYS: Final = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})

DAYS_MAX: Final = 4000


@dataclass(frozen=True, slots=True)
class Calendar:
    """The announced years, both included, with their holidays and make-up working days."""

    first_year: int
    last_year: int
    holidays: Mapping[date, str]
    make_up_days: frozenset[date]

    def is_provisional(self, day: date) -> bool:
        """Has the year of this day not been announced yet (or is it before the table)?"""
        return not self.first_year <= day.year <= self.last_year

    def is_working_day(self, day: date) -> bool:
        """Do offices work on this day?"""
        if day in self.make_up_days:
            return True
        if day in self.holidays or day.weekday() >= SATURDAY:
            return False
        return not (self.is_provisional(day) and (day.month, day.day) in FIXED_HOLIDAYS)

    def next_working_day(self, day: date) -> date:
        """The day itself when it is a working day, else the first one after it."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`th working day after `day`, which is itself not counted."""
        assert 0 <= count <= DAYS_MAX
        for _ in range(count):
            day = self.next_working_day(day + ONE_DAY)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`; 0 if it is before."""
        days = min((end - start).days, DAYS_MAX)
        return sum(self.is_working_day(start + timedelta(days=n)) for n in range(1, days + 1))


def read_calendar(text: str) -> Calendar:
    """Read the JSON holiday table. Raises RulebookInvalid."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise RulebookInvalid(f"holidays: {error}") from None
    fields = Fields(value, "holidays", RulebookInvalid)
    calendar = Calendar(
        first_year=fields.integer("first_year", least=1949, most=9998),
        last_year=fields.integer("last_year", least=1949, most=9998),
        holidays=_days(fields, "holidays"),
        make_up_days=frozenset(_days(fields, "make_up_days")),
    )
    fields.done()
    return calendar


def civil_day(at: datetime) -> date:
    """The date the calendar on the wall in Shanghai shows at an instant."""
    assert at.tzinfo is not None
    return at.astimezone(SHANGHAI).date()


def day_begins(day: date) -> datetime:
    """The instant a civil day begins in Shanghai; also where the day before it ends. In UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def civil_instant(day: date, at: time) -> datetime:
    """The instant of a wall-clock time in Shanghai, in UTC."""
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)


def _days(fields: Fields, key: str) -> dict[date, str]:
    value = fields.take(key)
    if not isinstance(value, Mapping):
        raise fields.wrong(key, "an object is expected")
    try:
        return {date.fromisoformat(str(day)): str(name) for day, name in value.items()}
    except ValueError:
        raise fields.wrong(key, "days are expected, like 2026-01-01") from None
