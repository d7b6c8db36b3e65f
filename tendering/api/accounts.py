"""Organizations, people and authorizations over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from aiohttp import web
from msgspec import Meta, Struct

from tendering.actions import accounts
from tendering.actions.accounts import Grant
from tendering.api.context import Context
from tendering.api.fields import Instant, Line, Uscc
from tendering.api.rate_limit import (
    REGISTRATION,
    address_attempt,
    give_back,
    log_in_attempt,
    take,
)
from tendering.api.sessions import Login, Password, SomePassword
from tendering.domain.parties import Authorization, Organization, Person, Session
from tendering.domain.refusals.accounts import NotAdministrator
from tendering.domain.roles import Role
from tendering.storage import authorizations, organizations, people
from tendering.storage.connection import Connection, reading

ROLES_MAX = 9


class NewAdministrator(Struct, frozen=True, forbid_unknown_fields=True):
    """The first person of an organization, who manages it."""

    name: Line
    login: Login
    password: Password


class PostOrganization(Struct, frozen=True, forbid_unknown_fields=True):
    """Register an organization: bidders at once, others by the operator only."""

    uscc: Uscc
    name: Line
    person: NewAdministrator
    role: Role = Role.BIDDER


class PostOrganizationRole(Struct, frozen=True, forbid_unknown_fields=True):
    """Let an organization act in one more role."""

    role: Role


class PostPerson(Struct, frozen=True, forbid_unknown_fields=True):
    """Add a colleague with a first password, and what the colleague may act as."""

    name: Line
    login: Login
    password: Password
    roles: Annotated[list[Role], Meta(max_length=ROLES_MAX)]
    is_administrator: bool = False


class PostAuthorization(Struct, frozen=True, forbid_unknown_fields=True):
    """Authorize a colleague for a role; without an end, until revoked."""

    role: Role
    valid_until: Instant | None = None


class PutPassword(Struct, frozen=True, forbid_unknown_fields=True):
    """Change one's own password."""

    current: SomePassword
    new: Password


class PutFirstPassword(Struct, frozen=True, forbid_unknown_fields=True):
    """Give a colleague who has forgotten it a first password again."""

    password: Password


class OrganizationAnswer(Struct, frozen=True):
    """An organization."""

    id: UUID
    uscc: str
    name: str
    roles: list[Role]


class RegistrationAnswer(Struct, frozen=True):
    """What was registered."""

    organization_id: UUID
    person_id: UUID


class PersonAnswer(Struct, frozen=True):
    """A person, as colleagues see it."""

    id: UUID
    name: str
    login: str
    is_administrator: bool
    left_at: Instant | None = None


class AuthorizationAnswer(Struct, frozen=True):
    """What a person may act as."""

    id: UUID
    person_id: UUID
    role: Role
    granted_at: Instant
    valid_until: Instant | None = None


class Me(Struct, frozen=True):
    """Who is logged in, the role of this session, and the roles one could change to."""

    person: PersonAnswer
    organization: OrganizationAnswer
    role: Role
    roles: list[Role]
    csrf_token: str


class PeopleList(Struct, frozen=True):
    """The people of one's organization, and what they may act as."""

    items: list[PersonAnswer]
    authorizations: list[AuthorizationAnswer]


async def post_organization(
    context: Context,
    request: web.Request,
    session: Session | None,
    received_at: datetime,
    body: PostOrganization,
) -> RegistrationAnswer:
    """Register an organization and its first person. Free for bidders, at once."""
    await take(context, address_attempt(request, context, REGISTRATION))
    organization = Organization(uuid4(), body.uscc, body.name, frozenset({body.role}))
    person = Person(
        uuid4(), organization.id, body.person.name, body.person.login, is_administrator=True
    )
    registered = await accounts.register(
        context.pool,
        context.passwords,
        organization,
        person,
        _grants([body.role]),
        password=body.person.password,
        by=session,
        at=received_at,
    )
    return RegistrationAnswer(registered.organization_id, registered.id)


async def post_organization_role(
    connection: Connection, organization_id: UUID, body: PostOrganizationRole
) -> OrganizationAnswer:
    """Let an organization act in one more role."""
    return _organization(await accounts.grant_role(connection, organization_id, body.role))


async def get_me(context: Context, session: Session, connection: Connection) -> Me:
    """Who is logged in."""
    person = await people.get(connection, session.actor.person_id)
    organization = await organizations.get(connection, session.actor.organization_id)
    standing = await authorizations.list_standing(
        connection, session.actor.person_id, at=context.now()
    )
    assert person is not None
    assert organization is not None
    return Me(
        _person(person),
        _organization(organization),
        session.actor.role,
        [authorization.role for authorization in standing],
        session.csrf_token,
    )


async def get_people(context: Context, session: Session, connection: Connection) -> PeopleList:
    """The people of one's organization; for its administrators."""
    if not session.is_administrator:
        raise NotAdministrator
    organization_id = session.actor.organization_id
    found = await people.list_of_organization(connection, organization_id)
    standing = await authorizations.list_of_organization(
        connection, organization_id, at=context.now()
    )
    return PeopleList([_person(each) for each in found], [_authorization(a) for a in standing])


async def post_person(
    context: Context, session: Session, received_at: datetime, body: PostPerson
) -> PersonAnswer:
    """Add a colleague."""
    person = Person(
        uuid4(), session.actor.organization_id, body.name, body.login, body.is_administrator
    )
    added = await accounts.add_person(
        context.pool,
        context.passwords,
        person,
        _grants(body.roles),
        password=body.password,
        by=session,
        at=received_at,
    )
    return _person(added)


async def put_first_password(
    context: Context, session: Session, person_id: UUID, body: PutFirstPassword
) -> None:
    """Give a colleague a first password again; where the colleague was logged in ends."""
    await accounts.reset_password(
        context.pool, context.passwords, person_id, body.password, by=session
    )


async def put_password(
    context: Context, request: web.Request, session: Session, body: PutPassword
) -> None:
    """Change one's own password; one's other sessions end."""
    async with reading(context.pool) as connection:
        person = await people.get(connection, session.actor.person_id)
    assert person is not None
    attempt = log_in_attempt(request, context, person.login)
    await take(context, attempt)
    await accounts.change_password(
        context.pool, context.passwords, person, session, current=body.current, new=body.new
    )
    await give_back(context, attempt)


async def post_departure(
    session: Session, connection: Connection, received_at: datetime, person_id: UUID
) -> None:
    """Record that somebody has left: sessions, passkeys and authorizations end at once."""
    await accounts.depart(connection, person_id, by=session, at=received_at)


async def post_authorization(
    session: Session,
    connection: Connection,
    received_at: datetime,
    person_id: UUID,
    body: PostAuthorization,
) -> AuthorizationAnswer:
    """Authorize a colleague for a role of the organization."""
    granted = await accounts.grant(
        connection,
        person_id,
        body.role,
        authorization_id=uuid4(),
        valid_until=body.valid_until,
        by=session,
        at=received_at,
    )
    return _authorization(granted)


async def delete_authorization(
    session: Session,
    connection: Connection,
    received_at: datetime,
    person_id: UUID,
    authorization_id: UUID,
) -> None:
    """Revoke an authorization; sessions begun on it end at once."""
    await accounts.revoke(connection, person_id, authorization_id, by=session, at=received_at)


def _grants(roles: Sequence[Role]) -> list[Grant]:
    return [Grant(uuid4(), role) for role in dict.fromkeys(roles)]


def _organization(organization: Organization) -> OrganizationAnswer:
    return OrganizationAnswer(
        organization.id, organization.uscc, organization.name, sorted(organization.roles)
    )


def _person(person: Person) -> PersonAnswer:
    return PersonAnswer(
        person.id, person.name, person.login, person.is_administrator, person.left_at
    )


def _authorization(authorization: Authorization) -> AuthorizationAnswer:
    return AuthorizationAnswer(
        authorization.id,
        authorization.person_id,
        authorization.role,
        authorization.granted_at,
        authorization.valid_until,
    )
