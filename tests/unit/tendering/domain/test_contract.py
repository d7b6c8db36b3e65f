"""The contract: what departs from the bid, and how much may secure its performance."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from crypto.canonical import JsonValue
from tendering.domain.contract import (
    Awarded,
    ContractTerms,
    PerformanceForm,
    PerformanceSecurity,
    decide_contract,
    deviations,
    require_performance,
)
from tendering.domain.refusals.awards import PerformanceSecurityRefused
from tendering.rulebooks import rulebook_of

NOW = datetime(2026, 12, 28, 1, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(days=30)
PRICE = 100_000_00
WORKS, GOODS = rulebook_of("construction"), rulebook_of("government_procurement")
FORM: dict[str, JsonValue] = {
    "price_fen": PRICE,
    "duration_days": 300,
    "quality": "合格",
    "project_manager": "示范经理",
}
AWARDED = Awarded("1", UUID(int=1), PRICE, UNTIL, FORM)


def some_terms(
    *,
    price_fen: int = PRICE,
    duration_days: int | None = 300,
    performance: PerformanceSecurity | None = None,
) -> ContractTerms:
    return ContractTerms(price_fen, duration_days, "合格", "示范经理", "00" * 32, performance)


def secured(
    amount_fen: int, form: PerformanceForm = PerformanceForm.BANK_GUARANTEE
) -> ContractTerms:
    return some_terms(performance=PerformanceSecurity(form, amount_fen))


def test_a_contract_as_it_was_bid_departs_in_nothing() -> None:
    found, event = decide_contract(AWARDED, some_terms(), WORKS, at=NOW)

    assert found == ()
    assert event.body["deviations"] == []
    assert event.body["late"] is False


def test_a_price_one_fen_off_is_flagged_with_both_figures() -> None:
    (found,) = deviations(AWARDED, some_terms(price_fen=PRICE + 1))

    assert (found.item, found.awarded, found.contracted) == ("price_fen", PRICE, PRICE + 1)


def test_what_the_bid_left_open_may_be_agreed() -> None:
    silent = Awarded("1", UUID(int=1), PRICE, UNTIL, {"price_fen": PRICE, "quality": ""})

    assert deviations(silent, some_terms()) == ()


def test_other_terms_of_the_bid_are_compared_too() -> None:
    _, event = decide_contract(AWARDED, some_terms(duration_days=301), WORKS, at=NOW)

    assert event.body["deviations"] == [
        {"item": "duration_days", "awarded": 300, "contracted": 301}
    ]


def test_e32_a_contract_after_its_term_is_drawn_up_and_marked() -> None:
    _, event = decide_contract(AWARDED, some_terms(), WORKS, at=UNTIL)
    _, in_time = decide_contract(AWARDED, some_terms(), WORKS, at=UNTIL - timedelta(microseconds=1))

    assert event.body["late"] is True
    assert in_time.body["late"] is False


@pytest.mark.parametrize("rulebook", [WORKS, GOODS])
def test_e34_g24_a_performance_security_of_ten_percent_and_not_a_fen_more(rulebook: object) -> None:
    book = WORKS if rulebook is WORKS else GOODS
    _, event = decide_contract(AWARDED, secured(PRICE // 10), book, at=NOW)

    with pytest.raises(PerformanceSecurityRefused) as refused:
        decide_contract(AWARDED, secured(PRICE // 10 + 1), book, at=NOW)

    assert isinstance(event.body["terms"], dict)
    assert event.body["terms"]["performance"] == {
        "form": "bank_guarantee",
        "amount_fen": PRICE // 10,
    }
    assert refused.value.parameters["most_fen"] == PRICE // 10


def test_e34_the_tenth_of_an_odd_price_is_not_rounded_up() -> None:
    cash = PerformanceSecurity(PerformanceForm.CASH, 2)

    with pytest.raises(PerformanceSecurityRefused):
        require_performance(cash, 19, WORKS)
    require_performance(cash, 20, WORKS)


def test_g24_a_performance_security_in_procurement_is_not_cash() -> None:
    with pytest.raises(PerformanceSecurityRefused) as refused:
        decide_contract(AWARDED, secured(1, PerformanceForm.CASH), GOODS, at=NOW)

    assert refused.value.parameters["why"] == "non-cash-only"
