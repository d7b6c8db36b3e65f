"""The second session of the opening (复会) as the evaluation room needs it: begun, and its prices.

It begins when all technical marks are locked, and the room goes on when its record is signed.
"""

from datetime import datetime
from uuid import UUID

from evaluation_rooms.actions.rooms import Done, act, room_of
from evaluation_rooms.commands import EnterPrices
from evaluation_rooms.scoring import require_locked_marks
from evaluation_rooms.standing import Standing
from evaluation_rooms.storage import rooms
from tendering.actions.pauses import pauses_in
from tendering.domain.journal import Stream
from tendering.domain.opening import OpeningPhase
from tendering.domain.parties import Actor
from tendering.domain.refusals.rooms import RoomWindowClosed
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.resumption import decide_resumption
from tendering.domain.tender import require_party
from tendering.storage import journal, openings, tenders
from tendering.storage.connection import Connection


async def resume_opening(
    connection: Connection, tender_id: UUID, lot: str, *, by: Actor, at: datetime
) -> None:
    """Begin the second session of a lot for the bids that the committee has left.

    Again, while it runs, is the same one. Raises NotFound, Forbidden, NoLaterSession, WrongPhase,
    MarksNotLocked, RoomWindowClosed.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    opening = await openings.get(connection, tender_id, lot)
    if opening.session > 1 and opening.phase is OpeningPhase.UNLOCK:
        # The answer to the first request was lost.
        return
    room = await rooms.load(connection, tender_id, await room_of(connection, tender_id, lot))
    left = {room.bid(number).bidder_id for number in room.bids_left}
    committee = await journal.head(connection, tender_id, Stream.COMMITTEE)
    resumed, event = decide_resumption(
        tender, opening, room_id=room.id, left=left, committee=committee, at=at
    )
    require_locked_marks(room)
    if not room.is_open_at(at, await pauses_in(connection, tender_id)):
        raise RoomWindowClosed
    await openings.insert(connection, tender_id, resumed)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)


async def take_prices(connection: Connection, room_id: UUID, by: Standing, *, at: datetime) -> Done:
    """Bring the prices that were read out into the room. Raises NotFound, WrongPhase, and others.

    The record of the second session must be signed, as that of the first before the room opened.
    """
    tender_id = await rooms.tender_of(connection, room_id)
    await tenders.lock(connection, tender_id)
    room = await rooms.load(connection, tender_id, room_id)
    opening = await openings.get(connection, tender_id, room.lot)
    if opening.session == 1 or opening.phase is not OpeningPhase.RECORDED:
        raise WrongPhase("the prices are not on record", phase=opening.phase)
    rows = await openings.unlocks(connection, tender_id, room.lot, session=opening.session)
    forms = {row.bidder_id: row.form for row in rows if row.form is not None}
    command = EnterPrices(
        {bid.number: forms[bid.bidder_id] for bid in room.bids if bid.bidder_id in forms}
    )
    return await act(connection, room_id, command, by, at=at)
