"""Simple interest, exact and then rounded to the fen."""

from fractions import Fraction

from tendering.domain.interest import simple_interest


def test_half_a_fen_is_rounded_up() -> None:
    assert simple_interest(3600, Fraction(5), 1).exact == Fraction(1, 2)
    assert simple_interest(3600, Fraction(5), 1).fen == 1
    assert simple_interest(0, Fraction(5), 100).fen == 0
