"""The life of a guarantee, and the buckets that keep a lot's secret."""

from datetime import UTC, datetime, timedelta

import pytest

from insurance_gateway.guarantee import (
    TRANSITIONS,
    Cover,
    GuaranteeState,
    Reception,
    Step,
    bucket_amount,
    bucket_until,
    reachable,
    reception,
    short_of,
    state_after,
)
from tendering.domain.refusals.guarantees import GuaranteeStepRefused


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == set(GuaranteeState)


def test_no_step_leads_back() -> None:
    assert all(state not in reachable(state) for state in GuaranteeState)


def test_what_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(GuaranteeStepRefused):
        state_after(GuaranteeState.APPLIED, Step.VERIFY)


@pytest.mark.parametrize(
    ("state", "step", "expected"),
    [
        (GuaranteeState.APPLIED, Step.VERIFY, Reception.LATER),
        (GuaranteeState.PAID, Step.VERIFY, Reception.NOW),
        (GuaranteeState.VERIFIED, Step.UNDERWRITE, Reception.NEVER),
        (GuaranteeState.REFUSED, Step.VERIFY, Reception.NEVER),
        (GuaranteeState.NOT_VERIFIED, Step.VERIFY, Reception.NOW),
        (GuaranteeState.UNDELIVERED, Step.APPROVE, Reception.NOW),
        (GuaranteeState.UNDELIVERED, Step.VERIFY, Reception.LATER),
    ],
)
def test_a_notice_is_early_due_or_late(
    state: GuaranteeState, step: Step, expected: Reception
) -> None:
    assert reception(state, step) is expected


@pytest.mark.parametrize(
    ("amount_fen", "expected_fen"),
    [
        (1, 1_000_000),
        (1_000_000, 1_000_000),
        (1_000_001, 2_000_000),
        (3_000_000, 5_000_000),
        (5_000_001, 10_000_000),
        (80_000_000, 100_000_000),
    ],
)
def test_amounts_are_rounded_up_to_one_two_or_five(amount_fen: int, expected_fen: int) -> None:
    assert bucket_amount(amount_fen) == expected_fen


def test_ends_are_rounded_up_to_the_end_of_the_quarter_in_china() -> None:
    # 31 December 23:59 in Shanghai, and the first instant of the year after.
    assert bucket_until(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)) == datetime(
        2026, 12, 31, 16, tzinfo=UTC
    )
    assert bucket_until(datetime(2026, 12, 31, 16, tzinfo=UTC)) == datetime(
        2026, 12, 31, 16, tzinfo=UTC
    )
    assert bucket_until(datetime(2026, 12, 31, 16, 1, tzinfo=UTC)) == datetime(
        2027, 3, 31, 16, tzinfo=UTC
    )


@pytest.mark.parametrize("month", range(1, 13))
def test_the_ends_of_a_quarter_are_one(month: int) -> None:
    last = 3 * -(-month // 3)
    end = datetime(2028, last, 30 if last in {6, 9} else 31, 16, tzinfo=UTC)

    assert bucket_until(datetime(2028, month, 15, tzinfo=UTC)) == end


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (datetime(9999, 9, 30, 16, tzinfo=UTC), datetime(9999, 9, 30, 16, tzinfo=UTC)),
        (datetime(9999, 10, 1, tzinfo=UTC), datetime(9999, 12, 31, 16, tzinfo=UTC)),
        (datetime(9999, 12, 15, tzinfo=UTC), datetime(9999, 12, 31, 16, tzinfo=UTC)),
        (datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_the_end_of_time_has_a_bucket(until: datetime, expected: datetime) -> None:
    assert bucket_until(until) == expected


def test_a_short_policy_says_in_what() -> None:
    at = datetime(2026, 12, 1, tzinfo=UTC)

    assert "amount" in short_of(Cover(99, at), Cover(100, at))
    assert "earlier" in short_of(Cover(100, at - timedelta(1)), Cover(100, at))
