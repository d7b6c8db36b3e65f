"""From a price and its benchmark to points.

A new family is one more entry of `KINDS` with its parser and a branch of `points_of`. The deviation
is (price − benchmark) ÷ benchmark × 100, rounded where the curve says so: rounding it before the
points changes published results.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from types import MappingProxyType
from typing import Final, TypeAlias

from tendering.domain.fields import Fields
from tendering.domain.methods.rounding import DECIMALS_MAX, step

SLOPE_MAX: Final = "1000"
STEPS: Final = ("continuous", "full_percent")


@dataclass(frozen=True, slots=True)
class Deviation:
    """So many points less for each percent above or below the benchmark (M1, M2, M3).

    `stepping` full_percent counts only whole percents; the deductions have optional limits, the
    points an optional floor.
    """

    decimals: int | None
    stepping: str
    points_above: Decimal
    points_below: Decimal
    deduction_above_max: Decimal | None
    deduction_below_max: Decimal | None
    floor: Decimal | None


@dataclass(frozen=True, slots=True)
class Proportion:
    """Benchmark ÷ price of the full points (M5; 87号令 第五十五条)."""

    decimals: int | None


Curve: TypeAlias = Deviation | Proportion


@dataclass(frozen=True, slots=True)
class CurvePoints:
    """The points before their own rounding, with what led to them.

    `deviation_percent` is the deviation as the method rounds it, `deviation_unrounded` to ten
    decimals for the record.
    """

    exact: Fraction
    deviation_percent: Decimal
    deviation_unrounded: Decimal
    explanation_zh: str
    explanation_en: str


def parse_curve(fields: Fields) -> Curve:
    """Read the curve of a method by its `kind`. Raises MethodInvalid."""
    curve = KINDS[fields.choice("kind", tuple(KINDS))](fields)
    fields.done()
    return curve


def points_of(
    curve: Curve, price: Fraction, benchmark: Fraction, *, full: Fraction, rounding: str
) -> CurvePoints:
    """The points of one price; price and benchmark in yuan, both above zero."""
    deviation = (price - benchmark) / benchmark * 100
    _, unrounded = step(deviation, None, rounding)
    going_on, shown = step(deviation, curve.decimals, rounding)
    if isinstance(curve, Proportion):
        return CurvePoints(
            full * benchmark / price,
            shown,
            unrounded,
            f"评标基准价÷评审价格×{_text(full)}",
            f"benchmark ÷ price × {_text(full)}",
        )
    deduction, slope = _deduction(curve, going_on)
    points = full - deduction
    if curve.floor is not None:
        points = max(points, Fraction(curve.floor))
    side_zh, side_en = ("高于", "above") if going_on > 0 else ("低于", "below")
    return CurvePoints(
        points,
        shown,
        unrounded,
        f"偏差率{shown}%，{side_zh}基准价每1%扣{slope}分，扣{_text(deduction)}分"
        if going_on
        else "与基准价相等，得满分",
        f"deviation {shown}%, {slope} points per 1% {side_en}, deduction {_text(deduction)}"
        if going_on
        else "equal to the benchmark, full points",
    )


def _deduction(curve: Deviation, deviation: Fraction) -> tuple[Fraction, Decimal]:
    above = deviation > 0
    slope = curve.points_above if above else curve.points_below
    most = curve.deduction_above_max if above else curve.deduction_below_max
    size = abs(deviation)
    if curve.stepping == "full_percent":
        size = Fraction(floor(size))
    deduction = Fraction(slope) * size
    return (deduction if most is None else min(deduction, Fraction(most))), slope


def _text(value: Fraction) -> str:
    """A number for a sentence: at most four decimals, no trailing zeros."""
    _, shown = step(value, 4, "half_up")
    return f"{shown:f}".rstrip("0").rstrip(".")


def _parse_deviation(fields: Fields) -> Deviation:
    return Deviation(
        decimals=_decimals(fields),
        stepping=fields.choice("stepping", STEPS, default="continuous"),
        points_above=fields.decimal("points_above", least="0", most=SLOPE_MAX),
        points_below=fields.decimal("points_below", least="0", most=SLOPE_MAX),
        deduction_above_max=fields.optional_decimal(
            "deduction_above_max", least="0", most=SLOPE_MAX
        ),
        deduction_below_max=fields.optional_decimal(
            "deduction_below_max", least="0", most=SLOPE_MAX
        ),
        floor=fields.optional_decimal("floor", least="0", most=SLOPE_MAX),
    )


def _parse_proportion(fields: Fields) -> Proportion:
    return Proportion(decimals=_decimals(fields))


def _decimals(fields: Fields) -> int | None:
    """Decimals of the deviation in percent; null or absent: not rounded."""
    return fields.optional_integer("deviation_decimals", least=0, most=DECIMALS_MAX)


KINDS: Mapping[str, Callable[[Fields], Curve]] = MappingProxyType(
    {"deviation": _parse_deviation, "proportion": _parse_proportion}
)
