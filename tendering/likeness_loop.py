"""Bids that were read out are compared in the background, one lot after the other, for ever.

What is due is found in the tables, so a process that was killed begins again when it starts.
"""

import asyncio
import logging
from typing import Final

from tendering.actions.likenesses import make_likeness
from tendering.api.context import Context
from tendering.keeping import keep_opened_bids
from tendering.own_process import ProcessFailed
from tendering.storage import likenesses
from tendering.storage.connection import OUTAGES, reading
from tendering.storage.likenesses import DueLikeness

LOOK_SECONDS: Final = 2.0
AT_ONCE: Final = 20

logger = logging.getLogger(__name__)


async def compare_bids(context: Context) -> None:
    """Compare what is due, for ever. What failed is tried again by the next process."""
    failed: set[DueLikeness] = set()
    while True:
        try:
            failed |= await compare_due(context, leave=failed)
        except OUTAGES:
            logger.warning("the database is away; bids are compared again")
        await asyncio.sleep(LOOK_SECONDS)


async def compare_due(context: Context, *, leave: set[DueLikeness]) -> set[DueLikeness]:
    """Compare what is due but `leave`; which came to no report."""
    async with reading(context.pool) as connection:
        found = await likenesses.list_due(connection, limit=AT_ONCE + len(leave))
    failed = set()
    for due in found:
        if due in leave:
            continue
        try:
            await keep_opened_bids(context, due.tender_id, due.lot)
            await make_likeness(context.pool, context.blobs, due, now=context.now)
        except (ProcessFailed, FileNotFoundError):
            logger.exception("the bids of lot %s of %s were not compared", due.lot, due.tender_id)
            failed.add(due)
        else:
            context.touched(due.tender_id)
    return failed
