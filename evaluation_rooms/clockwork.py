"""Halls follow the clock: sign-in, the last half hour, and at the deadline itself *closing*.

Any process may do it and exactly one does: each deed locks its tender and asks the rule again. What
a moved deadline or a suspension changes is noticed in the same way.
"""

import asyncio
import logging
from datetime import datetime
from typing import Final
from uuid import UUID

from evaluation_rooms.actions.hall import keep_time
from evaluation_rooms.context import RoomsContext
from evaluation_rooms.hall import HallPhase, phase_by_clock
from evaluation_rooms.storage import halls
from tendering.storage import tenders
from tendering.storage.connection import OUTAGES, reading, transaction

LOOK_SECONDS: Final = 0.25

logger = logging.getLogger(__name__)


async def lead_halls(context: RoomsContext) -> None:
    """Lead every hall where the clock asks, for ever."""
    while True:
        try:
            await lead_due(context, at=context.now())
        except OUTAGES:
            logger.warning("the database is away; halls are looked after again")
        await asyncio.sleep(LOOK_SECONDS)


async def lead_due(context: RoomsContext, *, at: datetime) -> list[UUID]:
    """Lead the halls that are not where they should be at `at`; which they were."""
    async with reading(context.pool) as connection:
        shown = await halls.phases(connection)
        coming = await tenders.list_coming(connection, signed_in_from=at, also=list(shown))
    led = []
    for one in coming:
        due = phase_by_clock(sign_in_from=one.sign_in_from, deadline=one.deadline, at=at)
        if one.is_suspended or (one.is_published and due is shown.get(one.id, HallPhase.REHEARSAL)):
            continue
        async with transaction(context.pool) as connection:
            moved = await keep_time(connection, one.id, at=at)
        if moved:
            led.append(one.id)
            context.bus.touched(one.id)
    return led
