"""Duties over HTTP: what the asker must do, and the terms of one tender."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import duties as deeds
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant
from tendering.domain.duties import Duty
from tendering.domain.roles import Role
from tendering.storage.connection import Connection

TendersAPage = Annotated[int, Meta(ge=1, le=50)]


class DutyView(Struct, frozen=True):
    """A term that somebody must keep.

    `due` is the first instant that is too late; without `organization_id` everybody in the role
    `by` is meant, `procuring_entity` stands for its agency too. `subject` says of which lot, bidder
    or objection it is.
    """

    id: str
    rule: str
    law: str
    title: str
    tender_id: UUID
    subject: dict[str, Any]
    by: Role
    organization_id: UUID | None
    since: Instant
    due: Instant
    done_at: Instant | None
    overdue: bool


class DutyList(Struct, frozen=True):
    """Duties, and with `next` the tender after which the list goes on."""

    items: list[DutyView]
    next: UUID | None = None


async def get_tasks(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    *,
    after: UUID = deeds.FIRST_ID,
    limit: TendersAPage = 50,
) -> DutyList:
    """What you must do, and to a supervisor what is overdue; `limit` counts tenders."""
    found, after_that = await deeds.list_tasks(
        connection, context.law, actor=actor, after=after, tenders_max=limit, at=received_at
    )
    return DutyList([_view(duty, received_at) for duty in found], after_that)


async def get_duties(
    context: Context, actor: Actor, connection: Connection, received_at: datetime, tender_id: UUID
) -> DutyList:
    """The terms of a tender: to who runs or supervises it all, to others their own."""
    found = await deeds.list_duties(connection, tender_id, context.law, actor=actor, at=received_at)
    return DutyList([_view(duty, received_at) for duty in found])


def _view(duty: Duty, at: datetime) -> DutyView:
    return DutyView(
        id=duty.id,
        rule=duty.rule_id,
        law=duty.law,
        title=duty.title,
        tender_id=duty.tender_id,
        subject=dict(duty.subject),
        by=duty.by,
        organization_id=duty.organization_id,
        since=duty.since,
        due=duty.due,
        done_at=duty.done_at,
        overdue=duty.is_overdue(at),
    )
