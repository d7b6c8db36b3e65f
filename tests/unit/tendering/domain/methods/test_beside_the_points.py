"""What stands beside the points: lowest prices, same brands, corrections, low prices."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clients.score_files import score
from tendering.domain.methods.corrections import Offer, UnitPrice, corrected
from tendering.domain.methods.low_prices import low_price_triggers, rates_in_force
from tendering.domain.methods.lowest_price import compared
from tendering.domain.methods.method import LowPriceRates, Method, parse_method
from tendering.domain.methods.same_brand import bidders_counted
from tendering.domain.methods.score import Scored
from tendering.domain.refusals.rules import MethodInvalid, PriceAboveCeiling
from tendering.domain.rulebook import Rulebook, load
from tendering.methods import example_text
from tendering.rulebooks import rulebook_text


def law(on: date = date(2026, 3, 2), regime: str = "government_procurement") -> Rulebook:
    return load(rulebook_text(regime), on=on)


def definition(name: str) -> Any:
    return json.loads(example_text(name, "method"))


def method(name: str, **changes: Any) -> Method:
    return parse_method(definition(name) | changes)


def scored(name: str, bids: Sequence[Any], *, more: Any = None, **changes: Any) -> Scored:
    case = {"format": "kaibiao/bids/v1", "noticed_on": "2026-03-02", "bids": bids} | (more or {})
    return score(json.dumps(definition(name) | changes).encode(), json.dumps(case).encode())


def places(result: Scored) -> list[tuple[int | None, str]]:
    return [(place.rank, place.bid) for place in result.places]


def a_bid(name: str, yuan: int, **more: Any) -> dict[str, Any]:
    return {"id": name, "price_fen": yuan * 100, **more}


# --- the lowest price ----------------------------------------------------------------------------


def test_equal_lowest_prices_share_the_rank() -> None:
    result = scored("price-correction", [a_bid("A", 9), a_bid("B", 9), a_bid("C", 10)])

    assert places(result) == [(1, "A"), (1, "B"), (3, "C")]
    assert [row.tie for row in result.compared] == ["equal", "equal", None]


def test_an_equal_evaluated_price_is_told_apart_by_the_offer() -> None:
    policy = definition("lowest-price-procurement")["price"]
    result = scored(
        "price-correction",
        [a_bid("A", 1000, policies=["small"]), a_bid("B", 900)],
        price=policy,
        totals={"ties": ["price_low", "draw"]},
    )

    assert places(result) == [(1, "B"), (2, "A")]
    assert [row.tie for row in result.compared] == ["price_low", "price_low"]


@pytest.mark.parametrize(
    ("decided", "expected"), [([], [(1, "A"), (1, "B")]), (["B", "A"], [(1, "B"), (2, "A")])]
)
def test_a_draw_of_the_lowest_is_open_until_it_is_made(
    decided: list[str], expected: list[tuple[int, str]]
) -> None:
    result = scored(
        "price-correction",
        [a_bid("A", 9), a_bid("B", 9)],
        more={"decided": decided},
        totals={"ties": ["draw"]},
    )

    assert places(result) == expected


def test_a_quantity_out_of_its_limits_is_refused() -> None:
    with pytest.raises(
        MethodInvalid, match=r"bids\.A\.adjustments\.delay: a quantity from 0 to 60"
    ):
        scored(
            "lowest-evaluated-price", [a_bid("A", 9, adjustments={"delay": "61", "payment": "0"})]
        )
    with pytest.raises(MethodInvalid, match="asks for this quantity"):
        scored("lowest-evaluated-price", [a_bid("A", 9, adjustments={"delay": "6"})])
    with pytest.raises(MethodInvalid, match="does not have it"):
        scored("lowest-evaluated-price", [a_bid("A", 9, adjustments={"x": "6"})])


def test_a_lowest_price_above_the_ceiling_is_not_compared() -> None:
    with pytest.raises(PriceAboveCeiling):
        compared(method("price-correction"), {"A": 2}, ceiling_fen=1, facts={})
    with pytest.raises(MethodInvalid):
        compared(method("price-correction"), {}, ceiling_fen=1, facts={})


def test_a_method_of_the_lowest_price_gives_no_points() -> None:
    with pytest.raises(MethodInvalid):
        _ = method("price-correction").price
    assert method("price-correction").drawn == ()


# --- the same brand ------------------------------------------------------------------------------


def test_g30_bids_of_one_brand_count_as_one_bidder() -> None:
    assert bidders_counted({"A": "x", "B": "x", "C": "", "D": ""}) == 3


def test_the_lowest_of_a_brand_takes_part() -> None:
    result = scored(
        "lowest-price-procurement",
        [a_bid("A", 9, brand="x"), a_bid("B", 8, brand="x"), a_bid("C", 10), a_bid("D", 11)],
    )

    assert places(result) == [(1, "B"), (2, "C"), (3, "D"), (None, "A")]
    assert "品牌相同" in result.places[-1].why.zh


def test_a_brand_whose_choice_is_open_leaves_all_in() -> None:
    bids = [a_bid("A", 9, brand="x"), a_bid("B", 9, brand="x"), a_bid("C", 10)]

    result = scored("lowest-price-procurement", bids)
    drawn = scored("lowest-price-procurement", bids, more={"decided": ["B", "A"]})

    assert (result.brands[0].forward, result.brands[0].by) == (None, "draw")
    assert len(result.places) == 3
    assert (drawn.brands[0].forward, places(drawn)[0]) == ("B", (1, "B"))
    assert [one.severity for one in result.findings] == ["warn"]


def brand_case(a: str, b: str, ties: list[str]) -> Scored:
    return scored(
        "same-brand",
        [
            a_bid("A", 1000, brand="x", points={"response": a, "record": "1"}),
            a_bid("B", 1000, brand="x", points={"response": b, "record": "2"}),
            a_bid("C", 1000, points={"response": "1", "record": "1"}),
        ],
        same_brand={"ties": ties},
        criteria=[
            {
                "id": name,
                "title": name,
                "section": section,
                "kind": "subjective",
                "max_points": "35",
            }
            for name, section in (("response", "technical"), ("record", "business"))
        ],
    )


@pytest.mark.parametrize(
    ("ties", "forward", "by"),
    [
        (["technical_high", "draw"], "A", "technical_high"),
        (["business_high", "draw"], "B", "business_high"),
        (["price_low", "draw"], None, "draw"),
        (["price_low", "procuring_entity"], None, "procuring_entity"),
    ],
)
def test_equal_bids_of_a_brand_are_told_apart_as_declared(
    ties: list[str], forward: str | None, by: str
) -> None:
    group = brand_case("3", "2", ties).brands[0]

    assert (group.forward, group.by) == (forward, by)


def test_a_brand_may_be_told_apart_by_the_lower_price() -> None:
    bids = [a_bid("A", 1000, brand="x"), a_bid("B", 900, brand="x", policies=[])]

    result = scored(
        "lowest-price-procurement",
        [bids[0] | {"policies": ["small"]}, bids[1]],
        same_brand={"ties": ["price_low", "draw"]},
    )

    assert (result.brands[0].forward, result.brands[0].by) == ("B", "price_low")


def test_the_best_of_a_brand_goes_forward() -> None:
    assert brand_case("3", "1", ["draw"]).brands[0].by == "rank"


# --- corrections ---------------------------------------------------------------------------------

ROWS = (UnitPrice("a", Decimal("1.5"), 101), UnitPrice("b", Decimal(2), 100))


@pytest.mark.parametrize(
    ("offer", "price", "steps"),
    [
        (Offer(1000), 1000, 0),
        (Offer(1000, body_fen=1000, words_fen=1000, figures_fen=1000), 1000, 0),
        (Offer(1000, body_fen=900), 1000, 1),
        (Offer(1000, words_fen=1100, figures_fen=1000), 1100, 1),
        (Offer(1000, words_fen=1100), 1000, 0),
        # 1.5 × 101 is 151.5, half up 152.
        (Offer(1000, rows=ROWS), 352, 1),
        (Offer(352, rows=ROWS), 352, 0),
        (Offer(1000, rows=ROWS, point_misplaced=True), 1000, 1),
        (Offer(1000, body_fen=900, words_fen=1100, figures_fen=1000, rows=ROWS), 352, 3),
    ],
)
def test_g19_prices_are_corrected_in_the_order_of_the_law(
    offer: Offer, price: int, steps: int
) -> None:
    found = corrected(offer)

    assert (found.price_fen, len(found.steps), found.confirm) == (price, steps, steps > 0)


@pytest.mark.parametrize(
    ("confirmed", "expected"),
    [(True, [(1, "A")]), (None, [(1, "A")]), (False, [(None, "A")])],
)
def test_g19_a_corrected_price_that_is_not_confirmed_is_invalid(
    confirmed: bool | None, expected: list[tuple[int | None, str]]
) -> None:
    result = scored(
        "price-correction", [a_bid("A", 9, offer={"body_fen": 1, "confirmed": confirmed})]
    )

    assert places(result) == expected
    assert ("question" in [one.severity for one in result.findings]) is (confirmed is None)


# --- abnormally low prices -----------------------------------------------------------------------


def test_before_the_date_the_law_has_no_rates() -> None:
    assert rates_in_force(law(date(2026, 1, 31)), None) is None
    assert rates_in_force(law(date(2026, 2, 1)), None) is not None
    assert rates_in_force(law(regime="construction"), None) is None


@pytest.mark.parametrize(
    ("rates", "where"),
    [
        (("49.99", "50", "45"), "mean_percent"),
        (("50", "65.01", "45"), "second_percent"),
        (("50", "50", "44"), "ceiling_percent"),
    ],
)
def test_declared_rates_may_only_be_raised_up_to_the_limit(
    rates: tuple[str, str, str], where: str
) -> None:
    with pytest.raises(MethodInvalid) as refused:
        rates_in_force(law(), LowPriceRates(*map(Decimal, rates)))

    assert refused.value.parameters["where"] == f"method.low_price_review.{where}"


def test_rates_up_to_the_limit_are_taken() -> None:
    most = LowPriceRates(Decimal(65), Decimal(65), Decimal(65))

    assert rates_in_force(law(), most) == most
    with pytest.raises(MethodInvalid):
        rates_in_force(law(date(2026, 1, 31)), most)


def test_low_prices_of_nobody_and_of_one() -> None:
    rates = LowPriceRates(Decimal(50), Decimal(50), Decimal(45))

    assert low_price_triggers({}, rates, ceiling_fen=1) == ()
    assert low_price_triggers({"A": 1}, rates, ceiling_fen=None) == ()


def test_the_offered_price_is_reviewed_and_not_the_evaluated_one() -> None:
    bids = [a_bid("A", 55, policies=["small"]), a_bid("B", 100), a_bid("C", 100)]

    result = scored("policy-deduction", [one | {"points": {"response": "1"}} for one in bids])

    # 55 is not below half of 85; less 20 % it would be.
    assert result.triggers == ()


# --- who takes part ------------------------------------------------------------------------------

STANDINGS = ("valid", "rejected_preliminarily", "rejected_in_detail", "rejected_later")


@pytest.mark.parametrize(
    ("entrants", "frozen", "entering"),
    [
        ("opened", True, set(STANDINGS)),
        ("opened", False, set(STANDINGS)),
        ("preliminarily_valid", True, {"valid", "rejected_in_detail", "rejected_later"}),
        ("preliminarily_valid", False, {"valid", "rejected_in_detail"}),
        ("valid", True, {"valid", "rejected_later"}),
        ("valid", False, {"valid"}),
    ],
)
def test_the_standing_decides_who_makes_the_benchmark(
    entrants: str, frozen: bool, entering: set[str]
) -> None:
    price = definition("mean")["price"] | {"entrants": entrants, "benchmark_frozen": frozen}
    bids = [a_bid(one, 100 + n, standing=one) for n, one in enumerate(STANDINGS)]

    result = scored("mean", bids, price=price)

    assert result.prices is not None
    assert set(result.prices.benchmark.used) == entering
    assert places(result)[-3:] == [(None, one) for one in STANDINGS[1:]]
