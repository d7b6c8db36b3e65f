"""SQL of `tendering.partner_messages`: what came from partners, and what is on its way to them.

Any process may send: what one has claimed, no other takes before the lease ends. Of one subject a
message goes out only when the one before it has arrived.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from tendering.domain.refusals import NotFound
from tendering.storage.connection import Connection

Direction = Literal["in", "out"]
ERROR_MAX = 300


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed message. `attempts` counts this one."""

    partner_id: UUID
    id: UUID
    subject_id: UUID
    action: str
    body: bytes
    attempts: int


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message as the operator sees it."""

    id: UUID
    direction: Direction
    subject_id: UUID
    number: int
    action: str
    at: datetime
    attempts: int
    delivered_at: datetime | None
    dead_at: datetime | None
    last_error: str


async def insert(
    connection: Connection,
    partner_id: UUID,
    direction: Direction,
    message_id: UUID,
    *,
    subject_id: UUID,
    number: int,
    action: str,
    body: bytes,
    at: datetime,
) -> None:
    """Keep a message; one that goes out is due at once."""
    await connection.execute(
        """INSERT INTO tendering.partner_messages
               (partner_id, direction, id, subject_id, number, action, body, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        partner_id,
        direction,
        message_id,
        subject_id,
        number,
        action,
        body.decode(),
        at,
    )


async def find_body(connection: Connection, partner_id: UUID, message_id: UUID) -> bytes | None:
    """The bytes of a message that came in before."""
    found: str | None = await connection.fetchval(
        """SELECT body FROM tendering.partner_messages
           WHERE partner_id = $1 AND direction = 'in' AND id = $2""",
        partner_id,
        message_id,
    )
    return None if found is None else found.encode()


async def last_number(
    connection: Connection, partner_id: UUID, direction: Direction, subject_id: UUID
) -> int:
    """The number of the last message about a subject; 0 when there was none."""
    last: int | None = await connection.fetchval(
        """SELECT max(number) FROM tendering.partner_messages
           WHERE partner_id = $1 AND direction = $2 AND subject_id = $3""",
        partner_id,
        direction,
        subject_id,
    )
    return last or 0


async def claim(connection: Connection, *, limit: int, lease_seconds: float) -> list[Parcel]:
    """Take messages that are due and whose turn it is; who dies after this costs a pause."""
    rows = await connection.fetch(
        """WITH due AS (
               -- FOR UPDATE: two senders must not take the same row.
               SELECT m.partner_id, m.id FROM tendering.partner_messages AS m
               WHERE m.direction = 'out' AND m.delivered_at IS NULL AND m.dead_at IS NULL
                 AND m.next_at <= now() AND NOT EXISTS (
                     SELECT FROM tendering.partner_messages AS earlier
                     WHERE earlier.partner_id = m.partner_id AND earlier.direction = 'out'
                       AND earlier.subject_id = m.subject_id AND earlier.number < m.number
                       AND earlier.delivered_at IS NULL AND earlier.dead_at IS NULL)
               ORDER BY m.next_at, m.id LIMIT $1 FOR UPDATE SKIP LOCKED)
           UPDATE tendering.partner_messages AS m
           SET attempts = m.attempts + 1, next_at = now() + make_interval(secs => $2)
           FROM due WHERE m.partner_id = due.partner_id AND m.direction = 'out' AND m.id = due.id
           RETURNING m.partner_id, m.id, m.subject_id, m.action, m.body, m.attempts""",
        limit,
        lease_seconds,
    )
    return [
        Parcel(
            row["partner_id"],
            row["id"],
            row["subject_id"],
            row["action"],
            row["body"].encode(),
            row["attempts"],
        )
        for row in rows
    ]


async def delivered(connection: Connection, parcel: Parcel) -> None:
    """The partner has it."""
    await connection.execute(
        """UPDATE tendering.partner_messages SET delivered_at = now(), last_error = ''
           WHERE partner_id = $1 AND direction = 'out' AND id = $2""",
        parcel.partner_id,
        parcel.id,
    )


async def postpone(connection: Connection, parcel: Parcel, *, seconds: float, error: str) -> None:
    """Try again after a pause."""
    await connection.execute(
        """UPDATE tendering.partner_messages
           SET next_at = now() + make_interval(secs => $3), last_error = $4
           WHERE partner_id = $1 AND direction = 'out' AND id = $2""",
        parcel.partner_id,
        parcel.id,
        seconds,
        error[:ERROR_MAX],
    )


async def bury(connection: Connection, parcel: Parcel, *, error: str) -> None:
    """Give up: a dead letter, kept for the operator to look at."""
    await connection.execute(
        """UPDATE tendering.partner_messages SET dead_at = now(), last_error = $3
           WHERE partner_id = $1 AND direction = 'out' AND id = $2""",
        parcel.partner_id,
        parcel.id,
        error[:ERROR_MAX],
    )


async def revive(connection: Connection, partner_id: UUID, message_id: UUID) -> None:
    """Send a dead letter again, from the first attempt on. Raises NotFound."""
    revived = await connection.fetchval(
        """UPDATE tendering.partner_messages SET dead_at = NULL, attempts = 0, next_at = now()
           WHERE partner_id = $1 AND direction = 'out' AND id = $2 AND dead_at IS NOT NULL
           RETURNING true""",
        partner_id,
        message_id,
    )
    if revived is None:
        raise NotFound


async def list_last(connection: Connection, partner_id: UUID) -> list[MessageRow]:
    """The last messages with a partner, newest first."""
    rows = await connection.fetch(
        """SELECT id, direction, subject_id, number, action, at, attempts, delivered_at, dead_at,
                  last_error
           FROM tendering.partner_messages WHERE partner_id = $1
           ORDER BY at DESC, direction, subject_id, number DESC LIMIT 200""",
        partner_id,
    )
    return [MessageRow(**dict(row)) for row in rows]
