"""What an evaluation method is, and how it is read from its JSON definition.

Format `kaibiao/method/v1`, docs/specs/method-v1.md; numbers that are not counts are decimal texts
("0.5").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from crypto.canonical import JsonValue, digest
from tendering.domain.fields import Fields
from tendering.domain.methods.benchmarks import drawn_in
from tendering.domain.methods.choices import Drawable
from tendering.domain.methods.price_terms import (
    POINTS_MAX,
    EvaluatedPrice,
    PriceMethod,
    parse_evaluated,
    parse_price,
)
from tendering.domain.methods.rounding import DECIMALS_MAX, MODES
from tendering.domain.refusals.rules import MethodInvalid

FORMAT: Final = "kaibiao/method/v1"
# Points are added (综合评估法, 综合评分法), or the lowest evaluated price wins
# (经评审的最低投标价法, 最低评标价法).
RANKED_BY: Final = ("points", "lowest_price")
REGIMES: Final = ("construction", "government_procurement")
OBJECTS: Final = ("goods", "services", "works")
SECTIONS: Final = ("technical", "business")
KINDS: Final = ("subjective", "objective")
TIES: Final = ("price_low", "technical_high", "business_high", "procuring_entity", "draw", "equal")
# Whatever stands behind one of these is never asked.
LAST_TIES: Final = ("procuring_entity", "draw", "equal")
PERCENT_MAX: Final = "100"
CRITERIA_MAX: Final = 200


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
class LowPriceRates:
    """The rates, in percent, below which a price is asked about; see `low_prices`."""

    mean_percent: Decimal
    second_percent: Decimal
    ceiling_percent: Decimal


@dataclass(frozen=True, slots=True)
class Method:
    """A whole evaluation method. `source` is the definition it was read from, for its digest.

    `scored` is None where the lowest evaluated price wins; `evaluated` says in both kinds which
    price counts. `brand_ties`: how one bid of several of the same brand is chosen; None: the
    brand does not matter.
    """

    id: str
    version: str
    title: str
    regime: str | None
    object: str | None
    ranked_by: str
    rounding: str
    criteria: tuple[Criterion, ...]
    evaluated: EvaluatedPrice
    scored: PriceMethod | None
    member_decimals: int | None
    drop_highest: int
    drop_lowest: int
    drop_from_members: int
    section_decimals: int | None
    total_decimals: int
    ties: tuple[str, ...]
    brand_ties: tuple[str, ...] | None
    low_price: LowPriceRates | None
    source: Mapping[str, JsonValue]

    @property
    def price(self) -> PriceMethod:
        """The price part of a scoring method. Raises MethodInvalid where points play no part."""
        if self.scored is None:
            raise MethodInvalid("method.ranked_by: it gives no points", where="method.ranked_by")
        return self.scored

    @property
    def drawn(self) -> tuple[Drawable, ...]:
        """What is drawn after the opening: every K, and benchmarks out of several."""
        lines = () if self.scored is None else self.scored.lines
        return tuple(dict.fromkeys(one for line in lines for one in drawn_in(line.benchmark)))

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


def definition_digest(definition: Mapping[str, JsonValue]) -> str | None:
    """The digest of a definition in lower hex, as a notice says it; None where there is none."""
    return digest(FORMAT, definition).hex() if definition else None


def parse_method(value: Mapping[str, JsonValue]) -> Method:
    """Read a method. Raises MethodInvalid for unknown members and whatever does not hold."""
    fields = Fields(value, "method", MethodInvalid)
    fields.choice("format", (FORMAT,))
    ranked_by = fields.choice("ranked_by", RANKED_BY, default="points")
    by_points = ranked_by == "points"
    totals = fields.fields("totals")
    members = fields.optional_fields("members") or Fields({}, "method.members", MethodInvalid)
    price = fields.fields("price")
    scored = parse_price(price) if by_points else None
    method = Method(
        id=fields.text("id"),
        version=fields.text("version"),
        title=fields.text("title"),
        regime=fields.optional_choice("regime", REGIMES),
        object=fields.optional_choice("object", OBJECTS),
        ranked_by=ranked_by,
        rounding=fields.choice("rounding", tuple(MODES)),
        criteria=tuple(_criterion(entry) for entry in fields.each("criteria", most=CRITERIA_MAX)),
        evaluated=parse_evaluated(price) if scored is None else scored.evaluated,
        scored=scored,
        member_decimals=members.optional_integer("decimals", least=0, most=DECIMALS_MAX),
        drop_highest=members.integer("drop_highest", least=0, most=3, default=0),
        drop_lowest=members.integer("drop_lowest", least=0, most=3, default=0),
        drop_from_members=members.integer("drop_from_members", least=1, most=99, default=5),
        section_decimals=totals.optional_integer("section_decimals", least=0, most=DECIMALS_MAX)
        if by_points
        else None,
        total_decimals=totals.integer("decimals", least=0, most=DECIMALS_MAX) if by_points else 0,
        ties=_ties(totals),
        brand_ties=_brand_ties(fields),
        low_price=_low_price(fields),
        source=value,
    )
    members.choice("combine", ("mean",), default="mean")
    for part in (members, totals, price, fields):
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


def _ties(fields: Fields) -> tuple[str, ...]:
    ties = fields.texts("ties", most=len(TIES))
    if any(tie not in TIES for tie in ties) or len(set(ties)) != len(ties):
        raise fields.wrong("ties", f"each at most once of {', '.join(TIES)} is expected")
    if any(tie in LAST_TIES for tie in ties[:-1]):
        raise fields.wrong("ties", f"nothing can follow {', '.join(LAST_TIES)}")
    return ties


def _brand_ties(fields: Fields) -> tuple[str, ...] | None:
    own = fields.optional_fields("same_brand")
    if own is None:
        return None
    ties = _ties(own)
    own.done()
    if not ties or ties[-1] not in ("procuring_entity", "draw"):
        # 87号令 第三十一条: one of the same brand goes forward, so a tie cannot stay.
        raise own.wrong("ties", "the last must be procuring_entity or draw: one goes forward")
    return ties


def _low_price(fields: Fields) -> LowPriceRates | None:
    own = fields.optional_fields("low_price_review")
    if own is None:
        return None
    rates = LowPriceRates(
        *(
            own.decimal(key, least="0.01", most=PERCENT_MAX)
            for key in ("mean_percent", "second_percent", "ceiling_percent")
        )
    )
    own.done()
    return rates


def _require_coherent(method: Method) -> None:
    ids = [criterion.id for criterion in method.criteria]
    if len(set(ids)) != len(ids):
        raise _contradiction("method.criteria", "two criteria share an id")
    drawn = [one.id for one in method.drawn]
    if len(set(drawn)) != len(drawn):
        raise _contradiction("method.price", "two things that are drawn share an id")
    if method.drop_highest + method.drop_lowest >= method.drop_from_members:
        raise _contradiction("method.members", "no member's points would be left")
    if method.scored is None and method.criteria:
        raise _contradiction("method.criteria", "where the lowest price wins nothing is scored")
    if method.scored is None and {"technical_high", "business_high"} & set(method.ties):
        raise _contradiction("method.totals.ties", "where the lowest price wins nothing is scored")


def _contradiction(where: str, why: str) -> MethodInvalid:
    return MethodInvalid(f"{where}: {why}", where=where)
