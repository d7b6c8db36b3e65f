"""Premiums and refunds through a payment provider: asked for, told by it, and what follows.

Exactly the sum that was asked for moves an order. What comes for an order that is over goes back
by itself; what is wrong stands in the queue of discrepancies until somebody settles it.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from insurance_gateway.guarantee import SHANGHAI, Order, Reception, Step, reception, state_after
from insurance_gateway.payment_wire import PaymentNotice
from insurance_gateway.payments import (
    OVER,
    PAYMENTS,
    Payment,
    PaymentState,
    PaymentStep,
    misses,
    refund_sum,
)
from insurance_gateway.storage import discrepancies, guarantors, orders, outbox, payments
from insurance_gateway.storage.payments import Provider
from insurance_gateway.three_way import Discrepancy, Fault
from insurance_gateway.wire import PremiumPaid, encode
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.guarantees import PaymentNotOffered, RefundRefused
from tendering.storage.connection import Connection


async def ask_payment(
    connection: Connection, order_id: UUID, *, payment_id: UUID, by: Actor, at: datetime
) -> Payment:
    """Pay the premium of an order of one's own through the provider.

    Raises NotFound, GuaranteeStepRefused, PaymentNotOffered, PaymentProviderUnknown,
    PaymentUnderWay.
    """
    order = await orders.lock(connection, order_id)
    if order.bidder_id != by.organization_id:
        raise NotFound
    state_after(order.state, Step.PAY)
    guarantor = await guarantors.get(connection, order.guarantor_id)
    if not guarantor.payee_account or order.premium_fen is None:
        raise PaymentNotOffered
    payment = Payment(
        payment_id,
        order.id,
        (await payments.newest_provider(connection)).id,
        "premium",
        order.premium_fen,
        guarantor.payee_account,
        PaymentState.ASKED,
        at,
    )
    await payments.insert(connection, payment)
    return payment


async def ask_refund(
    connection: Connection, order_id: UUID, *, refund_id: UUID, at: datetime
) -> Payment:
    """Give the premium of an order back, once. Raises NotFound, RefundRefused."""
    order = await orders.lock(connection, order_id)
    known = await payments.lock_of_order(connection, order.id)
    return await _refund(connection, order, known, refund_id=refund_id, at=at)


async def refund_if_paid(connection: Connection, order: Order, *, at: datetime) -> None:
    """Give back what came through the provider for an order that is over; else nothing.

    The caller holds the order.
    """
    known = await payments.lock_of_order(connection, order.id)
    if order.state in OVER and any(one.state is PaymentState.SUCCEEDED for one in _premiums(known)):
        try:
            await _refund(connection, order, known, refund_id=uuid5(order.id, "refund"), at=at)
        except RefundRefused:
            # It is on its way already.
            return


async def receive(
    connection: Connection, provider: Provider, notice: PaymentNotice, *, body: str, at: datetime
) -> Payment:
    """Take in how a payment ended, as its provider says; the payment as it stands then.

    The same notice again changes nothing. Raises NotFound (also for another provider's payment),
    MessageConflict.
    """
    found = await payments.find(connection, notice.payment_id)
    if found is None or found.provider_id != provider.id or found.kind != notice.kind:
        raise NotFound
    # Lock order: order, then payment.
    order = await orders.lock(connection, found.order_id)
    known = await payments.lock_of_order(connection, order.id)
    payment = next(one for one in known if one.id == notice.payment_id)
    is_new = await payments.insert_notice(
        connection, provider.id, notice.id, payment_id=payment.id, body=body, at=at
    )
    step = _step(payment, notice)
    if not is_new or step not in PAYMENTS[payment.state]:
        return payment
    moved = replace(
        payment,
        state=PAYMENTS[payment.state][step],
        settled_at=at,
        paid_fen=notice.amount if step is not PaymentStep.FAIL else None,
        reference=notice.reference,
        reason=notice.reason if step is PaymentStep.FAIL else misses(payment, notice.amount),
    )
    await payments.save(connection, moved)
    if step is PaymentStep.MISPAY:
        await _question(connection, order, moved, at=at)
    elif step is PaymentStep.SUCCEED and moved.kind == "premium":
        await _paid(connection, order, moved, at=at)
    elif step is PaymentStep.SUCCEED:
        premium = next(one for one in known if one.id == moved.refunds)
        returned = PAYMENTS[premium.state][PaymentStep.RETURN]
        await payments.save(connection, replace(premium, state=returned))
    return moved


async def accepted(connection: Connection, payment: Payment, *, pay_url: str) -> None:
    """The provider has it; its call-back may have come first."""
    await _delivered(connection, payment, PaymentStep.ACCEPT, pay_url=pay_url, reason="")


async def give_up(connection: Connection, payment: Payment, *, error: str) -> None:
    """The provider cannot be told; should it know all the same, its word counts."""
    await _delivered(connection, payment, PaymentStep.GIVE_UP_DELIVERY, pay_url="", reason=error)


async def _delivered(
    connection: Connection, payment: Payment, step: PaymentStep, *, pay_url: str, reason: str
) -> None:
    await orders.lock(connection, payment.order_id)
    known = await payments.lock_of_order(connection, payment.order_id)
    held = next(one for one in known if one.id == payment.id)
    after = PAYMENTS[held.state].get(step)
    if after is not None:
        await payments.save(connection, replace(held, state=after, pay_url=pay_url, reason=reason))


async def _paid(connection: Connection, order: Order, payment: Payment, *, at: datetime) -> None:
    """The premium has come: the order goes on, or the money goes back where the order is over."""
    if reception(order.state, Step.PAY) is not Reception.NOW:
        await refund_if_paid(connection, order, at=at)
        return
    await orders.save(connection, replace(order, state=state_after(order.state, Step.PAY)), at=at)
    paid = PremiumPaid(order.id, payment.id, payment.amount_fen, at)
    await outbox.insert(
        connection,
        payment.id,
        guarantor_id=order.guarantor_id,
        order_id=order.id,
        kind="payment",
        body=encode(paid).decode(),
    )


async def _question(
    connection: Connection, order: Order, payment: Payment, *, at: datetime
) -> None:
    """Somebody must look at a sum that is not what was asked for."""
    fault = Fault.WRONG_PAYMENT if payment.kind == "premium" else Fault.WRONG_REFUND
    found = Discrepancy(fault, order.id, f"{payment.reference}: {payment.reason}")
    day = at.astimezone(SHANGHAI).date()
    row = uuid5(payment.id, "discrepancy"), found
    await discrepancies.insert_all(connection, order.guarantor_id, day, [row], at=at)


async def _refund(
    connection: Connection, order: Order, known: list[Payment], *, refund_id: UUID, at: datetime
) -> Payment:
    premium = next(iter(reversed(_premiums(known))), None)
    amount_fen = refund_sum(premium, order.state)
    assert premium is not None
    under_way = [one for one in known if one.refunds == premium.id]
    if any(one.state is not PaymentState.FAILED for one in under_way):
        raise RefundRefused(why="under-way")
    refund = Payment(
        # After one that failed another may follow.
        uuid5(refund_id, str(len(under_way))) if under_way else refund_id,
        order.id,
        premium.provider_id,
        "refund",
        amount_fen,
        premium.payee_account,
        PaymentState.ASKED,
        at,
        refunds=premium.id,
    )
    await payments.insert(connection, refund)
    return refund


def _premiums(known: list[Payment]) -> list[Payment]:
    """The premiums that were not refused by the provider, oldest first."""
    return [one for one in known if one.kind == "premium" and one.state is not PaymentState.FAILED]


def _step(payment: Payment, notice: PaymentNotice) -> PaymentStep:
    if notice.state == "failed":
        return PaymentStep.FAIL
    return PaymentStep.MISPAY if misses(payment, notice.amount) else PaymentStep.SUCCEED
