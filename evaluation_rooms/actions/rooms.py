"""Deeds of an evaluation room. Each holds the tender's lock from the first to the last statement.

None reads a clock, verifies a signature (`statements`) or talks to the network; after the commit
the caller tells the bus.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from uuid import UUID

from evaluation_rooms.commands import AdvancePhase, Command
from evaluation_rooms.deciding import decide
from evaluation_rooms.events import ReportDrafted, RoomEvent, RoomOpened, to_event
from evaluation_rooms.fold import apply, opened
from evaluation_rooms.phases import Phase
from evaluation_rooms.results import EvaluationOutcome, outcome_of
from evaluation_rooms.room import Change, Room
from evaluation_rooms.seating import require_sound
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import rooms
from tendering.actions.pauses import pauses_in
from tendering.actions.re_evaluations import count_voided
from tendering.domain.journal import Stream
from tendering.domain.methods.method import parse_method
from tendering.domain.refusals.rooms import NotYourPart
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import TenderStatus, require_status
from tendering.storage import journal, tenders
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class Done:
    """A deed that was done: the last entry's number, and the room as it stands."""

    seq: int
    room: Room


async def open_room(connection: Connection, event: RoomOpened, *, at: datetime) -> Done:
    """Open the evaluation room of a lot, as `event` says; it then waits for its members.

    `seating.numbered` gives the bids' numbers. Raises NotFound, WrongPhase, RoomExists,
    CommitteeUnsound, EvaluationIncomplete, PointsOutOfRange, MethodInvalid.
    """
    tender = await tenders.lock(connection, event.tender_id)
    require_status(tender, TenderStatus.OPENED, TenderStatus.EVALUATING)
    tender.lot(event.lot)
    require_sound(event, parse_method(event.terms.method))
    room = opened(event)
    await rooms.insert(connection, room, voided=await count_voided(connection, tender.id, room.lot))
    return Done(await _append(connection, room, [event], at=at), room)


async def act(
    connection: Connection, room_id: UUID, command: Command, by: Standing, *, at: datetime
) -> Done:
    """Do what somebody in the room asks. Raises NotFound and the refusals of the command's rule."""
    tender_id = await rooms.tender_of(connection, room_id)
    await tenders.lock(connection, tender_id)
    before = await rooms.load(connection, tender_id, room_id)
    require_own_seat(before, by)
    # Nobody reads the journal for a room whose window has not ended.
    pauses = () if before.is_open_at(at) else await pauses_in(connection, tender_id)
    events = decide(before, command, at=at, pauses=pauses)
    after = reduce(apply, events, before)
    await rooms.save(connection, [Change(before, after)])
    return Done(await _append(connection, after, events, at=at), after)


def require_own_seat(room: Room, by: Standing) -> None:
    """The seat may have been given to somebody else since the ticket was. Raises NotYourPart."""
    if by.viewer is Viewer.MEMBER:
        assert by.seat is not None
        if room.seat(by.seat).person_id != by.person_id:
            raise NotYourPart


async def room_of(connection: Connection, tender_id: UUID, lot: str) -> UUID:
    """The room in which a lot is evaluated; none while one that is void is the last. NotFound."""
    voided = await count_voided(connection, tender_id, lot)
    return await rooms.of_lot(connection, tender_id, lot, voided=voided)


async def close_room(connection: Connection, room_id: UUID, *, at: datetime) -> EvaluationOutcome:
    """Close a room that is in its signing phase and hand over what it came to.

    Call it in the transaction that records the evaluation. Raises NotFound, WrongPhase,
    RoomWindowClosed.
    """
    host = Standing(Viewer.HOST)
    done = await act(connection, room_id, AdvancePhase(None, Phase.CLOSED), host, at=at)
    return outcome_of(done.room)


async def outcome(connection: Connection, room_id: UUID) -> EvaluationOutcome:
    """What the room came to, for the report that its members sign. Raises NotFound, WrongPhase."""
    return outcome_of(await _reported(connection, room_id))


async def outcome_body(connection: Connection, room_id: UUID) -> ReportDrafted:
    """The outcome as JSON, as its digest covers it. Raises NotFound, WrongPhase."""
    report = (await _reported(connection, room_id)).results.report
    assert report is not None
    return report


async def _reported(connection: Connection, room_id: UUID) -> Room:
    tender_id = await rooms.tender_of(connection, room_id)
    room = await rooms.load(connection, tender_id, room_id)
    if room.results.report is None:
        raise WrongPhase(phase=room.phase, allowed=[Phase.REPORT, Phase.SIGNING, Phase.CLOSED])
    return room


async def _append(
    connection: Connection, room: Room, events: Sequence[RoomEvent], *, at: datetime
) -> int:
    told = [(room.tender_id, to_event(event), at) for event in events]
    return (await journal.append_all(connection, Stream.COMMITTEE, told))[-1].seq
