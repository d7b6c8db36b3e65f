"""A tender whose bids are open, put into the tables as the draw finds it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from stdnum.cn import uscc

from tendering.domain.parties import Organization, Person
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.storage import organizations, people, tenders
from tendering.storage.connection import Connection
from tests.support.make import a_bid, a_tender
from tests.support.taking_in import insert_bid


@dataclass(frozen=True, slots=True)
class OpenedTender:
    """The ids a test needs."""

    id: UUID
    procuring_entity_id: UUID
    supervisor_id: UUID
    bidder_uscc: str
    expert_employer: UUID


async def insert_opened_tender(connection: Connection, *, at: datetime) -> OpenedTender:
    """Parties, a tender in status opened, one bid."""
    entity = await organization(connection, 1, Role.PROCURING_ENTITY, at=at)
    supervisor = await organization(connection, 2, Role.SUPERVISOR, at=at)
    bidder = await organization(connection, 3, Role.BIDDER, at=at)
    employer = await organization(connection, 4, Role.EXPERT, at=at)
    tender = a_tender(
        id=uuid4(),
        status=TenderStatus.OPENED,
        procuring_entity_id=entity.id,
        supervisor_id=supervisor.id,
        key_holders=(),
        deadline=at,
        published_at=at,
    )
    await tenders.insert(connection, tender, at=at)
    await insert_bid(connection, a_bid(tender, bidder_id=bidder.id), received_at=at)
    return OpenedTender(tender.id, entity.id, supervisor.id, bidder.uscc, employer.id)


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
