"""Walks through TRANSITIONS with pauses at any moment: nothing is lost, nothing gets shorter."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tendering.domain.pauses import Cause, can_pause, decide_resumption, decide_suspension
from tendering.domain.refusals.tenders import TenderSuspended
from tendering.domain.suspension import SuspensionReason, deadline_after_pause
from tendering.domain.tender import TRANSITIONS, Tender, TenderStatus, require_running
from tests.support.law import CALENDAR
from tests.support.make import DEADLINE, PUBLISHED_AT, a_tender

HOURS = st.integers(0, 24 * 60)
STEPS = st.lists(
    st.tuples(st.sampled_from(["go", "pause", "answer"]), st.integers(0, 9), HOURS), max_size=30
)


@given(STEPS)
def test_a_walk_with_pauses_ends_where_a_walk_without_them_could(
    steps: list[tuple[str, int, int]],
) -> None:
    tender, causes, at = a_tender(status=TenderStatus.DRAFT), list[Cause](), PUBLISHED_AT
    for act, which, hours in steps:
        at += timedelta(hours=hours)
        before = tender
        if act == "pause" and can_pause(tender):
            causes.append(Cause(SuspensionReason.OBJECTION, at))
            tender, event = decide_suspension(tender, causes[-1])
            assert (event is None) == (before.suspension is not None)
        elif act == "answer" and causes:
            causes.pop(which % len(causes))
            decided = decide_resumption(tender, CALENDAR, causes, at=at)
            tender = tender if decided is None else decided[0]
        elif act == "go":
            tender = _go(tender, which)
        assert tender.deadline >= before.deadline
        assert act == "go" or tender.status is before.status
        assert (tender.suspension is not None) == bool(causes)


def _go(tender: Tender, which: int) -> Tender:
    """The next status that the table allows, unless the tender stands still."""
    ahead = sorted(TRANSITIONS[tender.status])
    try:
        require_running(tender)
    except TenderSuspended:
        return tender
    return replace(tender, status=ahead[which % len(ahead)]) if ahead else tender


@given(HOURS, HOURS)
def test_e08_what_was_left_before_a_pause_is_left_after_it(begins: int, lasts: int) -> None:
    since = PUBLISHED_AT + timedelta(hours=begins)
    until = since + timedelta(hours=lasts)

    moved = deadline_after_pause(CALENDAR, DEADLINE, since=since, until=until)

    assert moved >= DEADLINE
    assert moved == DEADLINE if since >= DEADLINE else moved - until >= DEADLINE - since
    assert moved.time() == DEADLINE.time() or moved - until == DEADLINE - since
