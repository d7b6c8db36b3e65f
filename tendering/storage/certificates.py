"""SQL of `tendering.certificates`: what the platform's own authority has issued and revoked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tendering.storage.connection import Connection, Record


@dataclass(frozen=True, slots=True)
class Certificate:
    """An issued certificate, DER; `serial` is lower-case hex."""

    serial: str
    organization_id: UUID
    requested_by: UUID
    der: bytes
    public_key: bytes
    issued_at: datetime
    not_after: datetime
    revoked_at: datetime | None = None
    revocation_reason: str | None = None


async def insert(connection: Connection, certificate: Certificate) -> bool:
    """Enter a certificate; False when its key is certified."""
    inserted = await connection.fetchval(
        """INSERT INTO tendering.certificates
               (serial, organization_id, requested_by, der, public_key, issued_at, not_after)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT ON CONSTRAINT certificates_public_key_is_fresh DO NOTHING RETURNING true""",
        certificate.serial,
        certificate.organization_id,
        certificate.requested_by,
        certificate.der,
        certificate.public_key,
        certificate.issued_at,
        certificate.not_after,
    )
    return inserted is not None


async def list_of_organization(connection: Connection, organization_id: UUID) -> list[Certificate]:
    """An organization's certificates, newest first."""
    rows = await connection.fetch(
        """SELECT serial, organization_id, requested_by, der, public_key, issued_at, not_after,
                  revoked_at, revocation_reason
           FROM tendering.certificates WHERE organization_id = $1
           ORDER BY issued_at DESC, serial LIMIT 1000""",
        organization_id,
    )
    return [_certificate(row) for row in rows]


async def get(connection: Connection, serial: str) -> Certificate | None:
    """One certificate."""
    row = await connection.fetchrow(
        """SELECT serial, organization_id, requested_by, der, public_key, issued_at, not_after,
                  revoked_at, revocation_reason
           FROM tendering.certificates WHERE serial = $1""",
        serial,
    )
    return None if row is None else _certificate(row)


async def of_key(connection: Connection, public_key: bytes) -> Certificate | None:
    """The certificate of a public key, DER SubjectPublicKeyInfo."""
    row = await connection.fetchrow(
        """SELECT serial, organization_id, requested_by, der, public_key, issued_at, not_after,
                  revoked_at, revocation_reason
           FROM tendering.certificates WHERE public_key = $1""",
        public_key,
    )
    return None if row is None else _certificate(row)


async def revoke(connection: Connection, serial: str, *, reason: str, at: datetime) -> bool:
    """Revoke; False when it is revoked already."""
    revoked = await connection.fetchval(
        """UPDATE tendering.certificates SET revoked_at = $2, revocation_reason = $3
           WHERE serial = $1 AND revoked_at IS NULL RETURNING true""",
        serial,
        at,
        reason,
    )
    return revoked is not None


async def revocations_of(
    connection: Connection, serials: Collection[str]
) -> list[tuple[bytes, datetime]]:
    """Which of our certificates with these serial numbers are revoked: (DER, instant)."""
    rows = await connection.fetch(
        """SELECT der, revoked_at FROM tendering.certificates
           WHERE serial = ANY($1) AND revoked_at IS NOT NULL ORDER BY serial""",
        list(serials),
    )
    return [(row["der"], row["revoked_at"]) for row in rows]


async def list_revoked(connection: Connection) -> list[tuple[int, datetime]]:
    """Every revocation, as pairs (serial number, instant), oldest first."""
    rows = await connection.fetch(
        """SELECT serial, revoked_at FROM tendering.certificates
           WHERE revoked_at IS NOT NULL ORDER BY revoked_at, serial"""
    )
    return [(int(row["serial"], 16), row["revoked_at"]) for row in rows]


def _certificate(row: Record) -> Certificate:
    return Certificate(**dict(row))
