"""What the rules say of a tender that is still being written: nothing is read, nothing is kept.

The same rules as over a stored draft and at its publication; what is not known yet is missing, and
the rest is judged all the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from tendering.actions.tenders import Law, draft_findings
from tendering.domain import schedule as courses
from tendering.domain.award import separated_method
from tendering.domain.findings import Finding
from tendering.domain.judging import require_fitting_method
from tendering.domain.methods.by_room import require_publishable
from tendering.domain.refusals import Refused
from tendering.domain.rulebook import Rule
from tendering.domain.tender import Lot, Tender
from tendering.domain.timetable import earliest_deadline
from tendering.procedures import round_of

_NOTICE: Final = "notice"
_DEADLINE: Final = "deadline"


@dataclass(frozen=True, slots=True)
class Sketched:
    """A sketch with what the rules say of it.

    `missing` names the members that are not there yet (`lots.1.title`), `refused` is what its
    evaluation method or committee is refused for, `rules` what steps and findings rest on.
    """

    tender: Tender
    course: courses.Course
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    refused: tuple[Refused, ...]
    rules: tuple[Rule, ...]
    earliest_deadline: datetime


def judge_sketch(
    sketch: Tender, law: Law, planned: Mapping[str, datetime], *, at: datetime
) -> Sketched:
    """Judge a sketch by the law of its notice. `planned`: instants by the names of steps.

    A deadline that is not planned is the earliest lawful one. Raises TimetableUnlawful for a name
    that is no step and for instants from which nothing can be counted, ProcedureInvalid.
    """
    notice = planned.get(_NOTICE, at)
    sketch = replace(sketch, round=round_of(sketch.procedure, 1, law.rulebook))
    # First, because it looks at every instant that was given.
    course = _course(sketch, law, {**planned, _NOTICE: notice}, at=at)
    earliest = earliest_deadline(law.rulebook, law.calendar, notice, periods=sketch.round.periods)
    sketch = replace(sketch, deadline=planned.get(_DEADLINE, earliest))
    whole = tuple(lot for lot in sketch.lots if _has_prices(lot))
    refused = tuple(_refused(sketch, law, whole))
    # What is no method has its refusal; the rest is judged without it.
    judged = replace(sketch, lots=whole, method={} if refused else sketch.method)
    findings = _once(course.findings, draft_findings(judged, law, at=notice))
    cited = {one for step in course.steps for one in step.rules} | {one.rule_id for one in findings}
    return Sketched(
        sketch,
        course,
        findings,
        tuple(_missing(sketch, planned)),
        refused,
        tuple(rule for rule in law.rulebook.rules.values() if rule.id in cited),
        earliest,
    )


def _course(
    sketch: Tender, law: Law, given: Mapping[str, datetime], *, at: datetime
) -> courses.Course:
    return courses.schedule(
        law.rulebook,
        law.calendar,
        given,
        courses.Assumptions(
            validity_days=sketch.terms.bid_validity_days,
            drain=timedelta(seconds=sketch.terms.drain_seconds),
            circumstances=sketch.circumstances,
            now=at,
        ),
    )


def _once(*found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Each rule's findings as the first who found any tells them."""
    told: list[Finding] = []
    for each in found:
        known = {one.rule_id for one in told}
        told += [one for one in each if one.rule_id not in known]
    return tuple(told)


def _has_prices(lot: Lot) -> bool:
    return lot.estimate_fen > 0 and lot.ceiling_price_fen > 0


def _missing(sketch: Tender, planned: Mapping[str, datetime]) -> Iterator[str]:
    if not sketch.title:
        yield "title"
    if not sketch.description:
        yield "description"
    if not sketch.lots:
        yield "lots"
    for lot in sketch.lots:
        if not lot.title:
            yield f"lots.{lot.lot}.title"
        if lot.estimate_fen <= 0:
            yield f"lots.{lot.lot}.estimate_fen"
        if lot.ceiling_price_fen <= 0:
            yield f"lots.{lot.lot}.ceiling_price_fen"
    if _DEADLINE not in planned:
        yield _DEADLINE
    if not sketch.method:
        yield "method"


def _refused(sketch: Tender, law: Law, whole: tuple[Lot, ...]) -> Iterator[Refused]:
    """What the publication would refuse of method and committee."""
    has_ceiling = len(whole) == len(sketch.lots)
    try:
        require_publishable(sketch.method, law.rulebook, has_ceiling=has_ceiling)
        if sketch.method:
            require_fitting_method(sketch)
    except Refused as refused:
        yield refused
    try:
        separated_method(law.rulebook, sketch.committee)
    except Refused as refused:
        yield refused
