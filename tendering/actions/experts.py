"""Deeds of the pool of experts."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tendering.domain.calendar import civil_day
from tendering.domain.conduct import Conduct, require_sensible
from tendering.domain.expert_rows import RowFault, RowRefusal, check_rows
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


async def import_experts(
    connection: Connection,
    rows: Sequence[Mapping[str, str]],
    *,
    check_only: bool,
    new_id: Callable[[], UUID],
    at: datetime,
) -> tuple[int, list[RowRefusal]]:
    """Take those of a list into the pool whose rows hold; how many, and what is wrong with the
    others. `check_only`: nobody is taken, the same is said.
    """
    good, refused = check_rows(rows, on=civil_day(at))
    taken = 0
    for row in good:
        known = await people.credentials(connection, row.login)
        if known is None:
            refused.append(RowRefusal(row.row, "login", RowFault.NO_ACCOUNT))
            continue
        expert = Expert(
            id=new_id(),
            person_id=known[0].id,
            name=row.name,
            region=row.region,
            employer=row.employer,
            employer_uscc=row.employer_uscc,
            specialities=row.specialities,
            experience_years=row.experience_years,
            expires_on=row.expires_on,
        )
        in_pool = await experts.is_known(connection, expert.person_id)
        if in_pool:
            refused.append(RowRefusal(row.row, "login", RowFault.IN_POOL))
        elif check_only or await experts.insert(connection, expert, at=at):
            taken += 1
    return taken, sorted(refused, key=lambda one: (one.row, one.column))


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
