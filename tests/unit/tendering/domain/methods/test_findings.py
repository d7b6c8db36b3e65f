"""What is asked about a definition and its prices before anybody relies on them."""

import json
from datetime import date
from typing import Any

import pytest

from tendering.domain.methods.by_room import require_by_room, require_publishable
from tendering.domain.methods.findings import method_findings, price_questions
from tendering.domain.methods.method import Method, parse_method
from tendering.domain.quantities.lot_bill import PART_NAMES
from tendering.domain.refusals.rules import MethodInvalid
from tendering.domain.rulebook import Rulebook, load
from tendering.methods import example_names, example_text
from tendering.rulebooks import rulebook_text


def law(on: date = date(2026, 3, 2)) -> Rulebook:
    return load(rulebook_text("government_procurement"), on=on)


def definition(name: str) -> Any:
    return json.loads(example_text(name, "method"))


def method(name: str, **changes: Any) -> Method:
    return parse_method(definition(name) | changes)


def severities(found: Method, on: date = date(2026, 3, 2)) -> list[tuple[str, str]]:
    return [(one.severity, one.where) for one in method_findings(found, law(on))]


def test_a_lawful_method_has_no_findings() -> None:
    assert severities(method("policy-deduction")) == []
    assert severities(method("mean")) == []
    assert severities(method("proportion", object=None)) == []
    assert severities(method("proportion", object="works")) == []


@pytest.mark.parametrize(
    ("bought", "points", "found"),
    [
        ("goods", "70", 0),
        ("goods", "70.1", 1),
        ("services", "270", 0),
        ("services", "270.1", 1),
    ],
)
def test_the_weight_of_the_price_has_a_floor(bought: str, points: str, found: int) -> None:
    criteria = definition("policy-deduction")["criteria"]
    criteria[0]["max_points"] = points
    changed = method("policy-deduction", object=bought, criteria=criteria)

    assert severities(changed) == [("block", "method.price.max_points")] * found


def test_procurement_goes_by_the_lowest_price_and_adjusts_nothing() -> None:
    mean = method("mean", regime="government_procurement", object="goods")
    adjusted = method("lowest-evaluated-price", regime="government_procurement")

    assert severities(mean) == [("block", "method.price.benchmark")]
    assert severities(adjusted) == [("block", "method.price.adjustments")]


@pytest.mark.parametrize(
    ("kind", "percent", "bought", "found"),
    [
        ("small_enterprise", "9", "goods", 1),
        ("small_enterprise", "20", "goods", 0),
        ("small_enterprise", "6", "works", 1),
        ("small_enterprise", "5", "works", 0),
        ("small_enterprise", "99", None, 0),
        ("domestic_product", "19", "goods", 1),
        ("other", "50", "goods", 0),
    ],
)
def test_rates_of_preference_have_ranges(
    kind: str, percent: str, bought: str | None, found: int
) -> None:
    price = definition("policy-deduction")["price"]
    price["policies"] = [{"id": "p", "title": "p", "kind": kind, "percent": percent}]
    changed = method("policy-deduction", price=price, object=bought)

    assert severities(changed) == [("warn", "method.price.policies[0].percent")] * found


def test_before_its_date_a_preference_has_no_range() -> None:
    price = definition("policy-deduction")["price"]
    price["policies"][1]["percent"] = "19"

    assert severities(method("policy-deduction", price=price), date(2025, 12, 31)) == []


@pytest.mark.parametrize(
    ("prices", "ceiling", "asked"),
    [
        ({"A": 1}, None, set()),
        ({"A": 100, "B": 99_900}, None, set()),
        ({"A": 100, "B": 100_000}, None, {"A", "B"}),
        ({"A": 100, "B": 120, "C": 1_000_000}, None, {"C"}),
        ({"A": 100, "B": 1_000_000, "C": 1_100_000}, None, {"A"}),
        ({"A": 100, "B": 120}, 1_100_000, {"A", "B"}),
        ({"A": 100, "B": 100}, 100, set()),
    ],
)
def test_prices_of_another_unit_are_questioned(
    prices: dict[str, int], ceiling: int | None, asked: set[str]
) -> None:
    found = price_questions(prices, ceiling)

    assert {one.where.split(".")[1] for one in found} == asked
    assert all(one.severity == "question" for one in found)


def test_a_room_computes_whatever_the_tender_documents_give_the_figures_for() -> None:
    for name in example_names():
        if name != "interpolation":
            require_by_room(method(name), has_ceiling=True, parts=PART_NAMES)


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("drawn-float", "method.price.excluded"),
        ("mean-and-ceiling", "method.price.benchmark"),
        ("interpolation", "method.price.benchmark"),
    ],
)
def test_a_room_refuses_what_it_lacks_a_figure_for(name: str, where: str) -> None:
    with pytest.raises(MethodInvalid) as refused:
        require_by_room(method(name), has_ceiling=False)

    assert refused.value.parameters["where"] == where


def test_a_tender_is_published_with_a_lawful_method_or_none() -> None:
    require_publishable({}, law(), has_ceiling=True)
    require_publishable(definition("policy-deduction"), law(), has_ceiling=True)
    require_publishable(definition("mean") | {"regime": None}, law(), has_ceiling=True)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"id": ""}, "method.id"),
        ({"regime": "construction"}, "method.regime"),
        ({"same_brand": {"ties": ["procuring_entity"]}}, "method.same_brand"),
        (
            {
                "low_price_review": {
                    "mean_percent": "66",
                    "second_percent": "50",
                    "ceiling_percent": "45",
                }
            },
            "method.low_price_review.mean_percent",
        ),
        ({"criteria": definition("mean")["criteria"] * 2}, "method.criteria"),
    ],
)
def test_a_tender_is_not_published_with_another(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(MethodInvalid) as refused:
        require_publishable(definition("policy-deduction") | changes, law(), has_ceiling=True)

    assert refused.value.parameters["where"] == where


def test_a_tender_is_not_published_with_a_method_the_law_forbids() -> None:
    mean = definition("mean") | {"regime": "government_procurement"}

    with pytest.raises(MethodInvalid, match="lowest price") as refused:
        require_publishable(mean, law(), has_ceiling=True)

    assert refused.value.parameters["law"] == "87号令 第五十五条"
