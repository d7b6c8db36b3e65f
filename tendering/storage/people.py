"""SQL of `tendering.people`. Password hashes leave this module through `credentials` only."""

from datetime import datetime
from uuid import UUID

from tendering.domain.parties import Person
from tendering.storage.connection import Connection, Record


async def insert(
    connection: Connection, person: Person, *, password_hash: str, at: datetime
) -> bool:
    """Add a person; False when the login is taken."""
    inserted = await connection.fetchval(
        """INSERT INTO tendering.people
               (id, organization_id, name, login, password_hash, is_administrator, registered_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT ON CONSTRAINT people_login_is_unique DO NOTHING RETURNING true""",
        person.id,
        person.organization_id,
        person.name,
        person.login,
        password_hash,
        person.is_administrator,
        at,
    )
    return inserted is not None


async def get(connection: Connection, person_id: UUID) -> Person | None:
    """One person, present or gone."""
    row = await connection.fetchrow(
        """SELECT id, organization_id, name, login, is_administrator, left_at
           FROM tendering.people WHERE id = $1""",
        person_id,
    )
    return None if row is None else _person(row)


async def credentials(connection: Connection, login: str) -> tuple[Person, str] | None:
    """The person of a login who has not left, and the hash of the password."""
    row = await connection.fetchrow(
        """SELECT id, organization_id, name, login, is_administrator, left_at, password_hash
           FROM tendering.people WHERE login = $1 AND left_at IS NULL""",
        login,
    )
    return None if row is None else (_person(row), row["password_hash"])


async def change_password(
    connection: Connection, person_id: UUID, *, password_hash: str, before: str | None = None
) -> bool:
    """Store another password's hash; False when it is no more the one from before, if given."""
    changed = await connection.fetchval(
        """UPDATE tendering.people SET password_hash = $2
           WHERE id = $1 AND password_hash = coalesce($3, password_hash) RETURNING true""",
        person_id,
        password_hash,
        before,
    )
    return changed is not None


async def list_of_organization(connection: Connection, organization_id: UUID) -> list[Person]:
    """The people of an organization, also those who left, by login."""
    rows = await connection.fetch(
        """SELECT id, organization_id, name, login, is_administrator, left_at
           FROM tendering.people WHERE organization_id = $1 ORDER BY login LIMIT 1000""",
        organization_id,
    )
    return [_person(row) for row in rows]


async def count_administrators(
    connection: Connection, organization_id: UUID, *, besides: UUID
) -> int:
    """How many others manage the organization. The caller holds the organization's row."""
    count: int = await connection.fetchval(
        """SELECT count(*) FROM tendering.people
           WHERE organization_id = $1 AND is_administrator AND left_at IS NULL AND id <> $2""",
        organization_id,
        besides,
    )
    return count


async def leave(connection: Connection, person_id: UUID, *, at: datetime) -> None:
    """Record the departure; the first one counts."""
    await connection.execute(
        "UPDATE tendering.people SET left_at = $2 WHERE id = $1 AND left_at IS NULL", person_id, at
    )


def _person(row: Record) -> Person:
    return Person(
        row["id"],
        row["organization_id"],
        row["name"],
        row["login"],
        row["is_administrator"],
        row["left_at"],
    )
