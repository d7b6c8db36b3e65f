"""Canaries over HTTP: how the key holders of a tender stand, and a key holder's answer."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import canaries as deeds
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant
from tendering.api.tender_views import visible_tender
from tendering.domain.canary import Standing
from tendering.domain.tender import Tender
from tendering.storage.connection import Connection

Answer = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}(?!\n)$", max_length=64)]
Number = Annotated[int, Meta(ge=1, le=1_000_000)]


class CanaryHolder(Struct, frozen=True):
    """What one key holder has done about a canary."""

    number: int
    name: str
    state: Literal["opened", "due", "overdue"]
    opened_at: Instant | None


class CanaryView(Struct, frozen=True):
    """A canary. `header` is hex.

    `finding` is empty; `late` when a key holder is late; `too_few` when, besides, fewer have opened
    it than are needed to open a bid: extend the deadline, or replace who does not answer.
    """

    canary: int
    occasion: Literal["publication", "eve", "replacement"]
    issued_at: Instant
    due_at: Instant
    header: str
    holders: list[CanaryHolder]
    finding: Literal["", "late", "too_few"]


class CanaryList(Struct, frozen=True):
    """The canaries of a tender, oldest first."""

    threshold: int
    items: list[CanaryView]


class PostCanaryAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """What opening the canary gave, 32 bytes in hex, and the statement that says so."""

    canary: Number
    answer: Answer
    statement: dict[str, Any]


async def get_canaries(
    connection: Connection, actor: Actor | None, received_at: datetime, tender_id: UUID
) -> CanaryList:
    """Which key holders have shown that they can unwrap."""
    tender = await visible_tender(connection, tender_id, actor)
    found = await deeds.standings(connection, tender, at=received_at)
    return CanaryList(tender.threshold, [_view(tender, one) for one in found])


async def post_canary_answer(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    body: PostCanaryAnswer,
) -> None:
    """Show that one has opened a canary."""
    await deeds.open_canary(
        connection,
        context.keys,
        tender_id,
        body.canary,
        answer=body.answer,
        statement=body.statement,
        by=actor,
        at=received_at,
    )


def _view(tender: Tender, standing: Standing) -> CanaryView:
    canary, names = standing.canary, {one.number: one.name for one in tender.key_holders}
    finding: Literal["", "late", "too_few"] = "late" if standing.overdue else ""
    if standing.overdue and not standing.enough:
        finding = "too_few"
    return CanaryView(
        canary=canary.number,
        occasion=canary.occasion.value,
        issued_at=canary.issued_at,
        due_at=canary.due_at,
        header=canary.header.hex(),
        holders=[
            CanaryHolder(number, names[number], state.value, standing.opened_at.get(number))
            for number, state in standing.states.items()
        ],
        finding=finding,
    )
