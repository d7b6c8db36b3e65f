"""SQL of `tendering.passkeys` and of the challenges they answer, each once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class Passkey:
    """A registered credential; `public_key` is its COSE key, `sign_count` the last one seen."""

    credential_id: bytes
    person_id: UUID
    public_key: bytes
    sign_count: int
    name: str
    created_at: datetime


async def insert(
    connection: Connection,
    person_id: UUID,
    *,
    credential_id: bytes,
    public_key: bytes,
    sign_count: int,
    name: str,
) -> bool:
    """Register a credential; False when it is registered."""
    inserted = await connection.fetchval(
        """INSERT INTO tendering.passkeys (credential_id, person_id, public_key, sign_count, name)
           VALUES ($1, $2, $3, $4, $5) ON CONFLICT (credential_id) DO NOTHING RETURNING true""",
        credential_id,
        person_id,
        public_key,
        sign_count,
        name,
    )
    return inserted is not None


async def lock(connection: Connection, credential_id: bytes) -> Passkey | None:
    """The credential of a person who has not left, held so that its counter is used once."""
    row = await connection.fetchrow(
        """SELECT k.credential_id, k.person_id, k.public_key, k.sign_count, k.name, k.created_at
           FROM tendering.passkeys AS k JOIN tendering.people AS p ON p.id = k.person_id
           WHERE k.credential_id = $1 AND p.left_at IS NULL FOR NO KEY UPDATE OF k""",
        credential_id,
    )
    return None if row is None else Passkey(**dict(row))


async def list_of_person(connection: Connection, person_id: UUID) -> list[Passkey]:
    """A person's credentials, oldest first."""
    rows = await connection.fetch(
        """SELECT credential_id, person_id, public_key, sign_count, name, created_at
           FROM tendering.passkeys WHERE person_id = $1
           ORDER BY created_at, credential_id LIMIT 100""",
        person_id,
    )
    return [Passkey(**dict(row)) for row in rows]


async def used(connection: Connection, credential_id: bytes, *, sign_count: int) -> None:
    """Remember the counter of the last use."""
    await connection.execute(
        """UPDATE tendering.passkeys SET sign_count = $2, used_at = now()
           WHERE credential_id = $1""",
        credential_id,
        sign_count,
    )


async def delete(connection: Connection, person_id: UUID, credential_id: bytes) -> bool:
    """Forget a person's credential; False when there is none."""
    deleted = await connection.fetchval(
        """DELETE FROM tendering.passkeys WHERE person_id = $1 AND credential_id = $2
           RETURNING true""",
        person_id,
        credential_id,
    )
    return deleted is not None


async def delete_of_person(connection: Connection, person_id: UUID) -> None:
    """Forget all credentials of a person."""
    await connection.execute("DELETE FROM tendering.passkeys WHERE person_id = $1", person_id)


async def insert_challenge(
    connection: Connection, challenge: bytes, *, person_id: UUID | None, lifetime: timedelta
) -> None:
    """Remember a challenge of 32 bytes; without a person it is one for a log-in."""
    await connection.execute(
        """INSERT INTO tendering.passkey_challenges (challenge, person_id, expires_at)
           VALUES ($1, $2, now() + $3::interval)""",
        challenge,
        person_id,
        lifetime,
    )


async def take_challenge(
    connection: Connection, challenge: bytes, *, person_id: UUID | None
) -> bool:
    """Use up a challenge of this purpose; False when there is none or it has expired."""
    taken = await connection.fetchval(
        """DELETE FROM tendering.passkey_challenges
           WHERE challenge = $1 AND person_id IS NOT DISTINCT FROM $2 AND expires_at > now()
           RETURNING true""",
        challenge,
        person_id,
    )
    return taken is not None


async def delete_expired_challenges(connection: Connection) -> None:
    """Forget challenges that nobody answered."""
    await connection.execute(
        """DELETE FROM tendering.passkey_challenges WHERE challenge IN (
               SELECT challenge FROM tendering.passkey_challenges WHERE expires_at <= now()
               ORDER BY challenge FOR UPDATE SKIP LOCKED)"""
    )
