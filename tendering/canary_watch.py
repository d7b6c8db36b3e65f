"""The platform's part in canaries that is due by itself: the second one, and saying what is late.

Any process may do it and exactly one does: each deed locks its tender and asks the rule again.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from tendering.actions.canaries import enter_missed, issue_eve
from tendering.api.context import Context
from tendering.domain.canary import EVE, EVE_DUE
from tendering.storage import canaries
from tendering.storage.connection import OUTAGES, reading, transaction

LOOK_SECONDS: Final = 1.0

logger = logging.getLogger(__name__)


async def watch_canaries(context: Context, overdue: Callable[[int], None]) -> None:
    """Make and miss canaries, for ever. `overdue` is told how many key holders are late."""
    while True:
        try:
            overdue(await look_after_canaries(context, at=context.now()))
        except OUTAGES:
            logger.warning("the database is away; canaries are looked after again")
        await asyncio.sleep(LOOK_SECONDS)


async def look_after_canaries(context: Context, *, at: datetime) -> int:
    """Do what is due at `at`; how many key holders are late, over all tenders."""
    async with reading(context.pool) as connection:
        without = await canaries.list_without_eve(connection, at=at, eve=EVE, due=EVE_DUE)
        to_miss = await canaries.list_to_miss(connection, at=at)
    for tender_id in without:
        async with transaction(context.pool) as connection:
            made = await issue_eve(connection, tender_id, at=at)
        if made:
            context.touched(tender_id)
    for tender_id, number in to_miss:
        async with transaction(context.pool) as connection:
            missed = await enter_missed(connection, tender_id, number, at=at)
        if missed is not None:
            # Who holds keys, and that one is late, is on the public record.
            logger.warning(
                "a canary is overdue: tender %s, canary %d (%s), key holders %s, enough: %s",
                tender_id,
                number,
                missed.canary.occasion,
                ", ".join(map(str, missed.overdue)),
                "yes" if missed.enough else "NO",
            )
            context.touched(tender_id)
    async with reading(context.pool) as connection:
        return await canaries.count_overdue(connection, at=at)
