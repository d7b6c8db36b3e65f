"""The worked examples, to the last digit."""

import json
from decimal import Decimal

import pytest

from tendering.domain.methods.evaluated_price import BidFacts
from tendering.domain.methods.method import parse_method
from tendering.domain.methods.price import price_scores
from tendering.domain.methods.totals import totals
from tendering.domain.refusals.awards import EvaluationIncomplete
from tendering.domain.refusals.rules import MethodInvalid, PriceAboveCeiling
from tendering.rulebooks import METHODS, method_text
from tests.unit.tendering.domain.method_definitions import (
    Definition,
    a_method,
    inverse_price,
    mean_price,
    reference_price,
    trimmed_price,
)

EXAM_PRICES = {"甲": 2_120_000_000, "乙": 2_130_000_000, "丙": 2_130_000_000}
EXAM_TECHNICAL = {"甲": "98.70", "乙": "98.85", "丙": "98.80"}
EXAM_CRITERIA = [
    {
        "id": "technical-1",
        "title": "技术",
        "section": "technical",
        "kind": "subjective",
        "max_points": "100",
        "weight": "0.4",
    }
]
SMALL = {"id": "small", "title": "小微企业", "kind": "small_enterprise", "percent": "20"}
FIVE = {str(price): price * 100 for price in (920, 960, 980, 1000, 1040)}


def exam_totals(deviation_decimals: int | None) -> dict[str, str]:
    curve = reference_price()["curve"]
    assert isinstance(curve, dict)
    price = reference_price(curve=curve | {"deviation_decimals": deviation_decimals})
    method = parse_method(a_method(price, criteria=EXAM_CRITERIA))
    sheets = {
        "专家": {bid: {"technical-1": Decimal(points)} for bid, points in EXAM_TECHNICAL.items()}
    }
    ranking = totals(method, sheets, price_scores(method, EXAM_PRICES, ceiling_fen=None))
    return {row.bid: str(row.total) for row in ranking.rows}


def test_the_published_exam_totals_come_out_when_the_deviation_is_rounded_first() -> None:
    assert exam_totals(2) == {"甲": "99.34", "乙": "99.25", "丙": "99.23"}


def test_the_exam_totals_differ_when_the_deviation_is_not_rounded() -> None:
    assert exam_totals(None) == {"甲": "99.34", "乙": "99.26", "丙": "99.24"}


def test_the_published_exam_price_scores_come_out() -> None:
    method = parse_method(a_method(reference_price(decimals=2)))

    scores = price_scores(method, EXAM_PRICES, ceiling_fen=None)

    assert [(row.bid, str(row.points)) for row in scores.rows] == [
        ("丙", "99.52"),
        ("乙", "99.52"),
        ("甲", "99.76"),
    ]


def test_the_procurement_formula_gives_the_published_scores() -> None:
    method = parse_method(a_method(inverse_price("40")))
    published = {
        1_729_800: "40.00",
        2_270_000: "30.48",
        2_876_875: "24.05",
        12_144_732: "5.70",
        22_862_800: "3.03",
        86_498_326: "0.80",
        17_247_224_171: "0.00",
    }

    scores = price_scores(method, {str(yuan): yuan * 100 for yuan in published}, ceiling_fen=None)

    assert {int(row.bid): str(row.points) for row in scores.rows} == published


def test_five_prices_are_not_trimmed() -> None:
    scores = price_scores(parse_method(a_method(trimmed_price())), FIVE, ceiling_fen=None)

    assert str(scores.benchmark.yuan) == "931.00"
    assert {row.bid: str(row.points) for row in scores.rows} == {
        "920": "99.05",
        "960": "96.26",
        "980": "93.68",
        "1000": "91.11",
        "1040": "85.95",
    }


def test_of_six_prices_the_highest_is_left_out_of_the_benchmark() -> None:
    prices = FIVE | {"880": 88_000}

    scores = price_scores(parse_method(a_method(trimmed_price())), prices, ceiling_fen=None)

    assert str(scores.benchmark.yuan) == "900.60"
    assert scores.benchmark.left_out == ("1040",)
    assert {row.bid: str(row.points) for row in scores.rows} == {
        "880": "98.17",
        "920": "97.42",
        "960": "92.09",
        "980": "89.42",
        "1000": "86.76",
        "1040": "81.43",
    }


def test_of_seven_prices_one_goes_on_each_side() -> None:
    prices = FIVE | {"880": 88_000, "1100": 110_000}

    scores = price_scores(parse_method(a_method(trimmed_price())), prices, ceiling_fen=None)

    assert set(scores.benchmark.left_out) == {"880", "1100"}


def test_a_policy_deduction_lowers_the_scored_price_and_not_the_offer() -> None:
    method = parse_method(a_method(inverse_price("30", policies=[SMALL])))

    scores = price_scores(
        method,
        {"A": 100_000, "B": 88_000, "C": 85_000},
        ceiling_fen=None,
        facts={"A": BidFacts(policies=frozenset({"small"}))},
    )

    assert [str(row.points) for row in scores.rows] == ["30.00", "27.27", "28.24"]
    assert scores.row("A").price_fen == 100_000


def test_provisional_sums_stay_out_of_the_base_where_the_method_says_so() -> None:
    method = parse_method(a_method(inverse_price("30", excluded=["provisional_sums"])))

    scores = price_scores(
        method,
        {"A": 100_000, "B": 90_000},
        ceiling_fen=None,
        facts={
            "A": BidFacts(parts_fen={"provisional_sums": 20_000}),
            "B": BidFacts(parts_fen={"provisional_sums": 5_000}),
        },
    )

    assert [str(row.evaluated_yuan) for row in scores.rows] == ["800.000000", "850.000000"]


def test_only_whole_percents_count_where_the_method_steps() -> None:
    curve = {
        "kind": "deviation",
        "stepping": "full_percent",
        "points_above": "1",
        "points_below": "1",
    }
    benchmark: Definition = {"kind": "reference", "price_fen": 10_000}
    method = parse_method(a_method(mean_price(curve=curve, benchmark=benchmark)))

    scores = price_scores(method, {"A": 10_199, "B": 9_750}, ceiling_fen=None)

    assert [str(row.points) for row in scores.rows] == ["49.00", "48.00"]


def test_the_ceiling_price_is_the_reference_where_none_is_given() -> None:
    benchmark: Definition = {"kind": "reference", "float_percent": "6.37", "decimals": 0}
    method = parse_method(a_method(mean_price(benchmark=benchmark)))

    scores = price_scores(method, {"A": 90_000_000}, ceiling_fen=100_000_000)

    assert str(scores.benchmark.yuan) == "936300"


def test_a_rejected_bid_may_stay_in_a_frozen_benchmark() -> None:
    method = parse_method(a_method(mean_price()))

    scores = price_scores(method, {"A": 100}, ceiling_fen=None, entrants={"A": 100, "B": 300})

    assert str(scores.benchmark.yuan) == "2.00"


def test_a_price_above_the_ceiling_is_not_scored() -> None:
    with pytest.raises(PriceAboveCeiling):
        price_scores(parse_method(a_method(mean_price())), {"A": 101}, ceiling_fen=100)


def test_every_row_explains_itself() -> None:
    scores = price_scores(
        parse_method(a_method(mean_price())), {"A": 9_000, "B": 11_000}, ceiling_fen=None
    )

    assert scores.row("B").explanation_zh == (
        "评审价格110.000000元，偏差率10.00%，高于基准价每1%扣1分，扣10分，得40.00分。"
    )


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"format": "kaibiao/method/v2"}, "method.format"),
        ({"surprise": 1}, "method.surprise"),
        ({"rounding": "up"}, "method.rounding"),
        ({"totals": {"decimals": 2, "ties": ["size"]}}, "method.totals.ties"),
        ({"members": {"drop_highest": 1, "drop_from_members": 1}}, "method.members"),
        ({"criteria": EXAM_CRITERIA * 2}, "method.criteria"),
        ({"price": {}}, "method.price.max_points"),
    ],
)
def test_a_method_that_does_not_hold_is_refused(change: dict[str, object], where: str) -> None:
    with pytest.raises(MethodInvalid) as refused:
        parse_method({**a_method(mean_price()), **change})  # type: ignore[dict-item]

    assert refused.value.parameters["where"] == where


def two_bids(ties: list[str], points: dict[str, str]) -> list[tuple[str, int, str | None]]:
    method = parse_method(
        a_method(inverse_price("10", decimals=0), totals={"decimals": 0, "ties": ties})
    )
    sheets = {"m": {bid: {"technical-1": Decimal(value)} for bid, value in points.items()}}
    scores = price_scores(method, {"A": 1_001, "B": 1_000}, ceiling_fen=None)
    return [(row.bid, row.rank, row.tie) for row in totals(method, sheets, scores).rows]


def test_the_lower_price_wins_a_tie() -> None:
    assert two_bids(["price_low"], {"A": "80", "B": "80"}) == [
        ("B", 1, "price_low"),
        ("A", 2, "price_low"),
    ]


def test_the_better_technical_part_wins_a_tie_where_it_comes_first() -> None:
    assert two_bids(["technical_high", "price_low"], {"A": "80.2", "B": "80"}) == [
        ("A", 1, "technical_high"),
        ("B", 2, "technical_high"),
    ]


def test_a_tie_that_persons_decide_is_left_to_them() -> None:
    assert two_bids(["technical_high", "draw"], {"A": "80", "B": "80"}) == [
        ("A", 1, "draw"),
        ("B", 1, "draw"),
    ]


def test_without_a_rule_the_rank_is_shared() -> None:
    assert two_bids([], {"A": "80", "B": "80"}) == [("A", 1, "equal"), ("B", 1, "equal")]


def test_the_highest_and_lowest_member_are_left_out_where_declared() -> None:
    members = {"decimals": 2, "drop_highest": 1, "drop_lowest": 1, "drop_from_members": 5}
    method = parse_method(a_method(inverse_price("10"), members=members))
    sheets = {
        str(n): {"A": {"technical-1": Decimal(points)}}
        for n, points in enumerate((10, 80, 81, 83, 100))
    }

    ranking = totals(method, sheets, price_scores(method, {"A": 1}, ceiling_fen=None))

    assert str(ranking.rows[0].technical) == "81.33"


@pytest.mark.parametrize(
    ("points", "why"),
    [("101", "points-out-of-range"), ("80.123", "points-too-fine"), ("NaN", "points-out-of-range")],
)
def test_points_the_criterion_does_not_allow_are_refused(points: str, why: str) -> None:
    with pytest.raises(EvaluationIncomplete) as refused:
        two_bids([], {"A": points, "B": "80"})

    assert refused.value.parameters["why"] == why


def test_a_missing_sheet_is_refused() -> None:
    with pytest.raises(EvaluationIncomplete):
        two_bids([], {"A": "80"})


def test_members_who_differ_on_an_objective_criterion_are_refused() -> None:
    criteria = [
        {"id": "o", "title": "业绩", "section": "business", "kind": "objective", "max_points": "5"}
    ]
    method = parse_method(a_method(inverse_price("10"), criteria=criteria))
    scores = price_scores(method, {"A": 1}, ceiling_fen=None)
    sheets = {"m": {"A": {"o": Decimal(4)}}, "n": {"A": {"o": Decimal(5)}}}

    with pytest.raises(EvaluationIncomplete):
        totals(method, sheets, scores)


def test_prices_that_cannot_be_scored_are_refused() -> None:
    base = inverse_price("30", excluded=["provisional_sums"])
    method = parse_method(a_method(base))

    with pytest.raises(MethodInvalid):
        price_scores(method, {}, ceiling_fen=None)
    with pytest.raises(MethodInvalid):
        price_scores(
            method,
            {"A": 100},
            ceiling_fen=None,
            facts={"A": BidFacts(parts_fen={"provisional_sums": 100})},
        )


def test_a_benchmark_of_the_ceiling_price_needs_one() -> None:
    method = parse_method(a_method(mean_price(benchmark={"kind": "reference"})))

    with pytest.raises(MethodInvalid):
        price_scores(method, {"A": 100}, ceiling_fen=None)


def test_a_table_that_trims_everything_is_refused() -> None:
    benchmark: Definition = {
        "kind": "mean",
        "trimming": [{"bids_min": 2, "highest": 1, "lowest": 1}],
    }

    with pytest.raises(MethodInvalid):
        parse_method(a_method(mean_price(benchmark=benchmark)))


def test_a_row_that_is_not_there_is_not_found() -> None:
    scores = price_scores(parse_method(a_method(mean_price())), {"A": 100}, ceiling_fen=None)

    with pytest.raises(KeyError):
        scores.row("B")


def test_a_criterion_is_found_by_its_id() -> None:
    method = parse_method(a_method(mean_price()))

    assert method.criterion("technical-1") == method.criteria[0]
    assert method.criterion("x") is None
    assert len(method.digest()) == 32


def test_no_sheet_at_all_is_refused() -> None:
    method = parse_method(a_method(mean_price()))

    with pytest.raises(EvaluationIncomplete):
        totals(method, {}, price_scores(method, {"A": 100}, ceiling_fen=None))


def test_the_better_business_part_wins_a_tie_where_it_is_named() -> None:
    assert two_bids(["business_high", "price_low"], {"A": "80", "B": "80"}) == [
        ("B", 1, "price_low"),
        ("A", 2, "price_low"),
    ]


@pytest.mark.parametrize("regime", METHODS)
def test_every_template_reaches_a_hundred_points(regime: str) -> None:
    templates = [parse_method(json.loads(method_text(name))) for name in METHODS[regime]]

    assert [method.max_total() for method in templates] == [100] * len(templates)


def test_a_template_that_is_not_there_is_not_read() -> None:
    with pytest.raises(KeyError):
        method_text("../cn-construction")
