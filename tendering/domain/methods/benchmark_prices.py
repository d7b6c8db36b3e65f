"""Computing the benchmark from the prices that enter it, with every step in words.

Prices come in as exact yuan; between the decimals the definition declares nothing is rounded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from math import lcm
from types import MappingProxyType
from typing import Final, assert_never

from tendering.domain.methods.benchmarks import (
    Benchmark,
    Lowest,
    Mean,
    OneOf,
    Outside,
    Reference,
    Simple,
    Trimming,
    Weighted,
)
from tendering.domain.methods.choices import number_of
from tendering.domain.methods.floats import Drawn, Fixed, Float, percent_of
from tendering.domain.methods.rounding import step
from tendering.domain.methods.words import NOTHING_SAID, Words, number, yuan
from tendering.domain.refusals.rules import MethodInvalid

NO_PARTS: Final[Mapping[str, int]] = MappingProxyType({})
NOT_DRAWN: Final[Mapping[str, Decimal]] = MappingProxyType({})
NO_TRIMMING: Final = Trimming(0, 0, 0)


@dataclass(frozen=True, slots=True)
class LotFacts:
    """What of the lot a method may ask for besides the bids.

    `ceiling_parts_fen`: named parts of the ceiling price, as provisional sums. `left_out`: those
    of them that the prices are compared without. `drawn`: by its id each drawn K in percent, and
    the number of a benchmark that was drawn.
    """

    ceiling_fen: int | None = None
    ceiling_parts_fen: Mapping[str, int] = field(default_factory=lambda: NO_PARTS)
    left_out: tuple[str, ...] = ()
    drawn: Mapping[str, Decimal] = field(default_factory=lambda: NOT_DRAWN)


@dataclass(frozen=True, slots=True)
class BenchmarkResult:
    """The benchmark in yuan: exact (as it goes on), shown, and how it came about.

    `used` and `left_out` are bid ids, in the order of their prices.
    """

    exact: Fraction
    yuan: Decimal
    used: tuple[str, ...]
    left_out: tuple[str, ...]
    words: Words

    @property
    def explanation_zh(self) -> str:
        """How it came about, in Chinese."""
        return self.words.zh

    @property
    def explanation_en(self) -> str:
        """How it came about, in English."""
        return self.words.en


def benchmark_of(
    benchmark: Benchmark, prices: Mapping[str, Fraction], lot: LotFacts, *, rounding: str
) -> BenchmarkResult:
    """Work out the benchmark from the prices that enter it (yuan, by bid id).

    Raises MethodInvalid when no price enters it, when it asks for a ceiling price, a part or
    something drawn that is not there, and when it does not come to more than zero.
    """
    if isinstance(benchmark, OneOf):
        return _chosen(benchmark, prices, lot, rounding)
    whole, _ = _whole(prices)
    ordered = sorted(sorted(prices), key=whole.__getitem__)
    if isinstance(benchmark, Weighted):
        result = _weighted(benchmark, ordered, prices, lot, rounding)
    else:
        result = _simple(benchmark, ordered, prices, lot, rounding)
    if result.exact <= 0:
        where = "method.price.benchmark"
        raise MethodInvalid(f"{where}: the benchmark is not above zero", where=where)
    return result


def ceiling_yuan(lot: LotFacts) -> Fraction:
    """The ceiling price the prices are compared with, in yuan. Raises MethodInvalid."""
    if lot.ceiling_fen is None:
        raise MethodInvalid("ceiling_fen: the tender has no ceiling price", where="ceiling_fen")
    without = sum(_part(lot, name) for name in lot.left_out)
    return Fraction(lot.ceiling_fen - without, 100)


def _chosen(
    benchmark: OneOf, prices: Mapping[str, Fraction], lot: LotFacts, rounding: str
) -> BenchmarkResult:
    choice = benchmark.choice
    number = number_of(choice, lot.drawn)
    title = choice.titles[number - 1]
    result = benchmark_of(benchmark.among[number - 1], prices, lot, rounding=rounding)
    words = Words(
        f"抽取的{choice.id}为{number}（{title}）：{result.words.zh}",
        f"{choice.id} {number}, drawn ({title}): {result.words.en}",
    )
    return replace(result, words=words)


def _simple(
    benchmark: Simple,
    ordered: list[str],
    prices: Mapping[str, Fraction],
    lot: LotFacts,
    rounding: str,
) -> BenchmarkResult:
    if isinstance(benchmark, Reference):
        return _reference(benchmark, ordered, lot, rounding)
    if not ordered:
        raise MethodInvalid("bids: no price enters the benchmark", where="bids")
    if isinstance(benchmark, Mean):
        return _mean(benchmark, ordered, prices, lot, rounding)
    if isinstance(benchmark, Lowest):
        exact, shown = step(prices[ordered[0]], benchmark.decimals, rounding)
        words = Words(
            f"评标基准价为最低评审价格{shown}元。",
            f"The benchmark is the lowest price, {shown} yuan.",
        )
        return BenchmarkResult(exact, shown, (ordered[0],), tuple(ordered[1:]), words)
    assert_never(benchmark)


def _reference(
    benchmark: Reference, ordered: list[str], lot: LotFacts, rounding: str
) -> BenchmarkResult:
    percent = percent_of(benchmark.float, lot.drawn)
    kept = Fraction(sum(_part(lot, name) for name in benchmark.kept), 100)
    if benchmark.price_fen is None:
        given, zh, en = ceiling_yuan(lot), "最高投标限价", "ceiling price"
    else:
        given, zh, en = Fraction(benchmark.price_fen, 100), "给定基准", "given price"
    exact, shown = step((given - kept) * _share(percent) + kept, benchmark.decimals, rounding)
    zh, en = f"{zh}{yuan(given)}", f"{en} {yuan(given)}"
    if kept:
        zh, en = f"（{zh}－{yuan(kept)}）", f"({en} − {yuan(kept)})"
    and_kept = Words(f"＋{yuan(kept)}", f" + {yuan(kept)}") if kept else NOTHING_SAID
    by = _by(benchmark.float, percent)
    words = Words(
        f"评标基准价＝{zh}{by.zh}{and_kept.zh}＝{shown}元。",
        f"Benchmark = {en}{by.en}{and_kept.en} = {shown} yuan.",
    )
    return BenchmarkResult(exact, shown, (), tuple(ordered), words)


def _mean(
    benchmark: Mean,
    ordered: list[str],
    prices: Mapping[str, Fraction],
    lot: LotFacts,
    rounding: str,
) -> BenchmarkResult:
    within, said = _within(benchmark.outside, ordered, prices)
    rows = [row for row in benchmark.trimming if row.bids_min <= len(within)]
    trimming = max(rows, key=lambda row: row.bids_min, default=NO_TRIMMING)
    used = within[trimming.lowest : len(within) - trimming.highest]
    percent = percent_of(benchmark.float, lot.drawn)
    mean, mean_shown = step(
        _mean_of({bid: prices[bid] for bid in used}),
        benchmark.mean_decimals,
        rounding,
    )
    exact, shown = step(mean * _share(percent), benchmark.decimals, rounding)
    by = _by(benchmark.float, percent)
    trimmed = NOTHING_SAID
    if trimming.highest + trimming.lowest:
        trimmed = Words(
            f"去掉{trimming.highest}个最高、{trimming.lowest}个最低后",
            f" without the {trimming.highest} highest and {trimming.lowest} lowest",
        )
    words = Words(
        f"{said.zh}{len(within)}家报价{trimmed.zh}的算术平均值{mean_shown}元{by.zh}＝{shown}元。",
        f"{said.en}Mean of {len(within)} prices{trimmed.en}, {mean_shown}{by.en} = {shown} yuan.",
    )
    return BenchmarkResult(exact, shown, tuple(used), _others(ordered, used), words)


def _within(
    outside: Outside | None, ordered: list[str], prices: Mapping[str, Fraction]
) -> tuple[list[str], Words]:
    """The prices not outside, and what to say of it. Raises MethodInvalid when none is left."""
    if outside is None:
        return ordered, NOTHING_SAID
    mean = _mean_of(prices)
    most = (
        None if outside.above_percent is None else mean * _share(-Fraction(outside.above_percent))
    )
    least = (
        None if outside.below_percent is None else mean * _share(Fraction(outside.below_percent))
    )
    within = [
        bid
        for bid in ordered
        if (most is None or prices[bid] <= most) and (least is None or prices[bid] >= least)
    ]
    limits = (
        f"{'' if least is None else yuan(least)}～{'' if most is None else yuan(most)}",
        f"{'' if least is None else yuan(least)} to {'' if most is None else yuan(most)}",
    )
    if within:
        return within, Words(
            f"全部{len(ordered)}家平均值{yuan(mean)}元，范围{limits[0]}以外的报价不参与；",
            f"Mean of all {len(ordered)} is {yuan(mean)}; those outside {limits[1]} are left out. ",
        )
    if outside.none_left == "refuse":
        raise MethodInvalid(
            f"bids: every price lies outside {limits[1]}: none is left for the benchmark",
            where="bids",
        )
    return ordered, Words(
        f"报价均在范围{limits[0]}以外，全部参与；",
        f"All prices lie outside {limits[1]}: all count. ",
    )


def _weighted(
    benchmark: Weighted,
    ordered: list[str],
    prices: Mapping[str, Fraction],
    lot: LotFacts,
    rounding: str,
) -> BenchmarkResult:
    parts = [_simple(term.of, ordered, prices, lot, rounding) for term in benchmark.terms]
    pairs = list(zip(benchmark.terms, parts, strict=True))
    total = sum((Fraction(term.share) * part.exact for term, part in pairs), Fraction(0))
    percent = percent_of(benchmark.float, lot.drawn)
    exact, shown = step(total * _share(percent), benchmark.decimals, rounding)
    chosen = {bid for part in parts for bid in part.used}
    used = [bid for bid in ordered if bid in chosen]
    by = _by(benchmark.float, percent)
    sums = tuple(
        plus.join(f"{term.share}×{part.yuan}" for term, part in pairs) for plus in ("＋", " + ")
    )
    words = Words(
        "".join(f"（{n}）{part.words.zh}" for n, part in enumerate(parts, start=1))
        + f"评标基准价＝（{sums[0]}）{by.zh}＝{shown}元。",
        " ".join(f"({n}) {part.words.en}" for n, part in enumerate(parts, start=1))
        + f" Benchmark = ({sums[1]}){by.en} = {shown} yuan.",
    )
    return BenchmarkResult(exact, shown, tuple(used), _others(ordered, used), words)


def _whole(prices: Mapping[str, Fraction]) -> tuple[dict[str, int], int]:
    """The prices as whole numbers of 1 ÷ unit yuan, and the unit: integers sort and add quickly."""
    unit = lcm(*{price.denominator for price in prices.values()})
    whole = {bid: price.numerator * (unit // price.denominator) for bid, price in prices.items()}
    return whole, unit


def _mean_of(prices: Mapping[str, Fraction]) -> Fraction:
    whole, unit = _whole(prices)
    return Fraction(sum(whole.values()), unit * len(whole))


def _others(ordered: list[str], used: list[str]) -> tuple[str, ...]:
    chosen = set(used)
    return tuple(bid for bid in ordered if bid not in chosen)


def _share(percent: Fraction) -> Fraction:
    """What is left of 1 when it is lowered by so many percent."""
    return 1 - percent / 100


def _by(terms: Float, percent: Fraction) -> Words:
    """× (1 − K%), and whether K was drawn."""
    if isinstance(terms, Fixed) and not percent:
        return NOTHING_SAID
    shown = number(percent)
    if isinstance(terms, Drawn):
        return Words(f"×（1－抽取的{terms.id}{shown}%）", f" × (1 − {terms.id} {shown}%, drawn)")
    return Words(f"×（1－{shown}%）", f" × (1 − {shown}%)")


def _part(lot: LotFacts, name: str) -> int:
    if name not in lot.ceiling_parts_fen:
        where = f"ceiling_parts_fen.{name}"
        raise MethodInvalid(f"{where}: the method asks for this part of the ceiling", where=where)
    return lot.ceiling_parts_fen[name]
