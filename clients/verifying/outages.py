"""Outages of the platform: what each has moved, worked out again from the rulebook of the notice.

Nobody outside can see that the platform was away. What can be seen is that nothing was entered
meanwhile, and that it led to no more and no less than the published rule says.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from clients.verifying.bodies_outages import Away, EvaluationVoided, OutageBody
from clients.verifying.case import Case, parsed, place
from clients.verifying.journals import moves_deadline
from clients.verifying.report import Notes
from clients.verifying.windows import window_ends
from tendering.domain.journal import Entry, Stream, instant
from tendering.domain.outages import (
    KEYS,
    OutageRule,
    Session,
    Settled,
    Window,
    rule_json,
    rule_of,
    sessions_of,
    settle_outage,
)
from tendering.domain.re_evaluation import VOIDED
from tendering.domain.refusals.rules import RulebookInvalid
from tendering.domain.rulebook import from_json
from tendering.domain.suspension import OUTAGE, Pause
from tendering.domain.tender import Tender, TenderStatus

# A request that had arrived before the database came back is entered with its own instant.
REQUEST_LIFE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Outage:
    """An outage as it was entered, and the tender as it stood then."""

    entry: Entry
    body: OutageBody
    before: Tender

    @property
    def pause(self) -> Pause:
        return Pause(self.body.since, self.body.until)


def check_outages(case: Case, notes: Notes) -> None:
    """Each outage was longer than the trigger and led to what the rulebook says, not more."""
    until = case.published.at
    opening_from: datetime | None = None
    for found in _outages(case):
        where = place(found.entry)
        pause = found.pause
        told = f"away from {instant(pause.since)} to {instant(pause.until)}"
        notes.remark(f"{where}: {told}")
        notes.require(
            until <= pause.since < pause.until <= found.entry.at,
            where,
            "an outage that overlaps another, or is not over",
        )
        until = pause.until
        _require_silence(case, found, notes)
        rule = _rule(case, found, notes)
        if rule is None:
            continue
        _require_effect(case, found, rule, notes)
        opening_from = found.body.opening_from or opening_from
    closing = case.closing()
    if closing is not None and opening_from is not None:
        notes.require(
            closing[0].at >= opening_from,
            place(closing[0]),
            f"opened before {instant(opening_from)}, which an outage had set",
        )


def _outages(case: Case) -> Iterator[_Outage]:
    """Every outage with the tender as the public stream before it leaves it."""
    tender = replace(case.notice, status=TenderStatus.PUBLISHED, suspension=None)
    suspended = False
    closing = case.closing()
    for entry in case.streams[Stream.PUBLIC]:
        if closing is not None and entry.seq == closing[0].seq:
            tender = replace(tender, status=TenderStatus.OPENING)
        if entry.kind in {"tender.suspended", "tender.resumed"}:
            suspended = entry.kind == "tender.suspended"
        if entry.kind == OUTAGE and not suspended:
            yield _Outage(entry, parsed(entry, OutageBody), tender)
        deadline = moves_deadline(entry)
        if deadline is not None:
            tender = replace(tender, deadline=deadline)


def _require_silence(case: Case, found: _Outage, notes: Notes) -> None:
    """Nothing was entered while the platform was away."""
    seconds = found.body.rule.get("outage_trigger_seconds", 0)
    notes.require(
        found.pause.until - found.pause.since > timedelta(seconds=seconds) > timedelta(),
        place(found.entry),
        "shorter than what counts as an outage",
    )
    silent_from = found.pause.since + timedelta(seconds=seconds)
    for entries in case.streams.values():
        for entry in entries:
            notes.require(
                not silent_from < entry.at < found.pause.until - REQUEST_LIFE,
                place(found.entry),
                f"{place(entry)} was entered while the platform was away",
            )


def _rule(case: Case, found: _Outage, notes: Notes) -> OutageRule | None:
    """The rule of the notice, which the entry names; None where they differ."""
    seconds = found.body.rule.get("outage_trigger_seconds", 0)
    try:
        rulebook = from_json(case.published.body.get("rulebook"))
        rule = rule_of(rulebook, trigger=timedelta(seconds=seconds))
    except RulebookInvalid as error:
        notes.fails(place(found.entry), f"the notice has no policy for outages: {error}")
        return None
    if rule_json(rule) != found.body.rule:
        notes.fails(place(found.entry), f"other figures than the notice's: {', '.join(KEYS)}")
        return None
    return rule


def _require_effect(case: Case, found: _Outage, rule: OutageRule, notes: Notes) -> None:
    settled = settle_outage(
        rule,
        found.pause,
        found.before,
        windows=_windows(case, found),
        sessions=_sessions(case, found),
    )
    expected = settled or Settled(found.before, (), None)
    body, where = found.body, place(found.entry)
    is_published = found.before.status is TenderStatus.PUBLISHED
    notes.require(
        (body.deadline, body.opening_from)
        == (expected.tender.deadline, expected.tender.opening_from if is_published else None),
        where,
        f"moved the deadline to {instant(body.deadline)}, the rule to "
        f"{instant(expected.tender.deadline)}",
    )
    notes.require(
        [(one.lot, one.unlock_until) for one in body.windows]
        == [(one.lot, one.unlock_until) for one in expected.windows],
        where,
        "made other windows longer than the rule, or by another time",
    )
    if Stream.COMMITTEE in case.streams:
        notes.require(
            body.evaluation == expected.evaluation,
            where,
            f"decided {body.evaluation} about the evaluation, the rule {expected.evaluation}",
        )
        notes.require(
            _voids(case, found) == [one.lot for one in expected.voided],
            where,
            "other evaluations became void than a new committee begins anew",
        )


def _windows(case: Case, found: _Outage) -> list[Window]:
    """The windows that were open or had ended unrevealed before an outage."""
    closing = case.closing()
    if closing is None or closing[0].seq > found.entry.seq:
        return []
    over: set[Any] = {
        entry.body["lot"]
        for entry in case.streams[Stream.PUBLIC][: found.entry.seq - 1]
        if entry.kind == "prices.revealed"
        or (entry.kind == "shortfall.decided" and entry.body["decision"] == "fail")
    }
    ends = window_ends(case, before=found.entry)
    return [
        Window(lot, closing[0].at, until) for lot, until in sorted(ends.items()) if lot not in over
    ]


def _sessions(case: Case, found: _Outage) -> list[Session]:
    """The evaluations that went on before an outage, from the committee's stream."""
    return sessions_of(
        entry for entry in case.streams.get(Stream.COMMITTEE, []) if entry.at < found.pause.until
    )


def _voids(case: Case, found: _Outage) -> list[str]:
    """The lots whose evaluation was void with an outage, in the order of the entries."""
    away = Away(found.pause.since, found.pause.until)
    return [
        body.lot
        for entry, body in case.all(Stream.PUBLIC, VOIDED, EvaluationVoided)
        if body.outage == away and entry.at == found.entry.at
    ]
