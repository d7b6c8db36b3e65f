"""A bucket always covers what is asked for, and says no more than which bucket it is."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from insurance_gateway.guarantee import Cover, blind, short_of

AMOUNTS = st.integers(1, 10**14)
INSTANTS = st.integers(1_577_836_800, 2_840_140_800).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)


@given(AMOUNTS, INSTANTS)
def test_a_bucket_is_never_short(amount_fen: int, until: datetime) -> None:
    asked = blind(Cover(amount_fen, until))

    assert short_of(asked, Cover(amount_fen, until)) == ""


@given(AMOUNTS, INSTANTS)
def test_a_bucket_is_its_own_bucket(amount_fen: int, until: datetime) -> None:
    asked = blind(Cover(amount_fen, until))

    assert blind(asked) == asked


@given(AMOUNTS, INSTANTS)
def test_two_requirements_in_one_bucket_cannot_be_told_apart(
    amount_fen: int, until: datetime
) -> None:
    asked = blind(Cover(amount_fen, until))
    other = Cover(asked.amount_fen, asked.until - timedelta(microseconds=1))

    assert blind(other) == asked
