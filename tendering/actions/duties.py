"""Duties of tenders as somebody may see them; what the clockwork does about them."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from tendering.actions import bid_securities
from tendering.actions.tenders import Law
from tendering.domain.duties import (
    KINDS,
    OVERDUE,
    Duty,
    duties_of,
    is_obliged,
    may_see,
    next_due,
    overdue_events,
)
from tendering.domain.journal import Stream
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.roles import Role
from tendering.domain.tender import Tender
from tendering.storage import duties, journal, tenders
from tendering.storage.connection import Connection

LawOf = Callable[[Tender, datetime], Law]
FIRST_ID: Final = UUID(int=0)


async def duties_in(connection: Connection, tender: Tender, law: Law) -> tuple[Duty, ...]:
    """Every duty of a tender, secret ones too, the one due first first."""
    kinds = sorted(KINDS)
    entries = [
        entry
        for stream in Stream
        for entry in await journal.list_of_kinds(connection, tender.id, stream, kinds)
    ]
    return duties_of(tender, law.rulebook, law.calendar, entries)


async def list_duties(
    connection: Connection, tender_id: UUID, law_of: LawOf, *, actor: Actor, at: datetime
) -> list[Duty]:
    """The duties of a tender that the actor may see. Raises NotFound: not a party of it."""
    tender = await tenders.get(connection, tender_id)
    seen = [
        duty
        for duty in await duties_in(connection, tender, law_of(tender, at))
        if may_see(duty, tender, actor)
    ]
    parties = {tender.procuring_entity_id, tender.agency_id, tender.supervisor_id}
    if not seen and actor.organization_id not in parties:
        raise NotFound
    return seen


async def list_tasks(
    connection: Connection,
    law_of: LawOf,
    *,
    actor: Actor,
    after: UUID,
    tenders_max: int,
    at: datetime,
) -> tuple[list[Duty], UUID | None]:
    """What the actor must do, and to a supervisor what is overdue in tenders it supervises.

    By tender, `tenders_max` of them after the one given; and the id to go on after, or None.
    """
    watched = await duties.list_watched(
        connection,
        organization_id=None if actor.role is Role.OPERATOR else actor.organization_id,
        after=after,
        limit=tenders_max,
    )
    found = []
    for tender_id in watched:
        tender = await tenders.get(connection, tender_id)
        for duty in await duties_in(connection, tender, law_of(tender, at)):
            mine = duty.done_at is None and is_obliged(duty, tender, actor)
            told = actor.role is Role.SUPERVISOR and duty.is_overdue(at)
            if mine or (told and may_see(duty, tender, actor)):
                found.append(duty)
    return found, watched[-1] if len(watched) == tenders_max else None


async def look_after(
    connection: Connection, tender_id: UUID, law_of: LawOf, *, at: datetime
) -> int:
    """Give back what is to go back, and enter in custody each duty that is overdue; how many.

    Each is entered once, for the supervisor, whichever process looks. Raises NotFound.
    """
    tender = await tenders.lock_also_suspended(connection, tender_id)
    releasing = await bid_securities.look_after(connection, tender, law_of(tender, at), at=at)
    told = await journal.list_of_kinds(connection, tender_id, Stream.CUSTODY, [OVERDUE])
    raised = frozenset(str(entry.body["duty"]) for entry in told)
    found = await duties_in(connection, tender, law_of(tender, at))
    events = overdue_events(found, raised=raised, at=at)
    for event in events:
        await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)
    raised |= {str(event.body["duty"]) for event in events}
    ahead = [one for one in (next_due(found, raised=raised), releasing) if one is not None]
    if releasing is None and all(duty.done_at is not None for duty in found):
        await duties.forget(connection, tender_id)
    else:
        await duties.set_next(connection, tender_id, min(ahead, default=None))
    return len(events)


async def list_due(connection: Connection, *, at: datetime, limit: int) -> list[UUID]:
    """Tenders to look at for overdue duties."""
    return await duties.list_to_look_at(connection, at=at, limit=limit)
