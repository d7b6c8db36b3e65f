"""What people do in a room over HTTP: check-in, the host's steps, announcements in the hall.

What members do in the room goes through the socket; here is what needs no socket, or must work
without one.
"""

import asyncio
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from evaluation_rooms.actions import hall as hall_actions
from evaluation_rooms.actions.entering import admission_of, entered
from evaluation_rooms.actions.replacing import replace_seat
from evaluation_rooms.actions.resuming import resume_opening, take_prices
from evaluation_rooms.actions.rooms import Done, act
from evaluation_rooms.actions.statements import require_own, verify
from evaluation_rooms.commands import (
    AdvancePhase,
    AnswerPrice,
    CheckIn,
    CorrectObjective,
    ExplainPrice,
    RecordRefusal,
    RecuseSeat,
)
from evaluation_rooms.context import RoomsContext
from evaluation_rooms.hall import HallPhase
from evaluation_rooms.messages import BidNumber, Key, Line, Points, SeatNumber, Text
from evaluation_rooms.phases import Phase
from evaluation_rooms.seating import STATEMENT_KINDS
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.terms import ObjectiveMark
from tendering.api.context import Actor
from tendering.api.fields import LotNumber
from tendering.api.routing import Touches
from tendering.domain.refusals.rooms import NotYourPart
from tendering.storage.connection import Connection


class DoneAnswer(Struct, frozen=True):
    """A deed is committed; `seq` is its last entry in the stream."""

    seq: int


class PostCheckIn(Struct, frozen=True, forbid_unknown_fields=True):
    """The member's statements, each signed under `kaibiao/expert-statement/v1`."""

    statements: Annotated[
        list[dict[str, Any]],
        Meta(min_length=len(STATEMENT_KINDS), max_length=len(STATEMENT_KINDS)),
    ]


class PostPhase(Struct, frozen=True, forbid_unknown_fields=True):
    """The phase to go to."""

    to: Phase


class PostReason(Struct, frozen=True, forbid_unknown_fields=True):
    """Why."""

    reason: Line


class PostResumption(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose prices are to be opened."""

    lot: LotNumber


class PostPriceAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """What became of a price that contradicts itself; `basis`: where the bidder said so."""

    bid: BidNumber
    confirmed: bool
    basis: Line
    point_misplaced: bool = False


class PostPriceExplanation(Struct, frozen=True, forbid_unknown_fields=True):
    """What a bidder explains of its abnormally low price; empty when it said nothing in time."""

    bid: BidNumber
    minutes: Annotated[int, Meta(ge=0, le=10_000)]
    explanation: Text = ""


class PostObjectiveMark(Struct, frozen=True, forbid_unknown_fields=True):
    """The right points for an objective criterion, and why the earlier ones were wrong."""

    bid: BidNumber
    criterion: Key
    points: Points
    basis: Text
    reason: Line


class PostRefusal(Struct, frozen=True, forbid_unknown_fields=True):
    """Who refuses to sign the report without writing why, and how that is known."""

    seat: SeatNumber
    basis: Line


class PostHallPhase(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the host leads the hall."""

    to: HallPhase


class PostAnnouncement(Struct, frozen=True, forbid_unknown_fields=True):
    """What the host says to the hall."""

    text: Line


async def post_check_in(
    *,
    rooms: RoomsContext,
    connection: Connection,
    touches: Touches,
    actor: Actor,
    room_id: UUID,
    body: PostCheckIn,
    received_at: datetime,
) -> DoneAnswer:
    """Sit down: a member signs discipline, confidentiality, recusal and AI-use statements."""
    standing = (await entered(connection, room_id, actor, at=received_at)).standing
    if standing.seat is None:
        raise NotYourPart
    command = CheckIn(standing.seat, actor.person_id, tuple(body.statements))
    await asyncio.to_thread(verify, command, rooms.trust, at=received_at)
    await require_own(connection, command, actor, at=received_at)
    return _done(await act(connection, room_id, command, standing, at=received_at), touches)


async def post_phase(
    *,
    connection: Connection,
    touches: Touches,
    actor: Actor,
    room_id: UUID,
    body: PostPhase,
    received_at: datetime,
) -> DoneAnswer:
    """Lead the room into another phase (host or chair)."""
    standing = (await entered(connection, room_id, actor, at=received_at)).standing
    if standing.viewer not in {Viewer.HOST, Viewer.MEMBER}:
        raise NotYourPart
    command = AdvancePhase(standing.seat, body.to)
    return _done(await act(connection, room_id, command, standing, at=received_at), touches)


async def post_recusal(
    *,
    connection: Connection,
    touches: Touches,
    actor: Actor,
    room_id: UUID,
    seat: SeatNumber,
    body: PostReason,
    received_at: datetime,
) -> DoneAnswer:
    """Take a member off the committee (host); the opinions given from the seat are void."""
    host = await _host(connection, actor, room_id)
    command = RecuseSeat(seat, body.reason)
    return _done(await act(connection, room_id, command, host, at=received_at), touches)


async def post_replacement(
    *,
    connection: Connection,
    touches: Touches,
    actor: Actor,
    room_id: UUID,
    seat: SeatNumber,
    body: PostReason,
    received_at: datetime,
) -> DoneAnswer:
    """Give a vacant seat to the next expert in the drawn order (host)."""
    await _host(connection, actor, room_id)
    return _done(
        await replace_seat(connection, room_id, seat, body.reason, at=received_at), touches
    )


async def post_prices(
    *,
    connection: Connection,
    touches: Touches,
    actor: Actor,
    room_id: UUID,
    received_at: datetime,
) -> DoneAnswer:
    """Take over the prices from the second session of the opening, on record by now (host)."""
    host = await _host(connection, actor, room_id)
    return _done(await take_prices(connection, room_id, host, at=received_at), touches)


async def post_price_answer(
    *,
    connection: Connection,
    touches: Touches,
    actor: Actor,
    room_id: UUID,
    body: PostPriceAnswer,
    received_at: datetime,
) -> DoneAnswer:
    """Enter what a bidder said to its corrected price (host)."""
    host = await _host(connection, actor, room_id)
    command = AnswerPrice(body.bid, body.confirmed, body.point_misplaced, body.basis)
    return _done(await act(connection, room_id, command, host, at=received_at), touches)


async def post_price_explanation(
    *,
    connection: Connection,
    touches: Touches,
    actor: Actor,
    room_id: UUID,
    body: PostPriceExplanation,
    received_at: datetime,
) -> DoneAnswer:
    """Enter what a bidder explains of its abnormally low price (host)."""
    host = await _host(connection, actor, room_id)
    command = ExplainPrice(body.bid, body.explanation, body.minutes)
    return _done(await act(connection, room_id, command, host, at=received_at), touches)


async def post_refusal(
    *,
    connection: Connection,
    touches: Touches,
    actor: Actor,
    room_id: UUID,
    body: PostRefusal,
    received_at: datetime,
) -> DoneAnswer:
    """Record that a member neither signs nor writes why: taken to agree (host)."""
    host = await _host(connection, actor, room_id)
    command = RecordRefusal(body.seat, body.basis)
    return _done(await act(connection, room_id, command, host, at=received_at), touches)


async def post_objective_mark(
    *,
    connection: Connection,
    touches: Touches,
    actor: Actor,
    room_id: UUID,
    body: PostObjectiveMark,
    received_at: datetime,
) -> DoneAnswer:
    """Correct an objective mark that members did not agree with (host)."""
    host = await _host(connection, actor, room_id)
    mark = ObjectiveMark(body.bid, body.criterion, Decimal(body.points), body.basis)
    command = CorrectObjective(mark, body.reason)
    return _done(await act(connection, room_id, command, host, at=received_at), touches)


async def post_resumption(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostResumption,
) -> None:
    """Begin the second session of the opening, for the prices, once the marks are locked (host)."""
    await resume_opening(connection, tender_id, body.lot, by=actor, at=received_at)


async def post_announcement(
    connection: Connection,
    actor: Actor,
    tender_id: UUID,
    body: PostAnnouncement,
    received_at: datetime,
) -> DoneAnswer:
    """Say something to everybody in the opening hall (host)."""
    await _host(connection, actor, tender_id)
    return DoneAnswer(await hall_actions.announce(connection, tender_id, body.text, at=received_at))


async def post_hall_phase(
    connection: Connection,
    actor: Actor,
    tender_id: UUID,
    body: PostHallPhase,
    received_at: datetime,
) -> DoneAnswer:
    """Lead the opening hall on: read out, confirm, object, draw; back as well (host)."""
    await _host(connection, actor, tender_id)
    return DoneAnswer(await hall_actions.lead(connection, tender_id, body.to, at=received_at))


async def _host(connection: Connection, actor: Actor, room_id: UUID) -> Standing:
    standing = (await admission_of(connection, room_id, actor)).standing
    if standing.viewer is not Viewer.HOST:
        raise NotYourPart
    return standing


def _done(done: Done, touches: Touches) -> DoneAnswer:
    touches(done.room.tender_id)
    return DoneAnswer(done.seq)
