"""Log-in by password or passkey, another role, and log-out. Tokens are made by the caller."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tendering.domain.parties import Authorization, Session, choose_authorization
from tendering.domain.roles import Role
from tendering.passwords import Passwords
from tendering.storage import authorizations, people, sessions
from tendering.storage.connection import Connection, Pool, reading, transaction

SESSION_LIFETIME: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a session will be known by: SHA-256 of its token, 32 bytes, and its CSRF token."""

    digest: bytes
    csrf_token: str


async def log_in(
    pool: Pool,
    passwords: Passwords,
    *,
    login: str,
    password: str,
    role: Role | None,
    new: NewSession,
    at: datetime,
) -> Session | None:
    """Begin a session; None when login and password do not fit. Raises RoleNotHeld.

    An unknown login costs the same work as a wrong password.
    """
    async with reading(pool) as connection:
        found = await people.credentials(connection, login)
    stored = None if found is None else found[1]
    if not await passwords.fits(password, stored) or found is None:
        return None
    async with transaction(pool) as connection:
        return await begin(connection, found[0].id, role=role, new=new, at=at)


async def begin(
    connection: Connection, person_id: UUID, *, role: Role | None, new: NewSession, at: datetime
) -> Session:
    """Begin a session of somebody who has proved who they are. Raises RoleNotHeld."""
    standing = await authorizations.list_standing(connection, person_id, at=at)
    return await _begin(connection, choose_authorization(standing, role), new=new, at=at)


async def change_role(
    connection: Connection, session: Session, role: Role, *, new: NewSession, at: datetime
) -> Session:
    """End a session and begin one in another role of the same person. Raises RoleNotHeld."""
    changed = await begin(connection, session.actor.person_id, role=role, new=new, at=at)
    await sessions.delete(connection, session.digest)
    return changed


async def log_out(connection: Connection, session: Session) -> None:
    """End a session."""
    await sessions.delete(connection, session.digest)


async def _begin(
    connection: Connection, authorization: Authorization, *, new: NewSession, at: datetime
) -> Session:
    await sessions.insert(
        connection,
        new.digest,
        authorization_id=authorization.id,
        csrf_token=new.csrf_token,
        lifetime=SESSION_LIFETIME,
    )
    session = await sessions.get(connection, new.digest, at=at)
    assert session is not None
    return session
