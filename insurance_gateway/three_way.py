"""The daily match of our orders, a guarantor's issued list and the payment file. Pure.

Each of the three says what happened; where two of them differ somebody must look. Nothing is
corrected here.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from uuid import UUID

from insurance_gateway.guarantee import GuaranteeState, Order


class Fault(StrEnum):
    """What two of the three lists disagree about."""

    NOT_ISSUED = "not_issued"
    UNKNOWN_ORDER = "unknown_order"
    ISSUED_TWICE = "issued_twice"
    OTHER_NUMBER = "other_number"
    OTHER_AMOUNT = "other_amount"
    OTHER_PREMIUM = "other_premium"
    UNPAID = "unpaid"
    PAID_TWICE = "paid_twice"
    WRONG_PAYMENT = "wrong_payment"
    PAID_FOR_NOTHING = "paid_for_nothing"
    NOT_REFUNDED = "not_refunded"
    REFUNDED_TWICE = "refunded_twice"
    WRONG_REFUND = "wrong_refund"
    REFUNDED_FOR_NOTHING = "refunded_for_nothing"
    LIST_MISSING = "list_missing"


@dataclass(frozen=True, slots=True)
class Issue:
    """A line of the guarantor's list. Money in fen."""

    order_id: UUID
    policy_number: str
    amount_fen: int
    premium_fen: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A line of the payment file; the provider's reference makes its repetition harmless."""

    reference: str
    order_id: UUID
    kind: Literal["premium", "refund"]
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """What is wrong with an order, in a sentence; of a whole list `order_id` is its guarantor."""

    fault: Fault
    order_id: UUID
    detail: str


# States in which nothing was ever paid for.
_UNPAID = frozenset(
    {
        GuaranteeState.APPLIED,
        GuaranteeState.UNDERWRITING,
        GuaranteeState.REFUSED,
        GuaranteeState.UNDELIVERED,
        GuaranteeState.CANCELLED,
        GuaranteeState.AWAITING_PREMIUM,
    }
)


MISSING = frozenset({Fault.NOT_ISSUED, Fault.UNPAID, Fault.NOT_REFUNDED})


def match(
    orders: Sequence[Order],
    issued: Sequence[Issue],
    payments: Sequence[Payment],
    *,
    due: Collection[UUID],
) -> list[Discrepancy]:
    """What differs between the three, by order. A payment that is listed twice counts once.

    Only of orders that are `due` anything can be missing: the day of the others is another.
    """
    known = {order.id: order for order in orders}
    issues: dict[UUID, list[Issue]] = defaultdict(list)
    for issue in issued:
        issues[issue.order_id].append(issue)
    paid: dict[tuple[UUID, str], list[Payment]] = defaultdict(list)
    for payment in {one.reference: one for one in payments}.values():
        paid[payment.order_id, payment.kind].append(payment)
    found = []
    for order_id in sorted({*known, *issues, *(order_id for order_id, _ in paid)}):
        order = known.get(order_id)
        if order is None:
            found.append(Discrepancy(Fault.UNKNOWN_ORDER, order_id, "we have no such order"))
            continue
        found += _issues(order, issues[order_id])
        found += _premiums(order, paid[order_id, "premium"])
        found += _refunds(order, paid[order_id, "refund"])
    return [one for one in found if one.fault not in MISSING or one.order_id in due]


def list_fault(guarantor_id: UUID, why: str) -> Discrepancy:
    """A guarantor's list, or the payment file, does not come."""
    return Discrepancy(Fault.LIST_MISSING, guarantor_id, why)


def _issues(order: Order, issues: Sequence[Issue]) -> list[Discrepancy]:
    if order.policy_number is None:
        if issues:
            detail = f"{issues[0].policy_number} is listed, we have no policy"
            return [Discrepancy(Fault.OTHER_NUMBER, order.id, detail)]
        return []
    if not issues:
        return [Discrepancy(Fault.NOT_ISSUED, order.id, f"{order.policy_number} is not listed")]
    found = []
    if len(issues) > 1:
        found.append(Discrepancy(Fault.ISSUED_TWICE, order.id, f"listed {len(issues)} times"))
    first = issues[0]
    assert order.insured is not None
    for fault, ours, theirs in (
        (Fault.OTHER_NUMBER, order.policy_number, first.policy_number),
        (Fault.OTHER_AMOUNT, order.insured.amount_fen, first.amount_fen),
        (Fault.OTHER_PREMIUM, order.premium_fen, first.premium_fen),
    ):
        if ours != theirs:
            found.append(Discrepancy(fault, order.id, f"ours {ours}, listed {theirs}"))
    return found


def _premiums(order: Order, payments: Sequence[Payment]) -> list[Discrepancy]:
    if order.state in _UNPAID:
        return [
            Discrepancy(Fault.PAID_FOR_NOTHING, order.id, f"{one.reference}: {one.amount_fen} fen")
            for one in payments[:1]
        ]
    if not payments:
        return [Discrepancy(Fault.UNPAID, order.id, f"{order.premium_fen} fen were not paid")]
    return _sums(order, payments, Fault.PAID_TWICE, Fault.WRONG_PAYMENT)


def _refunds(order: Order, payments: Sequence[Payment]) -> list[Discrepancy]:
    if order.state is not GuaranteeState.SURRENDERED:
        return [
            Discrepancy(
                Fault.REFUNDED_FOR_NOTHING, order.id, f"{one.reference}: {one.amount_fen} fen"
            )
            for one in payments[:1]
        ]
    if not payments:
        return [Discrepancy(Fault.NOT_REFUNDED, order.id, f"{order.premium_fen} fen are owed")]
    return _sums(order, payments, Fault.REFUNDED_TWICE, Fault.WRONG_REFUND)


def _sums(
    order: Order, payments: Sequence[Payment], twice: Fault, wrong: Fault
) -> list[Discrepancy]:
    found = []
    if len(payments) > 1:
        found.append(
            Discrepancy(twice, order.id, ", ".join(one.reference for one in payments)[:200])
        )
    if payments[0].amount_fen != order.premium_fen:
        detail = f"{payments[0].amount_fen} fen, the premium is {order.premium_fen}"
        found.append(Discrepancy(wrong, order.id, detail))
    return found
