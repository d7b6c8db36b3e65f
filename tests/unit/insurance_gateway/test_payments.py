"""The life of a payment, what is wrong with a sum, and what goes back."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from insurance_gateway.guarantee import GuaranteeState
from insurance_gateway.payments import (
    PAYMENTS,
    SETTLED,
    Payment,
    PaymentState,
    PaymentStep,
    misses,
    refund_sum,
)
from tendering.domain.refusals.guarantees import RefundRefused

PREMIUM = Payment(
    UUID(int=1),
    UUID(int=2),
    UUID(int=3),
    "premium",
    500_000,
    "510100000001",
    PaymentState.ASKED,
    datetime(2026, 11, 24, tzinfo=UTC),
)


def test_a_payment_ends_once_and_its_money_goes_back_at_most_once() -> None:
    ends = {PaymentStep.SUCCEED, PaymentStep.FAIL, PaymentStep.MISPAY}

    assert set(PAYMENTS) == set(PaymentState)
    for state, steps in PAYMENTS.items():
        assert bool(ends & set(steps)) is (state not in SETTLED)
        # No way leads back to a state that was left.
        assert all(after not in {state, PaymentState.ASKED} for after in steps.values())
    assert PAYMENTS[PaymentState.RETURNED] == PAYMENTS[PaymentState.FAILED] == {}


def test_a_sum_that_is_not_the_premium_is_named_with_its_unit_where_that_explains_it() -> None:
    said = {fen: misses(PREMIUM, fen) for fen in (500_000, 499_999, 5_000, 50_000_000)}

    assert said[500_000] == ""
    assert said[499_999] == "499999 fen were paid, 500000 were asked for"
    assert all(said[fen].endswith("in which unit?") for fen in (5_000, 50_000_000))


@pytest.mark.parametrize(
    ("state", "paid_fen", "order", "expected"),
    [
        (PaymentState.SUCCEEDED, 500_000, GuaranteeState.SURRENDERED, 500_000),
        (PaymentState.SUCCEEDED, 500_000, GuaranteeState.CANCELLED, 500_000),
        (PaymentState.WRONG, 499_999, GuaranteeState.AWAITING_PREMIUM, 499_999),
        (PaymentState.SUCCEEDED, 500_000, GuaranteeState.VERIFIED, "in-use"),
        (PaymentState.RETURNED, 500_000, GuaranteeState.SURRENDERED, "refunded"),
        (PaymentState.ACCEPTED, None, GuaranteeState.CANCELLED, "nothing-paid"),
        (None, None, GuaranteeState.CANCELLED, "nothing-paid"),
    ],
)
def test_what_goes_back_is_what_came_and_only_where_it_has_no_business(
    state: PaymentState | None, paid_fen: int | None, order: GuaranteeState, expected: int | str
) -> None:
    premium = None if state is None else replace(PREMIUM, state=state, paid_fen=paid_fen)
    if isinstance(expected, int):
        assert refund_sum(premium, order) == expected
        return
    with pytest.raises(RefundRefused) as refused:
        refund_sum(premium, order)
    assert refused.value.parameters["why"] == expected
