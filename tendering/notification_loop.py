"""The background loop that carries messages out of the platform, by mail and to webhooks.

Deliveries are claimed in the database, sent outside any transaction and settled afterwards; what
fails is tried again after pauses that double, with chance in them so that not all come back at
once, and buried in the end. Each target has few places, so one that hangs slows no other.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import SystemRandom
from typing import Final
from uuid import UUID

import aiohttp

from tendering.api.context import Context
from tendering.outgoing import Sender, Unavailable, Undeliverable
from tendering.settings import NotificationSettings, Settings
from tendering.storage import deliveries
from tendering.storage.connection import OUTAGES, Pool, reading, transaction
from tendering.storage.deliveries import Parcel
from tendering.webhook_targets import PublicResolver

LOOK_SECONDS: Final = 1.0
SPREAD_AT_ONCE: Final = 200

logger = logging.getLogger(__name__)


@asynccontextmanager
async def open_sender(context: Context, settings: Settings) -> AsyncIterator[Sender]:
    """What carries messages; its connections end with the block."""
    chosen = settings.notifications
    resolver = None if chosen.webhooks_to_private_networks else PublicResolver()
    connector = aiohttp.TCPConnector(limit=0, resolver=resolver, use_dns_cache=False)
    async with aiohttp.ClientSession(connector=connector, trust_env=False) as http:
        yield Sender(
            chosen,
            http,
            context.keys.webhook_seed,
            settings.platform.name,
            settings.platform.host_name,
            settings.public_address,
        )


async def deliver_notifications(pool: Pool, sender: Sender) -> None:
    """Send what is due, for ever. Any number of processes may do it at once."""
    busy: Counter[UUID] = Counter()
    async with asyncio.TaskGroup() as group:
        while True:
            try:
                await spread_all(pool, sender)
                await _send_due(pool, sender, group, busy)
            except OUTAGES:
                logger.warning("the database is away; messages are sent later")
            await asyncio.sleep(LOOK_SECONDS)


async def spread_all(pool: Pool, sender: Sender) -> None:
    """Make a delivery for each person and webhook that a new message goes to."""
    while True:
        async with transaction(pool) as connection:
            found = await deliveries.spread(connection, limit=SPREAD_AT_ONCE, by_mail=sender.mails)
        if found < SPREAD_AT_ONCE:
            return


async def deliver(pool: Pool, sender: Sender, parcel: Parcel) -> None:
    """Send one claimed message and write down what came of it."""
    try:
        await sender.send(parcel)
    except Unavailable as error:
        if parcel.attempts < sender.settings.attempts_max:
            pause = pause_seconds(sender.settings, parcel.attempts)
            pause *= SystemRandom().uniform(0.5, 1.0)
            async with transaction(pool) as connection:
                await deliveries.postpone(connection, parcel.id, seconds=pause, error=str(error))
            return
        await _bury(pool, parcel, str(error))
    except Undeliverable as error:
        await _bury(pool, parcel, str(error))
    else:
        async with transaction(pool) as connection:
            await deliveries.delivered(connection, parcel.id)


def pause_seconds(settings: NotificationSettings, attempts: int) -> float:
    """The longest wait after so many attempts: doubled each time, within a bound."""
    doubled: float = settings.retry_first_seconds * 2.0 ** (attempts - 1)
    return min(doubled, settings.retry_seconds_max)


async def _send_due(
    pool: Pool, sender: Sender, group: asyncio.TaskGroup, busy: Counter[UUID]
) -> None:
    async with reading(pool) as connection:
        due = await deliveries.list_targets_due(connection)
    for target in due:
        free = sender.settings.requests_max - busy[target]
        if free <= 0:
            continue
        async with transaction(pool) as connection:
            parcels = await deliveries.claim(
                connection,
                target,
                limit=free,
                lease_seconds=sender.settings.request_seconds_max * 3,
            )
        for parcel in parcels:
            busy[target] += 1
            group.create_task(_deliver(pool, sender, target, parcel, busy))


async def _deliver(
    pool: Pool, sender: Sender, target: UUID, parcel: Parcel, busy: Counter[UUID]
) -> None:
    try:
        await deliver(pool, sender, parcel)
    except OUTAGES:
        # The lease ends and somebody sends it again, under the same id.
        logger.warning("the database is away; message %s is sent again", parcel.id)
    finally:
        busy[target] -= 1


async def _bury(pool: Pool, parcel: Parcel, error: str) -> None:
    # The id is all that a log may say: whom it was for is nobody's business.
    logger.error("message %s is given up: %s", parcel.id, error)
    async with transaction(pool) as connection:
        await deliveries.bury(connection, parcel.id, error=error)
