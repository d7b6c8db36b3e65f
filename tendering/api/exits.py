"""The ends of a tender without a winner, and its repetition, over HTTP."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from msgspec import Meta, Struct

from tendering.actions import exits as deeds
from tendering.actions.exits import Termination
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant
from tendering.api.tender_views import TenderView, tender_view, visible_tender
from tendering.domain.exits import Cause
from tendering.storage.connection import Connection


class PostTermination(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a tender is terminated, and the signature over it."""

    cause: Literal["task_cancelled", "unlawful_conduct", "over_budget", "force_majeure", "other"]
    text: Annotated[str, Meta(min_length=1, max_length=5000)]
    statement: dict[str, Any]


class PostRetender(Struct, frozen=True, forbid_unknown_fields=True):
    """The deadline of the next attempt; it is judged when that is published."""

    deadline: Instant


async def post_termination(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    body: PostTermination,
) -> TenderView:
    """Terminate a tender, for a reason that everybody reads."""
    tender = await visible_tender(connection, tender_id, actor)
    ended = await deeds.terminate_tender(
        connection,
        context.keys,
        tender_id,
        context.law(tender, received_at).rulebook,
        Termination(Cause(body.cause), body.text, body.statement),
        by=actor,
        at=received_at,
    )
    return await tender_view(connection, ended)


async def post_retender(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostRetender,
) -> TenderView:
    """Draft the next attempt from the lots that failed; `source` counts it and names this one."""
    draft = await deeds.retender(
        connection,
        tender_id,
        next_id=uuid4(),
        deadline=body.deadline.astimezone(UTC),
        by=actor,
        at=received_at,
    )
    return await tender_view(connection, draft)
