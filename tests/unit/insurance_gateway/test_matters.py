"""Extensions, surrenders and claims: their small lives, and in which cases a premium comes back."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from insurance_gateway.guarantee import TRANSITIONS, GuaranteeState, Reception, Step, reachable
from insurance_gateway.matters import (
    BY_RELEASE,
    BY_STATUS,
    EFFECTS,
    MATTERS,
    Matter,
    MatterKind,
    MatterState,
    MatterStep,
    SurrenderCase,
    claim_due,
    decide_surrender,
    is_open,
    matter_reception,
    settlement_fault,
)
from tendering.domain.bid import BidStatus
from tendering.domain.refusals.guarantees import SurrenderRefused
from tendering.domain.security_release import ReleaseCase
from tendering.domain.suspension import Suspension, SuspensionReason
from tendering.domain.tender import TenderStatus
from tendering.rulebooks import holiday_calendar
from tests.support.make import a_tender

G, T = GuaranteeState, TenderStatus
AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
REFUND = Matter(
    UUID(int=1), UUID(int=2), MatterKind.SURRENDER, MatterState.ASKED, AT, amount_fen=500
)


def surrendered(
    state: GuaranteeState,
    status: TenderStatus,
    bid: BidStatus | None = None,
    release: ReleaseCase | None = None,
) -> str:
    """The case, or why there is none."""
    tender = replace(a_tender(), status=status)
    try:
        return decide_surrender(state, tender, bid=bid, release=release)
    except SurrenderRefused as refused:
        return str(refused.parameters["why"])


def test_every_matter_ends_and_moves_its_guarantee_as_the_tables_say() -> None:
    ended = {state for state in MatterState if not MATTERS[state]}
    waits = {Step.SURRENDER: G.VERIFIED, Step.INDEMNIFY: G.CLAIMED, Step.REFUSE_CLAIM: G.CLAIMED}

    assert set(MATTERS) == set(MatterState)
    assert ended == {MatterState.AGREED, MatterState.DECLINED}
    assert all(step in TRANSITIONS[waits[step]] for step in EFFECTS.values())


def test_premiums_come_back_in_the_published_cases_alone() -> None:
    cases = [
        # Before the opening: whoever gives up has no bid, and so may whoever withdrew it.
        (surrendered(G.VERIFIED, T.PUBLISHED), "given_up"),
        (surrendered(G.RELEASED, T.PUBLISHED, BidStatus.WITHDRAWN), "given_up"),
        (surrendered(G.VERIFIED, T.PUBLISHED, BidStatus.SUBMITTED), "bid-stands"),
        # What failed or was terminated gives them back, also a lot by itself.
        (surrendered(G.RELEASED, T.FAILED, BidStatus.UNLOCKED), "failed"),
        (surrendered(G.DISCLOSED, T.TERMINATED, BidStatus.UNLOCKED), "terminated"),
        (surrendered(G.DISCLOSED, T.OPENED, BidStatus.SUBMITTED, ReleaseCase.FAILED), "failed"),
        (surrendered(G.DISCLOSED, T.OPENED, BidStatus.UNLOCKED), "opened"),
        (surrendered(G.RELEASED, T.AWARDED, BidStatus.UNLOCKED, ReleaseCase.LOSER), "opened"),
        # Paid for and never in force.
        (surrendered(G.NOT_VERIFIED, T.OPENED), "never_in_force"),
    ]

    assert [found for found, _ in cases] == [expected for _, expected in cases]
    assert set(BY_STATUS) == {T.PUBLISHED, T.FAILED, T.TERMINATED}
    assert set(BY_RELEASE) == {ReleaseCase.FAILED, ReleaseCase.TERMINATED}


@pytest.mark.parametrize("state", [s for s in G if Step.SURRENDER not in TRANSITIONS[s]])
def test_nothing_is_given_back_unpaid_claimed_expired_or_twice(state: GuaranteeState) -> None:
    assert surrendered(state, T.FAILED) == "state"


def test_a_tender_that_stands_still_is_a_case_of_its_own() -> None:
    still = replace(
        a_tender(),
        status=T.PUBLISHED,
        suspension=Suspension(next(iter(SuspensionReason)), AT),
    )

    assert decide_surrender(G.VERIFIED, still, bid=None, release=None) is SurrenderCase.STOPPED


def test_a_matter_moves_once() -> None:
    assert matter_reception(MatterState.ASKED, MatterStep.AGREE) is Reception.NOW
    assert matter_reception(MatterState.AGREED, MatterStep.DECLINE) is Reception.NEVER
    assert is_open(REFUND, MatterKind.SURRENDER)
    assert not is_open(replace(REFUND, state=MatterState.AGREED), MatterKind.SURRENDER)
    assert not is_open(REFUND, MatterKind.CLAIM)


def test_a_matter_is_settled_by_its_exact_sum() -> None:
    claim = replace(REFUND, kind=MatterKind.CLAIM)

    assert settlement_fault(REFUND, 500) == ""
    assert "full premium" in settlement_fault(REFUND, 499)
    assert "full premium" in settlement_fault(REFUND, None)
    assert "claimed" in settlement_fault(claim, 501)


def test_a_claim_is_settled_in_ten_working_days() -> None:
    # A Monday in China; the tenth working day after it is Monday 7 December.
    assert claim_due(holiday_calendar(), AT) == datetime(2026, 12, 7, 16, tzinfo=UTC)


def test_a_claim_outlives_the_guarantee_and_nothing_follows_its_payment() -> None:
    assert Step.EXPIRE not in TRANSITIONS[G.CLAIMED]
    assert reachable(G.INDEMNIFIED) == frozenset()
