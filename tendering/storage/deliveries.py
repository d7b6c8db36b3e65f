"""SQL of `tendering.deliveries`: messages on their way out, by the database's clock.

Any process may send: what one has claimed, no other takes before the lease ends.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tendering.domain.parties import Actor
from tendering.storage.connection import Connection, Record

ERROR_MAX: Final = 300
# Stands for mail where targets are counted: all of it goes to one server.
MAIL: Final = UUID(int=0)
_LIST: Final = """
SELECT d.id, d.message_id, m.zh, m.en, d.webhook_id, d.attempts, d.created_at, d.next_at,
       d.delivered_at, d.dead_at, d.last_error
FROM tendering.deliveries d JOIN tendering.messages m ON m.id = d.message_id
WHERE (d.person_id = $1 OR d.webhook_id IN (
    SELECT w.id FROM tendering.webhooks w WHERE w.organization_id = $2 AND w.role = $3))
ORDER BY d.created_at DESC, d.id LIMIT $4
"""
_REPLAY: Final = """
UPDATE tendering.deliveries d SET dead_at = NULL, attempts = 0, next_at = now()
WHERE (d.person_id = $1 OR d.webhook_id IN (
    SELECT w.id FROM tendering.webhooks w WHERE w.organization_id = $2 AND w.role = $3))
  AND d.id = $4 AND d.dead_at IS NOT NULL
"""
_EXISTS: Final = """
SELECT EXISTS (SELECT FROM tendering.deliveries d
WHERE (d.person_id = $1 OR d.webhook_id IN (
    SELECT w.id FROM tendering.webhooks w WHERE w.organization_id = $2 AND w.role = $3))
  AND d.id = $4)
"""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed delivery. `attempts` counts this one. `target`: address of mail, or URL.

    `at` is when it happened, by the platform's clock; `sent_at` is now, in real time.
    """

    id: UUID
    webhook_id: UUID | None
    target: str
    message_id: UUID
    kind: str
    tender_id: UUID
    tender_number: str
    tender_title: str
    zh: str
    en: str
    at: datetime
    attempts: int
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as its owner sees it."""

    id: UUID
    message_id: UUID
    zh: str
    en: str
    webhook_id: UUID | None
    attempts: int
    created_at: datetime
    next_at: datetime
    delivered_at: datetime | None
    dead_at: datetime | None
    last_error: str


async def spread(connection: Connection, *, limit: int, by_mail: bool) -> int:
    """Make deliveries of messages that have none yet, each to one person or address; how many."""
    rows = await connection.fetch(
        """UPDATE tendering.messages m SET spread = true
           FROM (SELECT id FROM tendering.messages WHERE outward AND NOT spread
                 -- FOR UPDATE: two processes must not take the same row.
                 ORDER BY at, id LIMIT $1 FOR UPDATE SKIP LOCKED) AS due
           WHERE m.id = due.id RETURNING m.id""",
        limit,
    )
    ids = [row["id"] for row in rows]
    if ids and by_mail:
        await connection.execute(
            """INSERT INTO tendering.deliveries (id, message_id, person_id)
               SELECT gen_random_uuid(), m.id, s.person_id
               FROM tendering.messages m
               JOIN tendering.authorizations a ON a.role = m.role AND a.revoked_at IS NULL
                   AND (a.valid_until IS NULL OR a.valid_until > m.at)
                   AND (m.organization_id IS NULL OR a.organization_id = m.organization_id)
                   AND (m.person_id IS NULL OR a.person_id = m.person_id)
               JOIN tendering.people p ON p.id = a.person_id AND p.left_at IS NULL
               JOIN tendering.notification_settings s ON s.person_id = a.person_id
               WHERE m.id = ANY($1) AND s.email <> '' AND NOT m.kind = ANY(s.muted)
               ON CONFLICT ON CONSTRAINT deliveries_once_a_person DO NOTHING""",
            ids,
        )
    if ids:
        await connection.execute(
            """INSERT INTO tendering.deliveries (id, message_id, webhook_id)
               SELECT gen_random_uuid(), m.id, w.id
               FROM tendering.messages m
               JOIN tendering.webhooks w ON w.role = m.role AND w.ended_at IS NULL
                   AND w.organization_id = m.organization_id
               WHERE m.id = ANY($1) AND m.person_id IS NULL
               ON CONFLICT ON CONSTRAINT deliveries_once_a_webhook DO NOTHING""",
            ids,
        )
    return len(ids)


async def list_targets_due(connection: Connection) -> list[UUID]:
    """The addresses for which something is due, MAIL for all mail."""
    rows = await connection.fetch(
        """SELECT DISTINCT coalesce(webhook_id, $1) AS target FROM tendering.deliveries
           WHERE delivered_at IS NULL AND dead_at IS NULL AND next_at <= now()
           ORDER BY target LIMIT 200""",
        MAIL,
    )
    return [row["target"] for row in rows]


async def claim(
    connection: Connection, target: UUID, *, limit: int, lease_seconds: float
) -> list[Parcel]:
    """Take at most `limit` deliveries for a target; who dies after this costs a pause, no more."""
    rows = await connection.fetch(
        """WITH due AS (
               -- FOR UPDATE: two senders must not take the same row.
               SELECT id FROM tendering.deliveries
               WHERE coalesce(webhook_id, $4) = $1 AND delivered_at IS NULL AND dead_at IS NULL
                 AND next_at <= now()
               ORDER BY next_at, id LIMIT $2 FOR UPDATE SKIP LOCKED), taken AS (
           UPDATE tendering.deliveries d
           SET attempts = d.attempts + 1, next_at = now() + make_interval(secs => $3)
           FROM due WHERE d.id = due.id
           RETURNING d.id, d.webhook_id, d.person_id, d.message_id, d.attempts)
           SELECT k.id, k.webhook_id, k.message_id, k.attempts, m.kind, m.zh, m.en, m.at,
                  t.id AS tender_id, t.number, t.title, now() AS sent_at,
                  coalesce(CASE WHEN w.ended_at IS NULL THEN w.url END, s.email, '') AS target
           FROM taken k JOIN tendering.messages m ON m.id = k.message_id
           JOIN tendering.tenders t ON t.id = m.tender_id
           LEFT JOIN tendering.webhooks w ON w.id = k.webhook_id
           LEFT JOIN tendering.notification_settings s ON s.person_id = k.person_id
           ORDER BY k.id""",
        target,
        limit,
        lease_seconds,
        MAIL,
    )
    return [_parcel(row) for row in rows]


async def delivered(connection: Connection, delivery_id: UUID) -> None:
    """It has arrived."""
    await connection.execute(
        """UPDATE tendering.deliveries SET delivered_at = now(), last_error = ''
           WHERE id = $1 AND dead_at IS NULL""",
        delivery_id,
    )


async def postpone(
    connection: Connection, delivery_id: UUID, *, seconds: float, error: str
) -> None:
    """Try again after a pause."""
    await connection.execute(
        """UPDATE tendering.deliveries
           SET next_at = now() + make_interval(secs => $2), last_error = $3 WHERE id = $1""",
        delivery_id,
        seconds,
        error[:ERROR_MAX],
    )


async def bury(connection: Connection, delivery_id: UUID, *, error: str) -> None:
    """Give up: a dead letter, kept until its owner has it sent again."""
    await connection.execute(
        """UPDATE tendering.deliveries SET dead_at = now(), last_error = $2
           WHERE id = $1 AND delivered_at IS NULL""",
        delivery_id,
        error[:ERROR_MAX],
    )


async def list_of(connection: Connection, actor: Actor, *, limit: int) -> list[Delivery]:
    """The actor's mail, and what goes to its organization's addresses, the newest first."""
    rows = await connection.fetch(_LIST, actor.person_id, actor.organization_id, actor.role, limit)
    return [
        Delivery(
            row["id"],
            row["message_id"],
            row["zh"],
            row["en"],
            row["webhook_id"],
            row["attempts"],
            row["created_at"],
            row["next_at"],
            row["delivered_at"],
            row["dead_at"],
            row["last_error"],
        )
        for row in rows
    ]


async def replay(connection: Connection, actor: Actor, delivery_id: UUID) -> bool:
    """Send one of the actor's dead letters again; whether there is such a delivery, dead or not."""
    whose = (actor.person_id, actor.organization_id, actor.role)
    await connection.execute(_REPLAY, *whose, delivery_id)
    found: bool = await connection.fetchval(_EXISTS, *whose, delivery_id)
    return found


def _parcel(row: Record) -> Parcel:
    return Parcel(
        id=row["id"],
        webhook_id=row["webhook_id"],
        target=row["target"],
        message_id=row["message_id"],
        kind=row["kind"],
        tender_id=row["tender_id"],
        tender_number=row["number"],
        tender_title=row["title"],
        zh=row["zh"],
        en=row["en"],
        at=row["at"],
        attempts=row["attempts"],
        sent_at=row["sent_at"],
    )
