"""Rooms whose committee could not go on for too long: emptied, with their marks kept and void."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from evaluation_rooms.course_events import RoomVoided
from evaluation_rooms.events import to_event
from evaluation_rooms.fold import apply
from evaluation_rooms.room import Change
from evaluation_rooms.storage import rooms
from tendering.domain.journal import Stream
from tendering.storage import journal
from tendering.storage.connection import Connection


async def empty_rooms(
    connection: Connection, tender_id: UUID, room_ids: Sequence[UUID], at: datetime
) -> None:
    """Empty rooms of a tender. The caller holds its lock, and seats another committee."""
    for room_id in room_ids:
        before = await rooms.load(connection, tender_id, room_id)
        event = RoomVoided(room_id)
        await rooms.save(connection, [Change(before, apply(before, event))])
        await journal.append(connection, tender_id, Stream.COMMITTEE, to_event(event), at=at)
