"""Deeds of the pool of experts."""

from datetime import datetime
from uuid import UUID

from tendering.domain.conduct import Conduct, require_sensible
from tendering.domain.experts import Expert
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.accounts import AlreadyRegistered
from tendering.storage import experts, people
from tendering.storage.connection import Connection


async def register_expert(connection: Connection, expert: Expert, *, at: datetime) -> None:
    """Take an expert into the pool. Raises NotFound for the person, AlreadyRegistered."""
    if await people.get(connection, expert.person_id) is None:
        raise NotFound("there is no such person")
    if not await experts.insert(connection, expert, at=at):
        raise AlreadyRegistered("this person is in the pool already")


async def record_conduct(
    connection: Connection, expert_id: UUID, record: Conduct, *, by: Actor, at: datetime
) -> Expert:
    """Put something on record about an expert. Raises NotFound, Invalid."""
    require_sensible(record)
    await expert_of(connection, expert_id)
    await experts.insert_conduct(connection, expert_id, record, by=by.person_id, at=at)
    return await expert_of(connection, expert_id)


async def expert_of(connection: Connection, expert_id: UUID) -> Expert:
    """The expert. Raises NotFound."""
    found = (await experts.list_by_ids(connection, [expert_id])).get(expert_id)
    if found is None:
        raise NotFound("there is no such expert")
    return found
