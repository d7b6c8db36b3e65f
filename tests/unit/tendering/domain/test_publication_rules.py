"""What the rulebook says against the terms of a tender; each test is named after its rule."""

import json
from dataclasses import replace

import pytest

from crypto.canonical import JsonValue
from tendering.domain.circumstances import Circumstances, from_json, to_json
from tendering.domain.publication_rules import publication_findings
from tendering.domain.refusals import Invalid
from tendering.domain.tender import Lot, Tender
from tendering.rulebooks import method_text, rulebook_of
from tests.support.make import a_tender

WORKS = rulebook_of("construction")
GOODS = rulebook_of("government_procurement")


def with_lot(*, estimate_fen: int, security_fen: int, **changes: object) -> Tender:
    lot = Lot("1", "一标段", estimate_fen, estimate_fen, security_fen)
    return a_tender(lots=(lot,), **changes)


def found(tender: Tender, regime: str = "construction") -> list[tuple[str, str]]:
    book = rulebook_of(regime)
    return [(one.rule_id, one.severity) for one in publication_findings(tender, book)]


def scoring(price_points: str) -> dict[str, JsonValue]:
    definition: dict[str, JsonValue] = json.loads(method_text("procurement-scoring"))
    price = definition["price"]
    assert isinstance(price, dict)
    price["max_points"] = price_points
    return definition


def test_a_lawful_tender_has_no_findings() -> None:
    assert found(a_tender()) == []


def test_e10_a_bid_security_over_two_percent_of_the_estimate_is_refused() -> None:
    assert found(with_lot(estimate_fen=100_000_00, security_fen=2_000_00)) == []
    assert found(with_lot(estimate_fen=100_000_00, security_fen=2_000_01)) == [("E10", "block")]


def test_e10_the_finding_names_the_article_and_the_figures() -> None:
    tender = with_lot(estimate_fen=100_000_50, security_fen=3_000_00)

    (finding,) = publication_findings(tender, WORKS)

    assert "《招标投标法实施条例》第二十六条" in finding.message_zh
    assert "3000元" in finding.message_zh
    assert "最高2000.01元" in finding.message_zh
    assert "100000.50 yuan" in finding.message_en


def test_e11_a_bid_security_over_the_absolute_cap_is_a_warning() -> None:
    works = with_lot(estimate_fen=10**11, security_fen=800_000_01)
    design = replace(works, circumstances=Circumstances("design"))
    services = replace(works, circumstances=Circumstances("services"))

    assert found(works) == [("E11.works", "warn")]
    assert found(design) == [("E11.design", "warn")]
    assert found(services) == []


def test_g06_a_bid_security_over_two_percent_of_the_budget_is_refused() -> None:
    tender = with_lot(
        estimate_fen=100_000_00, security_fen=2_000_01, circumstances=Circumstances("goods")
    )

    assert found(tender, "government_procurement") == [("G06", "block")]


@pytest.mark.parametrize(
    "member",
    [
        {"method": {"lowest_price_fen": 1}},
        {"source": {"tender": [{"floor_price": {"amount": 1}}]}},
        {"committee": {"标底": 1}},
    ],
)
def test_e13_a_lowest_limit_or_a_reference_price_cannot_be_there(
    member: dict[str, JsonValue],
) -> None:
    assert found(a_tender(**member)) == [("E13", "block")]
    assert found(a_tender(**member), "government_procurement") == []


def test_e13_neither_hides_in_the_items_of_a_lot() -> None:
    lot = replace(a_tender().lots[0], items=({"最低投标限价": 1}, {"base_price_fen": 2}))

    assert found(a_tender(lots=(lot,))) == [("E13", "block"), ("E13", "block")]


def test_e13_what_lies_too_deep_to_be_read_is_not_looked_for() -> None:
    deep: JsonValue = {"lowest_price": 1}
    for _ in range(20):
        deep = {"in": deep}

    assert found(a_tender(source={"in": deep})) == []


@pytest.mark.parametrize(
    ("category", "estimate_fen", "rule"),
    [
        ("works", 4_000_000_00, "E39.works"),
        ("goods", 2_000_000_00, "E39.goods"),
        ("services", 1_000_000_00, "E39.services"),
        ("design", 1_000_000_00, "E39.services"),
    ],
)
def test_e39_a_tender_of_that_size_said_not_to_be_compulsory_is_pointed_out(
    category: str, estimate_fen: int, rule: str
) -> None:
    free = Circumstances(category, compulsory=False)

    reached = with_lot(estimate_fen=estimate_fen, security_fen=0, circumstances=free)
    below = with_lot(estimate_fen=estimate_fen - 1, security_fen=0, circumstances=free)

    assert found(reached) == [(rule, "warn")]
    assert found(below) == []
    assert found(replace(reached, circumstances=Circumstances(category))) == []


def test_g18_the_price_weighs_thirty_percent_of_goods_and_ten_of_services() -> None:
    goods, services = Circumstances("goods"), Circumstances("services")
    regime = "government_procurement"

    assert found(a_tender(method=scoring("30"), circumstances=goods), regime) == []
    assert found(a_tender(method=scoring("29.99"), circumstances=goods), regime) == [
        ("G18.goods", "block")
    ]
    assert found(a_tender(method=scoring("29.99"), circumstances=services), regime) == []
    assert found(a_tender(method=scoring("7"), circumstances=services), regime) == [
        ("G18.services", "block")
    ]


def test_circumstances_survive_json_and_unknown_ones_are_refused() -> None:
    odd = Circumstances("design", compulsory=False, state_controlled=False, is_complex=True)

    assert from_json(to_json(odd)) == odd
    assert from_json({}) == Circumstances()
    for wrong in ({"category": "art"}, {"compulsory": 1}, {"lowest_price_fen": 1}):
        with pytest.raises(Invalid):
            from_json(wrong)


def test_e39_lots_that_reach_the_size_together_are_a_warning() -> None:
    lots = tuple(Lot(str(one), "标段", 250_000_000_00 // 100, 250_000_000, 0) for one in (1, 2))
    free = a_tender(lots=lots, circumstances=Circumstances(compulsory=False))

    (finding,) = publication_findings(free, WORKS)

    assert (finding.rule_id, finding.severity) == ("E39.works", "warn")
    assert "合计5000000元" in finding.message_zh
    assert found(a_tender(lots=lots)) == []
    assert found(replace(free, lots=lots[:1])) == []


@pytest.mark.parametrize(("estimate", "ceiling"), [(10**8, 10**12), (10**12, 10**8)])
def test_a_ceiling_ten_thousand_times_off_is_questioned(estimate: int, ceiling: int) -> None:
    lot = Lot("1", "一标段", estimate, ceiling, 0)

    assert found(a_tender(lots=(lot,))) == [("units", "block")]
    assert found(a_tender(lots=(replace(lot, ceiling_price_fen=estimate * 999),))) == []
