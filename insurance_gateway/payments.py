"""Premiums and refunds through a payment provider: the life of a payment, and its rules. Pure.

A premium moves its order on when exactly its sum has come; a refund gives a premium back, once.
PAYMENTS is the table. What is paid wrongly, or for an order that is over, moves nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID

from insurance_gateway.guarantee import GuaranteeState
from tendering.domain.refusals.guarantees import RefundRefused

PaymentKind = Literal["premium", "refund"]
# Who pays so much more or less has taken fen for yuan, or 元 for 万元.
UNIT_FACTORS: Final = (100, 10_000, 1_000_000)


class PaymentState(StrEnum):
    """How far a payment has come."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    UNDELIVERED = "undelivered"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    WRONG = "wrong"
    RETURNED = "returned"


class PaymentStep(StrEnum):
    """What moves a payment."""

    ACCEPT = "accept"
    GIVE_UP_DELIVERY = "give_up_delivery"
    SUCCEED = "succeed"
    FAIL = "fail"
    MISPAY = "mispay"
    RETURN = "return"


_P, _S = PaymentState, PaymentStep
_ENDS: Final = {_S.SUCCEED: _P.SUCCEEDED, _S.FAIL: _P.FAILED, _S.MISPAY: _P.WRONG}

PAYMENTS: Mapping[PaymentState, Mapping[PaymentStep, PaymentState]] = MappingProxyType(
    {
        _P.ASKED: {_S.ACCEPT: _P.ACCEPTED, _S.GIVE_UP_DELIVERY: _P.UNDELIVERED, **_ENDS},
        _P.ACCEPTED: {**_ENDS},
        # Perhaps only the answers were lost: the provider's word counts.
        _P.UNDELIVERED: {**_ENDS},
        _P.SUCCEEDED: {_S.RETURN: _P.RETURNED},
        _P.WRONG: {_S.RETURN: _P.RETURNED},
        _P.FAILED: {},
        _P.RETURNED: {},
    }
)
SETTLED: Final = frozenset({_P.SUCCEEDED, _P.FAILED, _P.WRONG, _P.RETURNED})
# Orders in which a premium has no business: it goes back.
OVER: Final = frozenset(
    {GuaranteeState.CANCELLED, GuaranteeState.REFUSED, GuaranteeState.SURRENDERED}
)


@dataclass(frozen=True, slots=True)
class Payment:
    """A premium, or the refund of the premium `refunds`. Money in fen.

    `paid_fen` is what came, where it is not what was asked; `reference` is the provider's.
    """

    id: UUID
    order_id: UUID
    provider_id: UUID
    kind: PaymentKind
    amount_fen: int
    payee_account: str
    state: PaymentState
    asked_at: datetime
    refunds: UUID | None = None
    settled_at: datetime | None = None
    paid_fen: int | None = None
    reference: str = ""
    pay_url: str = ""
    reason: str = ""


def misses(payment: Payment, amount_fen: int) -> str:
    """What is wrong with a sum that was paid; empty when it is right."""
    if amount_fen == payment.amount_fen:
        return ""
    said = f"{amount_fen} fen were paid, {payment.amount_fen} were asked for"
    high, low = max(amount_fen, payment.amount_fen), min(amount_fen, payment.amount_fen)
    if any(low * factor == high for factor in UNIT_FACTORS):
        return f"{said}: in which unit?"
    return said


def refund_sum(premium: Payment | None, state: GuaranteeState) -> int:
    """What is to go back of a premium, fen. Raises RefundRefused, with `why`."""
    if premium is None:
        raise RefundRefused(why="nothing-paid")
    if premium.state is PaymentState.RETURNED:
        raise RefundRefused(why="refunded")
    if premium.state is PaymentState.WRONG and premium.paid_fen is not None:
        return premium.paid_fen
    if premium.state is not PaymentState.SUCCEEDED:
        raise RefundRefused(why="nothing-paid")
    if state not in OVER:
        raise RefundRefused(why="in-use")
    return premium.amount_fen
