"""The supervisor pauses a room and lets it go on; who did stands on record by name."""

from datetime import datetime
from uuid import UUID

from evaluation_rooms.actions.entering import admission_of
from evaluation_rooms.actions.rooms import Done, act
from evaluation_rooms.commands import PauseRoom, ResumeRoom
from evaluation_rooms.standing import Standing, Viewer
from tendering.domain.parties import Actor
from tendering.domain.refusals.rooms import NotYourPart
from tendering.storage import people
from tendering.storage.connection import Connection


async def pause_room(
    connection: Connection, room_id: UUID, reason: str, *, by: Actor, at: datetime
) -> Done:
    """Let the room stand still. Raises NotFound, NotYourPart, RoomStandsStill, ReasonMissing."""
    standing, name = await supervisor_and_name(connection, room_id, by)
    command = PauseRoom(name, reason)
    return await act(connection, room_id, command, standing, at=at)


async def resume_room(connection: Connection, room_id: UUID, *, by: Actor, at: datetime) -> Done:
    """Let the room go on. Raises NotFound, NotYourPart, RoomNotPaused."""
    standing, name = await supervisor_and_name(connection, room_id, by)
    return await act(connection, room_id, ResumeRoom(name), standing, at=at)


async def supervisor_and_name(
    connection: Connection, room_id: UUID, actor: Actor
) -> tuple[Standing, str]:
    """The supervisor of the room, whose deeds stand on record by name. NotFound, NotYourPart."""
    standing = (await admission_of(connection, room_id, actor)).standing
    if standing.viewer is not Viewer.SUPERVISOR:
        raise NotYourPart
    person = await people.get(connection, actor.person_id)
    assert person is not None, "an actor has an account"
    return standing, person.name
