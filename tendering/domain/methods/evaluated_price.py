"""The price that is compared (评审价格), from the one offered; the contract keeps the offer.

(price − excluded parts + adjustments) × (1 − policy deductions), exact, rounded where declared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from tendering.domain.methods.method import Method
from tendering.domain.methods.price_terms import EvaluatedPrice, PriceAdjustment
from tendering.domain.methods.rounding import step
from tendering.domain.methods.words import NOTHING_SAID, Words, number, yuan
from tendering.domain.refusals.rules import MethodInvalid

NO_AMOUNTS: Final[Mapping[str, int]] = MappingProxyType({})
NO_QUANTITIES: Final[Mapping[str, Decimal]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class BidFacts:
    """What makes the price that is compared differ from the price that is offered.

    `parts_fen`: named parts of the price. `policies`: ids of the policies the bid is entitled to.
    `adjustments`: quantities by the adjustment's id. `lines_fen`: prices by line.
    """

    parts_fen: Mapping[str, int] = field(default_factory=lambda: NO_AMOUNTS)
    policies: frozenset[str] = frozenset()
    adjustments: Mapping[str, Decimal] = field(default_factory=lambda: NO_QUANTITIES)
    lines_fen: Mapping[str, int] = field(default_factory=lambda: NO_AMOUNTS)


AS_OFFERED: Final = BidFacts()
AS_IT_IS: Final = EvaluatedPrice(
    excluded=(), policies=(), combined="sum", adjustments=(), decimals=None
)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The price as it is compared, in yuan, exact; `words` is empty where it is the offer."""

    exact: Fraction
    words: Words


def evaluated(
    method: Method, bid: str, price_fen: int, facts: BidFacts, *, line: str | None = None
) -> Evaluated:
    """The evaluated price of a bid, or of one line of it. Raises MethodInvalid.

    The refusal names the place in the bids: a part, a quantity or a line that is missing, a policy
    the method does not have, a price that is not above zero.
    """
    where = f"bids.{bid}"
    fen = price_fen if line is None else _amount(facts.lines_fen, line, f"{where}.lines_fen")
    if fen <= 0:
        place = f"{where}.price_fen" if line is None else f"{where}.lines_fen.{line}"
        raise MethodInvalid(f"{place}: the price is not above zero", where=place, bid=bid)
    terms = method.evaluated
    price = Fraction(fen, 100)
    if terms == AS_IT_IS and facts == AS_OFFERED:
        return Evaluated(price, NOTHING_SAID)
    steps: list[Words] = []
    for name in terms.excluded:
        part = _amount(facts.parts_fen, name, f"{where}.parts_fen")
        price -= Fraction(part, 100)
        steps.append(Words(f"－{name}{yuan(Fraction(part, 100))}", f" − {name} {part / 100:.2f}"))
    price += _adjusted(terms, price, facts, where, steps)
    price *= _share_left(terms, facts, where, steps)
    exact, _ = step(price, terms.decimals, method.rounding)
    if exact <= 0:
        raise MethodInvalid(f"{where}: the evaluated price is not above zero", where=where, bid=bid)
    if not steps:
        return Evaluated(exact, NOTHING_SAID)
    offer, result = yuan(Fraction(fen, 100)), yuan(exact)
    words = Words(
        f"{offer}{''.join(one.zh for one in steps)}＝{result}元",
        f"{offer}{''.join(one.en for one in steps)} = {result} yuan",
    )
    return Evaluated(exact, words)


def _adjusted(
    terms: EvaluatedPrice, price: Fraction, facts: BidFacts, where: str, steps: list[Words]
) -> Fraction:
    known = {one.id: one for one in terms.adjustments}
    for name in facts.adjustments:
        if name not in known:
            raise _wrong(f"{where}.adjustments.{name}", "the method does not have it")
    total = Fraction(0)
    for one in terms.adjustments:
        place = f"{where}.adjustments.{one.id}"
        quantity = facts.adjustments.get(one.id)
        if quantity is None:
            raise _wrong(place, "the method asks for this quantity")
        if not one.least <= quantity <= one.most:
            raise _wrong(place, f"a quantity from {one.least} to {one.most} is expected")
        added = _per_unit(one, price) * Fraction(quantity)
        total += added
        per_unit = yuan(_per_unit(one, price))
        steps.append(
            Words(
                f"＋（{one.title}：{quantity}{one.unit}×{per_unit}＝{yuan(added)}）",
                f" + ({one.title}: {quantity} {one.unit} × {per_unit} = {yuan(added)})",
            )
        )
    return total


def _per_unit(one: PriceAdjustment, price: Fraction) -> Fraction:
    if one.fen is not None:
        return Fraction(one.fen, 100)
    assert one.percent is not None
    return price * Fraction(one.percent) / 100


def _share_left(terms: EvaluatedPrice, facts: BidFacts, where: str, steps: list[Words]) -> Fraction:
    """What is left of 1 after the policies of the bid, as the method combines them."""
    known = {one.id: one for one in terms.policies}
    for name in sorted(facts.policies):
        if name not in known:
            raise _wrong(f"{where}.policies", f"the method has no policy {name}")
    rates = [Fraction(one.percent) for one in terms.policies if one.id in facts.policies]
    if not rates:
        return Fraction(1)
    if terms.combined == "successive":
        left = Fraction(1)
        for rate in rates:
            left *= 1 - rate / 100
            steps.append(Words(f"×（1－{number(rate)}%）", f" × (1 − {number(rate)}%)"))
        return left
    rate = sum(rates, Fraction(0)) if terms.combined == "sum" else max(rates)
    steps.append(Words(f"×（1－{number(rate)}%）", f" × (1 − {number(rate)}%)"))
    return 1 - rate / 100


def _amount(amounts: Mapping[str, int], name: str, where: str) -> int:
    if name not in amounts:
        raise _wrong(f"{where}.{name}", "the method asks for this amount")
    return amounts[name]


def _wrong(where: str, why: str) -> MethodInvalid:
    return MethodInvalid(f"{where}: {why}", where=where)
