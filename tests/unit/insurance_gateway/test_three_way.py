"""Orders, issued list and payments side by side: what differs is named, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from insurance_gateway.guarantee import Cover, GuaranteeState, Order
from insurance_gateway.three_way import Fault, Issue, Payment, match

AT = datetime(2026, 11, 24, tzinfo=UTC)
COVER = Cover(100_000_000, AT)
ID = UUID(int=1)
ORDER = Order(
    ID,
    UUID(int=2),
    UUID(int=3),
    "1",
    UUID(int=4),
    GuaranteeState.VERIFIED,
    COVER,
    AT,
    500_000,
    "P-1",
    COVER,
)
OPEN = replace(ORDER, state=GuaranteeState.AWAITING_PREMIUM, policy_number=None, insured=None)
GIVEN_BACK = replace(ORDER, state=GuaranteeState.SURRENDERED)
ISSUE = Issue(ID, "P-1", 100_000_000, 500_000)
PAID = Payment("pay-1", ID, "premium", 500_000)
REFUND = Payment("back-1", ID, "refund", 500_000)


@pytest.mark.parametrize(
    ("orders", "issued", "payments", "faults"),
    [
        ([ORDER], [ISSUE], [PAID], []),
        ([ORDER], [ISSUE], [PAID, PAID], []),
        ([GIVEN_BACK], [ISSUE], [PAID, REFUND], []),
        ([OPEN], [], [], []),
        ([], [ISSUE], [], [Fault.UNKNOWN_ORDER]),
        ([], [], [PAID], [Fault.UNKNOWN_ORDER]),
        ([OPEN], [ISSUE], [], [Fault.OTHER_NUMBER]),
        ([OPEN], [], [PAID], [Fault.PAID_FOR_NOTHING]),
        ([ORDER], [], [PAID], [Fault.NOT_ISSUED]),
        ([ORDER], [ISSUE, ISSUE], [PAID], [Fault.ISSUED_TWICE]),
        ([ORDER], [replace(ISSUE, policy_number="P-2")], [PAID], [Fault.OTHER_NUMBER]),
        # 元 in the place of fen, 万元 in the place of 元.
        ([ORDER], [replace(ISSUE, amount_fen=1_000_000)], [PAID], [Fault.OTHER_AMOUNT]),
        ([ORDER], [replace(ISSUE, premium_fen=50)], [PAID], [Fault.OTHER_PREMIUM]),
        ([ORDER], [ISSUE], [], [Fault.UNPAID]),
        ([ORDER], [ISSUE], [PAID, replace(PAID, reference="pay-2")], [Fault.PAID_TWICE]),
        ([ORDER], [ISSUE], [replace(PAID, amount_fen=499_999)], [Fault.WRONG_PAYMENT]),
        ([ORDER], [ISSUE], [PAID, REFUND], [Fault.REFUNDED_FOR_NOTHING]),
        ([GIVEN_BACK], [ISSUE], [PAID], [Fault.NOT_REFUNDED]),
        (
            [GIVEN_BACK],
            [ISSUE],
            [PAID, REFUND, replace(REFUND, reference="back-2")],
            [Fault.REFUNDED_TWICE],
        ),
        ([GIVEN_BACK], [ISSUE], [PAID, replace(REFUND, amount_fen=1)], [Fault.WRONG_REFUND]),
    ],
)
def test_what_differs_is_named(
    orders: list[Order], issued: list[Issue], payments: list[Payment], faults: list[Fault]
) -> None:
    found = match(orders, issued, payments, due={ID})

    assert [one.fault for one in found] == faults
    assert all(one.order_id == ID and one.detail for one in found)


def test_of_an_order_of_another_day_nothing_is_missing() -> None:
    assert match([ORDER, GIVEN_BACK], [], [], due=set()) == []
    assert match([ORDER], [], [replace(PAID, amount_fen=1)], due=set())[0].fault is (
        Fault.WRONG_PAYMENT
    )
