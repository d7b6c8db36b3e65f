"""Rooms over HTTP: who may enter which, tickets, a room's state as the asker may see it."""

import secrets
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from aiohttp import web
from msgspec import Meta, Struct

from evaluation_rooms import views
from evaluation_rooms.actions import hall as hall_actions
from evaluation_rooms.actions.entering import admission_of, entered, load_as_seen
from evaluation_rooms.actions.opening_rooms import Wanted, open_from_draw
from evaluation_rooms.actions.rooms import outcome_body
from evaluation_rooms.arranging import Operator
from evaluation_rooms.connection import serve
from evaluation_rooms.context import RoomsContext
from evaluation_rooms.hall import HallView
from evaluation_rooms.messages import Key, Line, Points, Text
from evaluation_rooms.standing import Viewer
from evaluation_rooms.storage import rooms as stored
from evaluation_rooms.storage import tickets
from evaluation_rooms.storage.tickets import LIFE_SECONDS
from evaluation_rooms.terms import ReviewItem
from tendering.api.context import Actor
from tendering.api.fields import Instant, LotNumber
from tendering.api.problems import Malformed
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.rooms import NotYourPart
from tendering.storage.connection import Connection, reading, transaction

TICKET_BYTES = 32
SEED_BYTES = 32


class TicketAnswer(Struct, frozen=True):
    """A ticket: the first message of the socket carries it. Single use."""

    ticket: str
    expires_in_seconds: int


class RoomSummary(Struct, frozen=True):
    """A room that the asker may enter. `kind`: hall or evaluation."""

    id: UUID
    kind: str
    lot: str | None
    phase: str


class RoomsAnswer(Struct, frozen=True):
    """The rooms of a tender that the asker may enter."""

    items: list[RoomSummary]


class RoomAnswer(Struct, frozen=True):
    """A room as the asker may see it, and as what."""

    standing: views.StandingView
    room: views.RoomView | HallView


class OutcomeAnswer(Struct, frozen=True):
    """The report's content that the members confirm by its digest (hex)."""

    digest: str
    outcome: dict[str, Any]


class ReviewItemBody(Struct, frozen=True, forbid_unknown_fields=True):
    """An item of the preliminary review."""

    id: Key
    part: Literal["form", "qualification", "response"]
    title: Line
    law: Text = ""


class ObjectiveBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Points that follow from a fact, the same for all members."""

    bidder_id: UUID
    criterion: Key
    points: Points
    basis: Text


class OperatorBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody of a guest site."""

    site: Line
    name: Line
    person_id: UUID


class PostRoom(Struct, frozen=True, forbid_unknown_fields=True):
    """Open the evaluation room of a lot. Without `items`, those of the tender documents.

    `recorded_by_venue`: the venue's own equipment makes the recording that the law asks for.
    """

    lot: LotNumber
    opens_at: Instant
    closes_at: Instant
    blind: bool = True
    outlier_percent: Annotated[int, Meta(ge=0, le=100)] = 0
    items: Annotated[list[ReviewItemBody], Meta(min_length=1, max_length=100)] | None = None
    objective: Annotated[list[ObjectiveBody], Meta(max_length=10_000)] = []
    operators: Annotated[list[OperatorBody], Meta(max_length=20)] = []
    recorded_by_venue: bool = False


class RoomOpenedAnswer(Struct, frozen=True):
    """The room's id, and the entry that opened it."""

    id: UUID
    seq: int


async def post_ticket(rooms: RoomsContext, actor: Actor | None, room_id: UUID) -> TicketAnswer:
    """Get a ticket for a room's socket: single use, for seconds. The hall has the tender's id."""
    ticket = secrets.token_urlsafe(TICKET_BYTES)
    async with transaction(rooms.pool) as connection:
        admission = await entered(connection, room_id, actor, at=rooms.now())
        await tickets.insert(connection, ticket, admission)
    return TicketAnswer(ticket, LIFE_SECONDS)


async def post_room(
    connection: Connection, actor: Actor, tender_id: UUID, body: PostRoom, received_at: datetime
) -> RoomOpenedAnswer:
    """Open the evaluation room of a lot: members as drawn, bids under permuted numbers (host)."""
    objective: dict[UUID, dict[str, tuple[Decimal, str]]] = {}
    for mark in body.objective:
        marks = objective.setdefault(mark.bidder_id, {})
        marks[mark.criterion] = (Decimal(mark.points), mark.basis)
    items = body.items and tuple(
        ReviewItem(one.id, one.part, one.title, one.law) for one in body.items
    )
    wanted = Wanted(
        room_id=uuid4(),
        lot=body.lot,
        opens_at=body.opens_at,
        closes_at=body.closes_at,
        blind=body.blind,
        outlier_percent=body.outlier_percent,
        items=items or None,
        objective=objective,
        operators=tuple(Operator(one.site, one.name, one.person_id) for one in body.operators),
        recorded_by_venue=body.recorded_by_venue,
    )
    done = await open_from_draw(
        connection,
        tender_id,
        wanted,
        organization_id=actor.organization_id,
        seed=secrets.token_bytes(SEED_BYTES),
        at=received_at,
    )
    return RoomOpenedAnswer(done.room.id, done.seq)


async def get_rooms(rooms: RoomsContext, actor: Actor | None, tender_id: UUID) -> RoomsAnswer:
    """List the rooms of a tender that you may enter; the hall comes first."""
    async with reading(rooms.pool) as connection:
        await admission_of(connection, tender_id, actor)
        hall = await hall_actions.hall_of(connection, tender_id)
        found = [RoomSummary(tender_id, "hall", None, hall.phase)]
        for room_id, lot, phase in await stored.list_of_tender(connection, tender_id):
            try:
                await admission_of(connection, room_id, actor)
            except NotFound:
                continue
            found.append(RoomSummary(room_id, "evaluation", lot, phase))
    return RoomsAnswer(found)


async def get_room(rooms: RoomsContext, actor: Actor | None, room_id: UUID) -> RoomAnswer:
    """Read a room as you may see it: the same projection as the socket's snapshot."""
    async with reading(rooms.pool) as connection:
        admission = await entered(connection, room_id, actor, at=rooms.now())
        view = await load_as_seen(connection, admission)
    kind = "hall" if isinstance(view, HallView) else "evaluation"
    return RoomAnswer(views.standing_view(admission.standing, kind=kind), view)


async def get_outcome(rooms: RoomsContext, actor: Actor, room_id: UUID) -> OutcomeAnswer:
    """Read the content of the report, from the report phase on."""
    async with reading(rooms.pool) as connection:
        admission = await entered(connection, room_id, actor, at=rooms.now())
        if admission.standing.viewer is Viewer.GUEST_OPERATOR:
            raise NotYourPart
        drafted = await outcome_body(connection, room_id)
    return OutcomeAnswer(drafted.digest, drafted.outcome)


async def get_socket(
    rooms: RoomsContext, request: web.Request, room_id: UUID
) -> web.StreamResponse:
    """Open the room's WebSocket; its first message is `hello` (docs/specs/room-protocol-v1.md)."""
    if not web.WebSocketResponse().can_prepare(request):
        raise Malformed("here a WebSocket is opened (RFC 6455 §4.2.1)")
    return await serve(request, rooms, room_id)
