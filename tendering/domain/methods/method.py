"""What an evaluation method is, and how it is read from its JSON definition.

Format `kaibiao/method/v1`; numbers that are not counts are decimal texts ("0.5").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from crypto.canonical import JsonValue, digest
from tendering.domain.fields import Fields
from tendering.domain.methods.benchmarks import Benchmark, parse_benchmark
from tendering.domain.methods.curves import Curve, parse_curve
from tendering.domain.methods.rounding import DECIMALS_MAX, MODES
from tendering.domain.refusals import MethodInvalid

FORMAT: Final = "kaibiao/method/v1"
SECTIONS: Final = ("technical", "business")
KINDS: Final = ("subjective", "objective")
# Whose prices make the benchmark; which of them those are, the caller says.
ENTRANTS: Final = ("opened", "preliminarily_valid", "valid")
BASES: Final = ("bid_price", "without_provisional_sums")
TIES: Final = ("price_low", "technical_high", "business_high", "procuring_entity", "draw", "equal")
CRITERIA_MAX: Final = 200
POINTS_MAX: Final = "1000"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One factor the members judge. An objective one has the same points from every member."""

    id: str
    title: str
    section: str
    kind: str
    max_points: Decimal
    decimals: int
    weight: Decimal


@dataclass(frozen=True, slots=True)
class PriceMethod:
    """How a price becomes points. `benchmark_frozen`: a later rejection does not move it."""

    max_points: Decimal
    weight: Decimal
    base: str
    entrants: str
    benchmark_frozen: bool
    policy_deductions: bool
    benchmark: Benchmark
    curve: Curve
    decimals: int


@dataclass(frozen=True, slots=True)
class Method:
    """A whole evaluation method. `source` is the definition it was read from, for its digest."""

    id: str
    version: str
    title: str
    rounding: str
    criteria: tuple[Criterion, ...]
    price: PriceMethod
    member_decimals: int | None
    drop_highest: int
    drop_lowest: int
    drop_from_members: int
    section_decimals: int | None
    total_decimals: int
    ties: tuple[str, ...]
    source: Mapping[str, JsonValue]

    def criterion(self, criterion_id: str) -> Criterion | None:
        """The criterion with this id."""
        return next((one for one in self.criteria if one.id == criterion_id), None)

    def digest(self) -> bytes:
        """SHA-256 of the definition, 32 bytes: what results refer to."""
        return digest(FORMAT, self.source)

    def max_total(self) -> Fraction:
        """The most a bid can reach, weights included."""
        criteria = sum(Fraction(one.max_points * one.weight) for one in self.criteria)
        return criteria + Fraction(self.price.max_points * self.price.weight)


def parse_method(value: Mapping[str, JsonValue]) -> Method:
    """Read a method. Raises MethodInvalid for unknown members and whatever does not hold."""
    fields = Fields(value, "method", MethodInvalid)
    fields.choice("format", (FORMAT,))
    members = fields.fields("members")
    totals = fields.fields("totals")
    method = Method(
        id=fields.text("id"),
        version=fields.text("version"),
        title=fields.text("title"),
        rounding=fields.choice("rounding", tuple(MODES)),
        criteria=tuple(_criterion(entry) for entry in fields.each("criteria", most=CRITERIA_MAX)),
        price=_price(fields.fields("price")),
        member_decimals=members.optional_integer("decimals", least=0, most=DECIMALS_MAX),
        drop_highest=members.integer("drop_highest", least=0, most=3, default=0),
        drop_lowest=members.integer("drop_lowest", least=0, most=3, default=0),
        drop_from_members=members.integer("drop_from_members", least=1, most=99, default=5),
        section_decimals=totals.optional_integer("section_decimals", least=0, most=DECIMALS_MAX),
        total_decimals=totals.integer("decimals", least=0, most=DECIMALS_MAX),
        ties=totals.texts("ties", most=len(TIES)),
        source=value,
    )
    members.choice("combine", ("mean",), default="mean")
    for part in (members, totals, fields):
        part.done()
    _require_coherent(method)
    return method


def _criterion(fields: Fields) -> Criterion:
    criterion = Criterion(
        id=fields.text("id"),
        title=fields.text("title"),
        section=fields.choice("section", SECTIONS),
        kind=fields.choice("kind", KINDS),
        max_points=fields.decimal("max_points", least="0.01", most=POINTS_MAX),
        decimals=fields.integer("decimals", least=0, most=4, default=2),
        weight=fields.decimal("weight", least="0", most="1", default="1"),
    )
    fields.done()
    return criterion


def _price(fields: Fields) -> PriceMethod:
    price = PriceMethod(
        max_points=fields.decimal("max_points", least="0.01", most=POINTS_MAX),
        weight=fields.decimal("weight", least="0", most="1", default="1"),
        base=fields.choice("base", BASES, default="bid_price"),
        entrants=fields.choice("entrants", ENTRANTS, default="valid"),
        benchmark_frozen=fields.flag("benchmark_frozen", default=True),
        policy_deductions=fields.flag("policy_deductions", default=False),
        benchmark=parse_benchmark(fields.fields("benchmark")),
        curve=parse_curve(fields.fields("curve")),
        decimals=fields.integer("decimals", least=0, most=DECIMALS_MAX),
    )
    fields.done()
    return price


def _require_coherent(method: Method) -> None:
    ids = [criterion.id for criterion in method.criteria]
    if len(set(ids)) != len(ids):
        raise MethodInvalid("two criteria share an id", where="method.criteria")
    unknown = [tie for tie in method.ties if tie not in TIES]
    if unknown or len(set(method.ties)) != len(method.ties):
        raise MethodInvalid("ties: unknown or repeated", where="method.totals.ties")
    if method.drop_highest + method.drop_lowest >= method.drop_from_members:
        raise MethodInvalid("no member's points would be left", where="method.members")
