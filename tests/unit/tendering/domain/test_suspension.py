"""A pause: what it holds back, and how far the deadline moves."""

from datetime import datetime, timedelta

import pytest

from tendering.domain.bid import CustodyState, decide_submission, decide_withdrawal
from tendering.domain.calendar import SHANGHAI
from tendering.domain.journal import instant
from tendering.domain.pauses import (
    Cause,
    can_pause,
    decide_resumption,
    decide_suspension,
    resumed_event,
)
from tendering.domain.refusals.bids import DeadlinePassed
from tendering.domain.refusals.tenders import TenderSuspended
from tendering.domain.suspension import (
    Pause,
    Suspension,
    SuspensionReason,
    deadline_after_pause,
    prolonged,
)
from tendering.domain.tender import Tender, TenderStatus, require_running
from tests.support.law import CALENDAR
from tests.support.make import BIDDER, DEADLINE, MOMENT, a_bid, a_tender

OBJECTION = SuspensionReason.OBJECTION


def shanghai(day: int, hour: int, month: int = 12) -> datetime:
    """A wall-clock hour of 2026."""
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


def paused(since: datetime) -> Tender:
    """A published tender that stands still."""
    return a_tender(suspension=Suspension(OBJECTION, since))


@pytest.mark.parametrize(
    ("since", "until", "moved"),
    [
        # Two days are given back: from Friday the 18th over the weekend to Monday.
        (shanghai(8, 10), shanghai(10, 10), shanghai(21, 10)),
        # An hour is an hour, and no more.
        (shanghai(8, 10), shanghai(8, 11), shanghai(18, 11)),
        # At night nobody opens bids: ten o'clock on the next working day.
        (shanghai(8, 10), shanghai(8, 22), shanghai(21, 10)),
        # A pause that swallows the deadline: what was left before is left after it.
        (shanghai(17, 10), shanghai(20, 10), shanghai(21, 10)),
        (shanghai(17, 10), shanghai(24, 9), shanghai(25, 9)),
        # A pause that begins at the deadline moves nothing.
        (shanghai(18, 10), shanghai(24, 9), shanghai(18, 10)),
    ],
)
def test_e08_the_time_of_a_pause_is_not_time_to_bid(
    since: datetime, until: datetime, moved: datetime
) -> None:
    found = deadline_after_pause(CALENDAR, shanghai(18, 10), since=since, until=until)

    assert found.astimezone(SHANGHAI) == moved


def test_a_window_is_prolonged_by_as_much_of_each_pause_as_cut_into_it() -> None:
    noon, hour = shanghai(8, 12), timedelta(hours=1)
    before, over_the_start = (
        Pause(noon - 3 * hour, noon - 2 * hour),
        Pause(noon - hour, noon + hour),
    )
    inside, after = (
        Pause(noon + 2 * hour, noon + 4 * hour),
        Pause(noon + 9 * hour, noon + 99 * hour),
    )

    ends = noon + 3 * hour

    assert prolonged(ends, [], begun=noon) == ends
    assert prolonged(ends, [before], begun=noon) == ends
    assert prolonged(ends, [over_the_start], begun=noon) == ends + hour
    assert prolonged(ends, [inside, over_the_start], begun=noon) == ends + 3 * hour
    assert prolonged(ends, [after, before], begun=noon) == ends


def test_nothing_goes_forward_while_a_tender_stands_still() -> None:
    require_running(a_tender())

    with pytest.raises(TenderSuspended) as refused:
        require_running(paused(DEADLINE))

    assert refused.value.parameters["reason"] == "objection"


def test_bids_are_taken_while_the_deadline_is_held_back() -> None:
    tender = paused(DEADLINE - MOMENT)
    custody = CustodyState(0, stands=False)

    event = decide_submission(
        tender,
        a_bid(tender),
        received_at=DEADLINE + timedelta(days=1),
        has_bid_security=True,
        custody=custody,
    )

    assert event.kind == "bid.submitted"


def test_a_pause_after_the_deadline_lets_no_late_bid_in() -> None:
    tender = paused(DEADLINE)
    custody = CustodyState(1, stands=True)

    with pytest.raises(DeadlinePassed):
        decide_submission(
            tender, a_bid(tender), received_at=DEADLINE, has_bid_security=True, custody=custody
        )
    with pytest.raises(DeadlinePassed):
        decide_withdrawal(
            tender,
            lot="1",
            bidder_id=BIDDER,
            counter=1,
            received_at=DEADLINE,
            statement={},
            custody=custody,
        )


def test_a_second_cause_is_seen_by_nobody_and_holds_the_tender_all_the_same() -> None:
    first = Cause(OBJECTION, DEADLINE - timedelta(days=12))
    second = Cause(OBJECTION, DEADLINE - timedelta(days=11))

    stopped, event = decide_suspension(a_tender(), first)
    again, nothing = decide_suspension(stopped, second)

    assert event is not None
    assert event.kind == "tender.suspended"
    assert nothing is None
    assert again == stopped
    assert decide_resumption(again, CALENDAR, [second], at=DEADLINE) is None


def test_a_resumption_tells_the_new_deadline() -> None:
    stopped = paused(DEADLINE - timedelta(days=12))

    decided = decide_resumption(stopped, CALENDAR, [], at=DEADLINE - timedelta(days=10))

    assert decided is not None
    tender, lasted = decided
    assert stopped.suspension is not None
    event = resumed_event(stopped.suspension, tender, lasted=lasted)
    assert (tender.suspension, lasted) == (None, timedelta(days=2))
    assert event.body["deadline"] == instant(tender.deadline)
    assert tender.deadline > stopped.deadline


def test_what_does_not_stand_still_does_not_resume() -> None:
    assert decide_resumption(a_tender(), CALENDAR, [], at=DEADLINE) is None


def test_after_the_deadline_a_pause_moves_it_no_more() -> None:
    stopped = a_tender(
        status=TenderStatus.CANDIDATES_PUBLISHED, suspension=Suspension(OBJECTION, DEADLINE)
    )

    decided = decide_resumption(stopped, CALENDAR, [], at=DEADLINE + timedelta(days=3))

    assert decided is not None
    assert decided[0].deadline == DEADLINE


def test_a_draft_and_a_tender_that_is_over_cannot_be_paused() -> None:
    able = {status for status in TenderStatus if can_pause(a_tender(status=status))}

    assert able == set(TenderStatus) - {
        TenderStatus.DRAFT,
        TenderStatus.CONTINUED,
        TenderStatus.FAILED,
        TenderStatus.TERMINATED,
    }
