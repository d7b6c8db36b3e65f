"""Questions, clarifications and amendments over HTTP, and whom they have reached."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from msgspec import Meta, Struct

from tendering.actions import clarifications as deeds
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant, Text, in_utc
from tendering.api.tender_views import ClarificationView, visible_tender
from tendering.api.tenders import DocumentName, Statement
from tendering.domain.clarifications import (
    FILES_MAX,
    changes_between,
    first_version,
    version_json,
)
from tendering.domain.tender import require_party
from tendering.storage import clarifications, tenders
from tendering.storage.clarifications import Question
from tendering.storage.connection import Connection

Number = Annotated[int, Meta(ge=1, le=1_000_000)]


class PostQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """A question to the tender documents."""

    text: Annotated[str, Meta(min_length=1, max_length=5000)]


class QuestionView(Struct, frozen=True):
    """A question; who asked it is nobody's business."""

    id: UUID
    text: str
    asked_at: Instant


class QuestionList(Struct, frozen=True):
    """The questions to a tender, oldest first."""

    items: list[QuestionView]


class PostClarification(Struct, frozen=True, forbid_unknown_fields=True):
    """A clarification and its signature.

    `deadline`: to when it moves, confirmed; needed where the clarification comes too late for it.
    `brings`: names of files that were put and wait, `removes`: of files that are no more; with
    either it is an amendment that makes the next version of the tender documents.
    """

    text: Text
    affects_bids: bool
    statement: Statement
    deadline: Instant | None = None
    brings: Annotated[list[DocumentName], Meta(max_length=FILES_MAX)] = []
    removes: Annotated[list[DocumentName], Meta(max_length=FILES_MAX)] = []


class ClarificationAnswer(Struct, frozen=True):
    """The number of the new clarification, and the deadline as it stands now."""

    number: int
    deadline: Instant


class ClarificationList(Struct, frozen=True):
    """The clarifications of a tender, oldest first."""

    items: list[ClarificationView]


class ReceiptView(Struct, frozen=True):
    """Somebody whom a clarification has reached, by its own word."""

    organization_id: UUID
    organization: str
    confirmed_at: Instant


class ClarificationReceiptList(Struct, frozen=True):
    """Whom a clarification has reached, first confirmed first."""

    items: list[ReceiptView]


class DocumentVersionList(Struct, frozen=True):
    """Every version of the tender documents, oldest first, with what it changed."""

    items: list[dict[str, Any]]


async def post_question(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostQuestion,
) -> QuestionView:
    """Ask something about the tender documents."""
    await visible_tender(connection, tender_id, actor)
    question = Question(uuid4(), body.text, received_at)
    await clarifications.insert_question(connection, tender_id, question, actor.organization_id)
    return QuestionView(question.id, question.text, question.asked_at)


async def get_questions(connection: Connection, actor: Actor, tender_id: UUID) -> QuestionList:
    """The questions to one's own tender."""
    require_party(await tenders.get(connection, tender_id), actor.organization_id)
    found = await clarifications.list_questions(connection, tender_id)
    return QuestionList([QuestionView(each.id, each.text, each.asked_at) for each in found])


async def post_clarification(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    body: PostClarification,
) -> ClarificationAnswer:
    """Publish a clarification; one that may affect bids and comes late moves the deadline."""
    tender = await visible_tender(connection, tender_id, actor)
    number, moved = await deeds.publish_clarification(
        connection,
        context.keys,
        tender_id,
        context.law(tender, received_at),
        said=deeds.Said(
            body.text,
            body.affects_bids,
            None if body.deadline is None else in_utc(body.deadline),
            body.brings,
            body.removes,
        ),
        statement=body.statement,
        by=actor,
        at=received_at,
    )
    return ClarificationAnswer(number, moved.deadline)


async def get_clarifications(
    connection: Connection, actor: Actor | None, tender_id: UUID
) -> ClarificationList:
    """The clarifications of a tender."""
    await visible_tender(connection, tender_id, actor)
    found = await clarifications.list_of_tender(connection, tender_id)
    return ClarificationList(
        [
            ClarificationView(each.number, each.text, each.affects_bids, each.published_at)
            for each in found
        ]
    )


async def post_clarification_receipt(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    number: Number,
) -> None:
    """Confirm that a clarification has reached one's organization; who does stays secret."""
    await deeds.confirm_clarification(connection, tender_id, number, by=actor, at=received_at)


async def get_clarification_receipts(
    connection: Connection,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    number: Number,
) -> ClarificationReceiptList:
    """Whom a clarification has reached: for the procuring entity and its agency.

    For the supervisor after the deadline.
    """
    tender = await visible_tender(connection, tender_id, actor)
    found = await deeds.receipts_of(connection, tender, number, by=actor, at=received_at)
    return ClarificationReceiptList([ReceiptView(*each) for each in found])


async def get_document_versions(
    connection: Connection, actor: Actor | None, tender_id: UUID
) -> DocumentVersionList:
    """Every version of the tender documents that was published."""
    tender = await visible_tender(connection, tender_id, actor)
    before = first_version(tender.documents)
    items: list[dict[str, Any]] = [dict(version_json(before))]
    for version in await clarifications.list_versions(connection, tender_id):
        changes = changes_between(before, version)
        items.append(
            dict(version_json(version))
            | {
                "added": list(changes.added),
                "replaced": list(changes.replaced),
                "removed": list(changes.removed),
            }
        )
        before = version
    return DocumentVersionList(items)
