"""Organizations and people, put into the tables."""

from datetime import datetime
from uuid import UUID, uuid4

from stdnum.cn import uscc

from tendering.domain.parties import Organization, Person
from tendering.domain.roles import Role
from tendering.storage import organizations, people
from tendering.storage.connection import Connection


async def organization(
    connection: Connection,
    number: int,
    role: Role,
    *,
    at: datetime,
    organization_id: UUID | None = None,
) -> Organization:
    """A registered organization with a valid code."""
    body = f"91510100MA{number:07d}"
    made = Organization(
        organization_id or uuid4(),
        body + uscc.calc_check_digit(body),
        f"示范单位{number}",
        frozenset({role}),
    )
    await organizations.insert(connection, made, at=at)
    return made


async def person(
    connection: Connection, organization_id: UUID, login: str, *, at: datetime
) -> UUID:
    """A person of that organization."""
    made = Person(uuid4(), organization_id, login, login, is_administrator=False)
    await people.insert(connection, made, password_hash="-", at=at)
    return made.id
