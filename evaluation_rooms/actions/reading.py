"""Who may read what was opened, in a room: members from their seats, the host, the supervisor."""

from datetime import datetime
from typing import Final
from uuid import UUID

from evaluation_rooms.actions.entering import entered
from evaluation_rooms.room import Room
from evaluation_rooms.seating import require_member
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import rooms
from tendering.domain.parties import Actor
from tendering.domain.refusals.rooms import NotYourPart, RoomWindowClosed
from tendering.domain.refusals.tenders import WrongPhase
from tendering.storage.connection import Connection

_READERS: Final = frozenset({Viewer.MEMBER, Viewer.HOST, Viewer.SUPERVISOR})


async def room_to_read(
    connection: Connection, room_id: UUID, *, by: Actor, at: datetime
) -> tuple[Room, Standing]:
    """The room, for somebody who may read in it now, and as what.

    Raises NotFound, NotYourPart, NotCheckedIn, RoomWindowClosed, and what `entered` does.
    """
    admission = await entered(connection, room_id, by, at=at)
    standing = admission.standing
    if standing.viewer not in _READERS:
        raise NotYourPart
    room = await rooms.load(connection, admission.tender_id, room_id)
    if standing.seat is not None:
        require_member(room, standing.seat)
        if not room.is_open_at(at):
            raise RoomWindowClosed
    return room, standing


def is_blind_to(room: Room, standing: Standing) -> bool:
    """Must the reader not learn whose bids these are?"""
    return room.terms.blind and not room.named and standing.viewer is not Viewer.SUPERVISOR


def require_names(room: Room, standing: Standing) -> None:
    """Raise WrongPhase while the reader must not learn whose bids these are."""
    if is_blind_to(room, standing):
        raise WrongPhase(phase=room.phase)
