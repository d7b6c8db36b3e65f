"""What happens because it is time: openings begin, supervisors learn of overdue duties.

What is abandoned is cleared away.

Any process may do it and exactly one does: each deed locks its tender and asks the rule again.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from tendering.actions import duties
from tendering.actions.arrivals import end_time
from tendering.actions.openings import close_submission
from tendering.actions.pauses import resume
from tendering.actions.seat_invitations import lapse
from tendering.api.context import Context
from tendering.background import side_by_side
from tendering.domain.refusals import Refused
from tendering.outage_watch import Heart
from tendering.remedies import Tried, open_pending
from tendering.storage import (
    complaints,
    demonstration_clock,
    due_tenders,
    feed,
    idempotency_keys,
    identities,
    log,
    passkeys,
    rate_limits,
    seat_invitations,
    sessions,
    small_containers,
    tenders,
    uploads,
    venue_bookings,
)
from tendering.storage.connection import OUTAGES, Connection, Pool, reading, transaction

LOOK_SECONDS: Final = 0.5
CLOSE_LOOK_SECONDS: Final = 0.25
CLEAR_SECONDS: Final = 600
CLEAR_AT_ONCE: Final = 200
PLACES_AT_ONCE: Final = 1000

logger = logging.getLogger(__name__)


def timed_work(
    context: Context, moved: asyncio.Event, heart: Heart
) -> list[Coroutine[None, None, None]]:
    """All loops of timed work, each for ever. `moved`: a jump of the clock."""
    following = [follow_clock(context, context.set_ahead)] if context.set_ahead else []
    return [
        *following,
        heart.live(),
        open_due_tenders(context, moved, heart),
        open_remedied_bids(context),
        keep_terms(context),
        fill_feed(context),
        clear_away(context),
    ]


async def follow_clock(context: Context, set_ahead: Callable[[timedelta], None]) -> None:
    """Jump with every jump of a demonstration's clock, whichever process made it, for ever."""
    while True:
        try:
            async with reading(context.pool) as connection:
                set_ahead(await demonstration_clock.ahead(connection))
        except OUTAGES:
            logger.warning("the database is away; the clock is looked at again")
        await asyncio.sleep(LOOK_SECONDS)


async def open_due_tenders(context: Context, moved: asyncio.Event, heart: Heart) -> None:
    """Begin every opening whose deadline and drain have passed, for ever. `moved`: a jump."""
    while True:
        try:
            # First: an outage may move the deadlines by which openings would begin.
            await heart.beat(at=context.now())
            await end_lapsed_pauses(context, at=context.now())
            await close_due(context, at=context.now())
        except OUTAGES:
            logger.warning("the database is away; openings are looked for again")
        moved.clear()
        try:
            async with asyncio.timeout(CLOSE_LOOK_SECONDS):
                await moved.wait()
        except TimeoutError:
            continue


async def close_due(context: Context, *, at: datetime) -> list[UUID]:
    """Begin the openings that are due at `at`; which tenders they were."""
    async with reading(context.pool) as connection:
        due = await due_tenders.list_to_close(connection, at=at)
        checkpoint = await log.latest_text(connection) if due else None

    async def close(tender_id: UUID) -> bool:
        try:
            async with transaction(context.pool) as connection:
                await close_submission(connection, tender_id, checkpoint=checkpoint, at=at)
        except Refused:
            # Another process was first.
            return False
        context.touched(tender_id)
        return True

    return await side_by_side(close, due)


async def end_lapsed_pauses(context: Context, *, at: datetime) -> list[UUID]:
    """Let the tenders go on whose pause over a complaint has lasted as long as it may."""
    async with reading(context.pool) as connection:
        lapsed = await complaints.list_lapsed(connection, at=at)
    gone_on = []
    for tender_id in lapsed:
        async with transaction(context.pool) as connection:
            tender = await tenders.lock_also_suspended(connection, tender_id)
            running = await resume(connection, tender, context.law(tender, at), at=at)
        if running.suspension is None:
            gone_on.append(tender_id)
            context.touched(tender_id)
    return gone_on


async def open_remedied_bids(context: Context) -> None:
    """Open every bid whose shares are at hand, for ever: also those of a platform that was killed
    between storing the last share and entering the verdict.
    """
    tried: Tried = set()
    while True:
        try:
            await open_pending(context, tried=tried)
        except OUTAGES:
            logger.warning("the database is away; shares are looked for again")
        await asyncio.sleep(LOOK_SECONDS)


async def keep_terms(context: Context) -> None:
    """Give securities back, and tell supervisors of terms that passed, for ever."""
    while True:
        try:
            await look_after_terms(context, at=context.now())
            await ask_the_next(context, at=context.now())
            await delete_images(context, at=context.now())
            await end_booked_times(context, at=context.now())
        except OUTAGES:
            logger.warning("the database is away; terms are looked at again")
        await asyncio.sleep(LOOK_SECONDS * 2)


async def look_after_terms(context: Context, *, at: datetime) -> int:
    """Do what terms ask for at `at`, once; of how many duties supervisors were told."""
    async with reading(context.pool) as connection:
        due = await duties.list_due(connection, at=at, limit=CLEAR_AT_ONCE)
    told = 0
    for tender_id in due:
        async with transaction(context.pool) as connection:
            told += await duties.look_after(connection, tender_id, context.law, at=at)
        context.touched(tender_id)
    return told


async def ask_the_next(context: Context, *, at: datetime) -> int:
    """Ask the next expert for each seat whose invitation has lapsed at `at`; how many."""
    async with reading(context.pool) as connection:
        due = await seat_invitations.list_due(connection, at=at, limit=CLEAR_AT_ONCE)
    asked = 0
    for tender_id in due:
        async with transaction(context.pool) as connection:
            asked += await lapse(connection, tender_id, new_id=uuid4, at=at)
        context.touched(tender_id)
    return asked


async def delete_images(context: Context, *, at: datetime) -> int:
    """Delete images of experts whose time is over at `at`; how many consents ended."""
    async with transaction(context.pool) as connection:
        return await identities.delete_due(connection, at=at, limit=CLEAR_AT_ONCE)


async def end_booked_times(context: Context, *, at: datetime) -> int:
    """Say of each booking whose time is over at `at` that it is; of how many."""
    async with reading(context.pool) as connection:
        due = await venue_bookings.list_ending(connection, at=at, limit=CLEAR_AT_ONCE)
    ended = 0
    for tender_id, booking_id in due:
        async with transaction(context.pool) as connection:
            ended += await end_time(connection, tender_id, booking_id, at=at)
        context.touched(tender_id)
    return ended


async def fill_feed(context: Context) -> None:
    """Give what was published its place in the feed, for ever."""
    while True:
        placed = 0
        try:
            placed = await fill_feed_once(context.pool)
        except OUTAGES:
            logger.warning("the database is away; the feed is filled again")
        if placed < PLACES_AT_ONCE:
            await asyncio.sleep(LOOK_SECONDS)


async def fill_feed_once(pool: Pool, *, limit: int = PLACES_AT_ONCE) -> int:
    """Give places to at most `limit` entries, in one transaction; to how many."""
    async with transaction(pool) as connection:
        await feed.lock(connection)
        return await feed.give_places(connection, limit=limit)


async def clear_away(context: Context) -> None:
    """Forget what nobody needs any longer, for ever, by real time."""
    while True:
        try:
            async with transaction(context.pool) as connection:
                abandoned = await _forget(connection, hours=context.abandoned_hours)
            for upload_id in abandoned:
                # A crash here leaves a file that nothing refers to: the next round's.
                await asyncio.to_thread(context.blobs.delete, upload_id)
            await clear_strays(context)
        except OUTAGES:
            logger.warning("the database is away; clearing is tried again")
        await asyncio.sleep(CLEAR_SECONDS)


async def clear_strays(context: Context) -> list[UUID]:
    """Remove old files that no row speaks of: what a crash has left; which they were."""
    async with reading(context.pool) as connection:
        before = await uploads.abandoned_before(connection, hours=context.abandoned_hours)
        old = await asyncio.to_thread(context.blobs.list_old, before=before, limit=CLEAR_AT_ONCE)
        known = await uploads.known_among(connection, old)
        known |= await small_containers.known_among(connection, old)
    strays = [upload_id for upload_id in old if upload_id not in known]
    for upload_id in strays:
        await asyncio.to_thread(context.blobs.delete, upload_id)
    return strays


async def _forget(connection: Connection, *, hours: int) -> list[UUID]:
    await idempotency_keys.delete_expired(connection)
    await sessions.delete_expired(connection)
    await rate_limits.delete_full(connection)
    await passkeys.delete_expired_challenges(connection)
    return await uploads.delete_abandoned(connection, hours=hours, limit=CLEAR_AT_ONCE)
