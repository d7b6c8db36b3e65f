"""SQL of `tendering.partners` and of the nonces of their signatures."""

from datetime import datetime
from uuid import UUID

from tendering.domain.dispatch import PARTNERS_MAX, Partner
from tendering.domain.refusals.partners import PartnerKnown, PartnerUnknown
from tendering.storage.connection import Connection, Record, UniqueViolation

_COLUMNS = "SELECT id, organization_id, endpoint, public_key FROM tendering.partners "


async def insert(connection: Connection, partner: Partner, *, at: datetime) -> None:
    """Register a partner. Raises PartnerKnown."""
    try:
        await connection.execute(
            """INSERT INTO tendering.partners
                   (id, organization_id, endpoint, public_key, registered_at)
               VALUES ($1, $2, $3, $4, $5)""",
            partner.id,
            partner.organization_id,
            partner.endpoint,
            partner.public_key,
            at,
        )
    except UniqueViolation as error:
        raise PartnerKnown from error


async def get(connection: Connection, partner_id: UUID) -> Partner:
    """One partner. Raises PartnerUnknown."""
    row = await connection.fetchrow(_COLUMNS + "WHERE id = $1", partner_id)
    if row is None:
        raise PartnerUnknown
    return _partner(row)


async def find_of_organization(connection: Connection, organization_id: UUID) -> Partner | None:
    """The partner that an organization is; None where it has no platform of its own."""
    row = await connection.fetchrow(_COLUMNS + "WHERE organization_id = $1", organization_id)
    return None if row is None else _partner(row)


async def list_all(connection: Connection) -> list[Partner]:
    """All partners, in the order they were registered."""
    rows = await connection.fetch(_COLUMNS + "ORDER BY registered_at, id LIMIT $1", PARTNERS_MAX)
    return [_partner(row) for row in rows]


async def remember_nonce(
    connection: Connection, partner_id: UUID, nonce: str, *, created_at: datetime
) -> bool:
    """Remember a nonce; False when it was used before."""
    inserted = await connection.execute(
        """INSERT INTO tendering.partner_nonces (partner_id, nonce, created_at)
           VALUES ($1, $2, $3) ON CONFLICT (partner_id, nonce) DO NOTHING""",
        partner_id,
        nonce,
        created_at,
    )
    return inserted == "INSERT 0 1"


async def forget_nonces(connection: Connection, *, before: datetime) -> None:
    """Forget nonces of signatures that are too old to pass."""
    await connection.execute("DELETE FROM tendering.partner_nonces WHERE created_at < $1", before)


def _partner(row: Record) -> Partner:
    return Partner(row["id"], row["organization_id"], row["endpoint"], row["public_key"])
