"""The whole course of a tender on the official calendar: each step, from when and until when.

What has happened or is planned is given; for the rest the fastest lawful course is assumed, step
by step of `schedule_steps.STEPS`. Whatever is given and breaks a rule, or comes in an order that
cannot be, is a finding that names the article and the figures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.calendar import SHANGHAI, Calendar, civil_day, day_begins
from tendering.domain.circumstances import Circumstances
from tendering.domain.findings import Finding, figure_en, figure_zh, found
from tendering.domain.journal import instant
from tendering.domain.refusals.rules import TimetableUnlawful
from tendering.domain.rulebook import Rule, Rulebook
from tendering.domain.schedule_steps import NAMES, STEPS, Bound, StepPlan, Term
from tendering.domain.terms import (
    before,
    earliest_after,
    last_day,
    require_countable,
    too_late_after,
    too_late_before,
    whole_after,
)
from tendering.domain.timetable import DRAIN, VALIDITY_DAYS, deadline_after_clarification

_TICK: Final = timedelta(microseconds=1)
_BY_DAYS: Final = ("calendar_day", "working_day", "year")
_PLANS: Final = {plan.name: plan for plan in STEPS}
_PLATFORM: Final = "平台提示"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What the tender documents and the notice say besides instants.

    `now`: a deadline before it is a finding.
    """

    validity_days: int = VALIDITY_DAYS
    drain: timedelta = DRAIN
    circumstances: Circumstances = field(default_factory=Circumstances)
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the course. `at` is given, or assumed; the bounds are None where the law has none.

    `earliest` is the first lawful instant, `latest` the first that is too late, both as far as the
    steps they are reckoned from stand; `provisional` when a day rests on unannounced holidays.
    """

    name: str
    zh: str
    en: str
    at: datetime
    assumed: bool
    earliest: datetime | None
    latest: datetime | None
    rules: tuple[str, ...]
    provisional: bool


@dataclass(frozen=True, slots=True)
class Course:
    """All steps of a tender in time, and what the rules say against those that were given."""

    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]

    def step(self, name: str) -> Step:
        """The step of that name. Raises KeyError where the regime has none."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class _Limit:
    """One bound of one step: its rule, the step it runs from, the instant.

    `rolled` is the instant that a last day which is a day off moves to.
    """

    rule: Rule
    anchor: str
    is_earliest: bool
    at: datetime
    rolled: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a step is reckoned from; `steps` grows as the table is walked."""

    rulebook: Rulebook
    calendar: Calendar
    given: Mapping[str, datetime]
    assumed: Assumptions
    steps: dict[str, Step]


def schedule(
    rulebook: Rulebook,
    calendar: Calendar,
    given: Mapping[str, datetime],
    assumptions: Assumptions | None = None,
) -> Course:
    """Every step of a tender, from what is given by the names of `schedule_steps.STEPS`.

    Raises TimetableUnlawful for a name that is no step, a missing notice, and an instant from which
    no term can be counted.
    """
    for name, at in given.items():
        if name not in NAMES:
            raise TimetableUnlawful(f"{name} is no step of a tender", where=name)
        require_countable(name, at)
    if "notice" not in given:
        raise TimetableUnlawful("a course begins with its notice", where="notice")
    ground = _Ground(rulebook, calendar, given, assumptions or Assumptions(), {})
    findings: list[Finding] = []
    for plan in STEPS:
        if plan.regime not in {"", rulebook.regime} or (plan.asked and plan.asked not in given):
            continue
        limits = _limits(plan, ground)
        if limits or plan.always:
            step = _step(plan, limits, ground)
            ground.steps[plan.name] = step
            findings += [] if step.assumed else _against(plan, step, limits, rulebook)
    findings += _disorder(ground.steps, ground.assumed.now)
    ordered = sorted(ground.steps.values(), key=lambda step: step.at)
    return Course(tuple(ordered), tuple(_with_proposal(findings, ground)))


def to_json(course: Course) -> dict[str, JsonValue]:
    """A course as plain JSON; instants RFC 3339 in UTC."""
    return {
        "steps": [
            {
                "name": step.name,
                "zh": step.zh,
                "en": step.en,
                "at": instant(step.at),
                "assumed": step.assumed,
                "earliest": None if step.earliest is None else instant(step.earliest),
                "latest": None if step.latest is None else instant(step.latest),
                "rules": list(step.rules),
                "provisional": step.provisional,
            }
            for step in course.steps
        ],
        "findings": [finding_json(finding) for finding in course.findings],
    }


def finding_json(finding: Finding) -> dict[str, JsonValue]:
    """A finding as plain JSON."""
    return {
        "rule": finding.rule_id,
        "law": finding.law,
        "severity": finding.severity,
        "zh": finding.message_zh,
        "en": finding.message_en,
        "earliest": None if finding.earliest is None else instant(finding.earliest),
        "overridable": finding.overridable,
    }


def wall_time(at: datetime) -> str:
    """An instant as the clock on the wall in Shanghai shows it."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _limits(plan: StepPlan, ground: _Ground) -> list[_Limit]:
    limits = []
    for term in plan.terms:
        rule = ground.rulebook.keyed(term.key)
        if rule is None or term.anchor not in ground.steps:
            continue
        if ground.assumed.circumstances.meets(rule):
            limits.append(_limit(term, rule, ground))
    return limits


def _limit(term: Term, rule: Rule, ground: _Ground) -> _Limit:
    book, calendar = ground.rulebook, ground.calendar
    at = ground.steps[term.anchor].at
    # The day on which a period ended, not the midnight that follows it.
    if term.anchor.endswith("_until") and rule.unit in _BY_DAYS:
        at -= _TICK
    match term.bound:
        case Bound.WAITS:
            rolled = earliest_after(book, rule, calendar, at)
            days = rule.unit in _BY_DAYS
            plain = day_begins(last_day(rule, calendar, civil_day(at))) if days else rolled
            return _Limit(rule, term.anchor, True, plain, rolled)
        case Bound.LASTS:
            return _Limit(rule, term.anchor, True, whole_after(book, rule, calendar, at))
        case Bound.WITHIN:
            return _Limit(rule, term.anchor, False, too_late_after(book, rule, calendar, at))
        case Bound.BEFORE:
            return _Limit(rule, term.anchor, False, too_late_before(rule, at))
        case Bound.OPENS:
            return _Limit(rule, term.anchor, True, before(rule, at))
        case Bound.EQUALS:
            return _Limit(rule, term.anchor, True, ground.steps[term.anchor].at)


def _step(plan: StepPlan, limits: list[_Limit], ground: _Ground) -> Step:
    waits = [limit.rolled or limit.at for limit in limits if limit.is_earliest]
    late = [limit.at for limit in limits if not limit.is_earliest]
    follows = [ground.steps[name].at for name in plan.after if name in ground.steps]
    earliest = max([*waits, *follows], default=None)
    latest = min(late, default=None)
    at = ground.given.get(plan.name) or _fastest(plan, ground, earliest, latest)
    days = {civil_day(at), *(civil_day(one) for one in (earliest, latest) if one is not None)}
    return Step(
        plan.name,
        plan.zh,
        plan.en,
        at,
        assumed=plan.name not in ground.given,
        earliest=earliest,
        latest=latest,
        rules=tuple(limit.rule.id for limit in limits),
        provisional=any(ground.calendar.is_provisional(day) for day in days),
    )


def _fastest(
    plan: StepPlan, ground: _Ground, earliest: datetime | None, latest: datetime | None
) -> datetime:
    """The fastest lawful course; a step that only has an end is its end."""
    if plan.name == "opening":
        return ground.steps["deadline"].at + ground.assumed.drain
    if plan.name == "validity_until":
        days = ground.assumed.validity_days + 1
        return day_begins(civil_day(ground.steps["deadline"].at) + timedelta(days=days))
    if plan.name == "security_until":
        return ground.steps["validity_until"].at
    at = latest if earliest is None else earliest
    assert at is not None, f"nothing is known of {plan.name}"
    return at


def _against(
    plan: StepPlan, step: Step, limits: list[_Limit], rulebook: Rulebook
) -> Iterator[Finding]:
    """What the rules say against an instant that was given."""
    for limit in limits:
        if limit.is_earliest and step.at < limit.at:
            yield _too_early(plan, step, limit, limit.rule, limit.rolled or limit.at)
        elif limit.is_earliest and limit.rolled is not None and step.at < limit.rolled:
            yield _too_early(plan, step, limit, rulebook.required("rollover"), limit.rolled)
        elif not limit.is_earliest and step.at >= limit.at:
            yield _too_late(plan, step, limit)


def _too_early(plan: StepPlan, step: Step, limit: _Limit, rule: Rule, lawful: datetime) -> Finding:
    anchor = _PLANS[limit.anchor]
    return found(
        rule,
        f"{plan.zh}定于{wall_time(step.at)}过早：{rule.title}{_after(figure_zh(rule))}"
        f"（{rule.law}），自“{anchor.zh}”起算最早为{wall_time(lawful)}。",
        f"{plan.en}: {wall_time(step.at)} is too early. {rule.id}{_comma(figure_en(rule))} from "
        f"“{anchor.en}” ({rule.law}); the earliest lawful time is {wall_time(lawful)}.",
        earliest=lawful,
    )


def _too_late(plan: StepPlan, step: Step, limit: _Limit) -> Finding:
    rule, anchor = limit.rule, _PLANS[limit.anchor]
    last = limit.at - _TICK
    return found(
        rule,
        f"{plan.zh}于{wall_time(step.at)}过迟：{rule.title}{_after(figure_zh(rule))}"
        f"（{rule.law}），按“{anchor.zh}”计算最迟为{wall_time(last)}。",
        f"{plan.en}: {wall_time(step.at)} is too late. {rule.id}{_comma(figure_en(rule))} reckoned "
        f"from “{anchor.en}” ({rule.law}); the latest lawful time is {wall_time(last)}.",
        earliest=last,
    )


def _after(figure: str) -> str:
    return f"，{figure}" if figure else ""


def _comma(figure: str) -> str:
    return f", {figure}" if figure else ""


def _disorder(steps: Mapping[str, Step], now: datetime | None) -> Iterator[Finding]:
    """Given instants that cannot both be, and a deadline that has passed already."""
    for step in steps.values():
        plan = _PLANS[step.name]
        pairs = [(steps[name], step) for name in plan.after if name in steps]
        pairs += [(step, steps[name]) for name in plan.before if name in steps]
        for first, second in pairs:
            if step.assumed or first.at <= second.at:
                continue
            severity = "warn" if first.assumed or second.assumed else "block"
            yield Finding(
                "order",
                _PLATFORM,
                severity,
                f"时间矛盾：{second.zh}（{wall_time(second.at)}）"
                f"早于{first.zh}（{wall_time(first.at)}）。",
                f"Contradiction: {second.en} ({wall_time(second.at)}) comes before "
                f"{first.en} ({wall_time(first.at)}).",
                first.at,
            )
    deadline = steps["deadline"]
    if now is not None and not deadline.assumed and deadline.at <= now:
        yield Finding(
            "deadline-past",
            _PLATFORM,
            "block",
            f"投标截止时间{wall_time(deadline.at)}已过。",
            f"The deadline {wall_time(deadline.at)} has passed.",
            now,
        )


def _with_proposal(findings: list[Finding], ground: _Ground) -> list[Finding]:
    """A clarification that comes too late: the deadline that would make it lawful."""
    if "clarification" not in ground.given:
        return findings
    rule = ground.rulebook.required("clarification_before_deadline_min")
    proposed = deadline_after_clarification(
        ground.rulebook,
        ground.calendar,
        clarified_at=ground.given["clarification"],
        deadline=ground.steps["deadline"].at,
    )
    if proposed is None:
        return findings
    others = [finding for finding in findings if finding.rule_id != rule.id]
    late = found(
        rule,
        f"澄清修改距投标截止不足{figure_zh(rule)}（{rule.law}），"
        f"投标截止时间应当顺延，建议{wall_time(proposed)}。",
        f"The clarification leaves less than{' ' + figure_en(rule)} before the deadline "
        f"({rule.id}, {rule.law}); the deadline moves, {wall_time(proposed)} is proposed.",
        earliest=proposed,
    )
    return [*others, late]
