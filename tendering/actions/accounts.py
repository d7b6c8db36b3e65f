"""Organizations and their people: registration, colleagues, authorizations, departure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tendering.domain.parties import (
    Authorization,
    Organization,
    Person,
    Session,
    check_uscc,
    decide_departure,
    decide_grant,
    decide_registration,
    require_administrator,
)
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.accounts import (
    AlreadyRegistered,
    AuthorizationStands,
    LoginTaken,
    PasswordWrong,
    PersonLeft,
    RoleHeld,
    RoleNotHeld,
)
from tendering.domain.roles import Role
from tendering.passwords import Passwords
from tendering.storage import authorizations, organizations, passkeys, people, sessions
from tendering.storage.connection import Connection, Pool, reading, transaction


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that a new person gets; `id` is made by the caller."""

    id: UUID
    role: Role


async def register_organization(
    connection: Connection,
    organization: Organization,
    administrator: Person,
    grants: Sequence[Grant],
    *,
    password_hash: str,
    at: datetime,
) -> None:
    """Enter an organization and its first person, who manages it.

    Asks no permission: first start and demonstration use it too. Raises UsccInvalid,
    AlreadyRegistered, LoginTaken.
    """
    check_uscc(organization.uscc)
    if not await organizations.insert(connection, organization, at=at):
        raise AlreadyRegistered
    await _enter(
        connection,
        administrator,
        grants,
        password_hash=password_hash,
        granted_by=administrator.id,
        at=at,
    )


async def register(
    pool: Pool,
    passwords: Passwords,
    organization: Organization,
    administrator: Person,
    grants: Sequence[Grant],
    *,
    password: str,
    by: Session | None,
    at: datetime,
) -> Person:
    """Register over the edge; return the administrator. Raises Forbidden and as above.

    The same request once more finds what the first one made: the password proves who asks.
    """
    for role in organization.roles:
        decide_registration(role, by=by)
    check_uscc(organization.uscc)
    async with reading(pool) as connection:
        known = await organizations.get_by_uscc(connection, organization.uscc)
    if known is not None:
        repeated = await _same_person(pool, passwords, administrator, password)
        if repeated is None or repeated.organization_id != known.id:
            raise AlreadyRegistered
        return repeated
    password_hash = await passwords.hash(
        password, words=[*known_words(administrator), organization.name]
    )
    async with transaction(pool) as connection:
        await register_organization(
            connection, organization, administrator, grants, password_hash=password_hash, at=at
        )
    return administrator


async def add_person(
    pool: Pool,
    passwords: Passwords,
    person: Person,
    grants: Sequence[Grant],
    *,
    password: str,
    by: Session,
    at: datetime,
) -> Person:
    """Add a colleague; return the person. Raises NotAdministrator, RoleNotHeld, LoginTaken.

    The same request once more finds what the first one made.
    """
    require_administrator(by, person.organization_id)
    repeated = await _same_person(pool, passwords, person, password)
    if repeated is not None:
        return repeated
    password_hash = await passwords.hash(password, words=known_words(person))
    async with transaction(pool) as connection:
        organization = await organizations.lock(connection, person.organization_id)
        assert organization is not None
        for grant in grants:
            if grant.role not in organization.roles:
                raise RoleNotHeld(role=grant.role)
        await _enter(
            connection,
            person,
            grants,
            password_hash=password_hash,
            granted_by=by.actor.person_id,
            at=at,
        )
    return person


async def change_password(
    pool: Pool,
    passwords: Passwords,
    person: Person,
    session: Session,
    *,
    current: str,
    new: str,
) -> None:
    """Take another password, and end one's other sessions.

    Raises PasswordWrong, PasswordGuessable. The same once more changes nothing.
    """
    async with reading(pool) as connection:
        found = await people.credentials(connection, person.login)
    stored = None if found is None else found[1]
    if stored is None or not await passwords.fits(current, stored):
        if await passwords.fits(new, stored):
            return
        raise PasswordWrong
    password_hash = await passwords.hash(new, words=known_words(person))
    async with transaction(pool) as connection:
        if not await people.change_password(
            connection, person.id, password_hash=password_hash, before=stored
        ):
            raise PasswordWrong
        await sessions.delete_of_person(connection, person.id, besides=session.digest)


async def reset_password(
    pool: Pool, passwords: Passwords, person_id: UUID, password: str, *, by: Session
) -> None:
    """Give a colleague who has forgotten it a first password again; all sessions end.

    Raises NotFound, NotAdministrator, PersonLeft, PasswordGuessable.
    """
    async with reading(pool) as connection:
        person = await people.get(connection, person_id)
    if person is None:
        raise NotFound
    require_administrator(by, person.organization_id)
    if person.left_at is not None:
        raise PersonLeft
    password_hash = await passwords.hash(password, words=known_words(person))
    async with transaction(pool) as connection:
        await people.change_password(connection, person_id, password_hash=password_hash)
        await sessions.delete_of_person(connection, person_id)


def known_words(person: Person) -> tuple[str, ...]:
    """What everybody knows of a person, and a password had better not consist of."""
    return (person.login, person.name)


async def grant(
    connection: Connection,
    person_id: UUID,
    role: Role,
    *,
    authorization_id: UUID,
    valid_until: datetime | None,
    by: Session,
    at: datetime,
) -> Authorization:
    """Authorize a colleague for a role. Raises NotFound, AuthorizationStands and as decided."""
    person, organization = await _colleague(connection, person_id)
    decide_grant(person, organization, role, by=by, valid_until=valid_until, at=at)
    granted = Authorization(
        authorization_id, person.id, organization.id, role, by.actor.person_id, at, valid_until
    )
    await authorizations.revoke_expired(connection, person.id, role, by=by.actor.person_id, at=at)
    if not await authorizations.insert(connection, granted):
        raise AuthorizationStands(role=role)
    return granted


async def revoke(
    connection: Connection,
    person_id: UUID,
    authorization_id: UUID,
    *,
    by: Session,
    at: datetime,
) -> None:
    """End an authorization and what was begun on it. Raises NotFound, NotAdministrator."""
    person, _ = await _colleague(connection, person_id)
    require_administrator(by, person.organization_id)
    authorization = await authorizations.get(connection, authorization_id)
    if authorization is None or authorization.person_id != person_id:
        raise NotFound
    await authorizations.revoke(connection, authorization_id, by=by.actor.person_id, at=at)
    await sessions.delete_of_authorization(connection, authorization_id)


async def depart(connection: Connection, person_id: UUID, *, by: Session, at: datetime) -> None:
    """Record that somebody has left: no session, no passkey, no authorization from now on."""
    person, organization = await _colleague(connection, person_id)
    others = await people.count_administrators(connection, organization.id, besides=person_id)
    decide_departure(person, by=by, other_administrators=others)
    await people.leave(connection, person_id, at=at)
    await authorizations.revoke_of_person(connection, person_id, by=by.actor.person_id, at=at)
    await sessions.delete_of_person(connection, person_id)
    await passkeys.delete_of_person(connection, person_id)


async def grant_role(connection: Connection, organization_id: UUID, role: Role) -> Organization:
    """Let an organization act in one more role. Raises NotFound, RoleHeld."""
    organization = await organizations.lock(connection, organization_id)
    if organization is None:
        raise NotFound
    if role in organization.roles:
        raise RoleHeld(role=role)
    await organizations.add_role(connection, organization_id, role)
    return Organization(
        organization.id, organization.uscc, organization.name, organization.roles | {role}
    )


async def _colleague(connection: Connection, person_id: UUID) -> tuple[Person, Organization]:
    """The person and the organization, whose row is held: deeds about its people queue up."""
    person = await people.get(connection, person_id)
    if person is None:
        raise NotFound
    organization = await organizations.lock(connection, person.organization_id)
    assert organization is not None
    # Read again under the lock: a departure may have overtaken us.
    person = await people.get(connection, person_id)
    assert person is not None
    return person, organization


async def _enter(
    connection: Connection,
    person: Person,
    grants: Sequence[Grant],
    *,
    password_hash: str,
    granted_by: UUID,
    at: datetime,
) -> None:
    if not await people.insert(connection, person, password_hash=password_hash, at=at):
        raise LoginTaken
    for each in grants:
        granted = await authorizations.insert(
            connection,
            Authorization(each.id, person.id, person.organization_id, each.role, granted_by, at),
        )
        assert granted, "a new person has no authorization yet"


async def _same_person(
    pool: Pool, passwords: Passwords, person: Person, password: str
) -> Person | None:
    """Who was entered by an earlier, identical request; None when nobody."""
    async with reading(pool) as connection:
        found = await people.credentials(connection, person.login)
    if found is None or not await passwords.fits(password, found[1]):
        return None
    known = found[0]
    same = (known.name, known.is_administrator) == (person.name, person.is_administrator)
    return known if same else None
