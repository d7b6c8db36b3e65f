"""Deeds about sound and picture: a member is seen, or is not; somebody answers for going on."""

from datetime import datetime
from uuid import UUID

from evaluation_rooms.actions.hall import hall_of
from evaluation_rooms.actions.rooms import act
from evaluation_rooms.commands import BeginMedia, ContinueUnrecorded, LoseMedia
from evaluation_rooms.hall import decide_broadcast
from evaluation_rooms.media_events import Why
from evaluation_rooms.standing import Standing
from tendering.domain.journal import Stream
from tendering.domain.refusals.rooms import NotYourPart
from tendering.storage import journal, people, tenders
from tendering.storage.connection import Connection


async def begin(connection: Connection, room_id: UUID, by: Standing, *, at: datetime) -> int:
    """A member is seen and heard; the last entry's number, 0 for none. Raises NotCheckedIn."""
    assert by.seat is not None
    return (await act(connection, room_id, BeginMedia(by.seat), by, at=at)).seq


async def lose(
    connection: Connection, room_id: UUID, by: Standing, why: Why, *, at: datetime
) -> int:
    """A member is not seen and heard any more; the last entry's number, 0 for none."""
    assert by.seat is not None
    return (await act(connection, room_id, LoseMedia(by.seat, why), by, at=at)).seq


async def continue_unrecorded(
    connection: Connection,
    room_id: UUID,
    by: Standing,
    *,
    gap: int,
    reason: str,
    is_supervised: bool,
    at: datetime,
) -> int:
    """Go on in spite of a gap. Raises NoRecordingGap, NotYourPart, SupervisorAbsent."""
    person = None if by.person_id is None else await people.get(connection, by.person_id)
    if person is None:
        raise NotYourPart
    command = ContinueUnrecorded(gap, person.name, reason, is_supervised)
    return (await act(connection, room_id, command, by, at=at)).seq


async def broadcast(connection: Connection, tender_id: UUID, *, is_on: bool, at: datetime) -> int:
    """The hall's host is seen, or is not any more; the entry's number, 0 for none."""
    await tenders.lock_also_suspended(connection, tender_id)
    event = decide_broadcast(await hall_of(connection, tender_id, whole=True), is_on=is_on)
    if event is None:
        return 0
    return (await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)).seq
