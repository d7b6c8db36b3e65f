"""The background loop that carries messages to guarantors, and asks them for quotes.

Messages are claimed in the database, sent outside any transaction and settled afterwards; what
fails is tried again after pauses that double, and buried in the end. Each guarantor has a few
places of its own, so one that hangs slows no other.
"""

import asyncio
import logging
import secrets
from collections import Counter
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from insurance_gateway.actions.sending import arrived, disclose_tender, give_up
from insurance_gateway.actions.watching import Watch, expire_ended, watch_tender
from insurance_gateway.context import InsuranceContext
from insurance_gateway.doorbell import until_rung
from insurance_gateway.insurers.insurer import InsurerRefused, InsurerUnavailable
from insurance_gateway.settings import pause_seconds
from insurance_gateway.storage import calls, guarantors, orders, outbox
from insurance_gateway.storage.calls import Call
from insurance_gateway.storage.guarantors import Guarantor
from insurance_gateway.storage.outbox import Parcel
from insurance_gateway.wire import MESSAGES, Quote, QuoteRequest
from tendering.rulebooks import holiday_calendar
from tendering.storage.connection import OUTAGES, reading, transaction

logger = logging.getLogger(__name__)
FIRST_ID: Final = UUID(int=0)


async def deliver_outbox(context: InsuranceContext) -> None:
    """Send what is due, for ever. Any number of processes may do it at once."""
    busy: Counter[UUID] = Counter()
    # Rung also when a place is free again: whoever waits for it is looked for at once.
    bell = context.doorbell.messages
    time = asyncio.get_running_loop().time
    disclose_at = time()
    async with asyncio.TaskGroup() as group:
        while True:
            try:
                if time() >= disclose_at:
                    disclose_at = time() + context.settings.disclose_seconds
                    at = context.now()
                    await disclose_opened(context, at=at)
                    await watch_in_force(context, at=at)
                await _send_due(context, group, busy)
            except OUTAGES:
                logger.warning("the database is away; messages to guarantors are sent later")
            await until_rung(bell, context.settings.look_seconds)


async def disclose_opened(context: InsuranceContext, *, at: datetime) -> None:
    """Put disclosures into the outbox for tenders that are open by now."""
    after = FIRST_ID
    while True:
        async with reading(context.pool) as connection:
            blind = await orders.list_tenders_blind(connection, after=after, at=at)
        for tender_id in blind:
            async with transaction(context.pool) as connection:
                await disclose_tender(connection, tender_id)
        if not blind:
            return
        after = blind[-1]


async def watch_in_force(context: InsuranceContext, *, at: datetime) -> None:
    """Put into the outbox what is due for guarantees in force, and end those whose time is over."""
    most = context.settings.spread_seconds
    watch = Watch(at, holiday_calendar(), lambda: secrets.SystemRandom().uniform(0.0, most))
    after = FIRST_ID
    while True:
        async with reading(context.pool) as connection:
            in_force = await orders.list_tenders_in_force(connection, after=after)
        for tender_id in in_force:
            async with transaction(context.pool) as connection:
                await watch_tender(connection, tender_id, watch)
        if not in_force:
            break
        after = in_force[-1]
    while True:
        async with transaction(context.pool) as connection:
            if not await expire_ended(connection, at=watch.at):
                return


async def ask_quotes(
    context: InsuranceContext, asked: QuoteRequest
) -> list[tuple[Guarantor, Quote]]:
    """The offers of all guarantors who answer in time, cheapest first."""
    async with reading(context.pool) as connection:
        found = await guarantors.list_all(connection)
    known = [each for each in found if each.live_since is not None]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_quote(context, each, asked)) for each in known]
    offers = [
        (guarantor, offer)
        for guarantor, task in zip(known, tasks, strict=True)
        if (offer := task.result()) is not None
    ]
    return sorted(offers, key=lambda one: (one[1].premium_fen, one[0].name))


async def _quote(
    context: InsuranceContext, guarantor: Guarantor, asked: QuoteRequest
) -> Quote | None:
    """One guarantor's offer; None when it has none for us now."""
    try:
        async with asyncio.timeout(context.settings.quote_seconds_max):
            return await context.insurer.quote(guarantor, asked)
    except (InsurerUnavailable, InsurerRefused, TimeoutError) as error:
        logger.info("no quote from guarantor %s: %s", guarantor.id, error)
        return None


async def _send_due(
    context: InsuranceContext,
    group: asyncio.TaskGroup,
    busy: Counter[UUID],
) -> None:
    """Claim as much for each guarantor as it has free places, and start sending it."""
    async with reading(context.pool) as connection:
        due = await outbox.list_guarantors_due(connection)
    settings = context.settings
    for guarantor_id in due:
        free = settings.guarantor_requests_max - busy[guarantor_id]
        if free <= 0:
            continue
        async with transaction(context.pool) as connection:
            guarantor = await guarantors.get(connection, guarantor_id)
            parcels = await outbox.claim(
                connection,
                guarantor_id,
                limit=free,
                lease_seconds=settings.request_seconds_max * 2,
            )
        for parcel in parcels:
            busy[guarantor_id] += 1
            group.create_task(_deliver(context, guarantor, parcel, busy))


async def _deliver(
    context: InsuranceContext,
    guarantor: Guarantor,
    parcel: Parcel,
    busy: Counter[UUID],
) -> None:
    try:
        await deliver(context, guarantor, parcel)
    except OUTAGES:
        # The lease ends and somebody sends it again; the guarantor knows the order id.
        logger.warning("the database is away; message %s is sent again", parcel.id)
    finally:
        if busy[guarantor.id] >= context.settings.guarantor_requests_max:
            context.doorbell.messages.set()
        busy[guarantor.id] -= 1


async def deliver(context: InsuranceContext, guarantor: Guarantor, parcel: Parcel) -> None:
    """Send one claimed message and write down what came of it."""
    outcome, error = "ok", ""
    try:
        await _send(context, guarantor, parcel)
    except InsurerUnavailable as unavailable:
        outcome, error = "unavailable", str(unavailable)
    except InsurerRefused as refused:
        outcome, error = "refused", str(refused)
    call = Call("out", parcel.kind, outcome, error, parcel.id)
    async with transaction(context.pool) as connection:
        await calls.insert(connection, guarantor.id, call)
        if outcome == "ok":
            await arrived(connection, parcel, at=context.now())
        elif outcome == "unavailable" and parcel.attempts < context.settings.attempts_max:
            pause = pause_seconds(context.settings, parcel.attempts)
            await outbox.postpone(connection, parcel.id, seconds=pause, error=error)
        else:
            # The order's id is all that a log may say: before the opening nobody learns who bids.
            logger.error("message %s to a guarantor is given up: %s", parcel.id, error)
            await give_up(connection, parcel, error=error, at=context.now())


async def _send(context: InsuranceContext, guarantor: Guarantor, parcel: Parcel) -> None:
    message = msgspec.json.decode(parcel.body, type=MESSAGES[parcel.kind])
    await context.insurer.send(guarantor, parcel.id, message)
