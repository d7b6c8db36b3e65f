"""The dates that a published tender carries, and whether the law allows them.

How terms are counted is in `terms`, what the numbers are in the rulebook; `schedule` works out all
the other steps up to the archive.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.calendar import ONE_DAY, Calendar, civil_day, day_begins
from tendering.domain.circumstances import Circumstances
from tendering.domain.fields import Fields
from tendering.domain.findings import Finding, found
from tendering.domain.journal import instant
from tendering.domain.procedure import Periods
from tendering.domain.refusals.rules import TimetableUnlawful
from tendering.domain.rulebook import Rule, Rulebook
from tendering.domain.terms import (
    earliest_after,
    last_day,
    length,
    require_countable,
    too_late_before,
    whole_after,
)

DRAIN: Final = timedelta(seconds=60)
TENDERING: Final = Periods()
VALIDITY_DAYS: Final = 90
VALIDITY_DAYS_MAX: Final = 3650


@dataclass(frozen=True, slots=True)
class Timetable:
    """The instants of one tender, in UTC; `*_until` is the first instant that is too late.

    `provisional`: some day rests on holidays that have not been announced yet. The publicity
    period is known only after the evaluation, so it starts as None.
    """

    published_at: datetime
    objections_until: datetime
    clarifications_until: datetime
    documents_until: datetime
    sign_in_from: datetime
    deadline: datetime
    closing_at: datetime
    unlock_until: datetime
    validity_until: datetime
    provisional: bool
    publicity_from: datetime | None = None
    publicity_until: datetime | None = None

    def instants(self) -> Iterator[tuple[str, datetime]]:
        """Every known instant with its name, in the order of the fields."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, datetime):
                yield field.name, value


def plan(
    rulebook: Rulebook,
    calendar: Calendar,
    *,
    published_at: datetime,
    deadline: datetime,
    documents_until: datetime | None = None,
    unlock_minutes: int | None = None,
    validity_days: int = VALIDITY_DAYS,
    drain: timedelta = DRAIN,
    periods: Periods = TENDERING,
) -> Timetable:
    """Work out every date from the publication and the deadline; `check` says if they are lawful.

    Without `documents_until` the tender documents stay available to the deadline, or where the
    time to hand in begins after that (E02) for as long as the rulebook asks; without
    `unlock_minutes` the window is the rulebook's floor. `drain` is how long a bid that arrived in
    time may still be on its way through the platform when the deadline passes. Raises
    TimetableUnlawful for instants from which nothing can be counted.
    """
    require_countable("published_at", published_at)
    require_countable("deadline", deadline)
    assert 0 < validity_days <= VALIDITY_DAYS_MAX
    closing_at = deadline + drain
    minutes = rulebook.number("unlock_window_min") if unlock_minutes is None else unlock_minutes
    objection = None if periods.objection is None else rulebook.keyed(periods.objection)
    days = (civil_day(published_at), civil_day(deadline))
    return Timetable(
        published_at=published_at,
        objections_until=_until(objection, calendar, deadline),
        clarifications_until=_until(
            None if periods.clarification is None else rulebook.required(periods.clarification),
            calendar,
            deadline,
        ),
        documents_until=documents_until
        or _documents_until(rulebook, calendar, periods, published_at, deadline),
        sign_in_from=deadline - timedelta(minutes=rulebook.number("sign_in_before_minutes")),
        deadline=deadline,
        closing_at=closing_at,
        unlock_until=closing_at + timedelta(minutes=minutes),
        validity_until=day_begins(days[1] + timedelta(days=validity_days + 1)),
        provisional=any(calendar.is_provisional(day) for day in days),
    )


def check(
    rulebook: Rulebook,
    calendar: Calendar,
    timetable: Timetable,
    *,
    periods: Periods = TENDERING,
    circumstances: Circumstances | None = None,
) -> tuple[Finding, ...]:
    """Every rule the timetable breaks, and what a careful clerk would point out.

    Where the law demands no tender for this procurement (依法必须招标), 《招标投标法》第二十四条
    does not bind. Without circumstances it does.
    """
    findings = []
    period = None if periods.deadline is None else rulebook.required(periods.deadline)
    if period is not None and (circumstances or Circumstances()).meets(period):
        begins = timetable.documents_until if periods.after_documents else timetable.published_at
        findings += [
            _period_too_short(period, calendar, timetable, begins=begins, end="deadline"),
            _last_day_off(rulebook, period, calendar, timetable, begins=begins),
        ]
    if periods.documents is not None:
        rule, begins = rulebook.required(periods.documents), timetable.published_at
        findings.append(
            _period_too_short(rule, calendar, timetable, begins=begins, end="documents_until")
        )
    findings += [
        _window_too_short(rulebook.required("unlock_window_min"), timetable),
        _past(timetable),
        _day_off(calendar, timetable),
    ]
    return tuple(finding for finding in findings if finding is not None)


def earliest_deadline(
    rulebook: Rulebook,
    calendar: Calendar,
    published_at: datetime,
    *,
    periods: Periods = TENDERING,
) -> datetime:
    """The first instant on which bids may fall due: the beginning of the last day of the period."""
    if periods.deadline is None:
        return published_at
    begins = _documents_until(rulebook, calendar, periods, published_at, published_at)
    return earliest_after(rulebook, rulebook.required(periods.deadline), calendar, begins)


def deadline_after_clarification(
    rulebook: Rulebook,
    calendar: Calendar,
    *,
    clarified_at: datetime,
    deadline: datetime,
    periods: Periods = TENDERING,
) -> datetime | None:
    """The new deadline that a clarification which affects bids asks for, or None if it is in time.

    E04, E05, G04: less than so many days before the deadline, it moves. The proposal keeps the
    time of day, on the first working day that leaves the whole period.
    """
    if periods.clarification is None:
        return None
    rule = rulebook.required(periods.clarification)
    if clarified_at < _until(rule, calendar, deadline):
        return None
    day = last_day(rule, calendar, civil_day(clarified_at))
    into_the_day = deadline - day_begins(civil_day(deadline))
    return day_begins(calendar.next_working_day(day)) + into_the_day


def publicity(
    rulebook: Rulebook, calendar: Calendar, published_at: datetime
) -> tuple[datetime, datetime]:
    """From when to when candidates (E30) or the result (G21) are on public display.

    The period is whole civil days after the day of publication; where the regime rolls over, it
    does not end on a day off (《招标投标法实施条例》第五十四条: not less than three days).
    """
    rule = rulebook.required("publicity_min")
    return published_at, whole_after(rulebook, rule, calendar, published_at)


def next_instant(timetable: Timetable, now: datetime) -> tuple[str, datetime] | None:
    """The first known instant after `now`, with its name; None when all have passed."""
    ahead = [(at, name) for name, at in timetable.instants() if at > now]
    if not ahead:
        return None
    at, name = min(ahead)
    return name, at


def to_json(timetable: Timetable) -> dict[str, JsonValue]:
    """A timetable as plain JSON; instants RFC 3339 in UTC, unknown ones null."""
    members: dict[str, JsonValue] = {
        field.name: None for field in fields(timetable) if field.name != "provisional"
    }
    members.update((name, instant(at)) for name, at in timetable.instants())
    members["provisional"] = timetable.provisional
    return members


def from_json(value: JsonValue) -> Timetable:
    """The inverse of `to_json`. Raises TimetableUnlawful for what is no timetable."""
    read = Fields(value, "timetable", TimetableUnlawful)
    timetable = Timetable(
        published_at=read.moment("published_at"),
        objections_until=read.moment("objections_until"),
        clarifications_until=read.moment("clarifications_until"),
        documents_until=read.moment("documents_until"),
        sign_in_from=read.moment("sign_in_from"),
        deadline=read.moment("deadline"),
        closing_at=read.moment("closing_at"),
        unlock_until=read.moment("unlock_until"),
        validity_until=read.moment("validity_until"),
        provisional=read.flag("provisional", default=False),
        publicity_from=read.optional_moment("publicity_from"),
        publicity_until=read.optional_moment("publicity_until"),
    )
    read.done()
    return timetable


def _until(rule: Rule | None, calendar: Calendar, deadline: datetime) -> datetime:
    """The first instant that is fewer than the rule's days before the deadline's day."""
    if rule is None:
        return deadline
    if rule.unit != "working_day":
        return too_late_before(rule, deadline)
    last = day = civil_day(deadline)
    while calendar.working_days_between(day, last) < length(rule):
        day -= ONE_DAY
    return day_begins(day + ONE_DAY)


def _documents_until(
    rulebook: Rulebook,
    calendar: Calendar,
    periods: Periods,
    published_at: datetime,
    deadline: datetime,
) -> datetime:
    if not periods.after_documents or periods.documents is None:
        return deadline
    rule = rulebook.required(periods.documents)
    return day_begins(last_day(rule, calendar, civil_day(published_at)))


def _period_too_short(
    rule: Rule, calendar: Calendar, timetable: Timetable, *, begins: datetime, end: str
) -> Finding | None:
    ends: datetime = getattr(timetable, end)
    last = last_day(rule, calendar, civil_day(begins))
    if civil_day(ends) >= last:
        return None
    unit_zh, unit_en = (
        ("个工作日", "working days") if rule.unit == "working_day" else ("日", "days")
    )
    return found(
        rule,
        f"{rule.title}不得少于{rule.value}{unit_zh}，最早为{last.isoformat()}。",
        f"{end} leaves less than {rule.value} {unit_en}; the earliest day is {last.isoformat()}.",
        earliest=day_begins(last),
    )


def _last_day_off(
    rulebook: Rulebook, period: Rule, calendar: Calendar, timetable: Timetable, *, begins: datetime
) -> Finding | None:
    """The period's last day is a day off and the deadline does not wait for the next one."""
    rule = rulebook.keyed("rollover")
    if rule is None:
        return None
    last = last_day(period, calendar, civil_day(begins))
    moved = calendar.next_working_day(last)
    if not last <= civil_day(timetable.deadline) < moved:
        return None
    return found(
        rule,
        f"期间最后一日{last.isoformat()}是休息日，应顺延至{moved.isoformat()}。",
        f"The last day {last.isoformat()} is a day off; the period ends on {moved.isoformat()}.",
        earliest=day_begins(moved),
    )


def _window_too_short(rule: Rule, timetable: Timetable) -> Finding | None:
    least = timedelta(minutes=length(rule))
    if timetable.unlock_until - timetable.closing_at >= least:
        return None
    return found(
        rule,
        f"{rule.title}为{rule.value}分钟。",
        f"Bidders have at least {rule.value} minutes to unlock their bids.",
        earliest=timetable.closing_at + least,
    )


def _past(timetable: Timetable) -> Finding | None:
    """Nobody can bid before the notice, whatever period the law sets."""
    if timetable.deadline >= timetable.published_at:
        return None
    return Finding(
        "deadline-past",
        "平台提示",
        "block",
        "投标截止时间早于公告发布时间。",
        "The deadline comes before the notice.",
        timetable.published_at,
    )


def _day_off(calendar: Calendar, timetable: Timetable) -> Finding | None:
    """Not unlawful, but who will hold the opening?"""
    day = civil_day(timetable.deadline)
    if calendar.is_working_day(day):
        return None
    return Finding(
        "opening-on-day-off",
        "平台提示",
        "warn",
        f"投标截止时间{day.isoformat()}是休息日或者节假日。",
        f"The deadline {day.isoformat()} is a day off.",
        day_begins(calendar.next_working_day(day)),
    )
