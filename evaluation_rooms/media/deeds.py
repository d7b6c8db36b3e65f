"""What a line asks about sound and picture, and what becomes of it when the line ends.

That a member is seen and heard, or is not, goes into the journal; descriptions of streams do not.
"""

import logging
from datetime import datetime

from evaluation_rooms import messages as m
from evaluation_rooms.actions import media
from evaluation_rooms.context import RoomsContext
from evaluation_rooms.feed import Feed, Line
from evaluation_rooms.media_events import Why
from evaluation_rooms.protocol import MediaRequest
from evaluation_rooms.standing import Viewer
from tendering.domain.refusals import Refused
from tendering.domain.refusals.rooms import NotYourPart
from tendering.storage.connection import OUTAGES, transaction

log = logging.getLogger(__name__)


async def carry_out(
    context: RoomsContext, line: Line, feed: Feed, request: MediaRequest, *, at: datetime
) -> int:
    """Do what the line asks; the number of the last entry. Raises its refusals."""
    stage = context.hub.stage
    if isinstance(request, m.MediaOffer | m.MediaAnswer):
        stage.carry(line, feed, request)
        return feed.seq
    if isinstance(request, m.MediaContinue):
        return await _continue(context, line, feed, request, at=at)
    before = _is_sent(context, line)
    if isinstance(request, m.MediaJoin):
        stage.join(line, feed, request.sends, at=at)
        why = Why.DEVICE
        # Where recording is required somebody whom nothing carries is a gap as well.
        before = before or not stage.is_there
    else:
        stage.leave(line, feed)
        why = Why.DEVICE if request.failed else Why.LEFT
        # Where recording is required somebody whose camera never worked is a gap as well.
        before = before or request.failed
    try:
        return await _enter(context, line, feed, before=before, why=why, at=at)
    except Refused:
        stage.leave(line, feed)
        raise


async def gone(context: RoomsContext, line: Line, feed: Feed) -> None:
    """The line has ended: enter what that ends."""
    before = _is_sent(context, line)
    if context.hub.stage.leave(line, feed) is None:
        return
    try:
        await _enter(context, line, feed, before=before, why=Why.LINE, at=context.now())
    except Refused as refused:
        # The room is closed, or somebody else has the seat by now.
        log.debug("nothing to enter about a line that ended: %s", refused.code)
    except OUTAGES:
        log.warning("that a line ended could not be entered; its next coming will tell")


async def enter_arrivals(context: RoomsContext) -> None:
    """Enter whose streams arrive where they are carried, and whose do not any more, for ever."""
    while True:
        one = await context.hub.stage.arrivals.get()
        try:
            await _enter(
                context, one.line, one.feed, before=one.before, why=Why.LINE, at=context.now()
            )
        except Refused as refused:
            log.debug("nothing to enter about streams: %s", refused.code)
        except OUTAGES:
            log.warning("what a carrier of streams told could not be entered")


async def _enter(
    context: RoomsContext, line: Line, feed: Feed, *, before: bool, why: Why, at: datetime
) -> int:
    """Enter in the journal what has changed about what the line's seat sends."""
    after, standing, room_id = _is_sent(context, line), line.session.standing, line.session.room_id
    if before == after or standing.viewer not in {Viewer.MEMBER, Viewer.HOST}:
        return feed.seq
    is_hall = line.session.is_hall
    if standing.viewer is Viewer.HOST and not is_hall:
        return feed.seq
    async with transaction(context.pool) as connection:
        if is_hall:
            seq = await media.broadcast(connection, feed.tender_id, is_on=after, at=at)
        elif after:
            seq = await media.begin(connection, room_id, standing, at=at)
        else:
            seq = await media.lose(connection, room_id, standing, why, at=at)
    context.bus.touched(feed.tender_id)
    return seq or feed.seq


async def _continue(
    context: RoomsContext, line: Line, feed: Feed, request: m.MediaContinue, *, at: datetime
) -> int:
    standing, room_id = line.session.standing, line.session.room_id
    if line.session.is_hall or standing.viewer not in {Viewer.HOST, Viewer.SUPERVISOR}:
        raise NotYourPart
    is_supervised = any(
        one.session.joined
        and one.session.room_id == room_id
        and one.session.standing.viewer is Viewer.SUPERVISOR
        for one in feed.lines
    )
    async with transaction(context.pool) as connection:
        seq = await media.continue_unrecorded(
            connection,
            room_id,
            standing,
            gap=request.gap,
            reason=request.reason,
            is_supervised=is_supervised,
            at=at,
        )
    context.bus.touched(feed.tender_id)
    return seq


def _is_sent(context: RoomsContext, line: Line) -> bool:
    """Does a line of the same seat, or of the hall's host, send?"""
    return context.hub.stage.is_sent(line.session.room_id, line.session.standing)
