"""What a key holder's tool asks for beside the opening: its tenders, and its keys' end."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import key_holders as deeds
from tendering.actions.key_replacements import order_replacement
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant
from tendering.domain.tender import KEY_HOLDERS_MAX
from tendering.storage import canaries, key_holders
from tendering.storage.connection import Connection


class HeldTender(Struct, frozen=True):
    """A tender of which one is, or is to become, key holder `holder`.

    `announced`: its key is on record; if not, announce one.

    `canaries` are the numbers of those that one has still to open.
    """

    tender_id: UUID
    number: str
    title: str
    status: str
    deadline: Instant
    holder: int
    announced: bool
    canaries: list[int]


class HeldTenders(Struct, frozen=True):
    """The tenders of which one is a key holder, newest first."""

    items: list[HeldTender]


class PostKeyDestruction(Struct, frozen=True, forbid_unknown_fields=True):
    """A key holder's signed statement that its key for the tender is destroyed."""

    statement: dict[str, Any]


class PostKeyHolderReplacement(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is to take the place of key holder `number`, why, and the host's statement of it.

    The same organization may take its own place, with a new key.
    """

    number: Annotated[int, Meta(ge=1, le=KEY_HOLDERS_MAX)]
    organization_id: UUID
    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]
    statement: dict[str, Any]


async def get_held_tenders(connection: Connection, actor: Actor) -> HeldTenders:
    """The drafts and tenders of which one is a key holder: for drafts a key must be announced."""
    rows = await key_holders.list_held(connection, actor.organization_id)
    waiting = await canaries.list_waiting(connection, actor.organization_id)
    return HeldTenders(
        [
            HeldTender(
                row["id"],
                row["tender_number"],
                row["title"],
                row["status"],
                row["deadline"],
                row["number"],
                row["announced"],
                [number for tender_id, number in waiting if tender_id == row["id"]],
            )
            for row in rows
        ]
    )


async def post_key_destruction(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    body: PostKeyDestruction,
) -> None:
    """State under one's signature that one's key for this tender is destroyed."""
    await deeds.record_destruction(
        connection, context.keys, tender_id, statement=body.statement, by=actor, at=received_at
    )


async def post_key_holder_replacement(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    body: PostKeyHolderReplacement,
) -> None:
    """Have a key holder replaced: it takes effect when the new one announces its key."""
    await order_replacement(
        connection,
        context.keys,
        tender_id,
        number=body.number,
        organization_id=body.organization_id,
        reason=body.reason,
        statement=body.statement,
        by=actor,
        at=received_at,
    )
