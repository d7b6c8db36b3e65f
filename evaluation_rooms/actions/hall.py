"""Deeds of the opening hall: people speak, the host and the clock lead it from phase to phase.

Everything else in the hall is `tendering`'s deed.
"""

from datetime import datetime
from uuid import UUID

from evaluation_rooms.hall import (
    Hall,
    HallPhase,
    Voice,
    decide_announcement,
    decide_lead,
    decide_phase,
    decide_speech,
    follow,
    phase_by_clock,
)
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import halls
from tendering.domain.journal import Event, Stream
from tendering.domain.refusals.rooms import NotYourPart
from tendering.domain.tender import Tender, TenderStatus
from tendering.storage import journal, organizations, tenders
from tendering.storage.connection import Connection

_PAGE = 500


async def announce(connection: Connection, tender_id: UUID, text: str, *, at: datetime) -> int:
    """Say something to everybody in the hall; the entry's number. Raises NotFound, WrongPhase."""
    await tenders.lock_also_suspended(connection, tender_id)
    event = decide_announcement(await hall_of(connection, tender_id, whole=True), text)
    return await _append(connection, tender_id, event, at=at)


async def speak(
    connection: Connection, tender_id: UUID, text: str, standing: Standing, *, at: datetime
) -> int:
    """Speak as who one is; the entry's number. Raises NotYourPart, SilentNow, WrongPhase."""
    if standing.organization_id is None:
        raise NotYourPart
    tender = await tenders.lock_also_suspended(connection, tender_id)
    is_host = standing.viewer is Viewer.HOST
    hall = await hall_of(connection, tender_id, whole=is_host)
    if is_host:
        return await _append(connection, tender_id, decide_announcement(hall, text), at=at)
    organization = await organizations.get(connection, standing.organization_id)
    event = decide_speech(
        hall,
        _voice(hall, tender, standing.organization_id),
        organization_id=standing.organization_id,
        name=organization.name if organization else "",
        text=text,
    )
    return await _append(connection, tender_id, event, at=at)


async def lead(connection: Connection, tender_id: UUID, to: HallPhase, *, at: datetime) -> int:
    """The host leads the hall on; the entry's number. Raises NotFound, WrongPhase."""
    await tenders.lock(connection, tender_id)
    event = decide_lead(await hall_of(connection, tender_id, whole=True), to)
    return await _append(connection, tender_id, event, at=at)


async def keep_time(connection: Connection, tender_id: UUID, *, at: datetime) -> bool:
    """Lead the hall of a published tender where the clock asks; did it move?"""
    tender = await tenders.lock_also_suspended(connection, tender_id)
    if tender.status is not TenderStatus.PUBLISHED:
        await halls.forget(connection, tender_id)
        return False
    if tender.suspension is not None:
        return False
    phase = phase_by_clock(
        sign_in_from=datetime.fromisoformat(str(tender.timetable["sign_in_from"])),
        deadline=tender.deadline,
        at=at,
    )
    shown = await halls.phase(connection, tender_id)
    event = decide_phase(Hall(tender_id, shown), phase)
    if event is None:
        return False
    await halls.save(connection, tender_id, phase)
    await _append(connection, tender_id, event, at=at)
    return True


async def hall_of(connection: Connection, tender_id: UUID, *, whole: bool = False) -> Hall:
    """The hall as the public stream has left it, as far as everybody may read that.

    `whole`: as far as it is written, for the host.
    """
    hall, public, seq = Hall(tender_id), (tender_id, Stream.PUBLIC), 0
    while True:
        page = await journal.after_each(connection, {public: seq}, limit=_PAGE, whole=whole)
        for entry in page[public]:
            hall, seq = follow(hall, entry), entry.seq
        if not page[public]:
            return hall


async def _append(connection: Connection, tender_id: UUID, event: Event, *, at: datetime) -> int:
    return (await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)).seq


def _voice(hall: Hall, tender: Tender, organization_id: UUID) -> Voice | None:
    """As what an organization other than the host speaks; a bidder only once it is on the list."""
    if organization_id == tender.supervisor_id:
        return Voice.SUPERVISOR
    if organization_id in hall.bidders:
        return Voice.BIDDER
    if any(one.organization_id == organization_id for one in tender.key_holders):
        return Voice.KEY_HOLDER
    return None
