"""Benchmark prices (评标基准价): what the prices are measured against, as a definition has them.

A family is one entry of `KINDS` with its parser here and its computing in `benchmark_prices`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final, TypeAlias

from tendering.domain.fields import Fields
from tendering.domain.methods.choices import Choice, Drawable
from tendering.domain.methods.floats import Drawn, Float, parse_float
from tendering.domain.methods.rounding import DECIMALS_MAX
from tendering.domain.refusals.rules import MethodInvalid

TRIMMING_MAX: Final = 20
BIDS_MAX: Final = 10_000
TERMS_MAX: Final = 5
CHOICES_MAX: Final = 20
PARTS_MAX: Final = 20
PRICE_FEN_MAX: Final = 10**15
NONE_LEFT: Final = ("refuse", "use_all")


@dataclass(frozen=True, slots=True)
class Trimming:
    """With at least so many prices, so many highest and lowest are left out of the mean."""

    bids_min: int
    highest: int
    lowest: int


@dataclass(frozen=True, slots=True)
class Outside:
    """Prices more than so many percent above or below the mean of all are left out first.

    `none_left`: what happens when no price is left: `refuse`, or `use_all` of them after all.
    """

    above_percent: Decimal | None
    below_percent: Decimal | None
    none_left: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A price fixed beforehand (M1), or the ceiling price, lowered by K percent.

    `kept`: parts of the ceiling price that K does not lower, as provisional sums are not.
    """

    price_fen: int | None
    kept: tuple[str, ...]
    float: Float
    decimals: int | None


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of the prices (M2), of those not outside, trimmed (M3), lowered by K percent."""

    outside: Outside | None
    trimming: tuple[Trimming, ...]
    mean_decimals: int | None
    float: Float
    decimals: int | None


@dataclass(frozen=True, slots=True)
class Lowest:
    """The lowest price (M5; 《政府采购货物和服务招标投标管理办法》第五十五条)."""

    decimals: int | None


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a weighted benchmark: a share, between 0 and 1, of another benchmark."""

    share: Decimal
    of: "Reference | Mean | Lowest"


@dataclass(frozen=True, slots=True)
class Weighted:
    """A weighted sum of benchmarks (M4): mean and ceiling price, mean and lowest price."""

    terms: tuple[Term, ...]
    float: Float
    decimals: int | None


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several benchmarks, drawn after the bids are opened; `choice` has their titles."""

    choice: Choice
    among: tuple["Reference | Mean | Lowest | Weighted", ...]


Simple: TypeAlias = Reference | Mean | Lowest
Settled: TypeAlias = Simple | Weighted
Benchmark: TypeAlias = Settled | OneOf


def parse_benchmark(fields: Fields) -> Benchmark:
    """Read the benchmark of a method by its `kind`. Raises MethodInvalid."""
    benchmark = KINDS[fields.choice("kind", tuple(KINDS))](fields)
    fields.done()
    return benchmark


def parts_of(benchmark: Benchmark) -> tuple[Simple, ...]:
    """The benchmark itself, those of which it is the weighted sum, or those of all choices."""
    if isinstance(benchmark, OneOf):
        return tuple(part for one in benchmark.among for part in parts_of(one))
    if isinstance(benchmark, Weighted):
        return tuple(term.of for term in benchmark.terms)
    return (benchmark,)


def drawn_in(benchmark: Benchmark) -> tuple[Drawable, ...]:
    """What is drawn for the benchmark: itself out of several, and every K."""
    if isinstance(benchmark, OneOf):
        inner = [drawn for one in benchmark.among for drawn in drawn_in(one)]
        return (benchmark.choice, *dict.fromkeys(inner))
    floats = [one.float for one in (benchmark, *parts_of(benchmark)) if not isinstance(one, Lowest)]
    return tuple(dict.fromkeys(one for one in floats if isinstance(one, Drawn)))


def needs_ceiling(benchmark: Benchmark) -> bool:
    """Does the benchmark follow from the ceiling price?"""
    return any(isinstance(one, Reference) and one.price_fen is None for one in parts_of(benchmark))


def _parse_reference(fields: Fields) -> Reference:
    reference = Reference(
        price_fen=fields.optional_integer("price_fen", least=1, most=PRICE_FEN_MAX),
        kept=fields.texts("kept", most=PARTS_MAX, default=()),
        float=parse_float(fields),
        decimals=_decimals(fields, "decimals"),
    )
    if reference.kept and reference.price_fen is not None:
        raise fields.wrong("kept", "only the ceiling price has parts")
    return reference


def _parse_mean(fields: Fields) -> Mean:
    rows = tuple(_trimming(row) for row in fields.each("trimming", most=TRIMMING_MAX))
    if len({row.bids_min for row in rows}) != len(rows):
        raise fields.wrong("trimming", "two rows begin with the same number of bids")
    outside = fields.optional_fields("outside")
    return Mean(
        outside=None if outside is None else _outside(outside),
        trimming=rows,
        mean_decimals=_decimals(fields, "mean_decimals"),
        float=parse_float(fields),
        decimals=_decimals(fields, "decimals"),
    )


def _outside(fields: Fields) -> Outside:
    outside = Outside(
        above_percent=fields.optional_decimal("above_percent", least="0", most="1000"),
        below_percent=fields.optional_decimal("below_percent", least="0", most="100"),
        none_left=fields.choice("none_left", NONE_LEFT, default="refuse"),
    )
    fields.done()
    if outside.above_percent is None and outside.below_percent is None:
        raise fields.wrong("above_percent", "neither side has a limit")
    return outside


def _trimming(fields: Fields) -> Trimming:
    row = Trimming(
        bids_min=fields.integer("bids_min", least=1, most=BIDS_MAX),
        highest=fields.integer("highest", least=0, most=BIDS_MAX),
        lowest=fields.integer("lowest", least=0, most=BIDS_MAX),
    )
    fields.done()
    if row.highest + row.lowest >= row.bids_min:
        raise MethodInvalid(f"{fields.where}: trimming would leave no price", where=fields.where)
    return row


def _parse_lowest(fields: Fields) -> Lowest:
    return Lowest(decimals=_decimals(fields, "decimals"))


def _parse_weighted(fields: Fields) -> Weighted:
    terms = tuple(_term(term) for term in fields.each("terms", most=TERMS_MAX))
    if sum(term.share for term in terms) != 1:
        raise fields.wrong("terms", "the shares do not add up to 1")
    return Weighted(terms, parse_float(fields), _decimals(fields, "decimals"))


def _term(fields: Fields) -> Term:
    share = fields.decimal("share", least="0", most="1")
    inner = fields.fields("of")
    of = parse_benchmark(inner)
    fields.done()
    if isinstance(of, Weighted | OneOf):
        raise inner.wrong("kind", "a weighted benchmark has no weighted or drawn terms")
    return Term(share, of)


def _parse_one_of(fields: Fields) -> OneOf:
    own_id, titles, among = fields.text("id"), [], []
    for entry in fields.each("among", most=CHOICES_MAX):
        titles.append(entry.text("title"))
        inner = entry.fields("of")
        of = parse_benchmark(inner)
        entry.done()
        if isinstance(of, OneOf):
            raise inner.wrong("kind", "a benchmark is drawn once")
        among.append(of)
    if len(among) < 2 or len(set(titles)) != len(titles):  # noqa: PLR2004
        raise fields.wrong("among", "at least two, each with a title of its own")
    return OneOf(Choice(own_id, tuple(titles)), tuple(among))


def _decimals(fields: Fields, key: str) -> int | None:
    """Decimals of a step in yuan; null or absent: not rounded."""
    return fields.optional_integer(key, least=0, most=DECIMALS_MAX)


KINDS: Mapping[str, Callable[[Fields], Benchmark]] = MappingProxyType(
    {
        "reference": _parse_reference,
        "mean": _parse_mean,
        "lowest": _parse_lowest,
        "weighted": _parse_weighted,
        "drawn": _parse_one_of,
    }
)
