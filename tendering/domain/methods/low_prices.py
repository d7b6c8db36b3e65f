"""Abnormally low prices (异常低价): which prices the committee must ask about, and why.

Government procurement, 财库〔2026〕2号, for notices from 2026-02-01: strictly below a share of the
mean, of the second lowest, or of the ceiling. The rates are the rulebook's; tender documents may
raise them, up to a limit. The offered price counts, not the one after policy deductions. Before
that date, and in engineering tenders, no number is in the law: the committee judges (87号令
第六十条, 12号令 第二十一条). A trigger rejects nothing; it asks for an explanation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from tendering.domain.methods.method import LowPriceRates
from tendering.domain.methods.words import Words, number
from tendering.domain.refusals.rules import MethodInvalid
from tendering.domain.rulebook import Rulebook

KEYS: Final = ("low_price_mean", "low_price_second", "low_price_ceiling")
MOST: Final = "low_price_most"
EXPLAIN_KEY: Final = "low_price_explain_min"
PLACES: Final = ("mean_percent", "second_percent", "ceiling_percent")


@dataclass(frozen=True, slots=True)
class LowPriceTrigger:
    """A price that is asked about. `rule`: mean, second or ceiling; `limit_fen` as exact fen."""

    bid: str
    rule: str
    price_fen: int
    limit_fen: Fraction
    words: Words


def rates_in_force(rulebook: Rulebook, declared: LowPriceRates | None) -> LowPriceRates | None:
    """The rates of a tender: the law's, or the higher ones its documents declare.

    `rulebook` holds what is in force on the day of the notice; None: no number is in the law.
    Raises MethodInvalid for a rate below the law's or above its limit, or without a law for it.
    """
    rules = [rulebook.keyed(key) for key in KEYS]
    if any(rule is None for rule in rules):
        if declared is None:
            return None
        where = "method.low_price_review"
        raise MethodInvalid(f"{where}: the law of that day and regime has no rates", where=where)
    law = LowPriceRates(*(Decimal(rulebook.number(key)) for key in KEYS))
    if declared is None:
        return law
    most = rulebook.number(MOST)
    for place in PLACES:
        rate, least = getattr(declared, place), getattr(law, place)
        if not least <= rate <= most:
            where = f"method.low_price_review.{place}"
            raise MethodInvalid(f"{where}: from {least} to {most} percent is lawful", where=where)
    return declared


def low_price_triggers(
    prices: Mapping[str, int], rates: LowPriceRates, *, ceiling_fen: int | None
) -> tuple[LowPriceTrigger, ...]:
    """The triggers among offered prices (fen, by bid) that passed the conformity review.

    `ceiling_fen` is the budget where there is no ceiling price; None where neither is known.
    """
    ordered = sorted(prices, key=lambda bid: (prices[bid], bid))
    found: list[LowPriceTrigger] = []
    if not ordered:
        return ()
    mean = Fraction(sum(prices.values()), len(prices))
    for bid in ordered:
        checks = [("mean", rates.mean_percent, mean, "平均报价", "the mean")]
        if bid == ordered[0] and len(ordered) > 1:
            second = Fraction(prices[ordered[1]])
            checks.append(("second", rates.second_percent, second, "次低报价", "the second lowest"))
        if ceiling_fen is not None:
            most = Fraction(ceiling_fen)
            checks.append(("ceiling", rates.ceiling_percent, most, "最高限价", "the ceiling"))
        for rule, percent, of, zh, en in checks:
            limit = of * Fraction(percent) / 100
            if prices[bid] < limit:
                shown = number(Fraction(percent))
                words = Words(
                    f"报价{_yuan(prices[bid])}元低于{zh}{_yuan(of)}元的{shown}%"
                    f"（{_yuan(limit)}元），应当启动异常低价审查，由投标人说明。",
                    f"The price {_yuan(prices[bid])} is below {shown}% of {en} {_yuan(of)}, "
                    f"{_yuan(limit)}: the bidder must be asked to explain it.",
                )
                found.append(LowPriceTrigger(bid, rule, prices[bid], limit, words))
    return tuple(found)


def _yuan(fen: Fraction | int) -> str:
    return number(Fraction(fen) / 100)
