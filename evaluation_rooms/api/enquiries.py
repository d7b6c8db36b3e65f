"""What the committee asks a bidder, over HTTP: the bidder reads its own and answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from evaluation_rooms.actions import enquiries
from evaluation_rooms.commands import AnswerEnquiry
from evaluation_rooms.messages import Line
from tendering.api.context import Actor, Context
from tendering.api.routing import Touches
from tendering.domain.roles import Role
from tendering.storage.connection import Connection, reading


class OwnEnquiry(Struct, frozen=True):
    """A question to this bidder; `text` None: not answered (yet). `lapsed`: the term is over."""

    enquiry: UUID
    lot: str
    question: str
    asked_at: datetime
    due_at: datetime
    text: str | None
    lapsed: bool


class OwnEnquiryList(Struct, frozen=True):
    """Every question to this bidder in a tender, the oldest first."""

    items: list[OwnEnquiry]


class PostEnquiryAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """The answer, and the same signed under `kaibiao/enquiry-answer/v1`."""

    text: Line
    statement: dict[str, Any]


async def get_enquiries(context: Context, actor: Actor, tender_id: UUID) -> OwnEnquiryList:
    """Read what the evaluation committee asks you (bidder)."""
    if actor.role is not Role.BIDDER:
        return OwnEnquiryList([])
    async with reading(context.pool) as connection:
        own = await enquiries.list_own(connection, tender_id, by=actor)
    return OwnEnquiryList(
        [
            OwnEnquiry(
                one.asked.enquiry,
                room.lot,
                one.asked.question,
                one.asked.asked_at,
                room.due_at(one),
                None if one.answered is None else one.answered.text,
                one.lapsed,
            )
            for room, one in own
        ]
    )


async def post_enquiry_answer(
    *,
    context: Context,
    connection: Connection,
    touches: Touches,
    actor: Actor,
    tender_id: UUID,
    enquiry: UUID,
    body: PostEnquiryAnswer,
    received_at: datetime,
) -> None:
    """Answer the evaluation committee in time, signed (bidder)."""
    command = AnswerEnquiry(enquiry, actor.organization_id, body.text, body.statement)
    await enquiries.answer(connection, context.keys, tender_id, command, by=actor, at=received_at)
    touches(tender_id)
