"""Unlock first, then all prices at once; and nothing while a bid may still be unlocked."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tendering.domain.journal import Event
from tendering.domain.opening import (
    OpenedEnvelope,
    OpeningPhase,
    UnlockedBy,
    decide_closing,
    decide_lost_key,
    decide_reveal,
    decide_unlock,
    form_findings,
)
from tendering.domain.refusals.openings import (
    AlreadyUnlocked,
    BidsStillLocked,
    OpeningNotStarted,
    UnlockWindowClosed,
)
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import TenderStatus
from tests.support.make import DEADLINE, MOMENT, a_locked_bid, a_tender, an_opening

CLOSING = DEADLINE + timedelta(seconds=10)
HEAD = (7, bytes(32))
FIRST = UUID(int=0x401)
FORM: dict[str, Any] = {"price_fen": 9_000_000_00, "duration_days": 300}


def close(bids: int, at: datetime = CLOSING) -> tuple[TenderStatus, Event]:
    """Ask the rule about so many bids."""
    standing = [a_locked_bid(number) for number in range(1, bids + 1)]
    return decide_closing(a_tender(), standing, at=at, custody=HEAD)


def unlock(bidder_id: UUID = FIRST, at: datetime = CLOSING, **changes: Any) -> Event:
    """Ask the rule about one bid."""
    envelopes = [OpenedEnvelope("price", bytes(32), bytes(32), rederives=True)]
    return decide_unlock(
        an_opening(**changes),
        bidder_id=bidder_id,
        by=UnlockedBy.BIDDER,
        envelopes=envelopes,
        received_at=at,
    )


def test_three_bids_open() -> None:
    status, event = close(3)

    assert status is TenderStatus.OPENING
    assert event.body["custody"] == {"seq": 7, "head": "00" * 32}


def test_two_bids_fail_the_tender_and_nobody_is_named() -> None:
    status, event = close(2)

    assert status is TenderStatus.FAILED
    assert "lots" not in event.body


def test_nothing_opens_before_the_drain_has_passed() -> None:
    with pytest.raises(OpeningNotStarted):
        close(3, at=CLOSING - MOMENT)


def test_a_tender_that_is_not_published_does_not_open() -> None:
    with pytest.raises(WrongPhase):
        decide_closing(a_tender(status=TenderStatus.OPENING), [], at=CLOSING, custody=HEAD)


def test_a_verdict_has_digests_and_no_price() -> None:
    event = unlock()

    assert "price_fen" not in str(event.body)


def test_a_bid_is_unlocked_once() -> None:
    with pytest.raises(AlreadyUnlocked):
        unlock(unlocked=frozenset({FIRST}))


def test_a_bid_that_is_not_there_is_not_unlocked() -> None:
    with pytest.raises(WrongPhase):
        unlock(UUID(int=1))


def test_a_bid_is_not_unlocked_at_the_end_of_the_window() -> None:
    with pytest.raises(UnlockWindowClosed):
        unlock(at=DEADLINE + timedelta(minutes=30))


def test_a_bid_is_not_unlocked_after_the_reveal() -> None:
    with pytest.raises(WrongPhase):
        unlock(phase=OpeningPhase.REVEALED)


def test_a_lost_key_is_declared_while_the_window_is_open() -> None:
    event = decide_lost_key(an_opening(), bidder_id=FIRST, at=CLOSING)

    assert event.kind == "key.lost"


def test_no_price_is_shown_while_a_bid_is_locked_and_the_window_open() -> None:
    opening = an_opening(unlocked=frozenset({FIRST}))

    with pytest.raises(BidsStillLocked):
        decide_reveal(opening, a_tender().lot("1"), {FIRST: FORM}, at=CLOSING)


def test_bids_still_locked_at_the_end_of_the_window_are_deemed_revoked() -> None:
    opening = an_opening(unlocked=frozenset({FIRST}))

    event = decide_reveal(
        opening, a_tender().lot("1"), {FIRST: FORM}, at=DEADLINE + timedelta(minutes=30)
    )

    assert event.body["deemed_revoked"] == [str(UUID(int=0x402)), str(UUID(int=0x403))]


def test_all_prices_are_shown_at_once_when_all_bids_are_unlocked() -> None:
    opening = an_opening()
    opening = an_opening(unlocked=frozenset(opening.bidders))

    event = decide_reveal(
        opening, a_tender().lot("1"), dict.fromkeys(opening.bidders, FORM), at=CLOSING
    )

    assert [row["form"] for row in event.body["rows"]] == [FORM] * 3  # type: ignore[union-attr,index,call-overload]


def test_prices_are_not_revealed_twice() -> None:
    with pytest.raises(WrongPhase):
        decide_reveal(an_opening(phase=OpeningPhase.REVEALED), a_tender().lot("1"), {}, at=CLOSING)


@pytest.mark.parametrize(
    ("form", "findings"),
    [
        (FORM, ()),
        ({}, ("price-missing",)),
        ({"price_fen": True}, ("price-missing",)),
        ({"price_fen": 0}, ("price-missing",)),
        ({"price_fen": 10_000_000_01, "duration_days": 1}, ("above-ceiling",)),
        ({"price_fen": 900_00, "duration_days": 1}, ("unit-slip-suspected",)),
        (
            {"price_fen": 90_000_000_000_00, "duration_days": 1},
            ("above-ceiling", "unit-slip-suspected"),
        ),
        ({"price_fen": 9_000_000_00}, ("duration-missing",)),
        (FORM | {"words_fen": FORM["price_fen"], "body_fen": True}, ()),
        (FORM | {"words_fen": 1}, ("amounts-differ",)),
        (FORM | {"body_fen": 9_000_000_01}, ("amounts-differ",)),
    ],
)
def test_what_catches_the_eye_in_a_form(form: dict[str, Any], findings: tuple[str, ...]) -> None:
    assert form_findings(form, a_tender().lot("1")) == findings
