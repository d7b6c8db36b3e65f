"""Whether a bid may be taken: one refusal each, and the microsecond at the deadline."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from tendering.domain.bid import (
    CustodyState,
    SealedBid,
    decide_submission,
    decide_withdrawal,
    require_manifest,
)
from tendering.domain.journal import Event
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.bids import (
    BidSecurityMissing,
    CounterNotFresh,
    DeadlinePassed,
    ManifestMismatch,
    NoBid,
    NotAcceptingBids,
)
from tendering.domain.tender import Tender, TenderStatus
from tests.support.make import BIDDER, DEADLINE, MOMENT, a_bid, a_tender

NOTHING = CustodyState(0, stands=False)


def submit(
    tender: Tender | None = None,
    *,
    at: datetime | None = None,
    secured: bool = True,
    custody: CustodyState = NOTHING,
    counter: int = 1,
) -> Event:
    """Ask the rule."""
    tender = tender or a_tender()
    return decide_submission(
        tender,
        a_bid(tender, counter=counter),
        received_at=at or DEADLINE - MOMENT,
        has_bid_security=secured,
        custody=custody,
    )


def said(bid: SealedBid) -> dict[str, Any]:
    """What the manifest says."""
    statement: Any = bid.manifest["statement"]
    return dict(statement)


def test_a_bid_one_microsecond_before_the_deadline_is_taken() -> None:
    event = submit(at=DEADLINE - MOMENT)

    assert event.kind == "bid.submitted"


def test_e17_a_bid_at_the_deadline_is_refused() -> None:
    with pytest.raises(DeadlinePassed):
        submit(at=DEADLINE)


def test_e17_a_bid_one_microsecond_late_is_refused_whatever_the_status() -> None:
    with pytest.raises(DeadlinePassed):
        submit(a_tender(status=TenderStatus.OPENING), at=DEADLINE + MOMENT)


def test_a_draft_takes_no_bids() -> None:
    with pytest.raises(NotAcceptingBids):
        submit(a_tender(status=TenderStatus.DRAFT))


def test_a_bid_without_security_is_refused() -> None:
    with pytest.raises(BidSecurityMissing):
        submit(secured=False)


def test_a_counter_that_was_used_is_refused() -> None:
    with pytest.raises(CounterNotFresh):
        submit(custody=CustodyState(1, stands=True))


def test_a_replacement_says_which_bid_it_replaces() -> None:
    event = submit(custody=CustodyState(1, stands=True), counter=2)

    assert event.body["replaces"] == 1


def test_a_bid_after_a_withdrawal_replaces_nothing() -> None:
    event = submit(custody=CustodyState(1, stands=False), counter=2)

    assert event.body["replaces"] is None


def test_a_bid_for_an_unknown_lot_is_refused() -> None:
    tender = a_tender()
    with pytest.raises(NotFound):
        decide_submission(
            tender,
            replace(a_bid(tender), lot="9"),
            received_at=DEADLINE - MOMENT,
            has_bid_security=True,
            custody=NOTHING,
        )


def test_the_manifest_of_an_honest_bid_is_accepted() -> None:
    tender = a_tender()
    bid = a_bid(tender)

    require_manifest(tender, bid, said(bid))


@pytest.mark.parametrize(
    "change",
    [
        {"counter": 2},
        {"bidder_id": str(UUID(int=9))},
        {"tender_id": str(UUID(int=9))},
        {"lot": "2"},
        {"key_policy_digest": "00" * 32},
        {"envelopes": []},
        {"extra": 1},
    ],
)
def test_a_manifest_that_says_something_else_is_refused(change: dict[str, Any]) -> None:
    tender = a_tender()
    bid = a_bid(tender)
    statement = {**said(bid), **change}

    with pytest.raises(ManifestMismatch):
        require_manifest(tender, bid, statement)


def test_a_container_of_another_bidder_is_refused() -> None:
    tender = a_tender()
    copied = replace(a_bid(tender), bidder_id=UUID(int=9))

    with pytest.raises(ManifestMismatch):
        require_manifest(tender, copied, said(copied))


def test_a_standing_bid_is_withdrawn_until_the_deadline() -> None:
    event = decide_withdrawal(
        a_tender(),
        lot="1",
        bidder_id=BIDDER,
        counter=2,
        received_at=DEADLINE - MOMENT,
        statement={},
        custody=CustodyState(2, stands=True),
    )

    assert event.body["counter"] == 2


@pytest.mark.parametrize(("custody", "counter"), [(NOTHING, 1), (CustodyState(2, stands=True), 1)])
def test_nothing_is_withdrawn_that_does_not_stand(custody: CustodyState, counter: int) -> None:
    with pytest.raises(NoBid):
        decide_withdrawal(
            a_tender(),
            lot="1",
            bidder_id=BIDDER,
            counter=counter,
            received_at=DEADLINE - MOMENT,
            statement={},
            custody=custody,
        )


def test_a_withdrawal_at_the_deadline_is_refused() -> None:
    with pytest.raises(DeadlinePassed):
        decide_withdrawal(
            a_tender(),
            lot="1",
            bidder_id=BIDDER,
            counter=1,
            received_at=DEADLINE,
            statement={},
            custody=CustodyState(1, stands=True),
        )


def test_nothing_is_withdrawn_from_a_tender_that_takes_no_bids() -> None:
    with pytest.raises(NotAcceptingBids):
        decide_withdrawal(
            a_tender(status=TenderStatus.TERMINATED),
            lot="1",
            bidder_id=BIDDER,
            counter=1,
            received_at=DEADLINE - MOMENT,
            statement={},
            custody=CustodyState(1, stands=True),
        )
