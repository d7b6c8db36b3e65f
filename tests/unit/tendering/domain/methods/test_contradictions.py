"""Definitions that contradict themselves are refused, each with the place."""

import json
from typing import Any

import pytest

from tendering.domain.methods.method import parse_method
from tendering.domain.refusals.rules import MethodInvalid
from tendering.methods import example_text


def changed(name: str, path: str, value: Any) -> dict[str, Any]:
    """An example with one member set; a path like `price.benchmark.terms.0.share`."""
    definition: dict[str, Any] = json.loads(example_text(name, "method"))
    parent: Any = definition
    *inner, last = path.split(".")
    for key in inner:
        parent = parent[int(key)] if isinstance(parent, list) else parent[key]
    parent[int(last) if isinstance(parent, list) else last] = value
    return definition


ONE_WAY = {"title": "甲", "of": {"kind": "lowest"}}
ADJUSTMENT = {"id": "a", "title": "a", "unit": "u", "from": "0", "to": "1"}


@pytest.mark.parametrize(
    ("name", "path", "value", "where"),
    [
        ("mean", "totals.ties", ["draw", "price_low"], "totals.ties"),
        ("mean", "totals.ties", ["price_low", "price_low"], "totals.ties"),
        ("mean", "criteria.0.id", "record", "criteria"),
        ("mean", "price.curve.floor", "50.01", "price.curve.floor"),
        ("mean", "price.curve.step_percent", "0.5", "price.curve.step_percent"),
        ("mean", "price.benchmark.kept", ["x"], "price.benchmark.kept"),
        ("mean", "price.excluded", ["x", "x"], "price.excluded"),
        ("mean", "price.entrants", "all", "price.entrants"),
        ("mean", "price.lines", [], "price.max_points"),
        ("mean", "price.adjustments", [ADJUSTMENT], "price.adjustments[0].fen"),
        (
            "mean",
            "price.adjustments",
            [ADJUSTMENT | {"fen": 1, "percent": "1"}],
            "price.adjustments[0].fen",
        ),
        (
            "mean",
            "price.adjustments",
            [ADJUSTMENT | {"fen": 1, "from": "2"}],
            "price.adjustments[0].to",
        ),
        ("trimmed-mean", "price.benchmark.trimming.0.highest", 6, "price.benchmark.trimming[0]"),
        ("trimmed-mean", "price.benchmark.trimming.0.bids_min", 7, "price.benchmark.trimming"),
        (
            "prices-near-the-mean",
            "price.benchmark.outside",
            {"none_left": "refuse"},
            "price.benchmark.outside.above_percent",
        ),
        ("mean-and-ceiling", "price.benchmark.terms.0.share", "0.5", "price.benchmark.terms"),
        (
            "mean-and-ceiling",
            "price.benchmark.terms.0.of",
            {"kind": "weighted", "terms": [{"share": "1", "of": {"kind": "lowest"}}]},
            "price.benchmark.terms[0].of.kind",
        ),
        ("reference-price", "price.benchmark.kept", ["x"], "price.benchmark.kept"),
        ("drawn-float", "price.excluded", ["provisional_sums"], "price.excluded"),
        ("drawn-float", "price.benchmark.float_percent", "1", "price.benchmark.float_percent"),
        ("drawn-float", "price.benchmark.float_drawn.to", "4", "price.benchmark.float_drawn.to"),
        (
            "drawn-float",
            "price.benchmark.float_drawn.from",
            "5.001",
            "price.benchmark.float_drawn.from",
        ),
        ("drawn-method", "price.benchmark.among", [], "price.benchmark.among"),
        (
            "drawn-method",
            "price.benchmark.among.0.title",
            "最高投标限价与报价平均值各占一半",
            "price.benchmark.among",
        ),
        (
            "drawn-method",
            "price.benchmark.among.0.of",
            {"kind": "drawn", "id": "x", "among": [ONE_WAY, ONE_WAY | {"title": "乙"}]},
            "price.benchmark.among[0].of.kind",
        ),
        (
            "mean-and-ceiling",
            "price.benchmark.terms.0.of",
            {"kind": "drawn", "id": "x", "among": [ONE_WAY, ONE_WAY | {"title": "乙"}]},
            "price.benchmark.terms[0].of.kind",
        ),
        (
            "drawn-method",
            "price.benchmark.among.0.of.float_drawn",
            {"id": "方法", "from": "1", "to": "2", "decimals": 0},
            "price",
        ),
        ("stepped", "price.curve.above.0.to_percent", "6", "price.curve.above"),
        ("stepped", "price.curve.above.3.to_percent", "60", "price.curve.above"),
        ("stepped", "price.curve.above.1.to_percent", None, "price.curve.above"),
        ("stepped", "price.curve.above", [], "price.curve.above"),
        ("base-eighty", "price.curve.cap", "59", "price.curve.floor"),
        ("interpolation", "price.curve.anchors", [], "price.curve.anchors"),
        ("interpolation", "price.curve.anchors.0.at", "price", "price.curve.anchors[0].price_fen"),
        (
            "interpolation",
            "price.curve.anchors.0.price_fen",
            1,
            "price.curve.anchors[0].price_fen",
        ),
        ("policy-deduction", "price.policies_combined", None, "price.policies_combined"),
        ("policy-deduction", "price.policies.0.id", "domestic", "price.policies"),
        ("price-lines", "price.max_points", "49", "price.max_points"),
        ("price-lines", "price.lines.0.id", "price", "price.lines[0].id"),
        ("price-lines", "price.lines.0.id", "upkeep", "price.lines"),
        ("price-lines", "price.excluded", ["x"], "price.excluded"),
        (
            "price-lines",
            "price.adjustments",
            [ADJUSTMENT | {"fen": 1}],
            "price.adjustments",
        ),
        (
            "price-lines",
            "price.lines.0.benchmark",
            {"kind": "reference"},
            "price.lines[0].benchmark",
        ),
        ("same-brand", "same_brand.ties", ["price_low"], "same_brand.ties"),
        ("same-brand", "same_brand.ties", [], "same_brand.ties"),
        ("lowest-price-procurement", "criteria", [], None),
        (
            "lowest-price-procurement",
            "totals.ties",
            ["technical_high"],
            "totals.ties",
        ),
    ],
)
def test_a_contradiction_is_refused_with_its_place(
    name: str, path: str, value: Any, where: str | None
) -> None:
    definition = changed(name, path, value)
    if where is None:
        assert parse_method(definition).criteria == ()
        return

    with pytest.raises(MethodInvalid) as refused:
        parse_method(definition)

    assert refused.value.parameters["where"] == f"method.{where}"


def test_policies_that_leave_nothing_are_refused() -> None:
    definition = changed("policy-deduction", "price.policies_combined", "sum")
    definition["price"]["policies"][0]["percent"] = "80"

    with pytest.raises(MethodInvalid, match="leave nothing"):
        parse_method(definition)


def test_where_the_lowest_price_wins_nothing_is_scored() -> None:
    definition = changed("lowest-price-procurement", "criteria", [])
    definition["criteria"] = json.loads(example_text("mean", "method"))["criteria"]

    with pytest.raises(MethodInvalid) as refused:
        parse_method(definition)

    assert refused.value.parameters["where"] == "method.criteria"
