"""The price part of a method as a definition has it: which price counts, and how it is scored."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from tendering.domain.fields import Fields
from tendering.domain.methods import benchmarks, curves
from tendering.domain.methods.benchmarks import Benchmark, Reference, parse_benchmark, parts_of
from tendering.domain.methods.curves import Curve, parse_curve
from tendering.domain.methods.rounding import DECIMALS_MAX

# Whose prices make the benchmark: all opened, those past the preliminary review, those valid.
ENTRANTS: Final = ("opened", "preliminarily_valid", "valid")
# What a policy is for: the law limits its rate by this.
POLICY_KINDS: Final = ("small_enterprise", "domestic_product", "other")
# How several policies of one bid add up: 20 % and 6 % are 26 %, 20 %, or 24.8 %.
COMBINED: Final = ("sum", "largest", "successive")
POINTS_MAX: Final = "1000"
LINES_MAX: Final = 50
POLICIES_MAX: Final = 10
ADJUSTMENTS_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Policy:
    """A preference: the price of a bid that has it counts as so many percent less."""

    id: str
    title: str
    kind: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class PriceAdjustment:
    """A price adjustment by a quantity (12号令 第三十一条): so much more, below zero less, a unit.

    Either `fen` or `percent` of the corrected price. A quantity beyond `least` and `most` is
    refused: the tender documents say what is acceptable.
    """

    id: str
    title: str
    unit: str
    fen: int | None
    percent: Decimal | None
    least: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class EvaluatedPrice:
    """How the price that is compared (评审价格) follows from the one that is offered.

    (price − excluded parts + adjustments) × (1 − policies), rounded to `decimals` of a yuan.
    """

    excluded: tuple[str, ...]
    policies: tuple[Policy, ...]
    combined: str
    adjustments: tuple[PriceAdjustment, ...]
    decimals: int | None


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One price that is scored on its own. A bid with one price has one line, `price`."""

    id: str
    title: str
    max_points: Decimal
    weight: Decimal
    benchmark: Benchmark
    curve: Curve
    decimals: int


@dataclass(frozen=True, slots=True)
class PriceMethod:
    """How prices become points. `benchmark_frozen`: a later rejection does not move it.

    Several lines (M10): the price points are the sum of each line's points times its weight.
    """

    max_points: Decimal
    weight: Decimal
    entrants: str
    benchmark_frozen: bool
    evaluated: EvaluatedPrice
    lines: tuple[PriceLine, ...]
    decimals: int

    @property
    def by_line(self) -> bool:
        """Does a bid have a price for each line instead of one?"""
        return self.lines[0].id != "price"

    @property
    def needs_ceiling(self) -> bool:
        """Does the result follow from the ceiling price?"""
        return any(
            benchmarks.needs_ceiling(line.benchmark) or curves.needs_ceiling(line.curve)
            for line in self.lines
        )


def parse_evaluated(fields: Fields) -> EvaluatedPrice:
    """Read which price is compared. Raises MethodInvalid."""
    policies = tuple(_policy(one) for one in fields.each("policies", most=POLICIES_MAX))
    # With several policies their combination changes results, so it has no default.
    default = "sum" if len(policies) <= 1 else None
    evaluated = EvaluatedPrice(
        excluded=fields.texts("excluded", most=benchmarks.PARTS_MAX, default=()),
        policies=policies,
        combined=fields.choice("policies_combined", COMBINED, default=default),
        adjustments=tuple(
            _adjustment(one) for one in fields.each("adjustments", most=ADJUSTMENTS_MAX)
        ),
        decimals=fields.optional_integer("price_decimals", least=0, most=DECIMALS_MAX),
    )
    _require_distinct(fields, "policies", [one.id for one in policies])
    _require_distinct(fields, "adjustments", [one.id for one in evaluated.adjustments])
    _require_distinct(fields, "excluded", evaluated.excluded)
    if evaluated.combined == "sum" and sum(one.percent for one in policies) >= 100:  # noqa: PLR2004
        raise fields.wrong("policies", "together they would leave nothing of the price")
    return evaluated


def parse_price(fields: Fields) -> PriceMethod:
    """Read the price part of a scoring method. Raises MethodInvalid."""
    price = PriceMethod(
        max_points=fields.decimal("max_points", least="0.01", most=POINTS_MAX),
        weight=fields.decimal("weight", least="0", most="1", default="1"),
        entrants=fields.choice("entrants", ENTRANTS, default="valid"),
        benchmark_frozen=fields.flag("benchmark_frozen", default=True),
        evaluated=parse_evaluated(fields),
        lines=(),
        decimals=fields.integer("decimals", least=0, most=DECIMALS_MAX),
    )
    if "lines" in fields:
        lines = tuple(_line(one) for one in fields.each("lines", most=LINES_MAX))
        _require_lines_coherent(fields, price, lines)
    else:
        fields.each("lines", most=0)
        lines = (
            PriceLine(
                id="price",
                title="投标报价",
                max_points=price.max_points,
                weight=Decimal(1),
                benchmark=parse_benchmark(fields.fields("benchmark")),
                curve=parse_curve(fields.fields("curve"), full=price.max_points),
                decimals=price.decimals,
            ),
        )
        _require_parts_coherent(fields, price.evaluated, lines[0].benchmark)
    fields.done()
    return PriceMethod(
        price.max_points,
        price.weight,
        price.entrants,
        price.benchmark_frozen,
        price.evaluated,
        lines,
        price.decimals,
    )


def _line(fields: Fields) -> PriceLine:
    full = fields.decimal("max_points", least="0.01", most=POINTS_MAX)
    line = PriceLine(
        id=fields.text("id"),
        title=fields.text("title"),
        max_points=full,
        weight=fields.decimal("weight", least="0", most="1", default="1"),
        benchmark=parse_benchmark(fields.fields("benchmark")),
        curve=parse_curve(fields.fields("curve"), full=full),
        decimals=fields.integer("decimals", least=0, most=DECIMALS_MAX),
    )
    fields.done()
    if line.id == "price":
        raise fields.wrong("id", "price is the name of the one line of a single price")
    if benchmarks.needs_ceiling(line.benchmark) or curves.needs_ceiling(line.curve):
        raise fields.wrong("benchmark", "a line has no ceiling price; give price_fen")
    return line


def _policy(fields: Fields) -> Policy:
    policy = Policy(
        id=fields.text("id"),
        title=fields.text("title"),
        kind=fields.choice("kind", POLICY_KINDS),
        percent=fields.decimal("percent", least="0", most="99.99"),
    )
    fields.done()
    return policy


def _adjustment(fields: Fields) -> PriceAdjustment:
    adjustment = PriceAdjustment(
        id=fields.text("id"),
        title=fields.text("title"),
        unit=fields.text("unit"),
        fen=fields.optional_integer(
            "fen", least=-benchmarks.PRICE_FEN_MAX, most=benchmarks.PRICE_FEN_MAX
        ),
        percent=fields.optional_decimal("percent", least="-100", most="1000"),
        least=fields.decimal("from", least="-1000000", most="1000000"),
        most=fields.decimal("to", least="-1000000", most="1000000"),
    )
    fields.done()
    if (adjustment.fen is None) is (adjustment.percent is None):
        raise fields.wrong("fen", "a unit costs either fen or percent")
    if adjustment.least > adjustment.most:
        raise fields.wrong("to", "lies below from")
    return adjustment


def _require_lines_coherent(fields: Fields, price: PriceMethod, lines: Sequence[PriceLine]) -> None:
    _require_distinct(fields, "lines", [line.id for line in lines])
    total = sum(Fraction(line.max_points) * Fraction(line.weight) for line in lines)
    if total != price.max_points:
        raise fields.wrong("max_points", "is not the sum of the lines' points times their weights")
    if price.evaluated.excluded or price.evaluated.adjustments:
        key = "excluded" if price.evaluated.excluded else "adjustments"
        raise fields.wrong(key, "belongs to the one price; a method by lines has several")


def _require_parts_coherent(
    fields: Fields, evaluated: EvaluatedPrice, benchmark: Benchmark
) -> None:
    for part in parts_of(benchmark):
        both = set(evaluated.excluded) & set(part.kept) if isinstance(part, Reference) else set()
        if both:
            name = min(both)
            raise fields.wrong("excluded", f"{name} is left out here and kept in the benchmark")


def _require_distinct(fields: Fields, key: str, ids: Sequence[str]) -> None:
    if len(set(ids)) != len(ids):
        raise fields.wrong(key, "one id is there twice")
