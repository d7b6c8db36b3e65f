"""The daily three-way match over HTTP, for the operator: lists in, a queue of discrepancies out."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID, uuid4

from msgspec import Meta, Struct

from insurance_gateway.guarantee import SHANGHAI
from insurance_gateway.storage import discrepancies, guarantors, match_lines, orders
from insurance_gateway.storage.discrepancies import Kept
from insurance_gateway.three_way import Issue, Payment, match
from insurance_gateway.wire import Fen as WireFen
from tendering.api.context import Actor
from tendering.api.fields import Count, Instant, Line
from tendering.domain.calendar import day_begins
from tendering.domain.refusals import Invalid
from tendering.storage.connection import Connection

LINES_MAX = 10_000
BYTES_MAX = 4 << 20
Day = date


class IssuedLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A policy of the guarantor's list."""

    order_id: UUID
    policy_number: Line
    amount_fen: WireFen
    premium_fen: WireFen


class PaymentLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A payment of the provider's file."""

    reference: Line
    order_id: UUID
    kind: Literal["premium", "refund"]
    amount_fen: WireFen


class PostReconciliation(Struct, frozen=True, forbid_unknown_fields=True):
    """A guarantor's list of a day, and what was paid for its orders; the day is China's."""

    guarantor_id: UUID
    day: Day
    issued: Annotated[list[IssuedLine], Meta(max_length=LINES_MAX)]
    payments: Annotated[list[PaymentLine], Meta(max_length=LINES_MAX)]


class ReconciliationAnswer(Struct, frozen=True):
    """How many orders were matched, and how many discrepancies were found."""

    orders: Count
    discrepancies: Count


class DiscrepancyAnswer(Struct, frozen=True):
    """What must be looked at: `age_days` since it was found, `owner_id` who looks after it."""

    id: UUID
    guarantor_id: UUID
    day: date
    kind: str
    order_id: UUID
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
    begin = day_begins(body.day)
    end = begin + timedelta(days=1)
    if end > received_at:
        raise Invalid("the day is not over yet")
    issued = [
        Issue(one.order_id, one.policy_number, one.amount_fen, one.premium_fen)
        for one in body.issued
    ]
    payments = [
        Payment(one.reference, one.order_id, one.kind, one.amount_fen) for one in body.payments
    ]
    await match_lines.replace_day(connection, guarantor.id, body.day, issued, payments)
    # What belongs to another day is looked at for what is there, not for what is missing.
    span = {"begin": begin, "end": end}
    due = await orders.list_to_match(connection, guarantor.id, **span, named=[])
    named = sorted({one.order_id for one in issued} | {one.order_id for one in payments})
    ours = await orders.list_to_match(connection, guarantor.id, **span, named=named)
    ids = sorted({*named, *(order.id for order in ours)})
    issued, payments = await match_lines.list_of_orders(
        connection, guarantor.id, ids, until=body.day
    )
    found = match(ours, issued, payments, due={order.id for order in due})
    await discrepancies.insert_all(
        connection, guarantor.id, body.day, [(uuid4(), one) for one in found], at=received_at
    )
    return ReconciliationAnswer(len(ours), len(found))


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
        UUID(kept.subject),
        kept.detail,
        kept.opened_at.astimezone(UTC),
        max(0, age.days),
        kept.owner_id,
        kept.settled_at,
        kept.resolution,
    )
