"""Findings in anonymous documents, decided by the supervisor over HTTP."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from evaluation_rooms.actions.editions import decide_leak
from evaluation_rooms.api.deeds import DoneAnswer
from evaluation_rooms.messages import FindingNumber, Line
from tendering.api.context import Actor
from tendering.api.routing import Touches
from tendering.storage.connection import Connection


class PostLeakDecision(Struct, frozen=True, forbid_unknown_fields=True):
    """Is the file shown all the same, or withheld; and why."""

    shown: bool
    reason: Line


async def post_leak_decision(
    *,
    connection: Connection,
    touches: Touches,
    actor: Actor,
    room_id: UUID,
    number: FindingNumber,
    body: PostLeakDecision,
    received_at: datetime,
) -> DoneAnswer:
    """Decide about something that may tell whose a blind bid is (supervisor)."""
    done = await decide_leak(
        connection,
        room_id,
        number,
        shown=body.shown,
        reason=body.reason,
        by=actor,
        at=received_at,
    )
    touches(done.room.tender_id)
    return DoneAnswer(done.seq)
