"""A member left: the next in the drawn order takes the seat, in the draw and in the room."""

from datetime import datetime
from uuid import UUID

from evaluation_rooms.actions.rooms import Done, act
from evaluation_rooms.commands import ReplaceSeat
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import rooms
from tendering.actions.draws import replace_member
from tendering.storage.connection import Connection


async def replace_seat(
    connection: Connection, room_id: UUID, seat: int, reason: str, *, at: datetime
) -> Done:
    """Seat the next expert. Raises NotFound, DrawNotPrepared, PoolTooSmall, SeatNotVacant."""
    tender_id = await rooms.tender_of(connection, room_id)
    drawn = await replace_member(connection, tender_id, seat=seat, reason=reason, at=at)
    command = ReplaceSeat(
        seat=seat,
        name=drawn.name,
        site=drawn.venue,
        expert_id=drawn.expert_id,
        person_id=drawn.person_id,
        reason=reason,
    )
    return await act(connection, room_id, command, Standing(Viewer.HOST), at=at)
