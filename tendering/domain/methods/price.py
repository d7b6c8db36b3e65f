"""Price points: the prices of all bids, the benchmark, and every intermediate value of each row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from tendering.domain.methods.benchmark_prices import (
    BenchmarkResult,
    LotFacts,
    benchmark_of,
    ceiling_yuan,
)
from tendering.domain.methods.curve_points import CurvePoints, Scale, points_of, said
from tendering.domain.methods.curves import Interpolation
from tendering.domain.methods.evaluated_price import AS_OFFERED, BidFacts, Evaluated, evaluated
from tendering.domain.methods.method import Method
from tendering.domain.methods.price_terms import PriceLine
from tendering.domain.methods.rounding import rounded, step
from tendering.domain.methods.words import Words
from tendering.domain.refusals.rules import MethodInvalid, PriceAboveCeiling

YUAN_DECIMALS: Final = 6
NO_FACTS: Final[Mapping[str, BidFacts]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LineRow:
    """One bid's way from its price on one line to the points there."""

    bid: str
    price: Evaluated
    enters_benchmark: bool
    curve_points: CurvePoints
    points: Decimal


@dataclass(frozen=True, slots=True)
class LineScores:
    """All points of one price line; rows in the order of the bid ids."""

    line: PriceLine
    benchmark: BenchmarkResult
    scale: Scale
    rows: tuple[LineRow, ...]
    rounding: str

    def shown_price(self, row: LineRow) -> Decimal:
        """The price of a row that is compared, yuan."""
        return rounded(row.price.exact, YUAN_DECIMALS, self.rounding)

    def shown_deviation(self, row: LineRow) -> Decimal:
        """The deviation of a row in percent, as the method rounds it."""
        decimals = self.line.curve.steps.decimals
        return step(row.curve_points.deviation_exact, decimals, self.rounding)[1]

    def words(self, row: LineRow) -> Words:
        """How a row came about."""
        how = said(self.line.curve, row.price.exact, row.curve_points, self.scale)
        shown = self.shown_price(row)
        return Words(
            f"评审价格{shown:f}元，{how.zh}，得{row.points}分。",
            f"Price {shown:f} yuan: {how.en}; {row.points} points.",
        )


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One bid's price points. With several lines the values are those of the first line.

    `points_unrounded` and `points` are the sum over all lines.
    """

    bid: str
    price_fen: int
    points_exact: Fraction
    points: Decimal
    first: LineRow
    line: LineScores = field(repr=False, compare=False)

    @property
    def evaluated_yuan(self) -> Decimal:
        """The price that is compared, yuan."""
        return self.line.shown_price(self.first)

    @property
    def enters_benchmark(self) -> bool:
        """Is it one of the prices the benchmark was made of?"""
        return self.first.enters_benchmark

    @property
    def deviation_percent(self) -> Decimal:
        """The deviation as the method rounds it."""
        return self.line.shown_deviation(self.first)

    @property
    def deviation_unrounded(self) -> Decimal:
        """The deviation before its rounding, to ten decimals at most."""
        return step(self.first.curve_points.deviation_exact, None, self.line.rounding)[1]

    @property
    def points_unrounded(self) -> Decimal:
        """The points before their rounding, to ten decimals."""
        return rounded(self.points_exact, 10, self.line.rounding)

    @property
    def explanation_zh(self) -> str:
        """How they came about, in Chinese."""
        return self.line.words(self.first).zh

    @property
    def explanation_en(self) -> str:
        """How they came about, in English."""
        return self.line.words(self.first).en


@dataclass(frozen=True, slots=True)
class PriceScores:
    """All price points of a lot; rows in the order of the bid ids."""

    lines: tuple[LineScores, ...]
    rows: tuple[PriceRow, ...]

    @property
    def benchmark(self) -> BenchmarkResult:
        """The benchmark; with several lines that of the first."""
        return self.lines[0].benchmark

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
    facts: Mapping[str, BidFacts] = NO_FACTS,
    lot: LotFacts | None = None,
) -> PriceScores:
    """Score `prices` (fen, by bid id). Raises PriceAboveCeiling, MethodInvalid.

    `entrants` are the prices that make the benchmark where they are others than those scored (all
    opened, or those from before a later rejection); by default the same. `lot` has parts of the
    ceiling and the drawn K, where the method asks for them.
    """
    price = method.price
    if not prices:
        raise MethodInvalid("bids: there is no price to score", where="bids")
    for bid, fen in prices.items():
        # 《招标投标法实施条例》第五十一条: above the ceiling is a ground for rejection.
        if ceiling_fen is not None and fen > ceiling_fen:
            raise PriceAboveCeiling(bid=bid)
    known = LotFacts() if lot is None else lot
    terms = LotFacts(ceiling_fen, known.ceiling_parts_fen, price.evaluated.excluded, known.drawn)
    entering = prices if entrants is None else entrants
    lines = tuple(
        _line_scores(method, line, (prices, entering), facts, terms) for line in price.lines
    )
    rows = []
    for number, bid in enumerate(sorted(prices)):
        if price.by_line:
            exact = sum(
                (Fraction(one.rows[number].points) * Fraction(one.line.weight) for one in lines),
                Fraction(0),
            )
        else:
            exact = lines[0].rows[number].curve_points.exact
        rows.append(
            PriceRow(
                bid=bid,
                price_fen=prices[bid],
                points_exact=exact,
                points=rounded(exact, price.decimals, method.rounding),
                first=lines[0].rows[number],
                line=lines[0],
            )
        )
    return PriceScores(lines, tuple(rows))


def _line_scores(
    method: Method,
    line: PriceLine,
    scored_and_entering: tuple[Mapping[str, int], Mapping[str, int]],
    facts: Mapping[str, BidFacts],
    lot: LotFacts,
) -> LineScores:
    prices, entering = scored_and_entering
    by_line = line.id if method.price.by_line else None
    of_all = {
        bid: evaluated(method, bid, fen, facts.get(bid, AS_OFFERED), line=by_line)
        for bid, fen in {**entering, **prices}.items()
    }
    entered = {bid: of_all[bid].exact for bid in entering}
    benchmark = benchmark_of(line.benchmark, entered, lot, rounding=method.rounding)
    # A thousand fractions are not compared for a curve that does not ask for their ends.
    around = entered.values() if isinstance(line.curve, Interpolation) else [benchmark.exact]
    scale = Scale(
        benchmark.exact,
        min(around, default=benchmark.exact),
        max(around, default=benchmark.exact),
        ceiling_yuan(lot) if method.price.needs_ceiling else None,
        Fraction(line.max_points),
    )
    used = set(benchmark.used)
    rows = []
    for bid in sorted(prices):
        own = of_all[bid]
        points = points_of(line.curve, own.exact, scale, rounding=method.rounding)
        shown = rounded(points.exact, line.decimals, method.rounding)
        rows.append(LineRow(bid, own, bid in used, points, shown))
    return LineScores(line, benchmark, scale, tuple(rows), method.rounding)
