"""More time to unlock, for everybody; and too few open bids, which two must agree about."""

from datetime import datetime, timedelta

import pytest

from tendering.domain.opening import Opening, OpeningPhase, Shortfall
from tendering.domain.opening_window import (
    Decision,
    decide_consent,
    decide_extension,
    decide_proposal,
    require_enough,
)
from tendering.domain.procedure import Least
from tendering.domain.refusals.openings import (
    BidsStillLocked,
    EnoughBids,
    TooFewBids,
    UnlockWindowClosed,
    WindowNotLonger,
)
from tendering.domain.refusals.tenders import WrongPhase
from tests.support.make import an_opening

THREE = Least(3, "E19", "《招标投标法》第二十八条")
UNTIL = an_opening().unlock_until
MICROSECOND = timedelta(microseconds=1)
LATER = UNTIL + timedelta(minutes=30)
REASON = "两家投标人的网络中断"


def with_open(bids: int, shortfall: Shortfall | None = None) -> Opening:
    bidders = an_opening().bidders
    return an_opening(unlocked=frozenset(bidders[:bids]), shortfall=shortfall)


def test_the_host_gives_everybody_more_time_and_says_why() -> None:
    event = decide_extension(an_opening(), until=LATER, reason=REASON, at=UNTIL - MICROSECOND)

    assert event.kind == "unlock.extended"
    assert event.body["reason"] == REASON


@pytest.mark.parametrize("until", [UNTIL, UNTIL - MICROSECOND])
def test_nobody_gets_less_time(until: datetime) -> None:
    with pytest.raises(WindowNotLonger):
        decide_extension(an_opening(), until=until, reason=REASON, at=UNTIL - MICROSECOND)


def test_a_window_that_has_closed_stays_closed() -> None:
    with pytest.raises(UnlockWindowClosed):
        decide_extension(an_opening(), until=LATER, reason=REASON, at=UNTIL)


def test_after_the_reveal_there_is_no_window() -> None:
    revealed = an_opening(phase=OpeningPhase.REVEALED)
    with pytest.raises(WrongPhase):
        decide_extension(revealed, until=LATER, reason=REASON, at=UNTIL - MICROSECOND)


def test_prices_of_too_few_bids_are_shown_only_once_that_was_decided() -> None:
    require_enough(with_open(3), THREE, at=UNTIL)
    require_enough(with_open(2, Shortfall.GO_ON), THREE, at=UNTIL)
    require_enough(with_open(2), THREE, at=UNTIL - MICROSECOND)
    for said in (None, Shortfall.GO_ON_PROPOSED, Shortfall.FAIL_PROPOSED):
        with pytest.raises(TooFewBids) as refused:
            require_enough(with_open(2, said), THREE, at=UNTIL)
        assert refused.value.parameters == {"bids": 2, "least": 3}


@pytest.mark.parametrize("decision", list(Decision))
def test_the_supervisor_consents_to_exactly_what_was_proposed(decision: Decision) -> None:
    shortfall, proposed = decide_proposal(
        with_open(2), THREE, decision=decision, reason=REASON, at=UNTIL
    )
    consented, decided = decide_consent(with_open(2, shortfall), reason="同意")

    assert consented is decision
    assert proposed.body["rule"] == {"id": "E19", "law": THREE.law, "value": 3}
    assert (decided.kind, decided.body["decision"]) == ("shortfall.decided", decision)


def test_nothing_is_proposed_while_bids_may_still_be_unlocked() -> None:
    with pytest.raises(BidsStillLocked):
        decide_proposal(
            with_open(2), THREE, decision=Decision.FAIL, reason=REASON, at=UNTIL - MICROSECOND
        )


def test_nothing_is_proposed_where_enough_bids_are_open() -> None:
    with pytest.raises(EnoughBids):
        decide_proposal(with_open(3), THREE, decision=Decision.FAIL, reason=REASON, at=UNTIL)


def test_what_was_decided_is_not_proposed_again() -> None:
    with pytest.raises(WrongPhase):
        decide_proposal(
            with_open(2, Shortfall.GO_ON),
            THREE,
            decision=Decision.FAIL,
            reason=REASON,
            at=UNTIL,
        )


@pytest.mark.parametrize("shortfall", [None, Shortfall.GO_ON])
def test_without_a_proposal_there_is_nothing_to_consent_to(shortfall: Shortfall | None) -> None:
    with pytest.raises(WrongPhase):
        decide_consent(with_open(2, shortfall), reason="同意")
