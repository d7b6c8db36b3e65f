"""Ends without a winner: E19, G10, G32, and the next attempt."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tendering.domain.exits import (
    Cause,
    attempt_of,
    decide_retender,
    decide_termination,
    destruction_order,
)
from tendering.domain.journal import Event
from tendering.domain.opening import LockedBid, decide_closing
from tendering.domain.refusals.remedies import AlreadyRetendered, TerminationCauseUnlawful
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.suspension import Suspension, SuspensionReason
from tendering.domain.tender import Lot, Tender, TenderStatus
from tests.support.law import CONSTRUCTION, PROCUREMENT
from tests.support.make import DEADLINE, a_locked_bid, a_tender

NEXT = UUID(int=0xA00)
LATER = DEADLINE + timedelta(days=60)
LOTS = tuple(Lot(name, f"标段{name}", 100, 100, 0) for name in ("1", "2"))


def closed(**bids: int) -> tuple[TenderStatus, Event]:
    """Ask the rule about so many bids for the lots a and b, which are 1 and 2."""
    standing: list[LockedBid] = [
        replace(a_locked_bid(number), lot={"a": "1", "b": "2"}[lot])
        for lot, count in bids.items()
        for number in range(1, count + 1)
    ]
    tender = a_tender(lots=LOTS)
    return decide_closing(tender, standing, at=tender.closing_at, custody=(0, bytes(32)))


def terminated(tender: Tender, cause: Cause = Cause.TASK_CANCELLED, **law: Any) -> Tender:
    """The tender ended by who runs it."""
    ended, _ = decide_termination(
        tender, law.get("rulebook", CONSTRUCTION), cause=cause, text="任务取消", signed={}
    )
    return ended


def test_e19_a_lot_with_two_bidders_fails_by_itself() -> None:
    status, event = closed(a=3, b=2)

    lots = event.body["lots"]
    assert isinstance(lots, list)
    assert (status, event.kind) == (TenderStatus.OPENING, "submission.closed")
    assert [lot["lot"] for lot in lots if isinstance(lot, dict)] == ["1"]
    assert event.body["failed_lots"] == ["2"]


def test_e19_of_a_lot_that_failed_nobody_learns_who_bid() -> None:
    _, event = closed(a=3, b=2)
    _, without = closed(a=3)

    assert event.body == without.body


def test_e19_where_every_lot_has_too_few_the_tender_fails() -> None:
    status, event = closed(a=2, b=0)

    assert (status, event.body["too_few_bids"]) == (TenderStatus.FAILED, ["1", "2"])


def test_where_all_lots_go_on_nothing_is_said_of_failure() -> None:
    assert "failed_lots" not in closed(a=3, b=3)[1].body


@pytest.mark.parametrize("status", [one for one in TenderStatus if one is not TenderStatus.DRAFT])
def test_a_tender_is_terminated_while_it_runs(status: TenderStatus) -> None:
    tender = a_tender(status=status, suspension=Suspension(SuspensionReason.OBJECTION, DEADLINE))
    over = {
        TenderStatus.AWARDED,
        TenderStatus.CONTINUED,
        TenderStatus.FAILED,
        TenderStatus.TERMINATED,
    }
    if status in over:
        with pytest.raises(WrongPhase):
            terminated(tender)
        return

    ended = terminated(tender)

    assert (ended.status, ended.suspension) == (TenderStatus.TERMINATED, None)


def test_a_draft_is_not_terminated_in_public() -> None:
    with pytest.raises(WrongPhase):
        terminated(a_tender(status=TenderStatus.DRAFT))


def test_g32_a_procurement_ends_for_the_causes_of_the_law_only() -> None:
    for cause in (Cause.OTHER, Cause.FORCE_MAJEURE):
        with pytest.raises(TerminationCauseUnlawful):
            terminated(a_tender(), cause, rulebook=PROCUREMENT)
    for cause in (Cause.TASK_CANCELLED, Cause.UNLAWFUL_CONDUCT, Cause.OVER_BUDGET):
        ended = terminated(a_tender(), cause, rulebook=PROCUREMENT)

        assert ended.status is TenderStatus.TERMINATED


def test_an_order_to_destroy_names_every_key_holder() -> None:
    assert destruction_order(a_tender()).body["numbers"] == [1, 2, 3]


def test_what_failed_is_tendered_again_linked_and_counted() -> None:
    failed = a_tender(status=TenderStatus.FAILED, lots=LOTS)

    second, event = decide_retender(failed, [], next_id=NEXT, deadline=LATER)
    third, _ = decide_retender(
        replace(second, status=TenderStatus.FAILED), [], next_id=UUID(int=1), deadline=LATER
    )

    assert (second.status, second.lots, second.documents) == (TenderStatus.DRAFT, LOTS, ())
    assert second.source["retender_of"] == str(failed.id)
    assert (attempt_of(failed), attempt_of(second), attempt_of(third)) == (1, 2, 3)
    assert event.body == {"next_id": str(NEXT), "lots": ["1", "2"], "attempt": 2}
    assert [holder.public_key for holder in second.key_holders] == [None, None, None]
    assert "other_ways" not in second.source
    assert "第三十八条" in str(third.source["other_ways"])


def test_of_a_tender_that_goes_on_only_the_lots_that_failed_are_repeated() -> None:
    going_on = a_tender(status=TenderStatus.EVALUATING, lots=LOTS)

    draft, _ = decide_retender(going_on, ["1"], next_id=NEXT, deadline=LATER)

    assert [lot.lot for lot in draft.lots] == ["2"]
    with pytest.raises(WrongPhase):
        decide_retender(going_on, ["1", "2"], next_id=NEXT, deadline=LATER)


def test_a_lot_that_fails_later_is_repeated_by_itself_and_each_once() -> None:
    going_on = a_tender(status=TenderStatus.AWARDED, lots=LOTS)

    draft, event = decide_retender(
        going_on, [], next_id=NEXT, deadline=LATER, repeated=[frozenset({"2"})]
    )

    assert ([lot.lot for lot in draft.lots], event.body["lots"]) == (["1"], ["1"])
    assert draft.number.endswith("-R2-2")
    with pytest.raises(AlreadyRetendered):
        decide_retender(going_on, ["1"], next_id=NEXT, deadline=LATER, repeated=[{"2"}])


@pytest.mark.parametrize("status", [TenderStatus.DRAFT, TenderStatus.PUBLISHED])
def test_before_the_deadline_nothing_is_repeated(status: TenderStatus) -> None:
    with pytest.raises(WrongPhase):
        decide_retender(a_tender(status=status), [], next_id=NEXT, deadline=LATER)
