"""Deeds about an outage of the platform: notice it, and settle it tender by tender, each once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from tendering.actions.tenders import Law, plan_of
from tendering.domain import timetable as dates
from tendering.domain.journal import Stream, parse_instant
from tendering.domain.outages import Session, outage_event, rule_of, settle_outage
from tendering.domain.tender import Tender, TenderStatus
from tendering.storage import journal, openings, outages, tenders
from tendering.storage.connection import Connection
from tendering.storage.outages import Outage

# Entries of the committee's stream that say when a room opens, and that somebody sat down.
_ROOM_OPENED: Final = "room.opened"
_SAT_DOWN: Final = "seat.checked_in"


async def notice(
    connection: Connection, process_id: UUID, *, trigger: timedelta, at: datetime
) -> Outage | None:
    """Give a sign of life; the outage that ends with it, if all processes were silent so long.

    How long is measured by the database's clock, which all processes share; `at`, the platform's,
    says what time that was.
    """
    await outages.lock(connection)
    silence = await outages.silence(connection)
    await outages.beat(connection, process_id)
    if silence is None or silence <= trigger:
        return None
    await outages.forget_silent(connection, process_id)
    outage = Outage(uuid4(), at - silence, at, trigger)
    await outages.insert(connection, outage)
    return outage


async def settle(
    connection: Connection,
    outage: Outage,
    tender_id: UUID,
    law_of: Callable[[Tender, datetime], Law],
    *,
    at: datetime,
) -> bool:
    """Apply the policy to one tender; was it touched? Nothing if another process was first."""
    tender = await tenders.lock_also_suspended(connection, tender_id)
    if not await outages.take(connection, outage.id, tender_id):
        return False
    law = law_of(tender, at)
    rule = rule_of(law.rulebook, trigger=outage.trigger)
    settled = settle_outage(
        rule,
        outage.pause,
        tender,
        windows=await openings.windows(connection, tender_id),
        sessions=await _sessions(connection, tender),
    )
    if settled is None:
        return False
    later = settled.tender
    if later.status is TenderStatus.PUBLISHED:
        plan = plan_of(later, law, published_at=later.published_at or at)
        later = replace(later, timetable=dates.to_json(plan))
        await tenders.save(connection, later)
    for window in settled.windows:
        await openings.extend(connection, tender_id, window.lot, window.unlock_until)
    event = outage_event(rule, outage.pause, replace(settled, tender=later))
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
    return True


async def _sessions(connection: Connection, tender: Tender) -> list[Session]:
    """The evaluation rooms of a tender that is being evaluated, as their own stream tells."""
    if tender.status is not TenderStatus.EVALUATING:
        return []
    entries = await journal.list_of_kinds(
        connection, tender.id, Stream.COMMITTEE, [_ROOM_OPENED, _SAT_DOWN]
    )
    begun = {entry.body["room_id"] for entry in entries if entry.kind == _SAT_DOWN}
    found = []
    for entry in entries:
        terms = entry.body.get("terms")
        if entry.kind == _ROOM_OPENED and isinstance(terms, dict):
            opens_at = parse_instant(str(terms["opens_at"]))
            found.append(Session(opens_at, entry.body["room_id"] in begun))
    return found
