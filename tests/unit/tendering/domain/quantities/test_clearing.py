"""The clearing report: unusual prices, what bids have in common, and the report as JSON."""

from dataclasses import replace
from decimal import Decimal

import pytest

from crypto.canonical import canonical
from tendering.domain.quantities.bill import Bill, Line
from tendering.domain.quantities.clearing import (
    BIDS_MAX,
    Clearing,
    PricedBid,
    clear,
    clearing_json,
)
from tendering.domain.quantities.terms import Terms
from tendering.domain.refusals.tenders import BillInvalid
from tests.unit.tendering.domain.quantities.test_bill import BILL, EXCAVATION

# Unlike one another: no difference and no ratio between two of them repeats by itself.
PRICES = ["11.00", "17.31", "29.07", "41.93", "53.18", "67.77", "79.02", "83.46", "97.55", "13.64"]


def priced(*prices: str | Decimal) -> Bill:
    """A bill of as many lines as prices, one unit each."""
    return Bill(
        tuple(
            Line(
                "清单",
                row,
                "items",
                f"0101010010{row:02}",
                "土方",
                "",
                "m3",
                Decimal(1),
                Decimal(price),
            )
            for row, price in enumerate(prices, start=1)
        )
    )


def cleared(*bills: Bill, **terms: int | str) -> Clearing:
    bids = [PricedBid(name, bill) for name, bill in zip("甲乙丙丁", bills, strict=False)]
    return clear(bills[0], bids, Terms(**terms))  # type: ignore[arg-type]  # by name


def kinds(report: Clearing, bid: int) -> list[str]:
    return [one.kind for one in report.bids[bid].findings.listed]


def evidence(report: Clearing) -> list[tuple[str, tuple[str, ...], int]]:
    return [(one.kind, one.bids, one.count) for one in report.evidence]


def test_a_price_exactly_at_the_threshold_is_not_told() -> None:
    report = cleared(priced("70"), priced("100"), priced("130"), basis="mean")

    assert [kinds(report, bid) for bid in range(3)] == [[], [], []]


def test_a_price_beyond_the_threshold_is_told() -> None:
    report = cleared(priced("69.9"), priced("100"), priced("130.2"), basis="median")

    assert kinds(report, 0) == ["unbalanced_low"]
    assert kinds(report, 2) == ["unbalanced_high"]
    assert "-30.10%" in report.bids[0].findings.listed[0].words.zh


def test_the_ceiling_may_be_what_prices_are_compared_with() -> None:
    tender = Bill((replace(EXCAVATION, ceiling=Decimal(10)),))
    one = PricedBid("甲", Bill((EXCAVATION,)))

    low = clear(tender, [one], Terms(basis="ceiling"))
    without = clear(Bill((EXCAVATION,)), [one], Terms(basis="ceiling"))

    assert kinds(low, 0) == ["unbalanced_low"]
    assert kinds(without, 0) == []


@pytest.mark.parametrize(
    ("price", "kind"),
    [
        ("1000000", "unit_slip"),
        ("0.01", "unit_slip"),
        ("1000", "point_slip"),
        ("300", "unbalanced_high"),
    ],
)
def test_a_slip_of_the_unit_or_of_the_point_is_told_as_such(price: str, kind: str) -> None:
    report = cleared(priced("99"), priced(price), priced("100"), basis="median")

    assert kinds(report, 1) == [kind]


def test_a_missing_or_negative_price_is_not_compared() -> None:
    lone = replace(EXCAVATION, unit_price=None, amount=None)
    negative = replace(EXCAVATION, unit_price=Decimal(-1), amount=Decimal("-10.50"))
    report = cleared(Bill((EXCAVATION,)), Bill((lone,)), Bill((negative,)), basis="median")

    assert kinds(report, 1) == ["price_missing"]
    assert kinds(report, 2) == ["price_negative"]
    assert [item.prices for item in report.items] == [(Decimal("3.33"), None, Decimal(-1))]
    assert cleared(Bill((lone,))).items == ()


def test_the_same_error_in_two_bids_is_evidence() -> None:
    wrong = Bill((replace(EXCAVATION, amount=Decimal(99)),))
    otherwise = Bill((replace(EXCAVATION, amount=Decimal(98)),))
    report = cleared(Bill((EXCAVATION,)), wrong, wrong, otherwise)

    assert evidence(report) == [
        ("shared_errors", ("乙", "丙"), 1),
        ("equal_totals", ("丁", "丙", "乙", "甲"), 4),
    ]
    assert report.evidence[0].examples == ("amount_wrong 010101001001 99",)


def test_one_difference_in_most_prices_is_evidence() -> None:
    dearer = [Decimal(price) + Decimal("1.50") for price in PRICES]
    report = cleared(priced(*PRICES), priced(*dearer))

    assert evidence(report) == [("regular_difference", ("甲", "乙"), 10)]
    assert "-1.5元" in report.evidence[0].words.zh


def test_one_ratio_in_most_prices_is_evidence() -> None:
    dearer = [(Decimal(price) * Decimal("1.03")).quantize(Decimal("0.01")) for price in PRICES]
    report = cleared(priced(*dearer), priced(*PRICES))

    assert evidence(report) == [("regular_ratio", ("甲", "乙"), 10)]
    assert "1.0300" in report.evidence[0].words.zh


def test_equal_prices_are_evidence_from_the_declared_share_on() -> None:
    six = [*PRICES[:6], "1", "2", "3", "4"]
    five = [*PRICES[:5], "1", "2", "3", "4", "5"]

    assert evidence(cleared(priced(*PRICES), priced(*six))) == [("equal_prices", ("甲", "乙"), 6)]
    assert evidence(cleared(priced(*PRICES), priced(*five))) == []


def test_a_handful_of_lines_is_no_evidence() -> None:
    assert evidence(cleared(priced(*PRICES[:9]), priced(*PRICES[:9]))) == []


def test_totals_in_equal_steps_are_evidence() -> None:
    report = cleared(priced("100"), priced("103"), priced("106"), priced("120"))

    assert evidence(report) == [("regular_totals", ("甲", "乙", "丙"), 3)]
    assert evidence(cleared(priced("100"), priced("103"), priced("107"))) == []


def test_the_report_is_json() -> None:
    tender = Bill((replace(EXCAVATION, code="1"), *BILL.lines))
    bids = [PricedBid("甲", BILL, 108_497), PricedBid("乙", replace(BILL, total=Decimal(5)), 500)]
    value = clearing_json(clear(tender, bids, Terms()))

    assert canonical(value)
    assert value["tender"]["counts"] == {"code_form": 1}  # type: ignore[index, call-overload]  # JSON
    assert [one["suggested_price_fen"] for one in value["bids"]] == [108_497, 108_497]  # type: ignore[union-attr, index, call-overload]  # JSON
    assert value["bids"][0]["fixed_fen"]["provisional_sums"] == 100_000  # type: ignore[index, call-overload]  # JSON


def test_no_bid_is_a_report_too() -> None:
    assert clear(BILL, [], Terms()).bids == ()


def test_a_name_twice_and_too_many_bids_are_refused() -> None:
    empty = Bill(())
    many = [PricedBid(str(number), empty) for number in range(BIDS_MAX + 1)]

    for bids in ([PricedBid("甲", empty)] * 2, many):
        with pytest.raises(BillInvalid):
            clear(empty, bids, Terms())
