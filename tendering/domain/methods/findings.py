"""What to ask about a definition and its prices before anybody relies on them.

A definition may be well formed and yet not lawful: the weight of the price, rates of preference, a
benchmark that the regime forbids. A price may be a number and yet most likely a slip: yuan for ten
thousands of yuan. Nothing is changed here and nothing refused; who publishes or scores decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import median_high, median_low
from typing import Final

from tendering.domain.methods.benchmarks import Lowest
from tendering.domain.methods.curves import Proportion
from tendering.domain.methods.method import Method
from tendering.domain.methods.price_terms import Policy
from tendering.domain.methods.words import Words, number
from tendering.domain.rulebook import Rulebook

PROCUREMENT: Final = "government_procurement"
# 87号令 第五十五条: least share of the price points in the total, percent.
WEIGHT_KEYS: Final = {
    "goods": "price_weight_goods_min",
    "services": "price_weight_services_min",
}
# Least and highest deduction for small enterprises by object, and that for domestic products.
SMALL_ENTERPRISE_KEYS: Final = {
    "goods": ("small_enterprise_min", "small_enterprise_most"),
    "services": ("small_enterprise_min", "small_enterprise_most"),
    "works": ("small_enterprise_works_min", "small_enterprise_works_most"),
}
DOMESTIC_KEYS: Final = ("domestic_product", "domestic_product")
# Prices of one tender differ by a factor of ten at most, wrong units by ten thousand: so between.
UNIT_FACTOR: Final = 10_000
SUSPECT_FACTOR: Final = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """`severity`: block (not lawful), warn, or question. `where`: the place in the file."""

    severity: str
    where: str
    law: str
    words: Words


def method_findings(method: Method, rulebook: Rulebook) -> tuple[Finding, ...]:
    """What the law says against a definition. `rulebook` holds what is in force on the day."""
    if method.regime != PROCUREMENT:
        return ()
    found = []
    if method.scored is None:
        if method.evaluated.adjustments:
            found.append(
                Finding(
                    "block",
                    "method.price.adjustments",
                    "87号令 第五十四条",
                    Words(
                        "最低评标价法除算术修正和落实政府采购政策外，不得对投标价格进行任何调整。",
                        "Under the lowest price only policies and arithmetic may adjust prices.",
                    ),
                )
            )
    else:
        found += _weight(method, rulebook) + _low_price_first(method)
    for number_, policy in enumerate(method.evaluated.policies):
        found += _policy(
            policy, method.object, rulebook, f"method.price.policies[{number_}].percent"
        )
    return tuple(found)


def price_questions(prices: Mapping[str, int], ceiling_fen: int | None) -> tuple[Finding, ...]:
    """Prices (fen, by bid) that look like a wrong unit, beside the other prices or the ceiling."""
    found = []
    for bid in sorted(prices):
        others = [fen for other, fen in prices.items() if other != bid]
        # Of an even number two prices are in the middle: far from both, or the other one is wrong.
        middle = {median_low(others), median_high(others)} if others else set()
        if middle and all(_far(prices[bid], one) for one in middle):
            measure, zh, en = min(middle), "其他报价的中位数", "the median of the others"
        elif ceiling_fen is not None and _far(prices[bid], ceiling_fen):
            measure, zh, en = ceiling_fen, "最高投标限价", "the ceiling"
        else:
            continue
        found.append(_question(bid, prices[bid], Fraction(measure), zh, en))
    return tuple(found)


def _far(fen: int, measure: int) -> bool:
    return fen >= SUSPECT_FACTOR * measure or fen * SUSPECT_FACTOR <= measure


def _question(bid: str, fen: int, measure: Fraction, zh: str, en: str) -> Finding:
    many = fen > measure
    likely = Fraction(fen) / UNIT_FACTOR if many else Fraction(fen) * UNIT_FACTOR
    shown, other = number(Fraction(fen, 100)), number(measure / 100)
    meant = number(likely / 100)
    return Finding(
        "question",
        f"bids.{bid}.price_fen",
        "",
        Words(
            f"{bid}的报价{shown}元与{zh}{other}元相差千倍以上，请核实是否误用单位"
            f"（元、万元）：是否应为{meant}元？",
            f"The price of {bid}, {shown} yuan, is a thousand times off {en}, {other}: is the unit "
            f"wrong (yuan, 10,000 yuan)? Was {meant} meant?",
        ),
    )


def _weight(method: Method, rulebook: Rulebook) -> list[Finding]:
    key = WEIGHT_KEYS.get(method.object or "")
    if key is None or rulebook.keyed(key) is None:
        return []
    least = rulebook.number(key)
    price = method.price
    share = Fraction(price.max_points) * Fraction(price.weight) * 100 / method.max_total()
    if share >= least:
        return []
    shown = number(share)
    return [
        Finding(
            "block",
            "method.price.max_points",
            "87号令 第五十五条",
            Words(
                f"价格分值占总分值的比重为{shown}%，不得低于{least}%。",
                f"The price makes {shown}% of all points; {least}% is the least.",
            ),
        )
    ]


def _low_price_first(method: Method) -> list[Finding]:
    """87号令 第五十五条: the lowest price is the benchmark, nothing is trimmed."""
    return [
        Finding(
            "block",
            "method.price.benchmark",
            "87号令 第五十五条",
            Words(
                "价格分应当采用低价优先法计算：最低投标报价为评标基准价，不得去掉最高、最低报价。",
                "Price points go by the lowest price: it is the benchmark, and none is left out.",
            ),
        )
        for line in method.price.lines
        if not (isinstance(line.benchmark, Lowest) and isinstance(line.curve, Proportion))
    ][:1]


def _policy(policy: Policy, bought: str | None, rulebook: Rulebook, where: str) -> list[Finding]:
    keys = SMALL_ENTERPRISE_KEYS.get(bought or "") if policy.kind == "small_enterprise" else None
    if policy.kind == "domestic_product":
        keys = DOMESTIC_KEYS
    if keys is None or rulebook.keyed(keys[0]) is None:
        return []
    least, most = (rulebook.number(key) for key in keys)
    if least <= policy.percent <= most:
        return []
    return [
        Finding(
            "warn",
            where,
            rulebook.required(keys[0]).law,
            Words(
                f"“{policy.title}”的扣除比例{policy.percent}%不在{least}%至{most}%之间。",
                f"The rate of {policy.id}, {policy.percent}%, is not within {least}% and {most}%.",
            ),
        )
    ]
