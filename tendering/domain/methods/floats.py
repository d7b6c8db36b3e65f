"""The float K (下浮率): by how many percent a benchmark is lowered, fixed or drawn in public.

A drawn K is made of balls: the whole percents first, then one decimal after another, each time from
the digits with which K can still come to lie within its limits. From one seed everybody draws the
same balls; where the seed comes from is docs/specs/draw-v1.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from crypto.draw import permutation, seed
from tendering.domain.fields import Fields
from tendering.domain.methods.rounding import placed
from tendering.domain.refusals.rules import MethodInvalid

LABEL: Final = "kaibiao/float-ball/v1"
DRAWN_DECIMALS_MAX: Final = 4
PERCENT_MAX: Final = "50"


@dataclass(frozen=True, slots=True)
class Fixed:
    """K stands in the tender documents. Percent; below zero it raises the benchmark."""

    percent: Decimal


@dataclass(frozen=True, slots=True)
class Drawn:
    """K is drawn after the bids are opened: from `least` to `most` percent, both possible."""

    id: str
    least: Decimal
    most: Decimal
    decimals: int


Float = Fixed | Drawn


@dataclass(frozen=True, slots=True)
class Ball:
    """One ball: the digits that were in the urn, and the one that came out."""

    urn: tuple[int, ...]
    drawn: int


@dataclass(frozen=True, slots=True)
class DrawnFloat:
    """K in percent, and how it was drawn: the ball of the whole percents, then of each decimal."""

    percent: Decimal
    balls: tuple[Ball, ...]

    @property
    def value(self) -> Decimal:
        """What `LotFacts.drawn` says of it."""
        return self.percent

    @property
    def shown(self) -> str:
        """As people read it."""
        return f"{self.percent}%"


def draw_float(terms: Drawn, drawn_seed: bytes) -> DrawnFloat:
    """Draw K from a public seed of 32 bytes; the same seed gives the same balls everywhere."""
    scale = 10**terms.decimals
    least, most = _scaled(terms.least, terms.decimals), _scaled(terms.most, terms.decimals)
    value, balls = 0, []
    for position in range(terms.decimals + 1):
        unit = scale // 10**position
        # What this ball may be: some value with these digits must lie within the limits.
        urn = tuple(
            digit
            for digit in (range(least // unit, most // unit + 1) if position == 0 else range(10))
            if value + digit * unit <= most and value + (digit + 1) * unit - 1 >= least
        )
        own = seed(label=LABEL, parts=[drawn_seed, terms.id.encode(), bytes([position])])
        ball = urn[permutation(own, len(urn))[0]]
        balls.append(Ball(urn, ball))
        value += ball * unit
    return DrawnFloat(placed(value, terms.decimals), tuple(balls))


def percent_of(terms: Float, drawn: Mapping[str, Decimal]) -> Fraction:
    """K in percent. Raises MethodInvalid when it was not drawn, or is not one of the values."""
    if isinstance(terms, Fixed):
        return Fraction(terms.percent)
    where = f"drawn.{terms.id}"
    value = drawn.get(terms.id)
    if value is None:
        raise MethodInvalid(f"{where}: {terms.id} has not been drawn yet", where=where)
    if not terms.least <= value <= terms.most or value != round(value, terms.decimals):
        raise MethodInvalid(
            f"{where}: a percentage from {terms.least} to {terms.most} with {terms.decimals} "
            "decimals is expected",
            where=where,
        )
    return Fraction(value)


def parse_float(fields: Fields) -> Float:
    """`float_percent`, or `float_drawn` for a K that is drawn; neither: 0. Raises MethodInvalid."""
    percent = fields.optional_decimal("float_percent", least=f"-{PERCENT_MAX}", most=PERCENT_MAX)
    own = fields.optional_fields("float_drawn")
    if own is None:
        return Fixed(Decimal(0) if percent is None else percent)
    if percent is not None:
        raise fields.wrong("float_percent", "K is fixed or drawn, not both")
    drawn = Drawn(
        id=own.text("id"),
        least=own.decimal("from", least="0", most=PERCENT_MAX),
        most=own.decimal("to", least="0", most=PERCENT_MAX),
        decimals=own.integer("decimals", least=0, most=DRAWN_DECIMALS_MAX),
    )
    own.done()
    if drawn.least > drawn.most:
        raise own.wrong("to", "lies below from")
    for name, limit in (("from", drawn.least), ("to", drawn.most)):
        if limit != round(limit, drawn.decimals):
            raise own.wrong(name, f"has more than {drawn.decimals} decimals: it cannot be drawn")
    return drawn


def _scaled(value: Decimal, decimals: int) -> int:
    return int(value.scaleb(decimals))
