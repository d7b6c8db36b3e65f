"""The doors of the rooms. Mount with `parts={"rooms": RoomsContext(...)}`."""

from typing import Final

from evaluation_rooms.api import deeds, rooms
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.awards import EvaluationIncomplete
from tendering.domain.refusals.draws import DrawNotPrepared, PoolTooSmall
from tendering.domain.refusals.rooms import (
    AlreadyCheckedIn,
    CommitteeUnsound,
    NotCheckedIn,
    NotYourPart,
    PhaseNotReady,
    PointsOutOfRange,
    ReasonMissing,
    RoomExists,
    RoomWindowClosed,
    SeatNotVacant,
    StatementsIncomplete,
)
from tendering.domain.refusals.rules import MethodInvalid, PriceAboveCeiling
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import WrongPhase

_ANY = (NotFound, NotYourPart, RoomWindowClosed, WrongPhase)

ROOM_ROUTES: Final = (
    Route(
        "GET", "/tenders/{tender_id}/rooms", rooms.get_rooms, errors=(NotFound,), tags=("rooms",)
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/rooms",
        rooms.post_room,
        action="room.open",
        status=201,
        idempotency="transaction",
        errors=(
            CommitteeUnsound,
            DrawNotPrepared,
            EvaluationIncomplete,
            Forbidden,
            Invalid,
            MethodInvalid,
            NotFound,
            PointsOutOfRange,
            RoomExists,
            WrongPhase,
        ),
        tags=("rooms",),
        body_bytes_max=1024 * 1024,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/hall/announcements",
        deeds.post_announcement,
        action="hall.announce",
        status=201,
        idempotency="transaction",
        errors=(NotFound, NotYourPart, WrongPhase),
        tags=("rooms",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/hall/phases",
        deeds.post_hall_phase,
        action="hall.lead",
        status=201,
        idempotency="transaction",
        errors=(NotFound, NotYourPart, WrongPhase),
        tags=("rooms",),
    ),
    Route("GET", "/rooms/{room_id}", rooms.get_room, errors=(NotFound,), tags=("rooms",)),
    Route(
        "POST",
        "/rooms/{room_id}/tickets",
        rooms.post_ticket,
        status=201,
        errors=(NotFound,),
        tags=("rooms",),
        secret=True,
    ),
    Route(
        "GET",
        "/rooms/{room_id}/socket",
        rooms.get_socket,
        tags=("rooms",),
        secret=True,
        documented=False,
    ),
    Route(
        "POST",
        "/rooms/{room_id}/check-in",
        deeds.post_check_in,
        action="room.check_in",
        idempotency="transaction",
        errors=(*_ANY, AlreadyCheckedIn, SignatureRefused, StatementsIncomplete),
        tags=("rooms",),
        secret=True,
    ),
    Route(
        "POST",
        "/rooms/{room_id}/phase",
        deeds.post_phase,
        action="room.advance",
        idempotency="transaction",
        errors=(
            *_ANY,
            EvaluationIncomplete,
            MethodInvalid,
            NotCheckedIn,
            PhaseNotReady,
            PriceAboveCeiling,
        ),
        tags=("rooms",),
        secret=True,
    ),
    Route(
        "GET",
        "/rooms/{room_id}/outcome",
        rooms.get_outcome,
        action="room.read",
        errors=(NotFound, NotYourPart, WrongPhase),
        tags=("rooms",),
        secret=True,
    ),
    Route(
        "POST",
        "/rooms/{room_id}/seats/{seat}/recusal",
        deeds.post_recusal,
        action="room.recuse",
        idempotency="transaction",
        errors=(*_ANY, ReasonMissing),
        tags=("rooms",),
        secret=True,
    ),
    Route(
        "POST",
        "/rooms/{room_id}/seats/{seat}/replacement",
        deeds.post_replacement,
        action="room.replace_seat",
        idempotency="transaction",
        errors=(*_ANY, CommitteeUnsound, DrawNotPrepared, PoolTooSmall, SeatNotVacant),
        tags=("rooms",),
        secret=True,
    ),
    Route(
        "POST",
        "/rooms/{room_id}/prices",
        deeds.post_prices,
        action="room.enter_prices",
        idempotency="transaction",
        errors=(*_ANY, Invalid),
        tags=("rooms",),
        secret=True,
    ),
    Route(
        "POST",
        "/rooms/{room_id}/objective-marks",
        deeds.post_objective_mark,
        action="room.correct_objective",
        idempotency="transaction",
        errors=(*_ANY, PointsOutOfRange, ReasonMissing),
        tags=("rooms",),
        secret=True,
    ),
)
