"""The bill: what lines come to, what K leaves alone, what makes two lines the same."""

from dataclasses import replace
from decimal import Decimal

import pytest

from crypto.canonical import canonical
from tendering.domain.quantities.bill import (
    Bill,
    Line,
    bill_digest,
    bill_json,
    fixed_fen,
    keys,
    line_amount,
    plain,
    plain_unit,
    total,
)

EXCAVATION = Line(
    "分部分项",
    5,
    "items",
    "010101001001",
    "平整场地",
    "三类土",
    "m2",
    Decimal("10.5"),
    Decimal("3.33"),
    Decimal("34.97"),
)
PROVISIONAL = Line("其他", 3, "other", "", "暂列金额", amount=Decimal(1000), kind="provisional_sum")
ESTIMATE = Line("其他", 4, "other", "", "幕墙", amount=Decimal(50), kind="specialty_estimate")
MATERIAL = Line("其他", 5, "other", "", "钢材", amount=Decimal(7), kind="material_estimate")
BILL = Bill((EXCAVATION, PROVISIONAL, ESTIMATE, MATERIAL), total=Decimal("1084.97"))


def test_an_amount_is_rounded_half_up() -> None:
    half = replace(EXCAVATION, quantity=Decimal("0.5"), unit_price=Decimal("0.01"))

    assert line_amount(EXCAVATION, 2) == Decimal("34.97")
    assert line_amount(half, 2) == Decimal("0.01")
    assert line_amount(replace(EXCAVATION, unit_price=None, amount=None), 2) == 0


def test_the_largest_figures_are_multiplied_exactly() -> None:
    great = replace(
        EXCAVATION,
        quantity=Decimal("999999999999.999999"),
        unit_price=Decimal("999999999999.999999"),
    )

    assert line_amount(great, 2) == Decimal("999999999999999998000000.00")


def test_estimates_of_materials_are_in_the_unit_prices_already() -> None:
    assert total(BILL, 2) == Decimal("1084.97")


def test_what_k_leaves_alone_is_told_in_fen() -> None:
    assert fixed_fen(BILL) == {"provisional_sums": 100_000, "specialty_estimates": 5000}


def test_a_code_that_stands_twice_is_told_apart_by_order() -> None:
    twice = (EXCAVATION, EXCAVATION, PROVISIONAL)

    assert keys(twice) == [
        ("010101001001", 1),
        ("010101001001", 2),
        ("other:provisional_sum", 1),
    ]
    assert keys([replace(PROVISIONAL, kind="")]) == [("other:暂列金额", 1)]


@pytest.mark.parametrize("unit", ["m³", "㎥", "M3", "立方米", "ｍ３", " m3 "])
def test_one_unit_has_many_spellings(unit: str) -> None:
    assert plain_unit(unit) == "m3"


def test_white_space_and_widths_make_no_difference() -> None:
    assert plain("平整 场地（１）") == "平整场地(1)"
    assert plain("abc1") == "abc1"


def test_the_digest_is_of_what_the_bill_says_not_of_where() -> None:
    moved = Bill((replace(EXCAVATION, row=99), PROVISIONAL, ESTIMATE, MATERIAL), total=BILL.total)
    dearer = Bill((replace(EXCAVATION, unit_price=Decimal("3.34")), *BILL.lines[1:]))

    assert canonical(bill_json(BILL))
    assert bill_digest(moved) == bill_digest(BILL) != bill_digest(dearer)
