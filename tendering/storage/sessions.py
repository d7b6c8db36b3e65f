"""SQL of `tendering.sessions`: who is logged in. Tokens are not here, only their digests.

Sessions end by real time. A session hangs on an authorization, so revoking that, or the departure
of the person, ends it at the next request.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tendering.domain.parties import Actor, Session
from tendering.domain.roles import Role
from tendering.storage.connection import Connection, Record


@dataclass(frozen=True, slots=True)
class BegunSession:
    """A session in its person's own list. `digest` is the SHA-256 of its token."""

    digest: bytes
    role: Role
    begun_at: datetime
    expires_at: datetime


async def insert(
    connection: Connection,
    digest: bytes,
    *,
    authorization_id: UUID,
    csrf_token: str,
    lifetime: timedelta,
) -> None:
    """Begin a session. `digest` is the SHA-256 of its token, 32 bytes."""
    await connection.execute(
        """INSERT INTO tendering.sessions (digest, authorization_id, csrf_token, expires_at)
           VALUES ($1, $2, $3, now() + $4::interval)""",
        digest,
        authorization_id,
        csrf_token,
        lifetime,
    )


async def get(connection: Connection, digest: bytes, *, at: datetime) -> Session | None:
    """The living session of a token; `at` decides whether its authorization is still valid."""
    return (await get_all(connection, [digest], at=at)).get(digest)


async def get_all(
    connection: Connection, digests: Collection[bytes], *, at: datetime
) -> dict[bytes, Session]:
    """The living sessions among the tokens' digests, one statement."""
    rows = await connection.fetch(
        """SELECT s.digest, s.csrf_token, a.person_id, a.organization_id, a.role,
                  o.name, o.uscc, p.is_administrator
           FROM tendering.sessions AS s
           JOIN tendering.authorizations AS a ON a.id = s.authorization_id
           JOIN tendering.people AS p ON p.id = a.person_id
           JOIN tendering.organizations AS o ON o.id = a.organization_id
           WHERE s.digest = ANY($1) AND s.expires_at > now() AND p.left_at IS NULL
             AND a.revoked_at IS NULL AND (a.valid_until IS NULL OR a.valid_until > $2)""",
        list(digests),
        at,
    )
    return {row["digest"]: _session(row) for row in rows}


def _session(row: Record) -> Session:
    actor = Actor(
        row["person_id"], row["organization_id"], Role(row["role"]), row["name"], row["uscc"]
    )
    return Session(row["digest"], actor, row["csrf_token"], row["is_administrator"])


async def delete(connection: Connection, digest: bytes) -> None:
    """Log out."""
    await connection.execute("DELETE FROM tendering.sessions WHERE digest = $1", digest)


async def list_of_person(
    connection: Connection, person_id: UUID, *, at: datetime
) -> list[BegunSession]:
    """The living sessions of a person, the newest first."""
    rows = await connection.fetch(
        """SELECT s.digest, a.role, s.created_at, s.expires_at
           FROM tendering.sessions AS s
           JOIN tendering.authorizations AS a ON a.id = s.authorization_id
           WHERE a.person_id = $1 AND s.expires_at > now()
             AND a.revoked_at IS NULL AND (a.valid_until IS NULL OR a.valid_until > $2)
           ORDER BY s.created_at DESC, s.digest""",
        person_id,
        at,
    )
    return [
        BegunSession(row["digest"], Role(row["role"]), row["created_at"], row["expires_at"])
        for row in rows
    ]


async def delete_of_person(
    connection: Connection, person_id: UUID, *, besides: bytes | None = None
) -> None:
    """Log a person out everywhere, or but for one session."""
    await connection.execute(
        """DELETE FROM tendering.sessions AS s USING tendering.authorizations AS a
           WHERE a.id = s.authorization_id AND a.person_id = $1
             AND s.digest IS DISTINCT FROM $2::bytea""",
        person_id,
        besides,
    )


async def delete_of_authorization(connection: Connection, authorization_id: UUID) -> None:
    """End what was begun on an authorization."""
    await connection.execute(
        "DELETE FROM tendering.sessions WHERE authorization_id = $1", authorization_id
    )


async def delete_expired(connection: Connection) -> None:
    """Forget sessions whose time is over."""
    await connection.execute(
        """DELETE FROM tendering.sessions WHERE digest IN (
               SELECT digest FROM tendering.sessions WHERE expires_at <= now()
               ORDER BY digest FOR UPDATE SKIP LOCKED)"""
    )
