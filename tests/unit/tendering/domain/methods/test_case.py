"""Reading the file of bids: sheets, seeds, and what is refused, with the place."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tendering.domain.methods.benchmark_prices import LotFacts
from tendering.domain.methods.case import Case, parse_case
from tendering.domain.methods.method import Method, parse_method
from tendering.domain.methods.price import price_scores
from tendering.domain.methods.totals import totals
from tendering.domain.refusals.rules import BidsInvalid, MethodInvalid
from tendering.methods import example_text

BID = {"id": "A", "price_fen": 100}


def a_method(name: str, **changes: Any) -> Method:
    return parse_method(json.loads(example_text(name, "method")) | changes)


def case(name: str = "mean", **members: Any) -> Case:
    value = {"format": "kaibiao/bids/v1", "bids": [BID]} | members
    return parse_case(value, a_method(name))


def test_the_sheets_of_the_members_are_read() -> None:
    sheets = [
        {"member": name, "points": {"A": {"design": points}}}
        for name, points in (("m", "8.0"), ("n", "9"))
    ]

    read = case(sheets=sheets)

    assert read.sheets == {
        "m": {"A": {"design": Decimal(8)}},
        "n": {"A": {"design": Decimal(9)}},
    }


@pytest.mark.parametrize(
    ("members", "where"),
    [
        ({"sheets": [{"member": "m", "points": {}}] * 2}, "sheets[1].member"),
        ({"sheets": [{"member": "m", "points": {"B": {}}}]}, "sheets[0].points.B"),
        (
            {"sheets": [{"member": "m", "points": {}}], "bids": [BID | {"points": {}}]},
            "sheets",
        ),
        ({"bids": [BID | {"parts_fen": {"": 1}}]}, "bids[0].parts_fen"),
        ({"bids": [BID | {"points": {"design": "8,0"}}]}, "bids[0].points.design"),
        ({"bids": [BID | {"price_fen": 10**15 + 1}]}, "bids[0].price_fen"),
        ({"decided": ["A", "A"]}, "decided"),
        ({"noticed_on": "1.2.2026"}, "noticed_on"),
        ({"format": "kaibiao/bids/v2"}, "format"),
    ],
)
def test_what_does_not_hold_is_refused(members: dict[str, Any], where: str) -> None:
    with pytest.raises(BidsInvalid) as refused:
        case(**members)

    assert refused.value.parameters["where"] == f"bids_file.{where}"


@pytest.mark.parametrize("seed", ["", "00", "G" * 64, "A" * 64])
def test_a_seed_has_32_bytes_in_lower_hex(seed: str) -> None:
    with pytest.raises(BidsInvalid, match="seed"):
        case("drawn-float", drawn={"K": {"seed": seed}})


@pytest.mark.parametrize("number", [0, 4, "2", None])
def test_a_method_that_is_none_of_them_was_not_drawn(number: object) -> None:
    with pytest.raises(BidsInvalid, match="方法"):
        case("drawn-method", drawn={"方法": {"method": number}})


@pytest.mark.parametrize("drawn", [{}, {"方法": Decimal(4)}, {"方法": Decimal("1.5")}])
def test_nothing_is_scored_before_the_method_is_drawn(drawn: dict[str, Decimal]) -> None:
    with pytest.raises(MethodInvalid) as refused:
        price_scores(
            a_method("drawn-method"), {"A": 100}, ceiling_fen=1000, lot=LotFacts(drawn=drawn)
        )

    assert refused.value.parameters["where"] == "drawn.方法"


def test_no_price_makes_no_benchmark() -> None:
    with pytest.raises(MethodInvalid, match="no price enters"):
        price_scores(a_method("mean"), {"A": 100}, ceiling_fen=None, entrants={})


@pytest.mark.parametrize("fen", [0, -1])
def test_a_price_that_is_not_above_zero_is_not_scored(fen: int) -> None:
    with pytest.raises(MethodInvalid) as refused:
        price_scores(a_method("mean"), {"A": fen}, ceiling_fen=None)

    assert refused.value.parameters["where"] == "bids.A.price_fen"


def sheets(*points: str, bids: str = "A") -> dict[str, dict[str, dict[str, Decimal]]]:
    return {
        str(member): {bid: {"design": Decimal(one), "record": Decimal(1)} for bid in bids}
        for member, one in enumerate(points)
    }


def test_a_mean_that_is_not_rounded_goes_on_exactly() -> None:
    method = a_method("mean", members={"decimals": None}, totals={"decimals": 8, "ties": []})
    scores = price_scores(method, {"A": 100}, ceiling_fen=None)

    row = totals(method, sheets("1", "1", "2"), scores).rows[0]

    assert (str(row.criteria["design"]), str(row.technical)) == ("1.3333333333", "1.3333333333")
    assert str(row.total) == str(row.price + Decimal("2.33333333"))


def test_bids_equal_at_every_level_share_the_rank() -> None:
    method = a_method(
        "mean",
        totals={
            "decimals": 2,
            "ties": ["price_low", "technical_high", "business_high", "equal"],
        },
    )
    scores = price_scores(method, {"A": 100, "B": 100}, ceiling_fen=None)

    ranking = totals(method, sheets("1", "2", "4", bids="AB"), scores)

    assert [(row.bid, row.rank, row.tie) for row in ranking.rows] == [
        *(("A", 1, "equal"), ("B", 1, "equal"))
    ]
    assert scores.benchmark.explanation_en.startswith("Mean of 2 prices")
