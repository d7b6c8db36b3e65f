"""SQL of `insurance.orders` and `insurance.notices`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from insurance_gateway.guarantee import Cover, GuaranteeState, Order, Reception
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.guarantees import OrderUnderWay
from tendering.domain.refusals.wire import MessageConflict
from tendering.storage.connection import (
    Connection,
    Record,
    UniqueViolation,
    constraint_name,
)


@dataclass(frozen=True, slots=True)
class OrderStep:
    """A state that an order came to, and why."""

    state: str
    at: datetime
    reason: str


async def insert(connection: Connection, order: Order) -> None:
    """Write a fresh order. Raises OrderUnderWay.

    Two orders may be under way after all: one that was thought undelivered, and the one after it.
    Therefore the index holds fresh orders apart, and the statement looks for older ones.
    """
    try:
        inserted = await connection.execute(
            """INSERT INTO insurance.orders
                   (id, bidder_id, tender_id, lot, guarantor_id, state, cover_fen, cover_until,
                    ordered_at, reason)
               SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
               WHERE NOT EXISTS (
                   SELECT 1 FROM insurance.orders
                   WHERE tender_id = $3 AND lot = $4 AND bidder_id = $2 AND guarantor_id = $5
                     AND state IN ('applied', 'underwriting', 'awaiting_premium', 'paid'))""",
            order.id,
            order.bidder_id,
            order.tender_id,
            order.lot,
            order.guarantor_id,
            order.state,
            order.cover.amount_fen,
            order.cover.until,
            order.ordered_at,
            order.reason,
        )
    except UniqueViolation as error:
        if constraint_name(error) == "orders_one_applied":
            raise OrderUnderWay from None
        raise
    if inserted != "INSERT 0 1":
        raise OrderUnderWay
    await connection.execute(
        """INSERT INTO insurance.order_steps (order_id, number, state, at, reason)
           VALUES ($1, 1, $2, $3, $4)""",
        order.id,
        order.state,
        order.ordered_at,
        order.reason,
    )


async def get(connection: Connection, order_id: UUID) -> Order:
    """One order. Raises NotFound."""
    return _order(
        await connection.fetchrow(
            """SELECT id, bidder_id, tender_id, lot, guarantor_id, state, cover_fen, cover_until,
                      ordered_at, premium_fen, policy_number, insured_fen, insured_until, reason
               FROM insurance.orders WHERE id = $1""",
            order_id,
        )
    )


async def lock(connection: Connection, order_id: UUID) -> Order:
    """One order, held to the end of the transaction. Raises NotFound."""
    return _order(
        await connection.fetchrow(
            """SELECT id, bidder_id, tender_id, lot, guarantor_id, state, cover_fen, cover_until,
                      ordered_at, premium_fen, policy_number, insured_fen, insured_until, reason
               FROM insurance.orders WHERE id = $1 FOR NO KEY UPDATE""",
            order_id,
        )
    )


async def list_of_bidder(
    connection: Connection, bidder_id: UUID, *, tender_id: UUID | None
) -> list[Order]:
    """A bidder's own orders, newest first; with `tender_id` those for one tender."""
    rows = await connection.fetch(
        """SELECT id, bidder_id, tender_id, lot, guarantor_id, state, cover_fen, cover_until,
                  ordered_at, premium_fen, policy_number, insured_fen, insured_until, reason
           FROM insurance.orders
           WHERE bidder_id = $1 AND ($2::uuid IS NULL OR tender_id = $2)
           ORDER BY ordered_at DESC, id LIMIT 200""",
        bidder_id,
        tender_id,
    )
    return [_order(row) for row in rows]


async def list_tenders_blind(connection: Connection, *, after: UUID, at: datetime) -> list[UUID]:
    """The next tenders by id with guarantees in force of which nothing was disclosed yet.

    A guarantee that has ended by `at` secures nothing any more: so tenders that failed drop out.
    """
    rows = await connection.fetch(
        """SELECT DISTINCT o.tender_id FROM insurance.orders o
           WHERE o.state = 'verified' AND o.tender_id > $1 AND o.insured_until > $2
             AND NOT EXISTS (
                 SELECT 1 FROM insurance.outbox x
                 WHERE x.order_id = o.id AND x.kind = 'disclosure')
           ORDER BY o.tender_id LIMIT 1000""",
        after,
        at,
    )
    return [row["tender_id"] for row in rows]


async def lock_blind(connection: Connection, tender_id: UUID) -> list[Order]:
    """Some orders of a tender in that state, held to the end of the transaction."""
    rows = await connection.fetch(
        """SELECT o.id, o.bidder_id, o.tender_id, o.lot, o.guarantor_id, o.state, o.cover_fen,
                  o.cover_until, o.ordered_at, o.premium_fen, o.policy_number, o.insured_fen,
                  o.insured_until, o.reason
           FROM insurance.orders o
           WHERE o.tender_id = $1 AND o.state = 'verified'
             AND NOT EXISTS (
                 SELECT 1 FROM insurance.outbox x
                 WHERE x.order_id = o.id AND x.kind = 'disclosure')
           ORDER BY o.id LIMIT 200 FOR NO KEY UPDATE OF o""",
        tender_id,
    )
    return [_order(row) for row in rows]


async def list_tenders_in_force(connection: Connection, *, after: UUID) -> list[UUID]:
    """The next tenders by id with guarantees in force of whose release nobody was told yet."""
    rows = await connection.fetch(
        """SELECT DISTINCT o.tender_id FROM insurance.orders o
           WHERE o.state IN ('verified', 'disclosed', 'claim_refused') AND o.tender_id > $1
             AND NOT EXISTS (
                 SELECT 1 FROM insurance.outbox x WHERE x.order_id = o.id AND x.kind = 'release')
           ORDER BY o.tender_id LIMIT 1000""",
        after,
    )
    return [row["tender_id"] for row in rows]


async def lock_in_force(connection: Connection, tender_id: UUID) -> list[Order]:
    """Orders of a tender whose guarantees are in force, those told of a release left out.

    They are held to the end of the transaction.
    """
    rows = await connection.fetch(
        """SELECT o.id, o.bidder_id, o.tender_id, o.lot, o.guarantor_id, o.state, o.cover_fen,
                  o.cover_until, o.ordered_at, o.premium_fen, o.policy_number, o.insured_fen,
                  o.insured_until, o.reason
           FROM insurance.orders o
           WHERE o.tender_id = $1 AND o.state IN ('verified', 'disclosed', 'claim_refused')
             AND NOT EXISTS (
                 SELECT 1 FROM insurance.outbox x WHERE x.order_id = o.id AND x.kind = 'release')
           ORDER BY o.id FOR NO KEY UPDATE OF o""",
        tender_id,
    )
    return [_order(row) for row in rows]


async def list_claimed(connection: Connection, tender_id: UUID) -> list[Order]:
    """Orders of a tender of which a claim was made, by lot."""
    rows = await connection.fetch(
        """SELECT o.id, o.bidder_id, o.tender_id, o.lot, o.guarantor_id, o.state, o.cover_fen,
                  o.cover_until, o.ordered_at, o.premium_fen, o.policy_number, o.insured_fen,
                  o.insured_until, o.reason
           FROM insurance.orders o
           WHERE o.tender_id = $1 AND EXISTS (
               SELECT 1 FROM insurance.matters m WHERE m.order_id = o.id AND m.kind = 'claim')
           ORDER BY o.lot, o.id LIMIT 200""",
        tender_id,
    )
    return [_order(row) for row in rows]


async def lock_ended(connection: Connection, *, at: datetime) -> list[Order]:
    """Some orders whose guarantees have ended by `at`, held to the end of the transaction."""
    rows = await connection.fetch(
        """SELECT id, bidder_id, tender_id, lot, guarantor_id, state, cover_fen, cover_until,
                  ordered_at, premium_fen, policy_number, insured_fen, insured_until, reason
           FROM insurance.orders
           WHERE state IN ('verified', 'disclosed', 'claim_refused') AND insured_until <= $1
           ORDER BY id LIMIT 200 FOR NO KEY UPDATE SKIP LOCKED""",
        at,
    )
    return [_order(row) for row in rows]


async def list_to_match(
    connection: Connection,
    guarantor_id: UUID,
    *,
    begin: datetime,
    end: datetime,
    named: Sequence[UUID],
) -> list[Order]:
    """A guarantor's orders that came into force or were given back in [begin, end), or are named.

    By id.
    """
    rows = await connection.fetch(
        """SELECT o.id, o.bidder_id, o.tender_id, o.lot, o.guarantor_id, o.state, o.cover_fen,
                  o.cover_until, o.ordered_at, o.premium_fen, o.policy_number, o.insured_fen,
                  o.insured_until, o.reason
           FROM insurance.orders o
           WHERE o.guarantor_id = $1 AND (o.id = ANY($4) OR EXISTS (
               SELECT 1 FROM insurance.order_steps s
               WHERE s.order_id = o.id AND s.state IN ('verified', 'surrendered')
                 AND s.at >= $2 AND s.at < $3))
           ORDER BY o.id LIMIT 20000""",
        guarantor_id,
        begin,
        end,
        list(named),
    )
    return [_order(row) for row in rows]


async def save(connection: Connection, order: Order, *, at: datetime) -> None:
    """Write what became of a locked order by `at`, and each new state into its history."""
    insured = order.insured
    await connection.execute(
        """WITH was AS (SELECT state FROM insurance.orders WHERE id = $1),
           moved AS (
               INSERT INTO insurance.order_steps (order_id, number, state, at, reason)
               SELECT $1, 1 + (SELECT count(*) FROM insurance.order_steps WHERE order_id = $1),
                      $2, $8, $7
               FROM was WHERE was.state <> $2)
           UPDATE insurance.orders
           SET state = $2, premium_fen = $3, policy_number = $4, insured_fen = $5,
               insured_until = $6, reason = $7
           WHERE id = $1""",
        order.id,
        order.state,
        order.premium_fen,
        order.policy_number,
        None if insured is None else insured.amount_fen,
        None if insured is None else insured.until,
        order.reason,
        at,
    )


async def list_steps(connection: Connection, order_id: UUID) -> list[OrderStep]:
    """The states that an order has been in, oldest first."""
    rows = await connection.fetch(
        """SELECT state, at, reason FROM insurance.order_steps
           WHERE order_id = $1 ORDER BY number LIMIT 100""",
        order_id,
    )
    return [OrderStep(row["state"], row["at"], row["reason"]) for row in rows]


async def insert_notice(
    connection: Connection,
    guarantor_id: UUID,
    notice_id: UUID,
    *,
    order_id: UUID,
    body: str,
    at: datetime,
) -> bool:
    """Keep a notice, waiting; False when it was kept before. Raises MessageConflict."""
    inserted = await connection.execute(
        """INSERT INTO insurance.notices
               (guarantor_id, id, order_id, body, reception, received_at)
           VALUES ($1, $2, $3, $4, 'later', $5)
           ON CONFLICT (guarantor_id, id) DO NOTHING""",
        guarantor_id,
        notice_id,
        order_id,
        body,
        at,
    )
    if inserted == "INSERT 0 1":
        return True
    known = await connection.fetchval(
        "SELECT body FROM insurance.notices WHERE guarantor_id = $1 AND id = $2",
        guarantor_id,
        notice_id,
    )
    if known != body:
        raise MessageConflict
    return False


async def list_waiting(connection: Connection, order_id: UUID) -> list[tuple[UUID, str]]:
    """Id and body of the notices of an order that wait for their turn, oldest first."""
    rows = await connection.fetch(
        """SELECT id, body FROM insurance.notices
           WHERE order_id = $1 AND reception = 'later' ORDER BY received_at, id LIMIT 100""",
        order_id,
    )
    return [(row["id"], row["body"]) for row in rows]


async def settle_notice(
    connection: Connection, guarantor_id: UUID, notice_id: UUID, reception: Reception
) -> None:
    """Write down whether a notice was applied or came too late."""
    await connection.execute(
        "UPDATE insurance.notices SET reception = $3 WHERE guarantor_id = $1 AND id = $2",
        guarantor_id,
        notice_id,
        reception,
    )


def _order(row: Record | None) -> Order:
    if row is None:
        raise NotFound
    insured = row["insured_fen"]
    return Order(
        id=row["id"],
        bidder_id=row["bidder_id"],
        tender_id=row["tender_id"],
        lot=row["lot"],
        guarantor_id=row["guarantor_id"],
        state=GuaranteeState(row["state"]),
        cover=Cover(row["cover_fen"], row["cover_until"]),
        ordered_at=row["ordered_at"],
        premium_fen=row["premium_fen"],
        policy_number=row["policy_number"],
        insured=None if insured is None else Cover(insured, row["insured_until"]),
        reason=row["reason"],
    )
