"""Forgetting what witnesses and authorities said of checkpoints that no receipt needs.

At one round a second that is up to 0.3 GB a day. What stays is the best word about each real leaf:
receipts and archives are completed as if nothing had gone. While a tender takes bids nothing of its
time goes, for what stays tells where its bids lie in the log.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

from tendering.storage import log_evidence, tenders
from tendering.storage.connection import Pool, reading, transaction

KEPT: Final = timedelta(days=1)
ROUNDS_AT_ONCE: Final = 2000
PAUSE_SECONDS: Final = 600.0
BREATH_SECONDS: Final = 1.0

logger = logging.getLogger(__name__)


async def prune(pool: Pool, *, now: datetime, quorum: int, authorities: int, after: int) -> int:
    """Go once over everything that is old enough, from the size `after` on; where it ended."""
    async with reading(pool) as connection:
        since = await tenders.accepting_since(connection)
    before = now - KEPT if since is None else min(since, now - KEPT)
    while True:
        async with transaction(pool) as connection:
            last, gone = await log_evidence.prune(
                connection,
                after=after,
                before=before,
                quorum=quorum,
                authorities=authorities,
                limit=ROUNDS_AT_ONCE,
            )
        if last is None:
            return after
        after = last
        logger.info("forgot the words about %d checkpoints", gone)
        await asyncio.sleep(BREATH_SECONDS)  # others have their turn: it is never urgent
