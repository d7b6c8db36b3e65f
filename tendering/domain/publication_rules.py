"""What the rulebook says against a tender's terms before it is published, dates aside.

Money against estimate and budget, a lowest limit or secret reference price that must not be there,
the weight of the price, the size that makes a tender compulsory.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from tendering.domain.findings import Finding, figure_en, figure_zh, found
from tendering.domain.methods.method import Method, parse_method
from tendering.domain.rulebook import Rule, Rulebook
from tendering.domain.tender import Lot, Tender

_PERCENT: Final = 100
# No ceiling lies so far from its estimate; yuan and 10,000 yuan lie ten times further apart.
_SUSPICIOUS: Final = 1000
# 30号令, 27号令: works and goods; 2号令: survey and design.
_CAPS: Final = {
    "works": "bid_security_works_max",
    "goods": "bid_security_works_max",
    "design": "bid_security_design_max",
}
_SIZES: Final = {
    "works": "compulsory_works_min",
    "goods": "compulsory_goods_min",
    "services": "compulsory_services_min",
    "design": "compulsory_services_min",
}
_WEIGHTS: Final = {
    "goods": "price_weight_goods_min",
    "services": "price_weight_services_min",
}
# 条例 第二十七条: no lowest limit; a reference price (标底) is one and secret. Neither is a field
# of a tender; in free members these names would smuggle it in.
LOWEST_LIMIT_NAMES: Final = frozenset(
    {"lowest_price_fen", "lowest_price", "minimum_price_fen", "minimum_price", "min_price"}
    | {"floor_price_fen", "floor_price", "最低限价", "最低投标限价"}
)
REFERENCE_PRICE_NAMES: Final = frozenset(
    {"base_price_fen", "base_price", "reference_price_fen", "reference_price", "标底"}
)
_DEPTH_MAX: Final = 12


def publication_findings(tender: Tender, rulebook: Rulebook) -> tuple[Finding, ...]:
    """Every rule the terms of a tender break, in the order of its lots.

    A method that is no definition is left to who reads it. Raises MethodInvalid.
    """
    findings: list[Finding] = []
    for lot in tender.lots:
        findings += _security_share(lot, rulebook)
        findings += _security_cap(tender, lot, rulebook)
        findings += _compulsory_size(tender, lot, rulebook)
        findings += _units(lot)
    findings += _compulsory_in_all(tender, rulebook)
    findings += _secret_prices(tender, rulebook)
    if "format" in tender.method:
        findings += _price_weight(tender, parse_method(tender.method), rulebook)
    return tuple(findings)


def _security_share(lot: Lot, rulebook: Rulebook) -> Iterator[Finding]:
    # 招标投标法实施条例 第二十六条: of the estimate; 政府采购法实施条例 第三十三条: of the budget.
    rule = rulebook.required("bid_security_max")
    most_fen = Fraction(_number(rule) * lot.estimate_fen, _PERCENT)
    if lot.bid_security_fen > most_fen:
        yield found(
            rule,
            f"标段{lot.lot}的投标保证金{_yuan(lot.bid_security_fen)}元超过"
            f"{_yuan(lot.estimate_fen)}元的{figure_zh(rule)}，最高{_yuan(int(most_fen))}元"
            f"（{rule.law}）。",
            f"Lot {lot.lot}: the bid security, {_yuan(lot.bid_security_fen)} yuan, is more than "
            f"{figure_en(rule)} of {_yuan(lot.estimate_fen)} yuan; {_yuan(int(most_fen))} yuan is "
            f"the most ({rule.id}, {rule.law}).",
        )


def _security_cap(tender: Tender, lot: Lot, rulebook: Rulebook) -> Iterator[Finding]:
    rule = rulebook.keyed(_CAPS.get(tender.circumstances.category, ""))
    if rule is not None and lot.bid_security_fen > _number(rule):
        yield found(
            rule,
            f"标段{lot.lot}的投标保证金{_yuan(lot.bid_security_fen)}元超过最高数额"
            f"{figure_zh(rule)}（{rule.law}）。",
            f"Lot {lot.lot}: the bid security, {_yuan(lot.bid_security_fen)} yuan, is more than "
            f"{figure_en(rule)} ({rule.id}, {rule.law}).",
        )


def _compulsory_size(tender: Tender, lot: Lot, rulebook: Rulebook) -> Iterator[Finding]:
    rule = rulebook.keyed(_SIZES[tender.circumstances.category])
    if rule is None or tender.circumstances.compulsory or lot.estimate_fen < _number(rule):
        return
    yield found(
        rule,
        f"标段{lot.lot}估算价{_yuan(lot.estimate_fen)}元达到{figure_zh(rule)}（{rule.law}），"
        "属于必须招标范围内项目的，应当按依法必须招标办理。",
        f"Lot {lot.lot}: the estimate, {_yuan(lot.estimate_fen)} yuan, reaches {figure_en(rule)} "
        f"({rule.id}, {rule.law}): of a project in its scope the tender is compulsory.",
    )


def _compulsory_in_all(tender: Tender, rulebook: Rulebook) -> Iterator[Finding]:
    """Lots of one project that reach the size together though none does alone."""
    rule = rulebook.keyed(_SIZES[tender.circumstances.category])
    if rule is None or tender.circumstances.compulsory or tender.budget_fen < _number(rule):
        return
    if any(lot.estimate_fen >= _number(rule) for lot in tender.lots):
        return
    yield found(
        rule,
        f"各标段估算价合计{_yuan(tender.budget_fen)}元达到{figure_zh(rule)}（{rule.law}），"
        "同一项目可以合并采购的，应当按合计数额认定是否依法必须招标。",
        f"All lots together, {_yuan(tender.budget_fen)} yuan, reach {figure_en(rule)} ({rule.id}, "
        f"{rule.law}): what could be tendered together is of that size.",
    )


def _units(lot: Lot) -> Iterator[Finding]:
    """A ceiling thousands of times the estimate, or a part of it, is yuan taken for 10,000 yuan."""
    low, high = sorted((lot.estimate_fen, lot.ceiling_price_fen))
    if high < low * _SUSPICIOUS:
        return
    yield Finding(
        "units",
        "平台提示",
        "block",
        f"标段{lot.lot}的最高投标限价{_yuan(lot.ceiling_price_fen)}元与估算价"
        f"{_yuan(lot.estimate_fen)}元相差{high // low}倍，疑为元与万元混淆。",
        f"Lot {lot.lot}: ceiling {_yuan(lot.ceiling_price_fen)} yuan and estimate "
        f"{_yuan(lot.estimate_fen)} yuan are {high // low} times apart: yuan for 10,000 yuan?",
    )


def _secret_prices(tender: Tender, rulebook: Rulebook) -> Iterator[Finding]:
    rule = rulebook.keyed("no_lowest_limit")
    if rule is None:
        return
    open_members: tuple[object, ...] = (
        tender.method,
        tender.committee,
        tender.source,
        *(item for lot in tender.lots for item in lot.items),
    )
    names = {name for member in open_members for name in _names(member, _DEPTH_MAX)}
    if names & LOWEST_LIMIT_NAMES:
        yield found(
            rule,
            f"不得规定最低投标限价（{rule.law}）。",
            f"There is no lowest limit to prices ({rule.id}, {rule.law}).",
        )
    if names & REFERENCE_PRICE_NAMES:
        yield found(
            rule,
            f"标底在开标前必须保密，不得写入公告（{rule.law}）。",
            f"A reference price is secret and not part of a notice ({rule.id}, {rule.law}).",
        )


def _names(value: object, depth: int) -> Iterator[str]:
    if depth and isinstance(value, Mapping):
        for name, member in value.items():
            yield str(name)
            yield from _names(member, depth - 1)
    elif depth and isinstance(value, Sequence) and not isinstance(value, str):
        for member in value:
            yield from _names(member, depth - 1)


def _price_weight(tender: Tender, method: Method, rulebook: Rulebook) -> Iterator[Finding]:
    rule = rulebook.keyed(_WEIGHTS.get(tender.circumstances.category, ""))
    if rule is None or method.scored is None:
        return
    price = method.price
    share = Fraction(price.max_points) * Fraction(price.weight) * _PERCENT / method.max_total()
    if share < _number(rule):
        shown = f"{float(share):.2f}"
        yield found(
            rule,
            f"价格分值占总分值的{shown}%，低于{figure_zh(rule)}（{rule.law}）。",
            f"The price makes {shown}% of all points, less than {figure_en(rule)} "
            f"({rule.id}, {rule.law}).",
        )


def _number(rule: Rule) -> int:
    assert isinstance(rule.value, int), f"{rule.id} has no whole number"
    return rule.value


def _yuan(fen: int) -> str:
    whole, part = divmod(fen, 100)
    return f"{whole}.{part:02}" if part else str(whole)
