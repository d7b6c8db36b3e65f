"""Quotes and orders over HTTP: only the bidder itself ever sees them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from msgspec import Struct

from insurance_gateway.actions.orders import (
    ask_surrender,
    cancel,
    place,
    require_accepting,
    required_cover,
)
from insurance_gateway.api.payments import PaymentAnswer, payment_answer
from insurance_gateway.context import InsuranceContext
from insurance_gateway.delivery import ask_quotes
from insurance_gateway.doorbell import OUTBOX
from insurance_gateway.guarantee import Order, blind
from insurance_gateway.matters import Matter
from insurance_gateway.payments import Payment
from insurance_gateway.storage import matters, orders, payments, statistics
from insurance_gateway.storage.guarantors import Guarantor
from insurance_gateway.storage.orders import OrderStep
from insurance_gateway.storage.statistics import Record
from insurance_gateway.wire import QuoteRequest
from tendering.api.context import Actor
from tendering.api.fields import Fen, Instant, LotNumber
from tendering.api.routing import Touches
from tendering.domain.refusals import NotFound
from tendering.storage import tenders
from tendering.storage.connection import Connection, reading


class PostQuotes(Struct, frozen=True, forbid_unknown_fields=True):
    """Ask all guarantors for their price."""

    tender_id: UUID
    lot: LotNumber


class QuoteAnswer(Struct, frozen=True):
    """What a guarantor would charge, and its record.

    Of opened tenders: `issued` guarantees, the median `issue_seconds` from order to guarantee
    (null: none yet), `claims` made and `claims_paid`.
    """

    guarantor_id: UUID
    name: str
    premium_fen: Fen
    issued: int = 0
    issue_seconds: int | None = None
    claims: int = 0
    claims_paid: int = 0


class QuoteList(Struct, frozen=True):
    """The offers of all guarantors who answered in time, cheapest first."""

    items: list[QuoteAnswer]


class PostOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """Order a guarantee."""

    tender_id: UUID
    lot: LotNumber
    guarantor_id: UUID


class MatterAnswer(Struct, frozen=True):
    """What is asked of the guarantor about a guarantee: extension, surrender or claim.

    `cover_fen` and `cover_until` of an extension; `amount_fen` is the premium to be refunded or
    the sum claimed; `due_at` is the first instant at which a claim is settled too late.
    """

    id: UUID
    kind: str
    state: str
    asked_at: Instant
    reason: str
    cover_fen: Fen | None = None
    cover_until: Instant | None = None
    amount_fen: Fen | None = None
    due_at: Instant | None = None
    settled_at: Instant | None = None


class OrderStepAnswer(Struct, frozen=True):
    """A state that the order came to."""

    state: str
    at: Instant
    reason: str


class OrderAnswer(Struct, frozen=True):
    """An order of one's own. In force from state `verified` on.

    `cover_fen` and `cover_until` are what the guarantor was asked for: the requirement of the lot,
    rounded up so that it does not name the lot. `history` stands with one order alone.
    """

    id: UUID
    tender_id: UUID
    lot: str
    guarantor_id: UUID
    state: str
    cover_fen: Fen
    cover_until: Instant
    ordered_at: Instant
    reason: str
    premium_fen: Fen | None = None
    policy_number: str | None = None
    insured_fen: Fen | None = None
    insured_until: Instant | None = None
    matters: list[MatterAnswer] = []
    history: list[OrderStepAnswer] = []
    payments: list[PaymentAnswer] = []


class OrderList(Struct, frozen=True):
    """One's own orders, newest first."""

    items: list[OrderAnswer]


async def post_quotes(insurance: InsuranceContext, actor: Actor, body: PostQuotes) -> QuoteList:
    """Ask what a guarantee for a lot costs. The guarantors learn a bucket, and nobody's name."""
    del actor
    async with reading(insurance.pool) as connection:
        tender = await tenders.get(connection, body.tender_id)
        known = await statistics.records(connection)
    require_accepting(tender, at=insurance.now())
    cover = blind(required_cover(tender, body.lot))
    offers = await ask_quotes(insurance, QuoteRequest(cover.amount_fen, cover.until))
    return QuoteList(
        [_quote(who, offer.premium_fen, known.get(who.id, Record())) for who, offer in offers]
    )


async def post_order(
    connection: Connection,
    actor: Actor,
    received_at: datetime,
    body: PostOrder,
    touches: Touches,
) -> OrderAnswer:
    """Order a guarantee; it is in force when its state is `verified`."""
    order = await place(
        connection,
        order_id=uuid4(),
        tender_id=body.tender_id,
        lot=body.lot,
        guarantor_id=body.guarantor_id,
        by=actor,
        at=received_at,
    )
    touches(OUTBOX)
    return _answer(order)


async def post_order_cancellation(
    connection: Connection, actor: Actor, received_at: datetime, order_id: UUID, touches: Touches
) -> OrderAnswer:
    """Cancel an order of one's own while its premium is not paid."""
    touches(OUTBOX)
    return _answer(await cancel(connection, order_id, by=actor, at=received_at))


async def post_surrender(
    connection: Connection, actor: Actor, received_at: datetime, order_id: UUID, touches: Touches
) -> MatterAnswer:
    """Give a guarantee back for its full premium. It secures no bid from now on."""
    matter = await ask_surrender(connection, order_id, matter_id=uuid4(), by=actor, at=received_at)
    touches(OUTBOX)
    return matter_answer(matter)


async def get_orders(
    connection: Connection, actor: Actor, tender_id: UUID | None = None
) -> OrderList:
    """One's own orders."""
    found = await orders.list_of_bidder(connection, actor.organization_id, tender_id=tender_id)
    known = await matters.list_of_orders(connection, [each.id for each in found])
    paid = await payments.list_of_orders(connection, [each.id for each in found])
    return OrderList(
        [_answer(one, known.get(one.id, ()), (), paid.get(one.id, ())) for one in found]
    )


async def get_order(connection: Connection, actor: Actor, order_id: UUID) -> OrderAnswer:
    """One order of one's own."""
    order = await orders.get(connection, order_id)
    if order.bidder_id != actor.organization_id:
        raise NotFound
    known = await matters.list_of_orders(connection, [order_id])
    paid = await payments.list_of_orders(connection, [order_id])
    steps = await orders.list_steps(connection, order_id)
    return _answer(order, known.get(order_id, ()), steps, paid.get(order_id, ()))


def _quote(who: Guarantor, premium_fen: int, record: Record) -> QuoteAnswer:
    return QuoteAnswer(
        who.id,
        who.name,
        premium_fen,
        record.issued,
        record.issue_seconds,
        record.claims,
        record.claims_paid,
    )


def matter_answer(matter: Matter) -> MatterAnswer:
    """A matter as JSON."""
    cover = matter.cover
    return MatterAnswer(
        id=matter.id,
        kind=matter.kind,
        state=matter.state,
        asked_at=matter.asked_at,
        reason=matter.reason,
        cover_fen=None if cover is None else cover.amount_fen,
        cover_until=None if cover is None else cover.until,
        amount_fen=matter.amount_fen,
        due_at=matter.due_at,
        settled_at=matter.settled_at,
    )


def _answer(
    order: Order,
    known: Sequence[Matter] = (),
    steps: Sequence[OrderStep] = (),
    paid: Sequence[Payment] = (),
) -> OrderAnswer:
    insured = order.insured
    return OrderAnswer(
        id=order.id,
        tender_id=order.tender_id,
        lot=order.lot,
        guarantor_id=order.guarantor_id,
        state=order.state,
        cover_fen=order.cover.amount_fen,
        cover_until=order.cover.until,
        ordered_at=order.ordered_at,
        reason=order.reason,
        premium_fen=order.premium_fen,
        policy_number=order.policy_number,
        insured_fen=None if insured is None else insured.amount_fen,
        insured_until=None if insured is None else insured.until,
        matters=[matter_answer(each) for each in known],
        history=[OrderStepAnswer(each.state, each.at, each.reason) for each in steps],
        payments=[payment_answer(each) for each in paid],
    )
