"""Deeds of the pool of experts."""

from datetime import datetime

from tendering.domain.experts import Expert
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
