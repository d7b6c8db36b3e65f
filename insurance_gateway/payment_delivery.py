"""The background loop that tells payment providers what is to be paid and given back.

A payment is claimed in the database, told outside any transaction, and written down afterwards: a
process that dies in between has cost a pause, for the provider knows the payment by its id.
"""

import asyncio
import logging
from typing import Final

from insurance_gateway.actions.paying import accepted, give_up
from insurance_gateway.context import InsuranceContext
from insurance_gateway.doorbell import until_rung
from insurance_gateway.insurers.insurer import InsurerRefused, InsurerUnavailable
from insurance_gateway.settings import pause_seconds
from insurance_gateway.storage import payments
from insurance_gateway.storage.payments import Due
from tendering.storage.connection import OUTAGES, transaction

AT_ONCE: Final = 8

logger = logging.getLogger(__name__)


async def deliver_payments(context: InsuranceContext) -> None:
    """Tell what is due, for ever. Any number of processes may do it at once."""
    while True:
        told = 0
        try:
            told = await tell_due(context)
        except OUTAGES:
            logger.warning("the database is away; payments are told later")
        if told < AT_ONCE:
            await until_rung(context.doorbell.payments, context.settings.look_seconds)


async def tell_due(context: InsuranceContext) -> int:
    """Tell some payments that are due, side by side; how many."""
    async with transaction(context.pool) as connection:
        lease_seconds = context.settings.request_seconds_max * 2
        due = await payments.claim(connection, limit=AT_ONCE, lease_seconds=lease_seconds)
    async with asyncio.TaskGroup() as group:
        for each in due:
            group.create_task(_tell(context, each))
    return len(due)


async def _tell(context: InsuranceContext, due: Due) -> None:
    payment, pay_url, error, is_final = due.payment, "", "", False
    try:
        pay_url = await context.payments.tell(due.provider, payment)
    except InsurerUnavailable as unavailable:
        error, is_final = str(unavailable), due.attempts >= context.settings.attempts_max
    except InsurerRefused as refused:
        error, is_final = str(refused), True
    async with transaction(context.pool) as connection:
        if not error:
            await accepted(connection, payment, pay_url=pay_url)
        elif is_final:
            # The payment's id is all that a log may say.
            logger.error("payment %s is given up: %s", payment.id, error)
            await give_up(connection, payment, error=error)
        else:
            seconds = pause_seconds(context.settings, due.attempts)
            await payments.postpone(connection, payment.id, seconds=seconds, error=error)
