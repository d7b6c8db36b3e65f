"""Halls follow the clock: sign-in, the last half hour, and at the deadline itself *closing*.

Blind rooms get their anonymous editions.

Any process may do it and exactly one does: each deed locks its tender and asks the rule again. What
a moved deadline or a suspension changes is noticed in the same way.
"""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from evaluation_rooms.actions.editions import make_edition
from evaluation_rooms.actions.hall import keep_time
from evaluation_rooms.context import RoomsContext
from evaluation_rooms.hall import HallPhase, phase_by_clock
from evaluation_rooms.media.deeds import enter_arrivals
from evaluation_rooms.storage import halls, rooms
from evaluation_rooms.storage.rooms import DueEdition
from tendering.background import side_by_side
from tendering.domain.refusals import Refused
from tendering.own_process import ProcessFailed
from tendering.storage import due_tenders
from tendering.storage.blobs import Blobs
from tendering.storage.connection import OUTAGES, reading, transaction
from tendering.storage.due_tenders import Coming

LOOK_SECONDS: Final = 0.25
EDIT_SECONDS: Final = 2.0
EDIT_AT_ONCE: Final = 20

logger = logging.getLogger(__name__)


def room_work(context: RoomsContext, blobs: Blobs) -> list[Coroutine[None, None, None]]:
    """All loops of rooms, each for ever."""
    return [lead_halls(context), edit_blind_bids(context, blobs), enter_arrivals(context)]


async def edit_blind_bids(context: RoomsContext, blobs: Blobs) -> None:
    """Make the anonymous editions that are due, for ever. What failed the next process tries."""
    failed: set[DueEdition] = set()
    while True:
        try:
            failed |= await edit_due(context, blobs, leave=failed)
        except OUTAGES:
            logger.warning("the database is away; editions are made again")
        await asyncio.sleep(EDIT_SECONDS)


async def edit_due(
    context: RoomsContext, blobs: Blobs, *, leave: set[DueEdition]
) -> set[DueEdition]:
    """Make what is due but `leave`; which could not be made."""
    async with reading(context.pool) as connection:
        found = await rooms.list_due_editions(connection, limit=EDIT_AT_ONCE + len(leave))
    failed = set()
    for due in found:
        if due in leave:
            continue
        try:
            await make_edition(context.pool, blobs, due, at=context.now())
        except Refused:
            # It stands still, or its window is not open yet.
            logger.info("room %s takes no editions now", due.room_id)
        except (ProcessFailed, FileNotFoundError):
            logger.exception("no edition of bid %d in room %s", due.bid, due.room_id)
            failed.add(due)
        else:
            context.bus.touched(due.tender_id)
    return failed


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
        coming = await due_tenders.list_coming(connection, signed_in_from=at, also=list(shown))

    async def lead(tender_id: UUID) -> bool:
        async with transaction(context.pool) as connection:
            moved = await keep_time(connection, tender_id, at=at)
        if moved:
            context.bus.touched(tender_id)
        return moved

    over = [one.id for one in coming if not one.is_published]
    if over:
        # No lock: from where they are no tender comes back to its hall before the opening.
        async with transaction(context.pool) as connection:
            await halls.forget_all(connection, over)
    return await side_by_side(lead, [one.id for one in coming if _is_elsewhere(one, shown, at)])


def _is_elsewhere(one: Coming, shown: Mapping[UUID, HallPhase], at: datetime) -> bool:
    """Is the hall of a tender that takes bids shown in another phase than the clock asks for?"""
    due = phase_by_clock(sign_in_from=one.sign_in_from, deadline=one.deadline, at=at)
    is_in_place = due is shown.get(one.id, HallPhase.REHEARSAL)
    return one.is_published and not one.is_suspended and not is_in_place
