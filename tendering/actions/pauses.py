"""A tender begins to stand still, and goes on by itself when nothing holds it any longer."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from tendering.actions.tenders import Law, plan_of
from tendering.domain import timetable as dates
from tendering.domain.journal import Stream
from tendering.domain.pauses import (
    PAUSES,
    Cause,
    can_pause,
    decide_resumption,
    decide_suspension,
    pauses_of,
    resumed_event,
)
from tendering.domain.suspension import Pause
from tendering.domain.tender import Tender, TenderStatus
from tendering.storage import complaints, journal, objections, openings, tenders
from tendering.storage.connection import Connection


async def suspend(connection: Connection, tender: Tender, cause: Cause, *, at: datetime) -> Tender:
    """A locked tender stands still for a further cause; nothing where the play is over."""
    if not can_pause(tender):
        return tender
    paused, event = decide_suspension(tender, cause)
    if event is not None:
        await tenders.save(connection, paused)
        await journal.append(connection, tender.id, Stream.PUBLIC, event, at=at)
    return paused


async def pauses_in(connection: Connection, tender_id: UUID) -> tuple[Pause, ...]:
    """The pauses of a tender that are over."""
    return pauses_of(await journal.list_of_kinds(connection, tender_id, Stream.PUBLIC, PAUSES))


async def resume(connection: Connection, tender: Tender, law: Law, *, at: datetime) -> Tender:
    """A locked tender goes on, unless something still holds it.

    A deadline to come has moved, and so has the end of every window in which bids are unlocked.
    """
    causes = [
        *await objections.causes(connection, tender.id),
        *await complaints.causes(connection, tender.id, at=at),
    ]
    decided = decide_resumption(tender, law.calendar, causes, at=at)
    if decided is None:
        return tender
    resumed, lasted = decided
    assert tender.suspension is not None
    if resumed.status is TenderStatus.PUBLISHED and resumed.deadline != tender.deadline:
        plan = plan_of(resumed, law, published_at=tender.published_at or at)
        resumed = replace(resumed, timetable=dates.to_json(plan))
    await tenders.save(connection, resumed)
    since = tender.suspension.since
    await openings.prolong(connection, tender.id, since=since, until=since + lasted)
    event = resumed_event(tender.suspension, resumed, lasted=lasted)
    await journal.append(connection, tender.id, Stream.PUBLIC, event, at=at)
    return resumed
