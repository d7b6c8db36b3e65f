"""SQL of `insurance.outbox`: real time, by the database's clock, so any process may send."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from tendering.domain.refusals import NotFound
from tendering.storage.connection import Connection

Kind = Literal[
    "application",
    "cancellation",
    "disclosure",
    "release",
    "extension",
    "surrender",
    "claim",
    "payment",
]
LAST_ERROR_MAX = 300


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed message. `attempts` counts this one."""

    id: UUID
    order_id: UUID
    kind: Kind
    body: str
    attempts: int


async def insert(
    connection: Connection,
    parcel_id: UUID,
    *,
    guarantor_id: UUID,
    order_id: UUID,
    kind: Kind,
    body: str,
    after_seconds: float = 0.0,
) -> None:
    """Put a message into the outbox, due at once or after a while; nothing when it is there."""
    await connection.execute(
        """INSERT INTO insurance.outbox (id, guarantor_id, order_id, kind, body, next_at)
           VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
           ON CONFLICT (id) DO NOTHING""",
        parcel_id,
        guarantor_id,
        order_id,
        kind,
        body,
        after_seconds,
    )


async def take_back(connection: Connection, order_id: UUID, kind: Kind, *, reason: str) -> bool:
    """Attempt a message no more; may the guarantor have it all the same?"""
    dropped = await connection.execute(
        "DELETE FROM insurance.outbox WHERE order_id = $1 AND kind = $2 AND attempts = 0",
        order_id,
        kind,
    )
    if dropped != "DELETE 0":
        return False
    await connection.execute(
        """UPDATE insurance.outbox SET dead_at = now(), last_error = $3
           WHERE order_id = $1 AND kind = $2 AND delivered_at IS NULL AND dead_at IS NULL""",
        order_id,
        kind,
        reason,
    )
    return True


async def list_guarantors_due(connection: Connection) -> list[UUID]:
    """The guarantors for whom something is due."""
    rows = await connection.fetch(
        """SELECT DISTINCT guarantor_id FROM insurance.outbox
           WHERE delivered_at IS NULL AND dead_at IS NULL AND next_at <= now()
           ORDER BY guarantor_id LIMIT 200"""
    )
    return [row["guarantor_id"] for row in rows]


async def claim(
    connection: Connection, guarantor_id: UUID, *, limit: int, lease_seconds: float
) -> list[Parcel]:
    """Take at most `limit` messages for a guarantor; nobody else sends them before the lease ends.

    Whoever dies after this statement has cost a pause and an attempt, nothing else.
    """
    rows = await connection.fetch(
        """WITH due AS (
               -- FOR UPDATE: two senders must not take the same row.
               SELECT id FROM insurance.outbox
               WHERE guarantor_id = $1 AND delivered_at IS NULL AND dead_at IS NULL
                 AND next_at <= now()
               ORDER BY next_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
           UPDATE insurance.outbox o
           SET attempts = o.attempts + 1, next_at = now() + make_interval(secs => $3)
           FROM due WHERE o.id = due.id
           RETURNING o.id, o.order_id, o.kind, o.body, o.attempts""",
        guarantor_id,
        limit,
        lease_seconds,
    )
    return [
        Parcel(row["id"], row["order_id"], row["kind"], row["body"], row["attempts"])
        for row in rows
    ]


async def delivered(connection: Connection, parcel_id: UUID) -> None:
    """The guarantor has it."""
    await connection.execute(
        "UPDATE insurance.outbox SET delivered_at = now(), last_error = '' WHERE id = $1",
        parcel_id,
    )


async def postpone(connection: Connection, parcel_id: UUID, *, seconds: float, error: str) -> None:
    """Try again after a pause."""
    await connection.execute(
        """UPDATE insurance.outbox SET next_at = now() + make_interval(secs => $2), last_error = $3
           WHERE id = $1 AND dead_at IS NULL""",
        parcel_id,
        seconds,
        error[:LAST_ERROR_MAX],
    )


async def bury(connection: Connection, parcel_id: UUID, *, error: str) -> None:
    """Give up: a dead letter, kept for a person to look at."""
    await connection.execute(
        "UPDATE insurance.outbox SET dead_at = now(), last_error = $2 WHERE id = $1",
        parcel_id,
        error[:LAST_ERROR_MAX],
    )


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up."""

    id: UUID
    order_id: UUID
    kind: Kind
    attempts: int
    dead_at: datetime
    last_error: str


async def list_dead(connection: Connection, guarantor_id: UUID) -> list[DeadLetter]:
    """What was given up of a guarantor's messages, newest first."""
    rows = await connection.fetch(
        """SELECT id, order_id, kind, attempts, dead_at, last_error FROM insurance.outbox
           WHERE guarantor_id = $1 AND dead_at IS NOT NULL
           ORDER BY dead_at DESC, id LIMIT 200""",
        guarantor_id,
    )
    return [
        DeadLetter(
            row["id"],
            row["order_id"],
            row["kind"],
            row["attempts"],
            row["dead_at"],
            row["last_error"],
        )
        for row in rows
    ]


async def revive(connection: Connection, guarantor_id: UUID, parcel_id: UUID) -> DeadLetter:
    """Send a dead letter again, from the first attempt on; what it was. Raises NotFound."""
    row = await connection.fetchrow(
        """WITH was AS (
               -- FOR UPDATE: a letter is revived once.
               SELECT id, dead_at, attempts FROM insurance.outbox
               WHERE id = $2 AND guarantor_id = $1 AND dead_at IS NOT NULL FOR UPDATE)
           UPDATE insurance.outbox o SET dead_at = NULL, attempts = 0, next_at = now()
           FROM was WHERE o.id = was.id
           RETURNING o.id, o.order_id, o.kind, was.attempts, was.dead_at, o.last_error""",
        guarantor_id,
        parcel_id,
    )
    if row is None:
        raise NotFound
    return DeadLetter(
        row["id"], row["order_id"], row["kind"], row["attempts"], row["dead_at"], row["last_error"]
    )
