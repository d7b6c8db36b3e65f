"""SQL of `tendering.organizations`."""

from datetime import datetime
from uuid import UUID

from tendering.domain.parties import Organization
from tendering.domain.roles import Role
from tendering.storage.connection import Connection, Record


async def insert(connection: Connection, organization: Organization, *, at: datetime) -> bool:
    """Register an organization; False when its code is registered."""
    inserted = await connection.fetchval(
        """INSERT INTO tendering.organizations (id, uscc, name, roles, registered_at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT ON CONSTRAINT organizations_uscc_is_unique DO NOTHING RETURNING true""",
        organization.id,
        organization.uscc,
        organization.name,
        sorted(organization.roles),
        at,
    )
    return inserted is not None


async def get(connection: Connection, organization_id: UUID) -> Organization | None:
    """One organization."""
    row = await connection.fetchrow(
        "SELECT id, uscc, name, roles FROM tendering.organizations WHERE id = $1", organization_id
    )
    return None if row is None else _organization(row)


async def get_by_uscc(connection: Connection, uscc: str) -> Organization | None:
    """The organization of a unified social credit code."""
    row = await connection.fetchrow(
        "SELECT id, uscc, name, roles FROM tendering.organizations WHERE uscc = $1", uscc
    )
    return None if row is None else _organization(row)


async def lock(connection: Connection, organization_id: UUID) -> Organization | None:
    """One organization, held to the end of the transaction."""
    row = await connection.fetchrow(
        """SELECT id, uscc, name, roles FROM tendering.organizations
           WHERE id = $1 FOR NO KEY UPDATE""",
        organization_id,
    )
    return None if row is None else _organization(row)


async def list_in_role(connection: Connection, role: Role) -> list[Organization]:
    """The organizations that may act in a role, by name."""
    rows = await connection.fetch(
        """SELECT id, uscc, name, roles FROM tendering.organizations
           WHERE $1 = ANY (roles) ORDER BY name, id LIMIT 1000""",
        role,
    )
    return [_organization(row) for row in rows]


async def names_of(connection: Connection, ids: list[UUID]) -> dict[UUID, str]:
    """The names of organizations by id."""
    rows = await connection.fetch(
        "SELECT id, name FROM tendering.organizations WHERE id = ANY ($1) ORDER BY id", ids
    )
    return {row["id"]: row["name"] for row in rows}


async def list_of(connection: Connection, ids: list[UUID]) -> list[Organization]:
    """Organizations by id."""
    rows = await connection.fetch(
        "SELECT id, uscc, name, roles FROM tendering.organizations WHERE id = ANY ($1) ORDER BY id",
        ids,
    )
    return [_organization(row) for row in rows]


async def add_role(connection: Connection, organization_id: UUID, role: Role) -> None:
    """Let an organization act in one more role. The caller holds the row."""
    await connection.execute(
        "UPDATE tendering.organizations SET roles = array_append(roles, $2) WHERE id = $1",
        organization_id,
        role,
    )


def _organization(row: Record) -> Organization:
    roles = frozenset(Role(role) for role in row["roles"])
    return Organization(row["id"], row["uscc"], row["name"], roles)
