"""Statutory terms: from an event and a rule to the instant that is lawful, or too late.

A period begins the day after the event; its length is counted in civil days of Asia/Shanghai
(《政府采购货物和服务招标投标管理办法》第八十五条; for 招标投标法 the same, conservatively:
`date(end) - date(start) >= days`). Years end on the same day of the month, and on the last of the
month where there is none (民法典 第二百零二条).
"""

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Final

from tendering.domain.calendar import ONE_DAY, Calendar, civil_day, day_begins
from tendering.domain.refusals.rules import TimetableUnlawful
from tendering.domain.rulebook import Rule, Rulebook

# Within these a term of any length can be counted without leaving the calendar.
YEAR_MIN: Final = 1949
YEAR_MAX: Final = 9000
YEARS_MAX: Final = 100
_MINUTES: Final = {"minute": 1, "hour": 60}


def require_countable(name: str, at: datetime) -> None:
    """Refuse an instant from which no term could be counted. Raises TimetableUnlawful."""
    assert at.tzinfo is not None
    if not YEAR_MIN < at.year < YEAR_MAX:
        raise TimetableUnlawful(f"{name} lies outside the calendar", where=name)


def length(rule: Rule) -> int:
    """The whole number of a rule."""
    assert isinstance(rule.value, int), f"{rule.id} has no whole number"
    return rule.value


def last_day(rule: Rule, calendar: Calendar, start: date) -> date:
    """The last day of a period that an event on `start` sets going."""
    if rule.unit == "working_day":
        return calendar.add_working_days(start, length(rule))
    if rule.unit == "year":
        year = start.year + min(length(rule), YEARS_MAX)
        return date(year, start.month, min(start.day, monthrange(year, start.month)[1]))
    return start + timedelta(days=length(rule))


def rolled_over(rulebook: Rulebook, calendar: Calendar, day: date) -> date:
    """A last day that is a day off moves to the next working day, where the regime says so."""
    return day if rulebook.keyed("rollover") is None else calendar.next_working_day(day)


def earliest_after(rulebook: Rulebook, rule: Rule, calendar: Calendar, at: datetime) -> datetime:
    """The first lawful instant of a step that has to wait: the beginning of the last day.

    A last day that is a day off moves to the next working day (G31; CTS-EBS01 B-004).
    """
    if rule.unit in _MINUTES:
        return at + timedelta(minutes=length(rule) * _MINUTES[rule.unit])
    return day_begins(rolled_over(rulebook, calendar, last_day(rule, calendar, civil_day(at))))


def whole_after(rulebook: Rulebook, rule: Rule, calendar: Calendar, at: datetime) -> datetime:
    """The end of a period of whole civil days after the event, such as a public display."""
    last = last_day(rule, calendar, civil_day(at))
    return day_begins(rolled_over(rulebook, calendar, last) + ONE_DAY)


def too_late_after(rulebook: Rulebook, rule: Rule, calendar: Calendar, at: datetime) -> datetime:
    """The first instant that is too late for a step due within the term.

    Longer because of a day off only where the law itself says so (G31), not for D01.
    """
    last = last_day(rule, calendar, civil_day(at))
    moves = rulebook.keyed("rollover")
    if moves is not None and moves.severity == "block":
        last = calendar.next_working_day(last)
    return day_begins(last + ONE_DAY)


def too_late_before(rule: Rule, deadline: datetime) -> datetime:
    """The first instant that is fewer than the rule's calendar days before the deadline's day."""
    return day_begins(civil_day(deadline) - timedelta(days=length(rule) - 1))


def before(rule: Rule, at: datetime) -> datetime:
    """So many minutes or hours before an instant."""
    assert rule.unit in _MINUTES, f"{rule.id} is no matter of minutes"
    return at - timedelta(minutes=length(rule) * _MINUTES[rule.unit])
