"""What is noticed in one bill, and between a bid's bill and the tender's."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tendering.domain.quantities.arithmetic import (
    check_arithmetic,
    check_opening_total,
    counted,
    suggested_correction,
)
from tendering.domain.quantities.bill import Bill, Line, StatedSum
from tendering.domain.quantities.comparing import by_key, check_against, check_codes
from tendering.domain.quantities.findings import LISTED_MAX, at, gathered
from tendering.domain.quantities.terms import Terms, parse_terms
from tendering.domain.refusals.tenders import BillInvalid
from tests.unit.tendering.domain.quantities.test_bill import BILL, EXCAVATION, PROVISIONAL

TERMS = Terms()


def kinds_of(line: Line) -> list[str]:
    return [one.kind for one in check_arithmetic(counted(Bill((line,)), TERMS), TERMS)]


def against(asked: Line, *given: Line) -> list[str]:
    tender, bid = by_key(Bill((asked,))), by_key(Bill(given))
    return [one.kind for one in check_against(tender, bid)]


def test_a_bill_that_adds_up_has_no_finding() -> None:
    assert list(check_arithmetic(counted(BILL, TERMS), TERMS)) == []


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"amount": "34.96"}, ["amount_wrong"]),
        ({"amount": "0.003498"}, ["amount_wrong"]),
        ({"amount": "0.003497"}, ["unit_slip"]),
        ({"amount": "349700"}, ["unit_slip"]),
        ({"quantity": "10000", "unit_price": "3", "amount": "3"}, ["unit_slip"]),
        ({"amount": "0"}, ["amount_wrong"]),
        ({"unit_price": "0", "amount": "0"}, ["price_zero"]),
        ({"unit_price": "-3.33", "amount": "-34.97"}, ["price_negative"]),
        ({"unit_price": None, "amount": None}, ["price_missing"]),
        ({"unit_price": "3.333", "amount": "35.00"}, ["price_decimals"]),
        ({"unit_price": None, "quantity": None, "amount": "0"}, ["price_zero"]),
        ({"unit_price": None, "quantity": None, "amount": None}, []),
        ({"amount": None}, []),
    ],
)
def test_a_line_is_checked(changes: dict[str, str | None], kinds: list[str]) -> None:
    figures = {key: None if value is None else Decimal(value) for key, value in changes.items()}

    assert kinds_of(replace(EXCAVATION, **figures)) == kinds  # type: ignore[arg-type]  # decimals


def test_a_stated_sum_is_checked_against_its_lines() -> None:
    right = StatedSum("其他", 9, "小计", Decimal(1000), (1,))
    bill = replace(BILL, sums=(right, replace(right, amount=Decimal(999))))

    found = list(check_arithmetic(counted(bill, TERMS), TERMS))

    assert [(one.kind, one.row, one.figure) for one in found] == [("sum_wrong", 9, "999")]
    assert "1000.00元" in found[0].words.zh


def test_a_stated_total_is_checked() -> None:
    found = list(check_arithmetic(counted(replace(BILL, total=Decimal(1)), TERMS), TERMS))

    assert [one.kind for one in found] == ["total_wrong"]


@pytest.mark.parametrize(("opening", "count"), [(108_497, 0), (108_498, 1)])
def test_the_opening_form_must_agree(opening: int, count: int) -> None:
    for bill in (BILL, replace(BILL, total=None)):
        assert len(list(check_opening_total(counted(bill, TERMS), opening))) == count


def test_the_unit_prices_count_when_the_total_differs() -> None:
    correction = suggested_correction(counted(replace(BILL, total=Decimal(1100)), TERMS), 110_000)

    assert correction.price_fen == 108_497
    assert correction.confirm


def test_a_price_without_contradiction_stays() -> None:
    for bill, opening in ((BILL, 108_497), (BILL, None), (replace(BILL, total=None), None)):
        correction = suggested_correction(counted(bill, TERMS), opening)
        assert (correction.price_fen, correction.confirm) == (108_497, False)


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"unit": "m²"}, []),
        ({"unit": "m3"}, ["unit_changed"]),
        ({"name": "平整  场地"}, []),
        ({"name": "挖土方"}, ["name_changed"]),
        ({"features": "四类土"}, ["features_changed"]),
        ({"quantity": Decimal("10.50")}, []),
        ({"quantity": Decimal("10.4")}, ["quantity_changed"]),
        ({"quantity": None}, ["quantity_changed"]),
        ({"unit_price": Decimal("4.00")}, []),
        ({"unit_price": Decimal("4.01")}, ["above_ceiling"]),
        ({"code": "010101001002"}, ["line_missing", "line_added"]),
    ],
)
def test_a_bidder_changes_prices_only(changes: dict[str, object], kinds: list[str]) -> None:
    asked = replace(EXCAVATION, ceiling=Decimal(4))

    assert against(asked, replace(EXCAVATION, **changes)) == kinds  # type: ignore[arg-type]  # by case


def test_fixed_amounts_are_repeated() -> None:
    assert against(PROVISIONAL, PROVISIONAL) == []
    assert against(PROVISIONAL, replace(PROVISIONAL, amount=Decimal(999))) == [
        "fixed_amount_changed"
    ]


def test_codes_have_twelve_digits_and_stand_once() -> None:
    lines = (EXCAVATION, EXCAVATION, replace(EXCAVATION, code="0101"), PROVISIONAL)

    assert [one.kind for one in check_codes(Bill(lines))] == ["code_repeated", "code_form"]


def test_all_findings_are_counted_and_the_first_are_listed() -> None:
    findings = gathered(at(EXCAVATION, "any", None, "", "") for _ in range(LISTED_MAX + 1))

    assert findings.counts == {"any": LISTED_MAX + 1}
    assert len(findings.listed) == LISTED_MAX


def test_terms_are_read_and_what_is_absent_is_as_by_default() -> None:
    assert parse_terms({}) == TERMS
    assert parse_terms({"basis": "median", "high_percent": 50}) == Terms(
        basis="median", high_percent=50
    )


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ([], "terms"),
        ({"hihg_percent": 1}, "terms.hihg_percent"),
        ({"low_percent": 101}, "terms.low_percent"),
        ({"low_percent": True}, "terms.low_percent"),
        ({"regular_percent": 50}, "terms.regular_percent"),
        ({"price_decimals": "2"}, "terms.price_decimals"),
        ({"basis": "guess"}, "terms.basis"),
        ({"basis": []}, "terms.basis"),
    ],
)
def test_wrong_terms_are_refused_with_their_place(value: object, where: str) -> None:
    with pytest.raises(BillInvalid) as refused:
        parse_terms(value)  # type: ignore[arg-type]  # what a file may hold

    assert refused.value.parameters["where"] == where
