"""SQL of `insurance.guarantors` and of the nonces of their signatures."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from tendering.domain.refusals.accounts import AlreadyRegistered
from tendering.domain.refusals.guarantees import GuarantorUnknown
from tendering.storage.connection import Connection, Record

Family = Literal["signed_http", "gm_json", "xml"]
GuarantorKind = Literal["insurer", "bank", "guarantee_company"]


@dataclass(frozen=True, slots=True)
class Guarantor:
    """An insurer, bank or guarantee company on the wire.

    `public_key` by `family`: Ed25519, 32 bytes; two points of SM2, 130 bytes; or 32 bytes from
    which the shared secret is derived. The previous one passes too, until `previous_until`. Until
    it is live it stands in the sandbox: no bidder can order from it. Premiums go to
    `payee_account` through the payment provider; where it is empty the guarantor takes them itself.
    """

    id: UUID
    organization_id: UUID
    name: str
    endpoint: str
    public_key: bytes
    live_since: datetime | None = None
    family: Family = "signed_http"
    kind: GuarantorKind = "insurer"
    previous_key: bytes | None = None
    previous_until: datetime | None = None
    payee_account: str = ""

    def keys_at(self, at: datetime) -> list[bytes]:
        """The keys that pass at `at`, the newest first."""
        old = self.previous_key
        if old is None or self.previous_until is None or at >= self.previous_until:
            return [self.public_key]
        return [self.public_key, old]


async def insert(connection: Connection, guarantor: Guarantor, *, at: datetime) -> None:
    """Register a guarantor. Raises AlreadyRegistered."""
    inserted = await connection.execute(
        """INSERT INTO insurance.guarantors
               (id, organization_id, name, endpoint, public_key, registered_at, family, kind,
                payee_account)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT ON CONSTRAINT guarantors_one_an_organization DO NOTHING""",
        guarantor.id,
        guarantor.organization_id,
        guarantor.name,
        guarantor.endpoint,
        guarantor.public_key,
        at,
        guarantor.family,
        guarantor.kind,
        guarantor.payee_account,
    )
    if inserted != "INSERT 0 1":
        raise AlreadyRegistered


async def get(connection: Connection, guarantor_id: UUID) -> Guarantor:
    """One guarantor. Raises GuarantorUnknown."""
    row = await connection.fetchrow(
        """SELECT id, organization_id, name, endpoint, public_key, live_since, family, kind,
                  previous_key, previous_until, payee_account
           FROM insurance.guarantors WHERE id = $1""",
        guarantor_id,
    )
    if row is None:
        raise GuarantorUnknown
    return _guarantor(row)


async def list_all(connection: Connection) -> list[Guarantor]:
    """All guarantors, by name."""
    rows = await connection.fetch(
        """SELECT id, organization_id, name, endpoint, public_key, live_since, family, kind,
                  previous_key, previous_until, payee_account
           FROM insurance.guarantors ORDER BY name, id LIMIT 200"""
    )
    return [_guarantor(row) for row in rows]


async def get_of_organization(connection: Connection, organization_id: UUID) -> Guarantor:
    """The guarantor that an organization is. Raises GuarantorUnknown."""
    row = await connection.fetchrow(
        """SELECT id, organization_id, name, endpoint, public_key, live_since, family, kind,
                  previous_key, previous_until, payee_account
           FROM insurance.guarantors WHERE organization_id = $1""",
        organization_id,
    )
    if row is None:
        raise GuarantorUnknown
    return _guarantor(row)


async def set_live(
    connection: Connection, guarantor_id: UUID, *, conformance_digest: bytes | None, at: datetime
) -> None:
    """Leave the sandbox, once."""
    await connection.execute(
        """UPDATE insurance.guarantors SET live_since = $2, conformance_digest = $3
           WHERE id = $1 AND live_since IS NULL""",
        guarantor_id,
        at,
        conformance_digest,
    )


async def replace_key(
    connection: Connection, guarantor_id: UUID, public_key: bytes, *, previous_until: datetime
) -> None:
    """Another key from now on; the one before it passes until `previous_until`."""
    await connection.execute(
        """UPDATE insurance.guarantors
           SET previous_key = public_key, previous_until = $3, public_key = $2
           WHERE id = $1 AND public_key <> $2""",
        guarantor_id,
        public_key,
        previous_until,
    )


async def remember_nonce(
    connection: Connection, guarantor_id: UUID, nonce: str, *, created_at: datetime
) -> bool:
    """Remember a nonce; False when it was used before."""
    inserted = await connection.execute(
        """INSERT INTO insurance.nonces (guarantor_id, nonce, created_at) VALUES ($1, $2, $3)
           ON CONFLICT (guarantor_id, nonce) DO NOTHING""",
        guarantor_id,
        nonce,
        created_at,
    )
    return inserted == "INSERT 0 1"


async def forget_nonces(connection: Connection, *, before: datetime) -> None:
    """Forget nonces of signatures that are too old to pass."""
    await connection.execute("DELETE FROM insurance.nonces WHERE created_at < $1", before)


def _guarantor(row: Record) -> Guarantor:
    return Guarantor(
        row["id"],
        row["organization_id"],
        row["name"],
        row["endpoint"],
        row["public_key"],
        row["live_since"],
        row["family"],
        row["kind"],
        row["previous_key"],
        row["previous_until"],
        row["payee_account"],
    )
