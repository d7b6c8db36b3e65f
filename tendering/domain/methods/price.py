"""Price points: the prices of all bids, the benchmark, and every intermediate value of each row."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from tendering.domain.methods.benchmarks import BenchmarkResult, benchmark_of
from tendering.domain.methods.curves import points_of
from tendering.domain.methods.method import Method
from tendering.domain.methods.rounding import rounded
from tendering.domain.refusals import MethodInvalid, PriceAboveCeiling

YUAN_DECIMALS: Final = 6
NOTHING: Final[Mapping[str, "Adjustment"]] = {}


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What makes the price that is scored differ from the price that is offered.

    `excluded_fen`: provisional sums and the like, where the method's base leaves them out.
    `deduction_percent`: policy deduction; the contract price stays the offer (财库〔2020〕46号).
    """

    excluded_fen: int = 0
    deduction_percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One bid's way from its price to its points. Prices in yuan except `price_fen`."""

    bid: str
    price_fen: int
    evaluated_yuan: Decimal
    enters_benchmark: bool
    deviation_percent: Decimal
    deviation_unrounded: Decimal
    points_unrounded: Decimal
    points: Decimal
    explanation_zh: str
    explanation_en: str


@dataclass(frozen=True, slots=True)
class PriceScores:
    """All price points of a lot; rows in the order of the bid ids."""

    benchmark: BenchmarkResult
    rows: tuple[PriceRow, ...]

    def row(self, bid: str) -> PriceRow:
        """The row of a bid. Raises KeyError."""
        for row in self.rows:
            if row.bid == bid:
                return row
        raise KeyError(bid)


def price_scores(
    method: Method,
    prices: Mapping[str, int],
    *,
    ceiling_fen: int | None,
    entrants: Mapping[str, int] | None = None,
    adjustments: Mapping[str, Adjustment] = NOTHING,
) -> PriceScores:
    """Score `prices` (fen, by bid id). Raises PriceAboveCeiling, MethodInvalid.

    `entrants` are the prices that make the benchmark where they are others than those scored (all
    opened, or those from before a later rejection); by default the same.
    """
    if not prices:
        raise MethodInvalid("there is no price to score", where="prices")
    for bid, fen in prices.items():
        # 《招标投标法实施条例》第五十一条: above the ceiling is a ground for rejection.
        if ceiling_fen is not None and fen > ceiling_fen:
            raise PriceAboveCeiling(bid=bid)
    evaluated = {bid: _evaluated(method, bid, fen, adjustments) for bid, fen in prices.items()}
    entering = {
        bid: _evaluated(method, bid, fen, adjustments)
        for bid, fen in (prices if entrants is None else entrants).items()
    }
    benchmark = benchmark_of(
        method.price.benchmark,
        entering,
        ceiling=None if ceiling_fen is None else Fraction(ceiling_fen, 100),
        rounding=method.rounding,
    )
    rows = tuple(
        _row(method, bid, prices[bid], evaluated[bid], benchmark) for bid in sorted(prices)
    )
    return PriceScores(benchmark, rows)


def _evaluated(
    method: Method, bid: str, fen: int, adjustments: Mapping[str, Adjustment]
) -> Fraction:
    """The price that is scored, in yuan, exact."""
    adjustment = adjustments.get(bid, Adjustment())
    price = Fraction(fen, 100)
    if method.price.base == "without_provisional_sums":
        price -= Fraction(adjustment.excluded_fen, 100)
    if method.price.policy_deductions:
        price *= 1 - Fraction(adjustment.deduction_percent) / 100
    if price <= 0:
        raise MethodInvalid(f"the price of {bid} is not above zero", where="prices", bid=bid)
    return price


def _row(
    method: Method,
    bid: str,
    fen: int,
    evaluated: Fraction,
    benchmark: BenchmarkResult,
) -> PriceRow:
    full = Fraction(method.price.max_points)
    scored = points_of(
        method.price.curve, evaluated, benchmark.exact, full=full, rounding=method.rounding
    )
    points = rounded(scored.exact, method.price.decimals, method.rounding)
    shown = rounded(evaluated, YUAN_DECIMALS, method.rounding)
    return PriceRow(
        bid=bid,
        price_fen=fen,
        evaluated_yuan=shown,
        enters_benchmark=bid in benchmark.used,
        deviation_percent=scored.deviation_percent,
        deviation_unrounded=scored.deviation_unrounded,
        points_unrounded=rounded(scored.exact, 10, method.rounding),
        points=points,
        explanation_zh=f"评审价格{shown:f}元，{scored.explanation_zh}，得{points}分。",
        explanation_en=f"Price {shown:f} yuan: {scored.explanation_en}; {points} points.",
    )
