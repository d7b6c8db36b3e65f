"""Rounding as the method declares it. Exact numbers are fractions, rounded ones decimals."""

from decimal import MAX_PREC, ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Final

MODES: Final = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}
DECIMALS_MAX: Final = 8
# A step the method does not round goes on exactly; it is shown with two decimals where they are
# the whole truth, else with ten.
SHOWN_DECIMALS: Final = 10
# Only moves the point: whatever the size, nothing is rounded here.
_EXACT: Final = Context(prec=MAX_PREC)


def rounded(value: Fraction, decimals: int, mode: str) -> Decimal:
    """The value to so many decimals; a tie is decided exactly, away from zero for half_up."""
    whole = divided(value.numerator * 10**decimals, value.denominator, mode)
    return placed(whole, decimals)


def divided(numerator: int, denominator: int, mode: str) -> int:
    """numerator ÷ denominator (above zero) as a whole number, rounded in `mode`."""
    whole, rest = divmod(abs(numerator), denominator)
    twice = 2 * rest - denominator
    if mode != "down" and (
        twice > 0 or (twice == 0 and (mode == "half_up" or (mode == "half_even" and whole % 2)))
    ):
        whole += 1
    return -whole if numerator < 0 else whole


def placed(whole: int, decimals: int) -> Decimal:
    """whole × 10^-decimals, with all its decimals written."""
    return Decimal(whole).scaleb(-decimals, _EXACT)


def step(value: Fraction, decimals: int | None, mode: str) -> tuple[Fraction, Decimal]:
    """One declared step: what goes on, and what is shown. None: the step is not rounded."""
    if decimals is None:
        short = rounded(value, 2, mode)
        return value, short if short == value else rounded(value, SHOWN_DECIMALS, mode)
    shown = rounded(value, decimals, mode)
    return Fraction(shown), shown
