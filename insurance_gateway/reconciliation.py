"""The daily match as timed work: lists are fetched, a day is matched, what differs is queued.

Days are claimed as messages are, so any process may do it and exactly one does; a day on which
nothing ran is made up for. A list that does not come stands in the queue itself.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from insurance_gateway.actions.reconciling import Lists, match_day, question_list
from insurance_gateway.context import InsuranceContext
from insurance_gateway.guarantee import SHANGHAI
from insurance_gateway.insurers.insurer import InsurerRefused, InsurerUnavailable
from insurance_gateway.payment_wire import StatementLine
from insurance_gateway.settings import pause_seconds
from insurance_gateway.storage import discrepancies, guarantors, match_days, payments
from insurance_gateway.storage.guarantors import Guarantor
from insurance_gateway.storage.match_days import DueDay
from insurance_gateway.three_way import Issue, Payment
from insurance_gateway.wire import IssuedAsked
from tendering.storage.connection import OUTAGES, reading, transaction

# The books of a day are closed so long after its end.
BOOKS_OPEN: Final = timedelta(hours=2)
DAYS_MAX: Final = 31
AT_ONCE: Final = 4
# After so many attempts, which is two hours, somebody is to see to it; it is tried all the same.
ATTEMPTS_UNTIL_QUEUED: Final = 20
REFUSED_PAUSE_SECONDS: Final = 3600.0
OVERDUE: Final = timedelta(days=3)

logger = logging.getLogger(__name__)


async def match_daily(context: InsuranceContext, overdue: Callable[[int], None]) -> None:
    """Match every day that is over, for ever. `overdue`: how much nobody has settled in time."""
    while True:
        matched = 0
        try:
            matched = await match_due(context, at=context.now())
            async with reading(context.pool) as connection:
                late = context.now() - OVERDUE
                overdue(await discrepancies.count_open(connection, before=late))
        except OUTAGES:
            logger.warning("the database is away; days are matched later")
        if matched < AT_ONCE:
            await asyncio.sleep(context.settings.match_look_seconds)


async def match_due(context: InsuranceContext, *, at: datetime) -> int:
    """Match some days that are due at `at`, side by side; how many were tried."""
    yesterday = (at - BOOKS_OPEN).astimezone(SHANGHAI).date() - timedelta(days=1)
    async with transaction(context.pool) as connection:
        await match_days.plan(connection, until=yesterday, days_max=DAYS_MAX)
        lease_seconds = context.settings.request_seconds_max * 10
        due = await match_days.claim(connection, limit=AT_ONCE, lease_seconds=lease_seconds)
    async with asyncio.TaskGroup() as group:
        for each in due:
            group.create_task(_match(context, each, at))
    return len(due)


async def _match(context: InsuranceContext, due: DueDay, at: datetime) -> None:
    async with reading(context.pool) as connection:
        guarantor = await guarantors.get(connection, due.guarantor_id)
    fault, pause = "", pause_seconds(context.settings, due.attempts)
    lists = Lists((), ())
    try:
        lists = await _fetched(context, guarantor, due.day)
    except InsurerUnavailable as unavailable:
        fault = str(unavailable)
    except InsurerRefused as refused:
        # It has no such door: its list is handed in by the operator.
        fault, pause = str(refused), REFUSED_PAUSE_SECONDS
    async with transaction(context.pool) as connection:
        if not fault:
            await match_day(connection, guarantor.id, due.day, lists, at=at)
            return
        await match_days.postpone(connection, due, seconds=pause)
        if due.attempts >= ATTEMPTS_UNTIL_QUEUED or pause == REFUSED_PAUSE_SECONDS:
            await question_list(connection, guarantor.id, due.day, why=fault, at=at)


async def _fetched(context: InsuranceContext, guarantor: Guarantor, day: date) -> Lists:
    """Both lists of a day. Raises InsurerUnavailable, InsurerRefused."""
    told = await context.insurer.issued(guarantor, IssuedAsked(day))
    if told.day != day:
        raise InsurerUnavailable("the list is of another day")
    issued = [
        Issue(one.order_id, one.policy_number, one.amount_fen, one.premium_fen)
        for one in told.lines
    ]
    own = [Payment(one.reference, one.order_id, one.kind, one.amount_fen) for one in told.payments]
    return Lists(issued, [*own, *await _moved(context, guarantor, day)])


async def _moved(context: InsuranceContext, guarantor: Guarantor, day: date) -> list[Payment]:
    """What the payment providers moved for a guarantor, by order.

    A payment that we do not know stands under its own id, as an order that we do not know.
    """
    if not guarantor.payee_account:
        return []
    async with reading(context.pool) as connection:
        known = await payments.list_providers(connection)
    lines: list[StatementLine] = []
    for provider in known:
        lines += await context.payments.statement(provider, day)
    lines = [one for one in lines if one.payee_account == guarantor.payee_account]
    async with reading(context.pool) as connection:
        orders = await payments.orders_of(connection, _ids(lines))
    return [
        Payment(
            one.reference,
            orders.get(one.payment_id, one.payment_id),
            one.kind,
            one.amount,
        )
        for one in lines
    ]


def _ids(lines: Sequence[StatementLine]) -> list[UUID]:
    return [one.payment_id for one in lines]
