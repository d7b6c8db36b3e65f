"""SQL of `tendering.webhooks` and of what each person wants to be told where."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tendering.domain.parties import Actor
from tendering.storage.connection import Connection

LIST_MAX = 50


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that an organization wants its messages of a role posted to."""

    id: UUID
    url: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Wishes:
    """Where a person's mail goes, empty for nowhere, and the kinds not wanted there."""

    email: str = ""
    muted: tuple[str, ...] = ()


async def insert(
    connection: Connection, webhook_id: UUID, url: str, *, by: Actor, at: datetime
) -> bool:
    """Add an address; False when the id is taken."""
    inserted = await connection.execute(
        """INSERT INTO tendering.webhooks (id, organization_id, role, url, created_by, created_at)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING""",
        webhook_id,
        by.organization_id,
        by.role,
        url,
        by.person_id,
        at,
    )
    return inserted == "INSERT 0 1"


async def list_of(connection: Connection, actor: Actor) -> list[Webhook]:
    """The addresses of the actor's organization in its role, oldest first."""
    rows = await connection.fetch(
        """SELECT id, url, created_at FROM tendering.webhooks
           WHERE organization_id = $1 AND role = $2 AND ended_at IS NULL
           ORDER BY created_at, id LIMIT $3""",
        actor.organization_id,
        actor.role,
        LIST_MAX,
    )
    return [Webhook(row["id"], row["url"], row["created_at"]) for row in rows]


async def end(connection: Connection, webhook_id: UUID, *, by: Actor, at: datetime) -> bool:
    """Post there no more, what is under way included; False when there is no such address."""
    ended = await connection.execute(
        """UPDATE tendering.webhooks SET ended_at = $4
           WHERE id = $1 AND organization_id = $2 AND role = $3 AND ended_at IS NULL""",
        webhook_id,
        by.organization_id,
        by.role,
        at,
    )
    return ended == "UPDATE 1"


async def wishes_of(connection: Connection, person_id: UUID) -> Wishes:
    """What a person has set; nothing is sent where nothing is set."""
    row = await connection.fetchrow(
        "SELECT email, muted FROM tendering.notification_settings WHERE person_id = $1", person_id
    )
    return Wishes() if row is None else Wishes(row["email"], tuple(row["muted"]))


async def save_wishes(connection: Connection, person_id: UUID, wishes: Wishes) -> None:
    """Set what a person wants."""
    await connection.execute(
        """INSERT INTO tendering.notification_settings (person_id, email, muted)
           VALUES ($1, $2, $3) ON CONFLICT (person_id)
           DO UPDATE SET email = excluded.email, muted = excluded.muted""",
        person_id,
        wishes.email,
        list(wishes.muted),
    )
