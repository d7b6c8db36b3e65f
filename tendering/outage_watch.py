"""The platform notices its own outage: signs of life in the database, and what a gap leads to.

The gap is noticed at start-up, before anything is served, and while the platform runs, when the
database or the machine was away. Timed work asks first: no opening begins by a deadline that an
outage is about to move.
"""

import asyncio
import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from tendering.actions.outages import EmptyRooms, Settling, notice, settle
from tendering.api.context import Context
from tendering.settings import OutageSettings
from tendering.storage import outages
from tendering.storage.connection import OUTAGES, reading, transaction
from tendering.storage.outages import Outage

TENDERS_AT_ONCE: Final = 500

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Heart:
    """The signs of life of one process. `beaten` is monotonic, seconds; none given yet is None.

    `empty_rooms`: how rooms are emptied whose committee could not go on for too long.
    """

    context: Context
    settings: OutageSettings
    empty_rooms: EmptyRooms
    process_id: UUID = field(default_factory=uuid4)
    beaten: float | None = None

    async def beat(self, *, at: datetime) -> None:
        """Give a sign of life where one is due, and settle every outage that is not yet.

        When it returns, no tender is left to which an outage is still to be applied. Raises one of
        OUTAGES when the database is away.
        """
        moment = time.monotonic()
        is_fresh = (
            self.beaten is not None and moment - self.beaten < self.settings.heartbeat_seconds
        )
        if not is_fresh:
            trigger = timedelta(seconds=self.settings.trigger_seconds)
            async with transaction(self.context.pool) as connection:
                outage = await notice(connection, self.process_id, trigger=trigger, at=at)
            if outage is not None:
                logger.warning("the platform was away for %s", outage.until - outage.since)
            self.beaten = moment
        async with reading(self.context.pool) as connection:
            unsettled = await outages.list_unsettled(connection)
        for one in unsettled:
            await settle_all(self.context, one, self.empty_rooms, at=at)

    async def live(self) -> None:
        """Beat for ever."""
        while True:
            try:
                await self.beat(at=self.context.now())
            except OUTAGES:
                logger.warning("the database is away; a sign of life is given again")
            await asyncio.sleep(self.settings.heartbeat_seconds)


async def settle_all(
    context: Context, outage: Outage, empty_rooms: EmptyRooms, *, at: datetime
) -> list[UUID]:
    """Apply an outage to every tender it may have touched; which of them it has.

    A crash on the way leaves the rest to whoever looks next: each tender is its own transaction.
    """
    touched = []
    settling = Settling(context.law, empty_rooms, uuid4)
    while True:
        async with reading(context.pool) as connection:
            found = await outages.list_touched(connection, outage, limit=TENDERS_AT_ONCE)
        for tender_id in found:
            async with transaction(context.pool) as connection:
                was_touched = await settle(connection, outage, tender_id, settling, at=at)
            if was_touched:
                touched.append(tender_id)
                context.touched(tender_id)
        if len(found) < TENDERS_AT_ONCE:
            break
    async with transaction(context.pool) as connection:
        await outages.set_settled(connection, outage.id)
    return touched
