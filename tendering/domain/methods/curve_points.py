"""Computing the points of one price on its curve, and saying how.

Numbers are exact until the definition rounds them. The sentence is made when somebody asks for it:
a thousand bids are ranked without writing a thousand sentences.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import assert_never

from tendering.domain.methods.curves import (
    Anchor,
    Band,
    Curve,
    Deviation,
    Interpolation,
    Lambda,
    Proportion,
    Stepped,
    Steps,
)
from tendering.domain.methods.rounding import divided, step
from tendering.domain.methods.words import Words, number, yuan
from tendering.domain.refusals.rules import MethodInvalid


@dataclass(frozen=True, slots=True)
class Scale:
    """What a price is measured with: the benchmark, and the prices an anchor may lie at, yuan."""

    benchmark: Fraction
    lowest: Fraction
    highest: Fraction
    ceiling: Fraction | None
    full: Fraction


@dataclass(frozen=True, slots=True)
class CurvePoints:
    """The points before their own rounding, with what led to them.

    `deviation` as it goes on, `deviation_exact` before its rounding; `counted`: how many percent
    count after stepping.
    """

    exact: Fraction
    deviation: Fraction
    deviation_exact: Fraction
    counted: Fraction


def points_of(curve: Curve, price: Fraction, scale: Scale, *, rounding: str) -> CurvePoints:
    """The points of one price (yuan, above zero). Raises MethodInvalid where anchors cross."""
    # (price − benchmark) ÷ benchmark × 100, as one fraction instead of three.
    own = price.numerator * scale.benchmark.denominator
    at = price.denominator * scale.benchmark.numerator
    exact = Fraction((own - at) * 100, at)
    decimals = curve.steps.decimals
    deviation = exact
    if decimals is not None:
        unit = 10**decimals
        deviation = Fraction(divided(exact.numerator * unit, exact.denominator, rounding), unit)
    counted = _counted(curve.steps, abs(deviation))
    if isinstance(curve, Proportion):
        points = scale.full * scale.benchmark / price
    elif isinstance(curve, Interpolation):
        points = _interpolated(curve, price, scale)
    elif isinstance(curve, Stepped):
        bands = curve.above if deviation > 0 else curve.below
        changes = sum((change for _, _, change in _passed(bands, counted)), Fraction(0))
        points = _bounded(Fraction(curve.at_benchmark) + changes, curve.floor, curve.cap)
    elif isinstance(curve, Lambda):
        slope = Fraction(curve.above if deviation > 0 else curve.below)
        points = _bounded(scale.full * (1 - slope * counted / 100), curve.floor, None)
    elif isinstance(curve, Deviation):
        deduction = _deduction(curve, counted, above=deviation > 0)
        points = _bounded(scale.full - deduction, curve.floor, None)
    else:
        assert_never(curve)
    return CurvePoints(points, deviation, exact, counted)


def said(curve: Curve, price: Fraction, points: CurvePoints, scale: Scale) -> Words:
    """How the points came about, the formula with its figures."""
    full = number(scale.full)
    if isinstance(curve, Proportion):
        return Words(
            f"评标基准价{yuan(scale.benchmark)}÷评审价格{yuan(price)}×{full}",
            f"benchmark {yuan(scale.benchmark)} ÷ price {yuan(price)} × {full}",
        )
    if isinstance(curve, Interpolation):
        return _said_interpolated(curve, price, scale)
    return _said_by_deviation(curve, points, full)


def _said_by_deviation(
    curve: Deviation | Lambda | Stepped, points: CurvePoints, full: str
) -> Words:
    if not points.deviation:
        if isinstance(curve, Stepped):
            at = curve.at_benchmark
            return Words(f"与基准价相等，得{at}分", f"equal to the benchmark, {at} points")
        return Words("与基准价相等，得满分", "equal to the benchmark, full points")
    head = _said_deviation(curve.steps, points)
    above = points.deviation > 0
    most = None
    if isinstance(curve, Stepped):
        most = curve.cap
        bands = _passed(curve.above if above else curve.below, points.counted)
        text = "".join(f"{_sign(one)}{number(abs(one))}" for _, _, one in bands)
        zh = f"逐档加减：{curve.at_benchmark}{text}"
        en = f"band by band: {curve.at_benchmark}{text}"
    elif isinstance(curve, Lambda):
        slope, counted = (curve.above if above else curve.below), number(points.counted)
        zh, en = f"{full}×（1－{slope}×{counted}%）", f"{full} × (1 − {slope} × {counted}%)"
    else:
        slope = curve.points_above if above else curve.points_below
        off = number(_deduction(curve, points.counted, above=above))
        zh = f"{'高于' if above else '低于'}基准价每1%扣{slope}分，扣{off}分"
        en = f"{slope} points per 1% {'above' if above else 'below'}, deduction {off}"
    return _bounds(Words(f"{head.zh}，{zh}", f"{head.en}, {en}"), points.exact, curve.floor, most)


def _counted(steps: Steps, size: Fraction) -> Fraction:
    if steps.stepping == "continuous":
        return size
    one = Fraction(steps.percent)
    whole = floor(size / one) if steps.stepping == "full_percent" else ceil(size / one)
    return whole * one


def _deduction(curve: Deviation, counted: Fraction, *, above: bool) -> Fraction:
    slope = curve.points_above if above else curve.points_below
    most = curve.deduction_above_max if above else curve.deduction_below_max
    deduction = Fraction(slope) * counted
    return deduction if most is None else min(deduction, Fraction(most))


def _passed(bands: tuple[Band, ...], size: Fraction) -> list[tuple[Band, Fraction, Fraction]]:
    """The bands the deviation reaches: how many percent of it lie in each, and their points."""
    reached, begin = [], Fraction(0)
    for band in bands:
        end = size if band.to_percent is None else min(size, Fraction(band.to_percent))
        if end > begin:
            percent = end - begin
            reached.append((band, percent, percent * Fraction(band.points_per_percent)))
            begin = end
    return reached


def _bounded(points: Fraction, least: Decimal | None, most: Decimal | None) -> Fraction:
    if least is not None:
        points = max(points, Fraction(least))
    return points if most is None else min(points, Fraction(most))


def _anchor_yuan(anchor: Anchor, scale: Scale) -> Fraction:
    if anchor.price_fen is not None:
        return Fraction(anchor.price_fen, 100)
    at: Mapping[str, Fraction | None] = {
        "benchmark": scale.benchmark,
        "ceiling": scale.ceiling,
        "lowest": scale.lowest,
        "highest": scale.highest,
    }
    given = at[anchor.at]
    assert given is not None, "the method was not asked what it needs"
    return given * Fraction(anchor.percent) / 100


def _anchored(curve: Interpolation, scale: Scale) -> list[tuple[Fraction, Fraction]]:
    places = [(_anchor_yuan(one, scale), Fraction(one.points)) for one in curve.anchors]
    if any(later[0] < earlier[0] for earlier, later in pairwise(places)):
        where = "method.price.curve.anchors"
        prices = ", ".join(yuan(price) for price, _ in places)
        raise MethodInvalid(f"{where}: with these bids they do not rise: {prices}", where=where)
    return places


def _interpolated(curve: Interpolation, price: Fraction, scale: Scale) -> Fraction:
    places = _anchored(curve, scale)
    if price <= places[0][0]:
        return places[0][1]
    for (low, from_points), (high, to_points) in pairwise(places):
        if low < price <= high:
            return from_points + (to_points - from_points) * (price - low) / (high - low)
    return places[-1][1]


def _said_interpolated(curve: Interpolation, price: Fraction, scale: Scale) -> Words:
    places = _anchored(curve, scale)
    line = "、".join(f"{yuan(at)}元得{number(points)}分" for at, points in places)
    line_en = ", ".join(f"{number(points)} points at {yuan(at)}" for at, points in places)
    return Words(
        f"在（{line}）之间直线内插评审价格{yuan(price)}",
        f"price {yuan(price)} on the straight line through {line_en}",
    )


def _said_deviation(steps: Steps, points: CurvePoints) -> Words:
    shown = f"{step(points.deviation, None, 'half_up')[1]:f}"
    if steps.decimals is not None:
        shown = f"{step(points.deviation, steps.decimals, 'half_up')[1]:f}"
    if steps.stepping == "continuous":
        return Words(f"偏差率{shown}%", f"deviation {shown}%")
    counted = number(points.counted)
    return Words(f"偏差率{shown}%，按{counted}%计", f"deviation {shown}%, counted as {counted}%")


def _bounds(words: Words, points: Fraction, least: Decimal | None, most: Decimal | None) -> Words:
    """Say of a limit where the points lie on it."""
    if least is not None and points == Fraction(least):
        return Words(f"{words.zh}，最低{least}分", f"{words.en}, not below {least}")
    if most is not None and points == Fraction(most):
        return Words(f"{words.zh}，最高{most}分", f"{words.en}, not above {most}")
    return words


def _sign(value: Fraction) -> str:
    return "－" if value < 0 else "＋"
