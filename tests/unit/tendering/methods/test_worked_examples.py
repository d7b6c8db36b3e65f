"""Published and hand-made results, from the example files, to the last digit."""

import json
from typing import Any

import pytest

from clients.score_files import score
from tendering.domain.methods.score import Scored
from tendering.methods import example_text


def scored(
    name: str, *, method: dict[str, Any] | None = None, bids: dict[str, Any] | None = None
) -> Scored:
    """An example, with members of its files replaced."""
    definition = json.loads(example_text(name, "method")) | (method or {})
    case = json.loads(example_text(name, "bids")) | (bids or {})
    return score(json.dumps(definition).encode(), json.dumps(case).encode())


def points(result: Scored) -> dict[str, str]:
    assert result.prices is not None
    return {row.bid: str(row.points) for row in result.prices.rows}


def totals_of(result: Scored) -> dict[str, str]:
    assert result.ranking is not None
    return {row.bid: str(row.total) for row in result.ranking.rows}


def prices(*yuan: int) -> dict[str, Any]:
    return {"bids": [{"id": str(one), "price_fen": one * 100} for one in yuan]}


def test_the_exam_answer_comes_out_when_the_deviation_is_rounded_first() -> None:
    result = scored("reference-price")

    assert points(result) == {"甲": "99.7600", "乙": "99.5200", "丙": "99.5200"}
    assert totals_of(result) == {"甲": "99.34", "乙": "99.25", "丙": "99.23"}
    assert result.places[0].bid == "甲"


def test_the_exam_answer_is_another_when_the_deviation_is_not_rounded() -> None:
    price = json.loads(example_text("reference-price", "method"))["price"]
    price["curve"]["deviation_decimals"] = None

    assert totals_of(scored("reference-price", method={"price": price})) == {
        **{"甲": "99.34", "乙": "99.26", "丙": "99.24"}
    }


@pytest.mark.parametrize(
    ("count", "left_out"),
    [(3, set()), (4, {"130"}), (6, {"150"}), (7, {"100", "160"}), (8, {"100", "170"})],
)
def test_trimming_follows_the_table(count: int, left_out: set[str]) -> None:
    price = json.loads(example_text("trimmed-mean", "method"))["price"]
    price["benchmark"]["trimming"] = [
        {"bids_min": 4, "highest": 1, "lowest": 0},
        {"bids_min": 7, "highest": 1, "lowest": 1},
    ]

    result = scored(
        "trimmed-mean",
        method={"price": price},
        bids=prices(*(100 + 10 * n for n in range(count))),
    )

    assert result.prices is not None
    assert set(result.prices.benchmark.left_out) == left_out


def test_the_procurement_formula_gives_the_published_scores_and_asks_about_the_last() -> None:
    result = scored("proportion")

    assert list(points(result).values()) == [
        *("40.00", "30.48", "24.05", "5.70", "3.03", "0.80", "0.00")
    ]
    assert [(one.severity, one.where) for one in result.findings] == [
        ("question", "bids.报价7.price_fen")
    ]
    assert "1724722.4171" in result.findings[0].words.zh


def test_the_rule_of_eighty() -> None:
    result = scored(
        "base-eighty", bids=prices(*(n * 10_000 for n in (55, 60, 80, 88, 100, 113, 130)))
    )

    assert points(result) == {
        "550000": "80.00",
        "600000": "80.00",
        "800000": "100.00",
        "880000": "92.00",
        "1000000": "80.00",
        "1130000": "67.00",
        "1300000": "60.00",
    }


@pytest.mark.parametrize(
    ("offers", "benchmark", "expected"),
    [
        (
            (920, 960, 980, 1000, 1040),
            "931.00",
            {"920": "99.05", "960": "96.26", "980": "93.68", "1000": "91.11", "1040": "85.95"},
        ),
        (
            (880, 920, 960, 980, 1000, 1040),
            "900.60",
            {
                **{"880": "98.17", "920": "97.42", "960": "92.09"},
                **{"980": "89.42", "1000": "86.76", "1040": "81.43"},
            },
        ),
    ],
)
def test_the_trimmed_mean_with_its_float(
    offers: tuple[int, ...], benchmark: str, expected: dict[str, str]
) -> None:
    result = scored("trimmed-mean", bids=prices(*offers))

    assert result.prices is not None
    assert str(result.prices.benchmark.yuan) == benchmark
    assert points(result) == expected


@pytest.mark.parametrize(
    ("k", "benchmark"), [("5.00", "9540000.00"), ("6.37", "9413960.00"), ("8.00", "9264000.00")]
)
def test_a_drawn_k_leaves_the_provisional_sums_alone(k: str, benchmark: str) -> None:
    result = scored("drawn-float", bids={"drawn": {"K": {"percent": k}}})

    assert result.prices is not None
    assert str(result.prices.benchmark.yuan) == benchmark


def test_k_follows_from_a_seed() -> None:
    result = scored("drawn-float", bids={"drawn": {"K": {"seed": "00" * 32}}})

    assert str(result.case.lot.drawn["K"]) == str(result.case.draws["K"].value)
    assert len(result.case.draws["K"].balls) == 3


@pytest.mark.parametrize(
    ("number", "benchmark"), [(1, "9400000.00"), (2, "9179333.33"), (3, "9700000.00")]
)
def test_the_benchmark_is_the_one_that_was_drawn(number: int, benchmark: str) -> None:
    result = scored("drawn-method", bids={"drawn": {"方法": {"method": number}}})

    assert result.prices is not None
    assert str(result.prices.benchmark.yuan) == benchmark


def test_a_benchmark_among_several_follows_from_a_seed_with_one_ball() -> None:
    found = [
        scored("drawn-method", bids={"drawn": {"方法": {"seed": f"{one:02x}" * 32}}})
        for one in range(9)
    ]

    draws = [one.case.draws["方法"] for one in found]
    assert {one.value for one in draws} == {1, 2, 3}
    assert {one.balls[0].urn for one in draws} == {(1, 2, 3)}


def test_a_policy_deduction_lowers_the_compared_price_and_not_the_contract() -> None:
    result = scored("policy-deduction")

    assert points(result) == {"A": "30.00", "B": "27.27", "C": "28.24"}
    assert result.prices_fen["A"] == 100_000
    assert result.findings == ()


def test_a_low_price_is_asked_about_by_two_rules() -> None:
    result = scored("abnormally-low-price")

    assert [(one.bid, one.rule) for one in result.triggers] == [
        *(("100", "second"), ("100", "ceiling"))
    ]


def test_exactly_half_is_not_too_low() -> None:
    result = scored("abnormally-low-price", bids={**prices(50, 100, 150), "ceiling_fen": 11_100})

    assert result.triggers == ()
    # 150 lies above the ceiling of 111: rejected, and the others are scored.
    assert [(place.rank, place.bid) for place in result.places] == [
        *((1, "50"), (2, "100"), (None, "150"))
    ]
