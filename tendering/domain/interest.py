"""Interest on deposits: simple, exact, and rounded once."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from crypto.canonical import JsonValue

DAYS_A_YEAR: Final = 360  # how Chinese banks count interest; said with every figure
PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class Figure:
    """Money owed: exact, and rounded half up to the fen, with how it came about in words."""

    exact: Fraction
    fen: int
    formula: str

    def json(self) -> dict[str, JsonValue]:
        """As it stands in the journal; the exact value as a fraction of fen."""
        return {
            "fen": self.fen,
            "exact_fen": f"{self.exact.numerator}/{self.exact.denominator}",
            "formula": self.formula,
        }


NOTHING: Final = Figure(Fraction(0), 0, "")


def simple_interest(amount_fen: int, yearly_percent: Fraction, days: int) -> Figure:
    """Simple interest, exact; rounded half up to the fen."""
    assert amount_fen >= 0
    assert days >= 0
    exact = amount_fen * yearly_percent * days / (PERCENT * DAYS_A_YEAR)
    fen = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    rate = f"{yearly_percent.numerator}/{yearly_percent.denominator}"
    return Figure(exact, fen, f"{amount_fen}分 × {rate}% × {days}日 ÷ {DAYS_A_YEAR}，四舍五入到分")
