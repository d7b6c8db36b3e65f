"""Objections over HTTP. Who sees what of an objection: `_view`."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from msgspec import Meta, Struct, structs

from tendering.actions import objections as deeds
from tendering.actions.objections import Raised, Said
from tendering.actions.tenders import Law
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant
from tendering.api.tender_views import visible_tender
from tendering.domain.complaints import clocks_of
from tendering.domain.objections import (
    Objection,
    ObjectionKind,
    Outcome,
    Subject,
    names_are_public,
)
from tendering.domain.tender import Tender
from tendering.storage import objections
from tendering.storage.connection import Connection, reading, transaction

Statement = dict[str, Any]
Said20k = Annotated[str, Meta(min_length=1, max_length=20000)]
LotOrAll = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{0,20}(?!\n)$", max_length=20)]


class PostObjection(Struct, frozen=True, forbid_unknown_fields=True):
    """An objection, or a question (质疑) or enquiry (询问) in government procurement, signed.

    `lot` is empty where it is about the whole tender.
    """

    subject: Literal["tender_documents", "opening", "evaluation_result"]
    text: Said20k
    statement: Statement
    kind: Literal["objection", "enquiry"] = "objection"
    lot: LotOrAll = ""


class PostReply(Struct, frozen=True, forbid_unknown_fields=True):
    """The reply to an objection and its signature."""

    outcome: Literal["upheld", "not_upheld"]
    text: Said20k
    statement: Statement


class ReplyView(Struct, frozen=True):
    """A reply as everybody reads it."""

    outcome: str
    text: str
    answered_at: Instant


class ObjectionView(Struct, frozen=True):
    """An objection as the asker may see it: `objector` and `text` are null where they are secret.

    `late`: after its term, registered and without effect. `pauses`: the tender stands still until
    the reply, or over the result of one of several lots, that lot. `reply_due` and to the objector
    `complain_until` are the first instants that are too late; null where nothing is owed, or where
    one may not complain yet.
    """

    id: UUID
    kind: str
    subject: str
    lot: str
    objector: str | None
    text: str | None
    received_at: Instant
    late: bool
    pauses: bool
    reply: ReplyView | None
    reply_due: Instant | None = None
    complain_until: Instant | None = None


class ObjectionList(Struct, frozen=True):
    """The objections to a tender that the asker may know of, oldest first."""

    items: list[ObjectionView]


async def post_objection(
    context: Context,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    body: PostObjection,
) -> ObjectionView:
    """Raise an objection; in time, the tender stands still until it is answered."""
    async with reading(context.pool) as connection:
        tender = await visible_tender(connection, tender_id, actor)
    raised = Raised(
        uuid4(),
        ObjectionKind(body.kind),
        Subject(body.subject),
        body.lot,
        body.text,
        body.statement,
    )
    law = context.law(tender, received_at)
    async with transaction(context.pool) as connection:
        objection = await deeds.raise_objection(
            connection, context.keys, tender_id, law, raised, by=actor, at=received_at
        )
    return _with_clocks(_whole(objection), objection, law, actor, at=received_at)


async def post_reply(
    context: Context,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    objection_id: UUID,
    *,
    body: PostReply,
) -> None:
    """Answer an objection; with the last open one the tender goes on by itself."""
    async with reading(context.pool) as connection:
        tender = await visible_tender(connection, tender_id, actor)
    said = Said(objection_id, Outcome(body.outcome), body.text, body.statement)
    law = context.law(tender, received_at)
    async with transaction(context.pool) as connection:
        await deeds.answer_objection(
            connection,
            context.keys,
            tender_id,
            law,
            said,
            by=actor,
            at=received_at,
        )


async def get_objections(
    context: Context,
    connection: Connection,
    actor: Actor | None,
    received_at: datetime,
    tender_id: UUID,
) -> ObjectionList:
    """The objections to a tender, as far as the asker may know of them."""
    tender = await visible_tender(connection, tender_id, actor)
    law = context.law(tender, received_at)
    opened = await objections.is_opened(connection, tender_id)
    public = names_are_public(tender, opened=opened)
    found = []
    for each in await objections.list_of_tender(connection, tender_id):
        view = _view(each, tender, actor, names_public=public)
        if view is not None:
            found.append(_with_clocks(view, each, law, actor, at=received_at))
    return ObjectionList(found)


def _view(
    objection: Objection, tender: Tender, actor: Actor | None, *, names_public: bool
) -> ObjectionView | None:
    """The objector sees its own; before the opening the others see no name.

    Those who answer it and the supervisor then read its text; everybody else learns of it with the
    reply, and of the reply alone.
    """
    own = actor is not None and actor.organization_id == objection.organization_id
    if own or names_public:
        return _whole(objection)
    if actor is not None and _runs(tender, actor):
        return _shown(objection, objector=None, text=objection.text)
    if objection.reply is None:
        return None
    return _shown(objection, objector=None, text=None)


def _whole(objection: Objection) -> ObjectionView:
    return _shown(objection, objector=objection.organization_name, text=objection.text)


def _shown(objection: Objection, *, objector: str | None, text: str | None) -> ObjectionView:
    reply = objection.reply
    return ObjectionView(
        id=objection.id,
        kind=objection.kind,
        subject=objection.subject,
        lot=objection.lot,
        objector=objector,
        text=text,
        received_at=objection.received_at,
        late=objection.late,
        pauses=objection.pauses,
        reply=None if reply is None else ReplyView(reply.outcome, reply.text, reply.at),
    )


def _with_clocks(
    view: ObjectionView, objection: Objection, law: Law, actor: Actor | None, *, at: datetime
) -> ObjectionView:
    own = actor is not None and actor.organization_id == objection.organization_id
    clocks = clocks_of(objection, law.rulebook, law.calendar, at=at)
    return structs.replace(
        view,
        reply_due=clocks.reply_due,
        complain_until=clocks.complain_until if own else None,
    )


def _runs(tender: Tender, actor: Actor) -> bool:
    return actor.organization_id in {
        tender.procuring_entity_id,
        tender.agency_id,
        tender.supervisor_id,
    }
