"""Families of price methods beyond mean and proportion, and their parts, with figures by hand."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from crypto.canonical import JsonValue
from tendering.domain.methods.benchmark_prices import LotFacts
from tendering.domain.methods.evaluated_price import BidFacts
from tendering.domain.methods.floats import Ball, Drawn, draw_float
from tendering.domain.methods.method import parse_method
from tendering.domain.methods.price import PriceScores, price_scores
from tendering.domain.refusals.rules import MethodInvalid
from tests.unit.tendering.domain.method_definitions import Definition, a_method, mean_price

B100: Definition = {"kind": "reference", "price_fen": 10_000}
EIGHTY: Definition = {
    "kind": "stepped",
    "at_benchmark": "80",
    "above": [
        {"to_percent": "20", "points_per_percent": "-1"},
        {"points_per_percent": "0"},
    ],
    "below": [
        {"to_percent": "20", "points_per_percent": "1"},
        {"to_percent": "40", "points_per_percent": "-1"},
        {"points_per_percent": "0"},
    ],
}
K: Definition = {"id": "K", "from": "5.00", "to": "8.00", "decimals": 2}


def scores(
    price: Definition,
    yuan: Mapping[str, int],
    *,
    ceiling_fen: int | None = None,
    lot: LotFacts | None = None,
    facts: Mapping[str, BidFacts] | None = None,
) -> PriceScores:
    return price_scores(
        parse_method(a_method(price)),
        {bid: one * 100 for bid, one in yuan.items()},
        ceiling_fen=ceiling_fen,
        lot=lot,
        facts={} if facts is None else facts,
    )


def points(price: Definition, *yuan: int, **options: int) -> list[str]:
    found = scores(price, {f"{one:09d}": one for one in yuan}, **options)  # type: ignore[arg-type]
    return [str(row.points) for row in found.rows]


def full_100(**changes: JsonValue) -> Definition:
    return mean_price(max_points="100", benchmark=B100, **changes)


def test_the_rule_of_eighty_rises_to_a_hundred_and_falls_again() -> None:
    assert points(full_100(curve=EIGHTY), 50, 60, 70, 80, 90, 100, 110, 120, 150) == [
        *("80.00", "80.00", "90.00", "100.00", "90.00"),
        *("80.00", "70.00", "60.00", "60.00"),
    ]


def test_bands_count_each_for_its_own_part_of_the_deviation() -> None:
    bands: list[JsonValue] = [
        {"to_percent": "3", "points_per_percent": "0"},
        {"to_percent": "5", "points_per_percent": "-0.5"},
        {"to_percent": "8", "points_per_percent": "-1"},
        {"points_per_percent": "-2"},
    ]
    curve: Definition = {
        "kind": "stepped", "at_benchmark": "100", "above": bands, "below": bands, "floor": "90",
    }  # fmt: skip

    assert points(full_100(curve=curve), 97, 103, 104, 107, 109, 150) == [
        *("100.00", "100.00", "99.50", "97.00", "94.00", "90.00")
    ]


def test_bands_may_be_capped() -> None:
    bonus: list[JsonValue] = [{"points_per_percent": "1"}]
    curve: Definition = {
        "kind": "stepped", "at_benchmark": "80", "above": bonus, "below": bonus, "cap": "85",
    }  # fmt: skip

    found = scores(full_100(curve=curve), {"A": 90, "B": 100})

    assert [str(row.points) for row in found.rows] == ["85.00", "80.00"]
    assert found.row("A").explanation_zh == (
        "评审价格90.000000元，偏差率-10.00%，逐档加减：80＋10，最高85分，得85.00分。"
    )
    assert (
        found.row("B").explanation_zh == "评审价格100.000000元，与基准价相等，得80分，得80.00分。"
    )


def test_lambda_takes_a_multiple_of_the_deviation() -> None:
    curve: Definition = {"kind": "lambda", "above": "2", "below": "1", "floor": "0"}

    assert points(full_100(curve=curve), 90, 100, 110, 200) == ["90.00", "100.00", "80.00", "0.00"]


def test_points_lie_on_straight_lines_between_anchors() -> None:
    curve: Definition = {
        "kind": "interpolation",
        "anchors": [
            {"at": "benchmark", "points": "100"},
            {"at": "price", "price_fen": 15_000, "points": "40"},
            {"at": "benchmark", "percent": "200", "points": "0"},
        ],
    }

    assert points(full_100(curve=curve), 90, 100, 125, 150, 175, 300) == [
        *("100.00", "100.00", "70.00", "40.00", "20.00", "0.00")
    ]


def test_anchors_may_lie_at_the_lowest_the_highest_and_the_ceiling() -> None:
    curve: Definition = {
        "kind": "interpolation",
        "anchors": [
            {"at": "lowest", "points": "100"},
            {"at": "highest", "points": "50"},
            {"at": "ceiling", "points": "40"},
        ],
    }

    assert points(full_100(curve=curve), 80, 90, 100, ceiling_fen=11_000) == [
        *("100.00", "75.00", "50.00")
    ]


def test_all_prices_equal_take_the_points_of_the_first_anchor() -> None:
    curve: Definition = {
        "kind": "interpolation",
        "anchors": [{"at": "lowest", "points": "100"}, {"at": "highest", "points": "0"}],
    }

    found = scores(full_100(curve=curve), {"A": 80, "B": 80})

    assert [str(row.points) for row in found.rows] == ["100.00", "100.00"]


def test_anchors_that_cross_with_these_bids_are_refused() -> None:
    curve: Definition = {
        "kind": "interpolation",
        "anchors": [{"at": "highest", "points": "100"}, {"at": "lowest", "points": "0"}],
    }

    with pytest.raises(MethodInvalid, match="do not rise"):
        scores(full_100(curve=curve), {"A": 80, "B": 90})


@pytest.mark.parametrize(
    ("stepping", "expected"), [("full_percent", "98.00"), ("begun_percent", "97.00")]
)
def test_steps_may_be_of_half_a_percent(stepping: str, expected: str) -> None:
    curve: Definition = {
        "kind": "deviation",
        "stepping": stepping,
        "step_percent": "0.5",
        "points_above": "2",
        "points_below": "1",
    }

    method = parse_method(a_method(full_100(curve=curve)))

    row = price_scores(method, {"A": 10_124}, ceiling_fen=None).rows[0]

    assert str(row.points) == expected
    assert "按" in row.explanation_zh


def test_the_benchmark_may_be_mixed_of_mean_and_ceiling() -> None:
    benchmark: Definition = {
        "kind": "weighted",
        "terms": [
            {"share": "0.6", "of": {"kind": "mean", "decimals": 2}},
            {"share": "0.4", "of": {"kind": "reference", "float_percent": "10"}},
        ],
        "float_percent": "1",
        "decimals": 2,
    }

    found = scores(full_100() | {"benchmark": benchmark}, {"A": 90, "B": 100}, ceiling_fen=11_000)

    # (0.6 × 95 + 0.4 × 99) × 0.99
    assert str(found.benchmark.yuan) == "95.63"
    assert found.benchmark.used == ("A", "B")
    assert "0.6×95.00＋0.4×99.00" in found.benchmark.explanation_zh


def test_prices_far_from_the_mean_are_left_out() -> None:
    benchmark: Definition = {
        "kind": "mean",
        "outside": {"above_percent": "20", "below_percent": "20"},
        "decimals": 2,
    }

    found = scores(full_100() | {"benchmark": benchmark}, {"A": 80, "B": 100, "C": 120, "D": 160})

    # The mean is 115, so 92 to 138 count: 100 and 120.
    assert str(found.benchmark.yuan) == "110.00"
    assert found.benchmark.left_out == ("A", "D")


def test_a_price_exactly_at_the_limit_is_not_outside() -> None:
    benchmark: Definition = {"kind": "mean", "outside": {"above_percent": "20"}, "decimals": 2}

    found = scores(full_100() | {"benchmark": benchmark}, {"A": 80, "B": 120})

    assert found.benchmark.left_out == ()


def test_when_every_price_is_outside_the_definition_decides() -> None:
    def benchmark(none_left: str) -> Definition:
        outside: Definition = {"above_percent": "5", "below_percent": "5", "none_left": none_left}
        return full_100() | {"benchmark": {"kind": "mean", "outside": outside, "decimals": 2}}

    with pytest.raises(MethodInvalid, match="none is left"):
        scores(benchmark("refuse"), {"A": 50, "B": 150})
    assert str(scores(benchmark("use_all"), {"A": 50, "B": 150}).benchmark.yuan) == "100.00"


@pytest.mark.parametrize(
    ("percent", "expected"),
    [("5.00", "9540000.00"), ("6.37", "9413960.00"), ("8.00", "9264000.00")],
)
def test_a_drawn_k_lowers_the_ceiling_and_not_the_sums_it_keeps(
    percent: str, expected: str
) -> None:
    benchmark: Definition = {
        "kind": "reference",
        "float_drawn": K,
        "kept": ["provisional_sums", "specialty_estimates"],
        "decimals": 2,
    }
    lot = LotFacts(
        ceiling_parts_fen={"provisional_sums": 30_000_000, "specialty_estimates": 50_000_000},
        drawn={"K": Decimal(percent)},
    )

    found = scores(
        full_100() | {"benchmark": benchmark}, {"A": 1}, ceiling_fen=1_000_000_000, lot=lot
    )

    assert str(found.benchmark.yuan) == expected


@pytest.mark.parametrize("percent", [None, "4.99", "8.01", "5.001"])
def test_a_k_that_cannot_have_been_drawn_is_refused(percent: str | None) -> None:
    benchmark: Definition = {"kind": "mean", "float_drawn": K}
    lot = LotFacts(drawn={} if percent is None else {"K": Decimal(percent)})

    with pytest.raises(MethodInvalid) as refused:
        scores(full_100() | {"benchmark": benchmark}, {"A": 1}, lot=lot)

    assert refused.value.parameters["where"] == "drawn.K"


def test_a_part_the_lot_does_not_have_is_refused() -> None:
    benchmark: Definition = {"kind": "reference", "kept": ["provisional_sums"]}

    with pytest.raises(MethodInvalid) as refused:
        scores(full_100() | {"benchmark": benchmark}, {"A": 1}, ceiling_fen=1_000)

    assert refused.value.parameters["where"] == "ceiling_parts_fen.provisional_sums"


def test_the_ceiling_is_compared_without_what_the_prices_are_without() -> None:
    price = full_100(excluded=["safety_fee"]) | {"benchmark": {"kind": "reference", "decimals": 2}}
    facts = {"A": BidFacts(parts_fen={"safety_fee": 1_000})}

    found = scores(
        price,
        {"A": 100},
        ceiling_fen=11_000,
        lot=LotFacts(ceiling_parts_fen={"safety_fee": 2_000}),
        facts=facts,
    )

    assert str(found.benchmark.yuan) == "90.00"
    assert str(found.rows[0].points) == "100.00"


def test_what_is_kept_may_leave_no_benchmark() -> None:
    benchmark: Definition = {"kind": "reference", "float_percent": "0"}
    price = full_100(excluded=["safety_fee"]) | {"benchmark": benchmark}

    with pytest.raises(MethodInvalid, match="not above zero"):
        scores(
            price,
            {"A": 100},
            ceiling_fen=11_000,
            lot=LotFacts(ceiling_parts_fen={"safety_fee": 11_000}),
            facts={"A": BidFacts(parts_fen={"safety_fee": 1})},
        )


LINES: list[JsonValue] = [
    {
        "id": name,
        "title": name,
        "max_points": "100",
        "weight": weight,
        "benchmark": {"kind": "lowest"},
        "curve": {"kind": "proportion"},
        "decimals": 2,
    }
    for name, weight in (("equipment", "0.7"), ("upkeep", "0.3"))
]


def test_several_price_lines_add_up_by_their_weights() -> None:
    price: Definition = {"max_points": "100", "lines": LINES, "decimals": 2}
    facts = {
        "A": BidFacts(lines_fen={"equipment": 1_000, "upkeep": 300}),
        "B": BidFacts(lines_fen={"equipment": 800, "upkeep": 400}),
    }

    found = scores(price, {"A": 13, "B": 12}, facts=facts)

    # A: 80 × 0.7 + 100 × 0.3; B: 100 × 0.7 + 75 × 0.3
    assert [str(row.points) for row in found.rows] == ["86.00", "92.50"]


def test_a_line_without_a_price_is_refused() -> None:
    price: Definition = {"max_points": "100", "lines": LINES, "decimals": 2}

    with pytest.raises(MethodInvalid) as refused:
        scores(price, {"A": 1}, facts={"A": BidFacts(lines_fen={"equipment": 1})})

    assert refused.value.parameters["where"] == "bids.A.lines_fen.upkeep"


@pytest.mark.parametrize(
    ("combined", "expected"), [("sum", "740.00"), ("largest", "800.00"), ("successive", "752.00")]
)
def test_two_policies_are_combined_as_declared(combined: str, expected: str) -> None:
    price = full_100(
        policies=[
            {"id": "small", "title": "小微企业", "kind": "small_enterprise", "percent": "20"},
            {"id": "green", "title": "节能环保", "kind": "other", "percent": "6"},
        ],
        policies_combined=combined,
    )

    found = scores(
        price, {"A": 1000}, facts={"A": BidFacts(policies=frozenset({"small", "green"}))}
    )

    assert f"{found.rows[0].evaluated_yuan:.2f}" == expected


def test_a_policy_the_method_does_not_have_is_refused() -> None:
    with pytest.raises(MethodInvalid, match="no policy x"):
        scores(full_100(), {"A": 1}, facts={"A": BidFacts(policies=frozenset({"x"}))})


def test_balls_are_drawn_from_the_digits_still_possible() -> None:
    terms = Drawn("K", Decimal("5.00"), Decimal("8.00"), 2)
    draws = [draw_float(terms, bytes([n]) * 32) for n in range(60)]

    assert all(Decimal(5) <= one.percent <= Decimal(8) for one in draws)
    assert {one.balls[0].urn for one in draws} == {(5, 6, 7, 8)}
    eights = [one for one in draws if one.balls[0].drawn == 8]
    assert {str(one.percent) for one in eights} == {"8.00"}
    assert eights[0].balls[1:] == (Ball((0,), 0), Ball((0,), 0))


def test_the_same_seed_draws_the_same_balls() -> None:
    terms = Drawn("K", Decimal("5.25"), Decimal("6.10"), 2)

    assert draw_float(terms, bytes(32)) == draw_float(terms, bytes(32))
    assert str(draw_float(terms, bytes(32)).percent) == "5.81"


def test_a_k_of_one_value_needs_no_chance() -> None:
    assert str(draw_float(Drawn("K", Decimal(3), Decimal(3), 0), bytes(32)).percent) == "3"
