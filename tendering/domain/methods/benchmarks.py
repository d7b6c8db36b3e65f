"""Benchmark prices (评标基准价): what the prices are measured against.

A new family is one more entry of `KINDS` with its parser; nothing else changes. Prices come in as
exact yuan, the benchmark goes out as the method rounds it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final, TypeAlias

from tendering.domain.fields import Fields
from tendering.domain.methods.rounding import DECIMALS_MAX, step
from tendering.domain.refusals import MethodInvalid

TRIMMING_MAX: Final = 20
BIDS_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Trimming:
    """With at least so many prices, so many highest and lowest are left out of the mean."""

    bids_min: int
    highest: int
    lowest: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A price fixed beforehand (M1), lowered by K percent; without one, the ceiling price."""

    price_fen: int | None
    float_percent: Decimal
    decimals: int | None


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of the prices (M2), trimmed by the table (M3), lowered by K percent."""

    trimming: tuple[Trimming, ...]
    float_percent: Decimal
    decimals: int | None


@dataclass(frozen=True, slots=True)
class Lowest:
    """The lowest price (M5; 《政府采购货物和服务招标投标管理办法》第五十五条)."""

    decimals: int | None


Benchmark: TypeAlias = Reference | Mean | Lowest


@dataclass(frozen=True, slots=True)
class BenchmarkResult:
    """The benchmark in yuan: exact (as it goes on), shown, and how it came about.

    `used` and `left_out` are bid ids, in the order of their prices.
    """

    exact: Fraction
    yuan: Decimal
    used: tuple[str, ...]
    left_out: tuple[str, ...]
    explanation_zh: str
    explanation_en: str


def parse_benchmark(fields: Fields) -> Benchmark:
    """Read the benchmark of a method by its `kind`. Raises MethodInvalid."""
    benchmark = KINDS[fields.choice("kind", tuple(KINDS))](fields)
    fields.done()
    return benchmark


def benchmark_of(
    benchmark: Benchmark,
    prices: Mapping[str, Fraction],
    *,
    ceiling: Fraction | None,
    rounding: str,
) -> BenchmarkResult:
    """Work out the benchmark from the prices that enter it (yuan, by bid id; at least one).

    Raises MethodInvalid when the benchmark is the ceiling price and the tender has none.
    """
    ordered = sorted(prices, key=lambda bid: (prices[bid], bid))
    if isinstance(benchmark, Reference):
        return _reference(benchmark, ordered, ceiling, rounding)
    assert ordered, "no price enters the benchmark"
    if isinstance(benchmark, Mean):
        return _mean(benchmark, ordered, prices, rounding)
    exact, shown = step(prices[ordered[0]], benchmark.decimals, rounding)
    return BenchmarkResult(
        exact,
        shown,
        (ordered[0],),
        tuple(ordered[1:]),
        f"评标基准价为最低评审价格{shown}元。",
        f"The benchmark is the lowest price, {shown} yuan.",
    )


def _reference(
    benchmark: Reference, ordered: list[str], ceiling: Fraction | None, rounding: str
) -> BenchmarkResult:
    given = ceiling if benchmark.price_fen is None else Fraction(benchmark.price_fen, 100)
    if given is None:
        raise MethodInvalid("the tender has no ceiling price", where="method.price.benchmark")
    exact, shown = step(_lowered(given, benchmark.float_percent), benchmark.decimals, rounding)
    name_zh, name_en = (
        ("最高投标限价", "ceiling price")
        if benchmark.price_fen is None
        else ("给定基准", "given price")
    )
    return BenchmarkResult(
        exact,
        shown,
        (),
        tuple(ordered),
        f"评标基准价＝{name_zh}×（1－{benchmark.float_percent}%）＝{shown}元。",
        f"Benchmark = {name_en} × (1 − {benchmark.float_percent}%) = {shown} yuan.",
    )


def _mean(
    benchmark: Mean, ordered: list[str], prices: Mapping[str, Fraction], rounding: str
) -> BenchmarkResult:
    rows = [row for row in benchmark.trimming if row.bids_min <= len(ordered)]
    trimming = max(rows, key=lambda row: row.bids_min, default=Trimming(0, 0, 0))
    used = ordered[trimming.lowest : len(ordered) - trimming.highest]
    mean = sum((prices[bid] for bid in used), Fraction(0)) / len(used)
    exact, shown = step(_lowered(mean, benchmark.float_percent), benchmark.decimals, rounding)
    return BenchmarkResult(
        exact,
        shown,
        tuple(used),
        tuple(bid for bid in ordered if bid not in set(used)),
        f"{len(ordered)}家报价去掉{trimming.highest}个最高、{trimming.lowest}个最低后取算术平均值，"
        f"×（1－{benchmark.float_percent}%）＝{shown}元。",
        f"Mean of {len(ordered)} prices without the {trimming.highest} highest and "
        f"{trimming.lowest} lowest, × (1 − {benchmark.float_percent}%) = {shown} yuan.",
    )


def _lowered(price: Fraction, percent: Decimal) -> Fraction:
    return price * (1 - Fraction(percent) / 100)


def _parse_reference(fields: Fields) -> Reference:
    return Reference(
        price_fen=fields.optional_integer("price_fen", least=1, most=10**15),
        float_percent=fields.decimal("float_percent", least="-50", most="50", default="0"),
        decimals=_decimals(fields),
    )


def _parse_mean(fields: Fields) -> Mean:
    rows = tuple(_trimming(row) for row in fields.each("trimming", most=TRIMMING_MAX))
    return Mean(
        trimming=rows,
        float_percent=fields.decimal("float_percent", least="-50", most="50", default="0"),
        decimals=_decimals(fields),
    )


def _trimming(fields: Fields) -> Trimming:
    row = Trimming(
        bids_min=fields.integer("bids_min", least=1, most=BIDS_MAX),
        highest=fields.integer("highest", least=0, most=BIDS_MAX),
        lowest=fields.integer("lowest", least=0, most=BIDS_MAX),
    )
    fields.done()
    if row.highest + row.lowest >= row.bids_min:
        raise MethodInvalid("trimming would leave no price", where=fields.where)
    return row


def _parse_lowest(fields: Fields) -> Lowest:
    return Lowest(decimals=_decimals(fields))


def _decimals(fields: Fields) -> int | None:
    """Decimals of the benchmark in yuan; null or absent: not rounded."""
    return fields.optional_integer("decimals", least=0, most=DECIMALS_MAX)


KINDS: Mapping[str, Callable[[Fields], Benchmark]] = MappingProxyType(
    {"reference": _parse_reference, "mean": _parse_mean, "lowest": _parse_lowest}
)
