"""Correcting prices that contradict themselves, in the order of 87号令 第五十九条.

First the opening list against the body, then words against figures, then a decimal point out of
place, then the sum of the unit prices. The bidder must confirm the corrected price, or its bid is
invalid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tendering.domain.methods.rounding import rounded
from tendering.domain.methods.words import Words, number


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """One row of the itemized offer: quantity × unit price, in fen."""

    title: str
    quantity: Decimal
    unit_price_fen: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A price as it stands in the different places of one bid; None where it stands nowhere.

    `point_misplaced`: the committee found a decimal point or a percentage obviously out of place
    in a unit price, so that the total of the opening list counts.
    """

    opening_list_fen: int
    body_fen: int | None = None
    words_fen: int | None = None
    figures_fen: int | None = None
    rows: tuple[UnitPrice, ...] = ()
    point_misplaced: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """The price that counts, and what led to it. `confirm`: the bidder must confirm it."""

    price_fen: int
    steps: tuple[Words, ...]

    @property
    def confirm(self) -> bool:
        """Was there a contradiction? Then the bidder must confirm the price."""
        return bool(self.steps)


def corrected(offer: Offer) -> Correction:
    """The price of an offer after the four rules, each applied to what the one before left."""
    price, steps = offer.opening_list_fen, []
    if offer.body_fen is not None and offer.body_fen != price:
        steps.append(
            _said(
                "（一）开标一览表与投标文件内容不一致，以开标一览表为准",
                "(1) opening list and body differ: the opening list counts",
                offer.body_fen,
                price,
            )
        )
    if None not in (offer.words_fen, offer.figures_fen) and offer.words_fen != offer.figures_fen:
        assert offer.words_fen is not None
        assert offer.figures_fen is not None
        price = offer.words_fen
        steps.append(
            _said(
                "（二）大写金额与小写金额不一致，以大写金额为准",
                "(2) words and figures differ: the words count",
                offer.figures_fen,
                price,
            )
        )
    total = unit_total_fen(offer.rows)
    if total is None or total == price:
        return Correction(price, tuple(steps))
    if offer.point_misplaced:
        steps.append(
            _said(
                "（三）单价金额小数点或者百分比有明显错位，以开标一览表的总价为准，并修改单价",
                "(3) a decimal point is out of place: the opening list counts, not the unit price",
                total,
                price,
            )
        )
        return Correction(price, tuple(steps))
    steps.append(
        _said(
            "（四）总价金额与按单价汇总金额不一致，以单价金额计算结果为准",
            "(4) total and unit prices differ: the unit prices count",
            price,
            total,
        )
    )
    return Correction(total, tuple(steps))


def unit_total_fen(rows: Sequence[UnitPrice]) -> int | None:
    """Σ quantity × unit price, each row rounded half up to the fen; None where there is no row."""
    if not rows:
        return None
    return sum(
        int(rounded(Fraction(row.quantity) * row.unit_price_fen, 0, "half_up")) for row in rows
    )


def _said(zh: str, en: str, was_fen: int, is_fen: int) -> Words:
    was, now = number(Fraction(was_fen, 100)), number(Fraction(is_fen, 100))
    return Words(f"{zh}：{was}元→{now}元。", f"{en}: {was} → {now} yuan.")
