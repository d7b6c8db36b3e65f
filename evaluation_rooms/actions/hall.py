"""Deeds of the opening hall: the host speaks. Everything else in the hall is `tendering`'s deed."""

from datetime import datetime
from uuid import UUID

from evaluation_rooms.hall import Hall, decide_announcement, follow
from tendering.domain.journal import Stream
from tendering.storage import journal, tenders
from tendering.storage.connection import Connection

_PAGE = 500


async def announce(connection: Connection, tender_id: UUID, text: str, *, at: datetime) -> int:
    """Say something to everybody in the hall; the entry's number. Raises NotFound, WrongPhase."""
    await tenders.lock_also_suspended(connection, tender_id)
    event = decide_announcement(await hall_of(connection, tender_id), text)
    entry = await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
    return entry.seq


async def hall_of(connection: Connection, tender_id: UUID) -> Hall:
    """The hall as the public stream has left it."""
    hall, seq = Hall(tender_id), 0
    while entries := await journal.after(connection, tender_id, Stream.PUBLIC, seq, limit=_PAGE):
        for entry in entries:
            hall = follow(hall, entry)
        seq = entries[-1].seq
    return hall
