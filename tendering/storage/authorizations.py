"""SQL of `tendering.authorizations`: who may act for whom in which role. Rows are never deleted."""

from datetime import datetime
from uuid import UUID

from tendering.domain.parties import Authorization
from tendering.domain.roles import Role
from tendering.storage.connection import Connection, Record


async def insert(connection: Connection, authorization: Authorization) -> bool:
    """Grant; False when an unrevoked one for the same role is on record."""
    inserted = await connection.fetchval(
        """INSERT INTO tendering.authorizations
               (id, person_id, organization_id, role, granted_by, granted_at, valid_until)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (person_id, role) WHERE revoked_at IS NULL DO NOTHING RETURNING true""",
        authorization.id,
        authorization.person_id,
        authorization.organization_id,
        authorization.role,
        authorization.granted_by,
        authorization.granted_at,
        authorization.valid_until,
    )
    return inserted is not None


async def list_standing(
    connection: Connection, person_id: UUID, *, at: datetime
) -> list[Authorization]:
    """What a person may act as at an instant, in the order of granting."""
    rows = await connection.fetch(
        """SELECT id, person_id, organization_id, role, granted_by, granted_at, valid_until
           FROM tendering.authorizations
           WHERE person_id = $1 AND revoked_at IS NULL
             AND (valid_until IS NULL OR valid_until > $2)
           ORDER BY granted_at, role LIMIT 100""",
        person_id,
        at,
    )
    return [_authorization(row) for row in rows]


async def list_of_organization(
    connection: Connection, organization_id: UUID, *, at: datetime
) -> list[Authorization]:
    """What the people of an organization may act as, in the order of granting."""
    rows = await connection.fetch(
        """SELECT id, person_id, organization_id, role, granted_by, granted_at, valid_until
           FROM tendering.authorizations
           WHERE organization_id = $1 AND revoked_at IS NULL
             AND (valid_until IS NULL OR valid_until > $2)
           ORDER BY granted_at, person_id, role LIMIT 5000""",
        organization_id,
        at,
    )
    return [_authorization(row) for row in rows]


async def get(connection: Connection, authorization_id: UUID) -> Authorization | None:
    """One that is not revoked."""
    row = await connection.fetchrow(
        """SELECT id, person_id, organization_id, role, granted_by, granted_at, valid_until
           FROM tendering.authorizations WHERE id = $1 AND revoked_at IS NULL""",
        authorization_id,
    )
    return None if row is None else _authorization(row)


async def revoke(connection: Connection, authorization_id: UUID, *, by: UUID, at: datetime) -> None:
    """End one authorization; the first revocation counts."""
    await connection.execute(
        """UPDATE tendering.authorizations SET revoked_at = $3, revoked_by = $2
           WHERE id = $1 AND revoked_at IS NULL""",
        authorization_id,
        by,
        at,
    )


async def revoke_expired(
    connection: Connection, person_id: UUID, role: Role, *, by: UUID, at: datetime
) -> None:
    """Close one that has run out, so that a new one for the same role may be granted."""
    await connection.execute(
        """UPDATE tendering.authorizations SET revoked_at = $4, revoked_by = $3
           WHERE person_id = $1 AND role = $2 AND revoked_at IS NULL AND valid_until <= $4""",
        person_id,
        role,
        by,
        at,
    )


async def revoke_of_person(
    connection: Connection, person_id: UUID, *, by: UUID, at: datetime
) -> None:
    """End all authorizations of a person."""
    await connection.execute(
        """UPDATE tendering.authorizations SET revoked_at = $3, revoked_by = $2
           WHERE person_id = $1 AND revoked_at IS NULL""",
        person_id,
        by,
        at,
    )


def _authorization(row: Record) -> Authorization:
    return Authorization(
        row["id"],
        row["person_id"],
        row["organization_id"],
        Role(row["role"]),
        row["granted_by"],
        row["granted_at"],
        row["valid_until"],
    )
