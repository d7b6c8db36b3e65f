"""Outage policy: which deadline moves and whither, which window is longer, who evaluates."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from crypto.canonical import JsonValue
from tendering.domain.journal import Entry, Stream, instant
from tendering.domain.outages import (
    Evaluation,
    Session,
    Settled,
    Window,
    decide_evaluation,
    outage_event,
    rule_of,
    sessions_of,
    settle_outage,
)
from tendering.domain.pauses import pauses_of
from tendering.domain.refusals.rules import RulebookInvalid
from tendering.domain.suspension import Pause, Suspension, SuspensionReason
from tendering.domain.tender import TenderStatus
from tests.support.law import CONSTRUCTION, PROCUREMENT
from tests.support.make import DEADLINE, MOMENT, a_tender

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
RULE = rule_of(CONSTRUCTION, trigger=2 * MINUTE)


def around(before: timedelta, after: timedelta) -> Pause:
    """An outage around the deadline."""
    return Pause(DEADLINE - before, DEADLINE + after)


def settled(outage: Pause, **changes: Any) -> Settled | None:
    """What it does to a published tender."""
    return settle_outage(RULE, outage, a_tender(**changes))


@pytest.mark.parametrize(
    ("outage", "deadline", "opening"),
    [
        # Away over the deadline, not for long: two hours and three after the recovery.
        (around(HOUR, HOUR), 3 * HOUR, 4 * HOUR),
        # Longer than two hours: a day, and a day and an hour.
        (around(HOUR, HOUR + MOMENT), 25 * HOUR + MOMENT, 26 * HOUR + MOMENT),
        # The last sign of life came a moment before the deadline.
        (around(MOMENT, HOUR), 3 * HOUR, 4 * HOUR),
        # Back with less than half an hour to go.
        (around(HOUR, -30 * MINUTE + MOMENT), 90 * MINUTE + MOMENT, 150 * MINUTE + MOMENT),
    ],
)
def test_p10_a_deadline_inside_an_outage_moves(
    outage: Pause, deadline: timedelta, opening: timedelta
) -> None:
    after = settled(outage)

    assert after is not None
    assert after.tender.deadline == DEADLINE + deadline
    assert after.tender.closing_at == after.tender.opening_from == DEADLINE + opening


@pytest.mark.parametrize(
    "outage",
    [
        around(timedelta(), HOUR),  # It had come while the platform still answered.
        around(HOUR, -30 * MINUTE),  # Half an hour is left.
        around(MINUTE, MINUTE),  # No longer than the trigger.
        around(timedelta(days=3), -timedelta(days=1)),
    ],
)
def test_a_deadline_outside_an_outage_stays(outage: Pause) -> None:
    assert settled(outage) is None


def test_while_a_tender_stands_still_an_outage_takes_nothing() -> None:
    pause = Suspension(SuspensionReason.OBJECTION, DEADLINE - timedelta(days=1))

    assert settled(around(HOUR, HOUR), suspension=pause) is None


def test_no_deadline_becomes_earlier() -> None:
    rule = replace(RULE, near=timedelta(hours=3))

    assert settle_outage(rule, around(5 * HOUR, -150 * MINUTE), a_tender()) is not None
    assert settle_outage(rule, around(4 * HOUR, -150 * MINUTE), a_tender()) is None


def test_a_window_gets_back_what_it_lost_and_no_more() -> None:
    outage = around(timedelta(), HOUR)
    windows = [
        Window("1", DEADLINE - MINUTE, DEADLINE + MINUTE),
        Window("2", DEADLINE + MINUTE, DEADLINE + 30 * MINUTE),
        Window("3", DEADLINE - HOUR, DEADLINE),
    ]

    after = settle_outage(RULE, outage, a_tender(status=TenderStatus.OPENING), windows=windows)

    assert after is not None
    assert {one.lot: one.unlock_until - DEADLINE for one in after.windows} == {
        "1": HOUR + MINUTE,
        "2": 89 * MINUTE,
    }


@pytest.mark.parametrize(
    ("lasted", "begun", "decided"),
    [
        (2 * HOUR, False, Evaluation.WAIT),
        (2 * HOUR + MOMENT, False, Evaluation.ANOTHER_TIME),
        (4 * HOUR, True, Evaluation.RESUME),
        (4 * HOUR + MOMENT, True, Evaluation.NEW_COMMITTEE),
    ],
)
def test_p10_an_evaluation_waits_goes_on_or_begins_anew(
    lasted: timedelta, *, begun: bool, decided: Evaluation
) -> None:
    outage = Pause(DEADLINE, DEADLINE + lasted)
    early = Session("1", UUID(int=1), DEADLINE + lasted, has_begun=False)
    met = Session("2", UUID(int=2), DEADLINE, has_begun=begun)

    assert decide_evaluation(RULE, outage, met) is decided
    assert decide_evaluation(RULE, outage, early) is None
    later = settle_outage(
        RULE,
        outage,
        a_tender(status=TenderStatus.EVALUATING),
        sessions=[early, met],
    )
    assert later is not None
    assert later.evaluation is decided
    # One committee sits for every lot: who evaluates one anew does so with all.
    anew = decided is Evaluation.NEW_COMMITTEE
    assert later.voided == ((early, met) if anew else ())


def test_an_evaluation_goes_on_from_its_room_until_it_is_closed_or_void() -> None:
    def entry(kind: str, room: int, **body: JsonValue) -> Entry:
        said: dict[str, JsonValue] = {"room_id": str(UUID(int=room)), **body}
        return Entry(UUID(int=9), Stream.COMMITTEE, 1, kind, said, DEADLINE, bytes(32))

    terms: dict[str, JsonValue] = {"opens_at": instant(DEADLINE)}
    entries = [
        entry("room.opened", 1, lot="1", terms=terms),
        entry("room.opened", 2, lot="2", terms=terms),
        entry("committee.seated", 0),
        entry("seat.checked_in", 1),
        entry("room.voided", 1),
        entry("room.opened", 3, lot="1", terms=terms),
        entry("room.closed", 2),
        entry("seat.checked_in", 3),
    ]

    def going_on(upto: int) -> list[tuple[int, bool]]:
        return [(one.room_id.int, one.has_begun) for one in sessions_of(entries[:upto])]

    assert going_on(4) == [(1, True), (2, False)]
    assert going_on(5) == [(2, False)]
    assert going_on(6) == [(3, False), (2, False)]
    assert going_on(8) == [(3, True)]


def test_the_public_entry_is_a_pause_and_carries_the_figures_of_the_rule() -> None:
    outage = around(HOUR, HOUR)
    after = settled(outage)
    assert after is not None

    event = outage_event(RULE, outage, after)

    entry = Entry(after.tender.id, Stream.PUBLIC, 1, event.kind, event.body, outage.until, b"")
    assert pauses_of([entry]) == (outage,)
    assert event.body["rule"] == {
        "outage_trigger_seconds": 120,
        "outage_near_minutes": 30,
        "outage_deadline_after_minutes": 120,
        "outage_opening_after_minutes": 180,
        "outage_long_from_minutes": 120,
        "outage_long_deadline_after_minutes": 1440,
        "outage_long_opening_after_minutes": 1500,
        "outage_evaluation_wait_minutes": 120,
        "outage_evaluation_resume_minutes": 240,
    }


def test_every_regime_has_a_policy_and_one_without_bounds_is_refused() -> None:
    assert rule_of(PROCUREMENT, trigger=2 * MINUTE) == RULE
    rules = {
        one.id: replace(one, value=1441) if one.key == "outage_near_minutes" else one
        for one in CONSTRUCTION.rules.values()
    }

    with pytest.raises(RulebookInvalid):
        rule_of(replace(CONSTRUCTION, rules=rules), trigger=MINUTE)
