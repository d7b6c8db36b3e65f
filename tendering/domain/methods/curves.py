"""From a price and its benchmark to points: the curves (计分办法), as a definition has them.

A family is one entry of `KINDS` with its parser here and its computing in `curve_points`. The
deviation is (price − benchmark) ÷ benchmark × 100, rounded where the curve says so: rounding it
before the points changes published results.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Final, TypeAlias

from tendering.domain.fields import Fields
from tendering.domain.methods.rounding import DECIMALS_MAX

SLOPE_MAX: Final = "1000"
PERCENT_MAX: Final = "10000"
PRICE_FEN_MAX: Final = 10**15
BANDS_MAX: Final = 20
ANCHORS_MAX: Final = 20
# Whether a percent that is only begun counts in proportion, not at all, or in full.
STEPS: Final = ("continuous", "full_percent", "begun_percent")
ANCHORED_AT: Final = ("benchmark", "ceiling", "lowest", "highest", "price")


@dataclass(frozen=True, slots=True)
class Steps:
    """How a deviation is counted: decimals it is rounded to, and steps of `percent` if any."""

    decimals: int | None
    stepping: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Deviation:
    """So many points less for each percent above or below the benchmark (M1, M2, M3).

    The deductions have optional limits, the points an optional floor.
    """

    steps: Steps
    points_above: Decimal
    points_below: Decimal
    deduction_above_max: Decimal | None
    deduction_below_max: Decimal | None
    floor: Decimal | None


@dataclass(frozen=True, slots=True)
class Lambda:
    """Full points × (1 − λ × |deviation|), λ of its own for each side (M7)."""

    steps: Steps
    above: Decimal
    below: Decimal
    floor: Decimal | None


@dataclass(frozen=True, slots=True)
class Band:
    """Up to a deviation of `to_percent` (None: and beyond), so many points per percent of it."""

    to_percent: Decimal | None
    points_per_percent: Decimal


@dataclass(frozen=True, slots=True)
class Stepped:
    """Points at the benchmark, changed band by band on each side (M8, and the 80-base rule).

    Each band counts for the part of the deviation that lies in it; points below zero in
    `points_per_percent` take away. `floor` and `cap` bound the result.
    """

    steps: Steps
    at_benchmark: Decimal
    above: tuple[Band, ...]
    below: tuple[Band, ...]
    floor: Decimal | None
    cap: Decimal | None


@dataclass(frozen=True, slots=True)
class Proportion:
    """Benchmark ÷ price of the full points (M5; 87号令 第五十五条)."""

    steps: Steps


@dataclass(frozen=True, slots=True)
class Anchor:
    """A price and its points: `percent` of the benchmark, ceiling, lowest or highest price."""

    at: str
    price_fen: int | None
    percent: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Interpolation:
    """Points on straight lines between anchors, as those of the outermost beyond them (M6)."""

    steps: Steps
    anchors: tuple[Anchor, ...]


Curve: TypeAlias = Deviation | Lambda | Stepped | Proportion | Interpolation


def parse_curve(fields: Fields, *, full: Decimal) -> Curve:
    """Read the curve of a price of `full` points by its `kind`. Raises MethodInvalid."""
    curve = KINDS[fields.choice("kind", tuple(KINDS))](fields, full)
    fields.done()
    return curve


def needs_ceiling(curve: Curve) -> bool:
    """Does an anchor lie at the ceiling price?"""
    return isinstance(curve, Interpolation) and any(
        anchor.at == "ceiling" for anchor in curve.anchors
    )


def _parse_deviation(fields: Fields, full: Decimal) -> Deviation:
    return Deviation(
        steps=_steps(fields),
        points_above=fields.decimal("points_above", least="0", most=SLOPE_MAX),
        points_below=fields.decimal("points_below", least="0", most=SLOPE_MAX),
        deduction_above_max=fields.optional_decimal(
            "deduction_above_max", least="0", most=SLOPE_MAX
        ),
        deduction_below_max=fields.optional_decimal(
            "deduction_below_max", least="0", most=SLOPE_MAX
        ),
        floor=fields.optional_decimal("floor", least="0", most=str(full)),
    )


def _parse_lambda(fields: Fields, full: Decimal) -> Lambda:
    return Lambda(
        steps=_steps(fields),
        above=fields.decimal("above", least="0", most=SLOPE_MAX),
        below=fields.decimal("below", least="0", most=SLOPE_MAX),
        floor=fields.optional_decimal("floor", least="0", most=str(full)),
    )


def _parse_stepped(fields: Fields, full: Decimal) -> Stepped:
    stepped = Stepped(
        steps=_steps(fields),
        at_benchmark=fields.decimal("at_benchmark", least="0", most=str(full)),
        above=_bands(fields, "above"),
        below=_bands(fields, "below"),
        floor=fields.optional_decimal("floor", least="0", most=str(full)),
        cap=fields.optional_decimal("cap", least="0", most=str(full)),
    )
    if stepped.floor is not None and stepped.cap is not None and stepped.floor > stepped.cap:
        raise fields.wrong("floor", "lies above the cap")
    return stepped


def _parse_proportion(fields: Fields, full: Decimal) -> Proportion:
    del full
    return Proportion(steps=Steps(_decimals(fields), "continuous", Decimal(1)))


def _parse_interpolation(fields: Fields, full: Decimal) -> Interpolation:
    curve = Interpolation(
        steps=Steps(_decimals(fields), "continuous", Decimal(1)),
        anchors=tuple(_anchor(one, full) for one in fields.each("anchors", most=ANCHORS_MAX)),
    )
    if len(curve.anchors) < 2:  # noqa: PLR2004 - a line has two ends
        raise fields.wrong("anchors", "two anchors are needed at least")
    return curve


def _anchor(fields: Fields, full: Decimal) -> Anchor:
    anchor = Anchor(
        at=fields.choice("at", ANCHORED_AT),
        price_fen=fields.optional_integer("price_fen", least=1, most=PRICE_FEN_MAX),
        percent=fields.decimal("percent", least="0.01", most="1000", default="100"),
        points=fields.decimal("points", least="0", most=str(full)),
    )
    fields.done()
    if (anchor.price_fen is None) is (anchor.at == "price"):
        raise fields.wrong("price_fen", "belongs to an anchor at a price, and to no other")
    return anchor


def _bands(fields: Fields, key: str) -> tuple[Band, ...]:
    """Bands of rising limits; only the last is open, so that every deviation is in one."""
    bands = []
    for own in fields.each(key, most=BANDS_MAX):
        bands.append(
            Band(
                own.optional_decimal("to_percent", least="0.0001", most=PERCENT_MAX),
                own.decimal("points_per_percent", least=f"-{SLOPE_MAX}", most=SLOPE_MAX),
            )
        )
        own.done()
    limits = [band.to_percent for band in bands[:-1] if band.to_percent is not None]
    if not bands or bands[-1].to_percent is not None or len(limits) != len(bands) - 1:
        raise fields.wrong(key, "the last band, and only the last, has no to_percent")
    if any(later <= earlier for earlier, later in pairwise(limits)):
        raise fields.wrong(key, "the bands' to_percent do not rise")
    return tuple(bands)


def _steps(fields: Fields) -> Steps:
    steps = Steps(
        decimals=_decimals(fields),
        stepping=fields.choice("stepping", STEPS, default="continuous"),
        percent=fields.decimal("step_percent", least="0.01", most="100", default="1"),
    )
    if steps.stepping == "continuous" and steps.percent != 1:
        raise fields.wrong("step_percent", "has no meaning while the stepping is continuous")
    return steps


def _decimals(fields: Fields) -> int | None:
    """Decimals of the deviation in percent; null or absent: not rounded."""
    return fields.optional_integer("deviation_decimals", least=0, most=DECIMALS_MAX)


KINDS: Mapping[str, Callable[[Fields, Decimal], Curve]] = MappingProxyType(
    {
        "deviation": _parse_deviation,
        "lambda": _parse_lambda,
        "stepped": _parse_stepped,
        "proportion": _parse_proportion,
        "interpolation": _parse_interpolation,
    }
)
