"""What the gateway does by itself: messages and payments leave, days are matched."""

from collections.abc import Callable, Coroutine

from insurance_gateway.context import InsuranceContext
from insurance_gateway.delivery import deliver_outbox
from insurance_gateway.payment_delivery import deliver_payments
from insurance_gateway.reconciliation import match_daily


def insurance_work(
    context: InsuranceContext, overdue: Callable[[int], None]
) -> list[Coroutine[None, None, None]]:
    """All loops of the gateway, each for ever. Any number of processes may run them.

    `overdue` is told how many discrepancies nobody has settled in time.
    """
    return [deliver_outbox(context), deliver_payments(context), match_daily(context, overdue)]
