"""The demonstration's clock jumps to the next instant of a timetable; the journal says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tendering.domain import timetable as dates
from tendering.domain.contribution_steps import CONTRIBUTION_WINDOW
from tendering.domain.journal import Event, Stream, instant
from tendering.domain.refusals.demonstration import NothingDue
from tendering.storage import demonstration_clock, draws, journal, tenders
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class Jumped:
    """A jump of the clock, and the tenders whose journals record it."""

    before: datetime
    now: datetime
    reason: str
    ahead: timedelta
    tender_ids: tuple[UUID, ...]


async def jump(connection: Connection, *, at: datetime) -> Jumped:
    """Jump to the earliest instant ahead in timetables and draws under way. Raises NothingDue."""
    due: list[tuple[datetime, str]] = []
    under_way = await tenders.list_timetables(connection)
    for _, timetable in under_way:
        if timetable and (ahead := dates.next_instant(dates.from_json(timetable), at)):
            due.append((ahead[1], ahead[0]))
    ends = [one + CONTRIBUTION_WINDOW for one in await draws.list_waiting_since(connection)]
    due += [(end, "contributions_due") for end in ends if end > at]
    if not due:
        raise NothingDue
    now, reason = min(due)
    total = await demonstration_clock.jump_by(connection, now - at)
    event = Event("clock.jumped", {"from": instant(at), "to": instant(now), "reason": reason})
    for tender_id, _ in under_way:
        await tenders.lock_also_suspended(connection, tender_id)
        await journal.append(connection, tender_id, Stream.PUBLIC, event, at=now)
    return Jumped(at, now, reason, total, tuple(tender_id for tender_id, _ in under_way))
