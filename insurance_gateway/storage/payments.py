"""SQL of `insurance.payments`, its providers and their notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from insurance_gateway.payments import SETTLED, Payment, PaymentState
from insurance_gateway.storage.outbox import LAST_ERROR_MAX
from tendering.domain.refusals.accounts import AlreadyRegistered
from tendering.domain.refusals.guarantees import PaymentProviderUnknown, PaymentUnderWay
from tendering.domain.refusals.wire import MessageConflict
from tendering.storage.connection import Connection, Record


@dataclass(frozen=True, slots=True)
class Provider:
    """A payment provider. `public_key`: Ed25519, 32 bytes, verifies its call-backs."""

    id: UUID
    name: str
    endpoint: str
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Due:
    """A payment that its provider is to be told of; `attempts` counts this one."""

    payment: Payment
    provider: Provider
    attempts: int


async def insert_provider(connection: Connection, provider: Provider, *, at: datetime) -> None:
    """Register a provider. Raises AlreadyRegistered."""
    inserted = await connection.execute(
        """INSERT INTO insurance.payment_providers (id, name, endpoint, public_key, registered_at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT ON CONSTRAINT payment_providers_one_an_endpoint DO NOTHING""",
        provider.id,
        provider.name,
        provider.endpoint,
        provider.public_key,
        at,
    )
    if inserted != "INSERT 0 1":
        raise AlreadyRegistered


async def get_provider(connection: Connection, provider_id: UUID) -> Provider:
    """One provider. Raises PaymentProviderUnknown."""
    row = await connection.fetchrow(
        "SELECT id, name, endpoint, public_key FROM insurance.payment_providers WHERE id = $1",
        provider_id,
    )
    return _provider(row)


async def newest_provider(connection: Connection) -> Provider:
    """The provider through which new premiums go. Raises PaymentProviderUnknown."""
    row = await connection.fetchrow(
        """SELECT id, name, endpoint, public_key FROM insurance.payment_providers
           ORDER BY registered_at DESC, id LIMIT 1"""
    )
    return _provider(row)


async def list_providers(connection: Connection) -> list[Provider]:
    """All providers, by id."""
    rows = await connection.fetch(
        """SELECT id, name, endpoint, public_key FROM insurance.payment_providers
           ORDER BY id LIMIT 50"""
    )
    return [_provider(row) for row in rows]


async def insert(connection: Connection, payment: Payment) -> None:
    """Write a fresh payment, due at once. Raises PaymentUnderWay: one of two at once is enough."""
    inserted = await connection.execute(
        """INSERT INTO insurance.payments
               (id, order_id, provider_id, kind, refunds, amount_fen, payee_account, state,
                asked_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING""",
        payment.id,
        payment.order_id,
        payment.provider_id,
        payment.kind,
        payment.refunds,
        payment.amount_fen,
        payment.payee_account,
        payment.state,
        payment.asked_at,
    )
    if inserted != "INSERT 0 1":
        raise PaymentUnderWay


async def find(connection: Connection, payment_id: UUID) -> Payment | None:
    """One payment as it stands, not held."""
    row = await connection.fetchrow(
        """SELECT id, order_id, provider_id, kind, refunds, amount_fen, payee_account, state,
                  asked_at, settled_at, paid_fen, reference, pay_url, reason
           FROM insurance.payments WHERE id = $1""",
        payment_id,
    )
    return None if row is None else _payment(row)


async def lock_of_order(connection: Connection, order_id: UUID) -> list[Payment]:
    """The payments of an order, oldest first, held to the end of the transaction."""
    rows = await connection.fetch(
        """SELECT id, order_id, provider_id, kind, refunds, amount_fen, payee_account, state,
                  asked_at, settled_at, paid_fen, reference, pay_url, reason
           FROM insurance.payments WHERE order_id = $1
           ORDER BY asked_at, id LIMIT 100 FOR NO KEY UPDATE""",
        order_id,
    )
    return [_payment(row) for row in rows]


async def list_of_orders(
    connection: Connection, order_ids: Sequence[UUID]
) -> dict[UUID, list[Payment]]:
    """The payments of some orders, oldest first."""
    rows = await connection.fetch(
        """SELECT id, order_id, provider_id, kind, refunds, amount_fen, payee_account, state,
                  asked_at, settled_at, paid_fen, reference, pay_url, reason
           FROM insurance.payments WHERE order_id = ANY($1) ORDER BY asked_at, id LIMIT 5000""",
        list(order_ids),
    )
    found: dict[UUID, list[Payment]] = {}
    for row in rows:
        found.setdefault(row["order_id"], []).append(_payment(row))
    return found


async def orders_of(connection: Connection, payment_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The order of each payment that is known."""
    rows = await connection.fetch(
        "SELECT id, order_id FROM insurance.payments WHERE id = ANY($1)", list(payment_ids)
    )
    return {row["id"]: row["order_id"] for row in rows}


async def save(connection: Connection, payment: Payment) -> None:
    """Write what became of a locked payment."""
    assert (payment.state in SETTLED) is (payment.settled_at is not None)
    await connection.execute(
        """UPDATE insurance.payments
           SET state = $2, settled_at = $3, paid_fen = $4, reference = $5, pay_url = $6,
               reason = $7
           WHERE id = $1""",
        payment.id,
        payment.state,
        payment.settled_at,
        payment.paid_fen,
        payment.reference,
        payment.pay_url,
        payment.reason[:LAST_ERROR_MAX],
    )


async def claim(connection: Connection, *, limit: int, lease_seconds: float) -> list[Due]:
    """Take at most `limit` payments to tell; nobody else tells them before the lease ends."""
    rows = await connection.fetch(
        """WITH due AS (
               -- FOR UPDATE: two senders must not take the same row.
               SELECT id FROM insurance.payments
               WHERE state = 'asked' AND next_at <= now()
               ORDER BY next_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)
           UPDATE insurance.payments p
           SET attempts = p.attempts + 1, next_at = now() + make_interval(secs => $2)
           FROM due JOIN insurance.payment_providers v ON true
           WHERE p.id = due.id AND v.id = p.provider_id
           RETURNING p.id, p.order_id, p.provider_id, p.kind, p.refunds, p.amount_fen,
                     p.payee_account, p.state, p.asked_at, p.settled_at, p.paid_fen, p.reference,
                     p.pay_url, p.reason, p.attempts, v.name, v.endpoint, v.public_key""",
        limit,
        lease_seconds,
    )
    return [
        Due(
            _payment(row),
            Provider(row["provider_id"], row["name"], row["endpoint"], row["public_key"]),
            row["attempts"],
        )
        for row in rows
    ]


async def postpone(connection: Connection, payment_id: UUID, *, seconds: float, error: str) -> None:
    """Tell its provider again after a pause."""
    await connection.execute(
        """UPDATE insurance.payments
           SET next_at = now() + make_interval(secs => $2), reason = $3
           WHERE id = $1 AND state = 'asked'""",
        payment_id,
        seconds,
        error[:LAST_ERROR_MAX],
    )


async def insert_notice(
    connection: Connection,
    provider_id: UUID,
    notice_id: UUID,
    *,
    payment_id: UUID,
    body: str,
    at: datetime,
) -> bool:
    """Keep a notice; False when it was kept before. Raises MessageConflict."""
    inserted = await connection.execute(
        """INSERT INTO insurance.payment_notices (provider_id, id, payment_id, body, received_at)
           VALUES ($1, $2, $3, $4, $5) ON CONFLICT (provider_id, id) DO NOTHING""",
        provider_id,
        notice_id,
        payment_id,
        body,
        at,
    )
    if inserted == "INSERT 0 1":
        return True
    known = await connection.fetchval(
        "SELECT body FROM insurance.payment_notices WHERE provider_id = $1 AND id = $2",
        provider_id,
        notice_id,
    )
    if known != body:
        raise MessageConflict
    return False


def _provider(row: Record | None) -> Provider:
    if row is None:
        raise PaymentProviderUnknown
    return Provider(row["id"], row["name"], row["endpoint"], row["public_key"])


def _payment(row: Record) -> Payment:
    return Payment(
        id=row["id"],
        order_id=row["order_id"],
        provider_id=row["provider_id"],
        kind=row["kind"],
        amount_fen=row["amount_fen"],
        payee_account=row["payee_account"],
        state=PaymentState(row["state"]),
        asked_at=row["asked_at"],
        refunds=row["refunds"],
        settled_at=row["settled_at"],
        paid_fen=row["paid_fen"],
        reference=row["reference"],
        pay_url=row["pay_url"],
        reason=row["reason"],
    )
