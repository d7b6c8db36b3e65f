"""The second session of a procedure that is played by its deeds (`tests/support/rounds.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from evaluation_rooms.actions.resuming import resume_opening, take_prices
from evaluation_rooms.standing import Standing, Viewer
from tendering.actions import openings as deeds
from tendering.actions.opening_records import issue_opening_record, record_opening
from tendering.storage import openings, tenders
from tendering.storage.connection import reading, transaction
from tests.support.opened import Party

if TYPE_CHECKING:
    from tests.support.rounds import RoundsPlay


async def resume(play: RoundsPlay, tender_id: UUID) -> None:
    """Begin the second session."""
    host = play.host.actor
    async with transaction(play.pool) as connection:
        await resume_opening(connection, tender_id, "1", by=host, at=play.now)


async def open_prices(
    play: RoundsPlay, tender_id: UUID, room_id: UUID, bidders: Sequence[Party]
) -> None:
    """The second session, from the locked marks to the prices in the room."""
    tender = await play.tender(tender_id)
    await resume(play, tender_id)
    async with reading(play.pool) as connection:
        asked = (await openings.get(connection, tender_id, "1")).bidders
    for bidder in bidders:
        if bidder.actor.organization_id in asked:
            await play.unlock(tender, bidder, session=2)
    await read_out(play, tender_id)
    async with transaction(play.pool) as connection:
        await take_prices(connection, room_id, Standing(Viewer.HOST), at=play.now)


async def read_out(play: RoundsPlay, tender_id: UUID) -> None:
    """Show what a session has unlocked, and record it as if everybody had signed."""
    host = play.host.actor
    async with transaction(play.pool) as connection:
        await deeds.reveal(connection, tender_id, "1", faults={}, by=host, at=play.now)
    record = await issue_opening_record(play.pool, tender_id, "1", by=host, at=play.now)
    async with transaction(play.pool) as connection:
        locked = await tenders.lock(connection, tender_id)
        await record_opening(connection, locked, record, at=play.now)
