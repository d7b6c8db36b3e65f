"""Deeds about an outage of the platform: notice it, and settle it tender by tender, each once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from tendering.actions.seat_invitations import seat_another_committee
from tendering.actions.tenders import Law, plan_of
from tendering.domain import timetable as dates
from tendering.domain.journal import Stream
from tendering.domain.outages import (
    ROOM_KINDS,
    Session,
    outage_event,
    rule_of,
    sessions_of,
    settle_outage,
)
from tendering.domain.re_evaluation import voided_by_outage
from tendering.domain.suspension import OUTAGE
from tendering.domain.tender import Tender, TenderStatus
from tendering.storage import journal, openings, outages, tenders
from tendering.storage.connection import Connection
from tendering.storage.outages import Outage

# Empties the rooms of a tender in the transaction that ends their evaluations; other packages
# have rooms, so whoever builds the platform says how.
EmptyRooms = Callable[[Connection, UUID, Sequence[UUID], datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Settling:
    """What settling takes from elsewhere: the law, a way to empty rooms, ids of invitations."""

    law_of: Callable[[Tender, datetime], Law]
    empty_rooms: EmptyRooms
    new_id: Callable[[], UUID]


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
    settling: Settling,
    *,
    at: datetime,
) -> bool:
    """Apply the policy to one tender; was it touched? Nothing if another process was first.

    Where the rule asks for a new committee the rooms are emptied, what was decided in them is
    void, and the next in the drawn order take the seats.
    """
    tender = await tenders.lock_also_suspended(connection, tender_id)
    if not await outages.take(connection, outage.id, tender_id):
        return False
    law = settling.law_of(tender, at)
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
    if settled.voided:
        rooms = [one.room_id for one in settled.voided]
        await settling.empty_rooms(connection, tender_id, rooms, at)
        for one in settled.voided:
            void = voided_by_outage(one.lot, outage.pause)
            await journal.append(connection, tender_id, Stream.PUBLIC, void, at=at)
        await seat_another_committee(
            connection,
            tender_id,
            reason=OUTAGE,
            wait=rule.evaluation_wait,
            new_id=settling.new_id,
            at=at,
        )
    return True


async def _sessions(connection: Connection, tender: Tender) -> list[Session]:
    """The evaluation rooms of a tender that is being evaluated, as their own stream tells."""
    if tender.status is not TenderStatus.EVALUATING:
        return []
    return sessions_of(
        await journal.list_of_kinds(connection, tender.id, Stream.COMMITTEE, ROOM_KINDS)
    )
