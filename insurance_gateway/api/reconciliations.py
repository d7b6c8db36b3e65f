"""The daily three-way match over HTTP, for the operator: lists in, a queue of discrepancies out."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from insurance_gateway.actions.reconciling import Lists, match_day
from insurance_gateway.guarantee import SHANGHAI
from insurance_gateway.storage import discrepancies, guarantors
from insurance_gateway.storage.discrepancies import Kept
from insurance_gateway.three_way import Fault, Issue, Payment
from insurance_gateway.wire import LINES_MAX, LIST_BYTES_MAX, IssuedLine, ReceivedLine
from tendering.api.context import Actor
from tendering.api.fields import Count, Instant
from tendering.domain.calendar import day_begins
from tendering.domain.refusals import Invalid
from tendering.storage.connection import Connection

BYTES_MAX = LIST_BYTES_MAX
Day = date


class PostReconciliation(Struct, frozen=True, forbid_unknown_fields=True):
    """A guarantor's list of a day, and what was paid for its orders; the day is China's."""

    guarantor_id: UUID
    day: Day
    issued: Annotated[list[IssuedLine], Meta(max_length=LINES_MAX)]
    payments: Annotated[list[ReceivedLine], Meta(max_length=LINES_MAX)]


class ReconciliationAnswer(Struct, frozen=True):
    """How many orders were matched, and how many discrepancies were found."""

    orders: Count
    discrepancies: Count


class DiscrepancyAnswer(Struct, frozen=True):
    """What must be looked at: `age_days` since it was found, `owner_id` who looks after it.

    `order_id` is null where a whole list is missing.
    """

    id: UUID
    guarantor_id: UUID
    day: date
    kind: str
    order_id: UUID | None
    detail: str
    opened_at: Instant
    age_days: Count
    owner_id: UUID | None
    settled_at: Instant | None
    resolution: str


class DiscrepancyList(Struct, frozen=True):
    """What nobody has settled, oldest first."""

    items: list[DiscrepancyAnswer]


class PostSettlement(Struct, frozen=True, forbid_unknown_fields=True):
    """How a discrepancy ended."""

    resolution: Annotated[str, Meta(min_length=1, max_length=500)]


async def post_reconciliation(
    connection: Connection, received_at: datetime, body: PostReconciliation
) -> ReconciliationAnswer:
    """Match a day that is over; what differs goes into the queue, once."""
    guarantor = await guarantors.get(connection, body.guarantor_id)
    if day_begins(body.day) + timedelta(days=1) > received_at:
        raise Invalid("the day is not over yet")
    issued = [
        Issue(one.order_id, one.policy_number, one.amount_fen, one.premium_fen)
        for one in body.issued
    ]
    payments = [
        Payment(one.reference, one.order_id, one.kind, one.amount_fen) for one in body.payments
    ]
    lists = Lists(issued, payments)
    matched = await match_day(connection, guarantor.id, body.day, lists, at=received_at)
    return ReconciliationAnswer(matched.orders, matched.discrepancies)


async def get_discrepancies(connection: Connection, received_at: datetime) -> DiscrepancyList:
    """The queue."""
    found = await discrepancies.list_open(connection)
    return DiscrepancyList([_answer(one, at=received_at) for one in found])


async def post_discrepancy_owner(
    connection: Connection, actor: Actor, received_at: datetime, discrepancy_id: UUID
) -> DiscrepancyAnswer:
    """Look after a discrepancy from now on."""
    kept = await discrepancies.take(connection, discrepancy_id, owner_id=actor.person_id)
    return _answer(kept, at=received_at)


async def post_discrepancy_settlement(
    connection: Connection,
    actor: Actor,
    received_at: datetime,
    discrepancy_id: UUID,
    body: PostSettlement,
) -> DiscrepancyAnswer:
    """Say how a discrepancy that one looks after has ended."""
    kept = await discrepancies.settle(
        connection,
        discrepancy_id,
        owner_id=actor.person_id,
        resolution=body.resolution,
        at=received_at,
    )
    return _answer(kept, at=received_at)


def _answer(kept: Kept, *, at: datetime) -> DiscrepancyAnswer:
    age = at.astimezone(SHANGHAI).date() - kept.opened_at.astimezone(SHANGHAI).date()
    return DiscrepancyAnswer(
        kept.id,
        kept.guarantor_id,
        kept.day,
        kept.kind,
        None if kept.kind == Fault.LIST_MISSING else UUID(kept.subject),
        kept.detail,
        kept.opened_at.astimezone(UTC),
        max(0, age.days),
        kept.owner_id,
        kept.settled_at,
        kept.resolution,
    )
