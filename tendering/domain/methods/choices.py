"""What a method leaves to a draw: a K, or one of several benchmarks (方法一, 方法二, ...).

A benchmark is drawn with one ball out of as many as there are. From one seed everybody draws the
same; where the seed comes from is docs/specs/draw-v1.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from crypto.canonical import JsonValue
from crypto.draw import permutation, seed
from tendering.domain.methods.floats import Ball, Drawn, DrawnFloat, draw_float
from tendering.domain.refusals.rules import MethodInvalid

LABEL: Final = "kaibiao/method-ball/v1"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these is drawn after the bids are opened; they are numbered from 1."""

    id: str
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which one was drawn, and its ball."""

    number: int
    title: str
    balls: tuple[Ball, ...]

    @property
    def value(self) -> Decimal:
        """What `LotFacts.drawn` says of it."""
        return Decimal(self.number)

    @property
    def shown(self) -> str:
        """As people read it."""
        return f"{self.number} {self.title}"


Drawable = Drawn | Choice
Result = DrawnFloat | Chosen


def draw_one(terms: Drawable, drawn_seed: bytes) -> Result:
    """Draw from a public seed of 32 bytes; the same seed gives the same balls everywhere."""
    if isinstance(terms, Drawn):
        return draw_float(terms, drawn_seed)
    urn = tuple(range(1, len(terms.titles) + 1))
    own = seed(label=LABEL, parts=[drawn_seed, terms.id.encode()])
    number = urn[permutation(own, len(urn))[0]]
    return Chosen(number, terms.titles[number - 1], (Ball(urn, number),))


def number_of(terms: Choice, drawn: Mapping[str, Decimal]) -> int:
    """Which one counts, from 1. Raises MethodInvalid when it was not drawn, or is none of them."""
    where = f"drawn.{terms.id}"
    value = drawn.get(terms.id)
    if value is None:
        raise MethodInvalid(f"{where}: {terms.id} has not been drawn yet", where=where)
    if value not in range(1, len(terms.titles) + 1):
        raise MethodInvalid(f"{where}: a number from 1 to {len(terms.titles)}", where=where)
    return int(value)


def result_json(result: Result) -> dict[str, JsonValue]:
    """What was drawn with its balls, as journals and scores say it."""
    balls: list[JsonValue] = [{"urn": list(ball.urn), "drawn": ball.drawn} for ball in result.balls]
    if isinstance(result, DrawnFloat):
        return {"percent": str(result.percent), "balls": balls}
    return {"method": result.number, "title": result.title, "balls": balls}
