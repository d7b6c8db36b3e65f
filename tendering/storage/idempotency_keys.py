"""SQL of `tendering.idempotency_keys`: which request was answered how, for a day."""

from dataclasses import dataclass

from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it was sent. `fingerprint` is the SHA-256 of the request, 32 bytes."""

    fingerprint: bytes
    status: int
    etag: str | None
    body: bytes


async def claim(
    connection: Connection, scope: str, key: str, *, route: str, fingerprint: bytes
) -> bool:
    """Take a key; False when it is taken. Waits while another transaction holds it."""
    claimed: bool | None = await connection.fetchval(
        """INSERT INTO tendering.idempotency_keys (scope, key, route, fingerprint)
           VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING true""",
        scope,
        key,
        route,
        fingerprint,
    )
    return claimed is not None


async def get(connection: Connection, scope: str, key: str) -> StoredAnswer:
    """The answer to a key that `claim` found taken: it is committed, hence complete."""
    stored = await find(connection, scope, key)
    assert stored is not None
    return stored


async def find(connection: Connection, scope: str, key: str) -> StoredAnswer | None:
    """The answer to a key, None when the key is new."""
    row = await connection.fetchrow(
        """SELECT fingerprint, status, etag, body FROM tendering.idempotency_keys
           WHERE scope = $1 AND key = $2""",
        scope,
        key,
    )
    if row is None:
        return None
    return StoredAnswer(row["fingerprint"], row["status"], row["etag"], row["body"])


async def save(connection: Connection, scope: str, key: str, answer: StoredAnswer) -> None:
    """Complete the row that `claim` made in the same transaction."""
    await connection.execute(
        """UPDATE tendering.idempotency_keys SET status = $3, etag = $4, body = $5
           WHERE scope = $1 AND key = $2""",
        scope,
        key,
        answer.status,
        answer.etag,
        answer.body,
    )


async def delete_expired(connection: Connection, *, rows_max: int = 10_000) -> int:
    """Forget keys older than a day of real time, at most `rows_max`; return how many."""
    count: int = await connection.fetchval(
        """WITH expired AS (
               SELECT scope, key FROM tendering.idempotency_keys
               WHERE created_at < now() - interval '24 hours'
               ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED
           ), deleted AS (
               DELETE FROM tendering.idempotency_keys AS k USING expired
               WHERE k.scope = expired.scope AND k.key = expired.key RETURNING 1
           )
           SELECT count(*) FROM deleted""",
        rows_max,
    )
    return count
