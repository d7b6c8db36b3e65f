"""A bidder's own door to what the committee asks it: read, and answer with a signature.

It learns the question and the term, and neither its number in the room nor who asked.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from evaluation_rooms.actions.rooms import Done, act
from evaluation_rooms.commands import AnswerEnquiry
from evaluation_rooms.enquiries import ANSWER_LABEL, answer_statement
from evaluation_rooms.enquiry_events import Enquiry
from evaluation_rooms.room import Room
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import rooms
from tendering.actions.statements import require_statement, statement_by
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.keys import PlatformKeys
from tendering.storage.connection import Connection


async def list_own(
    connection: Connection, tender_id: UUID, *, by: Actor
) -> list[tuple[Room, Enquiry]]:
    """What the bidder was asked in the rooms of a tender, the oldest first."""
    found = [
        (room, enquiry)
        for room_id, _, _ in await rooms.list_of_tender(connection, tender_id)
        for room in [await rooms.load(connection, tender_id, room_id)]
        for enquiry in room.enquiries.values()
        if enquiry.asked.bidder_id == by.organization_id
    ]
    return sorted(found, key=lambda one: one[1].asked.asked_at)


async def answer(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    command: AnswerEnquiry,
    *,
    by: Actor,
    at: datetime,
) -> Done:
    """Take a bidder's signed answer.

    Raises NotFound, SignatureRefused, and the refusals of `enquiries.decide_answer`.
    """
    own = await list_own(connection, tender_id, by=by)
    for room, enquiry in own:
        if enquiry.asked.enquiry == command.enquiry:
            statement: Mapping[str, JsonValue] = command.statement
            said = await statement_by(
                connection, keys, dict(statement), label=ANSWER_LABEL, uscc=by.uscc, at=at
            )
            require_statement(said, answer_statement(room, enquiry, command.text))
            return await act(connection, room.id, command, Standing(Viewer.PUBLIC), at=at)
    raise NotFound("no such question")
