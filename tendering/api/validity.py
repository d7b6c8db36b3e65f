"""Extension of bid validity over HTTP: asked of all bidders of a lot, answered by each."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import validity as deeds
from tendering.actions.validity import Wanted
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant, LotNumber, in_utc
from tendering.api.tender_views import visible_tender
from tendering.api.tenders import Statement
from tendering.domain.timetable import VALIDITY_DAYS_MAX
from tendering.domain.validity import REASON_MAX, Extension
from tendering.storage.connection import Connection

Number = Annotated[int, Meta(ge=1, le=1000)]


class PostValidityExtension(Struct, frozen=True, forbid_unknown_fields=True):
    """A longer validity: `days` in all, from the deadline; until when bidders answer; why."""

    lot: LotNumber
    days: Annotated[int, Meta(ge=1, le=VALIDITY_DAYS_MAX)]
    respond_until: Instant
    reason: Annotated[str, Meta(min_length=1, max_length=REASON_MAX)]
    statement: Statement


class PostValidityAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """A bidder's answer and its signature."""

    accepts: bool
    statement: Statement


class ValidityExtensionView(Struct, frozen=True):
    """A request; `until` is the first instant at which an extended bid is valid no more."""

    lot: str
    number: int
    days: int
    until: Instant
    respond_until: Instant
    reason: str
    accepted: list[UUID]
    refused: list[UUID]
    silent: list[UUID]


class ValidityExtensionList(Struct, frozen=True):
    """The requests of a tender, oldest first."""

    items: list[ValidityExtensionView]


async def post_validity_extension(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    body: PostValidityExtension,
) -> ValidityExtensionView:
    """Ask all bidders of a lot to let their bids be valid for longer."""
    await visible_tender(connection, tender_id, actor)
    extension = await deeds.request_extension(
        connection,
        context.keys,
        tender_id,
        Wanted(body.lot, body.days, in_utc(body.respond_until), body.reason),
        statement=body.statement,
        by=actor,
        at=received_at,
    )
    return _view(extension)


async def post_validity_answer(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    lot: LotNumber,
    number: Number,
    body: PostValidityAnswer,
) -> None:
    """Accept, or refuse and have one's bid security back."""
    await visible_tender(connection, tender_id, actor)
    await deeds.answer_extension(
        connection,
        context.keys,
        tender_id,
        lot,
        number,
        accepts=body.accepts,
        statement=body.statement,
        by=actor,
        at=received_at,
    )


async def get_validity_extensions(
    connection: Connection, actor: Actor | None, tender_id: UUID
) -> ValidityExtensionList:
    """What was asked, and who has answered what."""
    await visible_tender(connection, tender_id, actor)
    found = await deeds.list_extensions(connection, tender_id)
    return ValidityExtensionList([_view(one) for one in found])


def _view(extension: Extension) -> ValidityExtensionView:
    answers = extension.answers
    return ValidityExtensionView(
        extension.lot,
        extension.number,
        extension.days,
        extension.until,
        extension.respond_until,
        extension.reason,
        sorted(one for one in extension.bidders if answers.get(one) is True),
        sorted(one for one in extension.bidders if answers.get(one) is False),
        sorted(one for one in extension.bidders if one not in answers),
    )
