"""Rounding as the method declares it. Exact numbers are fractions, rounded ones decimals."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

MODES: Final = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}
DECIMALS_MAX: Final = 8
# A step the method does not round goes on exactly; it is shown with two decimals where they are
# the whole truth, else with ten.
SHOWN_DECIMALS: Final = 10


def rounded(value: Fraction, decimals: int, mode: str) -> Decimal:
    """The value to so many decimals; a tie is decided exactly, away from zero for half_up."""
    scaled = value * 10**decimals
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    twice = 2 * rest - scaled.denominator
    tie_goes_up = mode == "half_up" or (mode == "half_even" and whole % 2 == 1)
    if mode != "down" and (twice > 0 or (twice == 0 and tie_goes_up)):
        whole += 1
    # Built from digits: no context precision can interfere, whatever the size.
    digits = tuple(int(digit) for digit in str(whole))
    return Decimal((int(value < 0 and whole > 0), digits, -decimals))


def step(value: Fraction, decimals: int | None, mode: str) -> tuple[Fraction, Decimal]:
    """One declared step: what goes on, and what is shown. None: the step is not rounded."""
    if decimals is None:
        short = rounded(value, 2, mode)
        return value, short if short == value else rounded(value, SHOWN_DECIMALS, mode)
    shown = rounded(value, decimals, mode)
    return Fraction(shown), shown
