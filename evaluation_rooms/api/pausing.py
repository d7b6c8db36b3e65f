"""The supervisor lets an evaluation room stand still, and go on, over HTTP."""

from datetime import datetime
from uuid import UUID

from evaluation_rooms.actions.pausing import pause_room, resume_room
from evaluation_rooms.api.deeds import DoneAnswer, PostReason
from tendering.api.context import Actor
from tendering.api.routing import Touches
from tendering.storage.connection import Connection


async def post_room_pause(
    *,
    connection: Connection,
    touches: Touches,
    actor: Actor,
    room_id: UUID,
    body: PostReason,
    received_at: datetime,
) -> DoneAnswer:
    """Let the room stand still, for a reason (supervisor)."""
    done = await pause_room(connection, room_id, body.reason, by=actor, at=received_at)
    touches(done.room.tender_id)
    return DoneAnswer(done.seq)


async def post_room_resumption(
    *,
    connection: Connection,
    touches: Touches,
    actor: Actor,
    room_id: UUID,
    received_at: datetime,
) -> DoneAnswer:
    """Let the room go on; the time it stood still is given back (supervisor)."""
    done = await resume_room(connection, room_id, by=actor, at=received_at)
    touches(done.room.tender_id)
    return DoneAnswer(done.seq)
