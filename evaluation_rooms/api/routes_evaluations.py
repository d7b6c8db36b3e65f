"""The doors of an evaluation from outside its room, and of the bids' files inside it."""

from typing import Final

from evaluation_rooms.api import clearings, enquiries, evaluations, likenesses, pausing
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.awards import ClearingMissing, EvaluationIncomplete
from tendering.domain.refusals.draws import DrawNotPrepared
from tendering.domain.refusals.media import RecordingGap
from tendering.domain.refusals.openings import OpeningNotStarted
from tendering.domain.refusals.rooms import (
    BidderNamed,
    CommitteeUnsound,
    EnquiryClosed,
    NotCheckedIn,
    NotYourPart,
    PointsOutOfRange,
    ReasonMissing,
    RoomExists,
    RoomNotPaused,
    RoomStandsStill,
    RoomWindowClosed,
)
from tendering.domain.refusals.rules import MethodInvalid, PriceAboveCeiling
from tendering.domain.refusals.seat_invitations import SeatsUnanswered
from tendering.domain.refusals.signatures import (
    DocumentChanged,
    SignatureRefused,
    SignaturesMissing,
)
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.refusals.venues import NotArrived, VenueWindowClosed, WrongWorkstation

_PLACE: Final = (NotArrived, VenueWindowClosed, WrongWorkstation)

EVALUATION_ROUTES: Final = (
    Route(
        "POST",
        "/rooms/{room_id}/pause",
        pausing.post_room_pause,
        action="room.pause",
        idempotency="transaction",
        errors=(
            NotFound,
            NotYourPart,
            ReasonMissing,
            RoomStandsStill,
            RoomWindowClosed,
            WrongPhase,
        ),
        tags=("rooms",),
        secret=True,
    ),
    Route(
        "POST",
        "/rooms/{room_id}/resumption",
        pausing.post_room_resumption,
        action="room.pause",
        idempotency="transaction",
        errors=(NotFound, NotYourPart, RecordingGap, RoomNotPaused, WrongPhase),
        tags=("rooms",),
        secret=True,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/enquiries",
        enquiries.get_enquiries,
        tags=("evaluation",),
        secret=True,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/enquiries/{enquiry}/answer",
        enquiries.post_enquiry_answer,
        action="enquiry.answer",
        status=204,
        idempotency="transaction",
        errors=(
            BidderNamed,
            EnquiryClosed,
            NotFound,
            ReasonMissing,
            RoomStandsStill,
            RoomWindowClosed,
            SignatureRefused,
            WrongPhase,
        ),
        tags=("evaluation",),
        secret=True,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/evaluation",
        evaluations.post_evaluation,
        action="evaluation.lead",
        status=201,
        idempotency="transaction",
        errors=(
            ClearingMissing,
            CommitteeUnsound,
            DrawNotPrepared,
            EvaluationIncomplete,
            Forbidden,
            Invalid,
            MethodInvalid,
            NotFound,
            PointsOutOfRange,
            RoomExists,
            SeatsUnanswered,
            WrongPhase,
        ),
        tags=("evaluation",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/evaluation/report",
        evaluations.post_evaluation_report,
        action="evaluation.lead",
        status=201,
        idempotency="natural",
        errors=(
            DocumentChanged,
            EvaluationIncomplete,
            Forbidden,
            NotCheckedIn,
            NotFound,
            OpeningNotStarted,
            PriceAboveCeiling,
            WrongPhase,
        ),
        tags=("evaluation",),
        secret=True,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/evaluation/close",
        evaluations.post_evaluation_close,
        action="evaluation.lead",
        status=204,
        idempotency="transaction",
        errors=(
            EvaluationIncomplete,
            Forbidden,
            NotFound,
            PriceAboveCeiling,
            RoomStandsStill,
            RoomWindowClosed,
            SignaturesMissing,
            WrongPhase,
        ),
        tags=("evaluation",),
    ),
    Route(
        "GET",
        "/rooms/{room_id}/bids/{number}/files",
        evaluations.get_bid_files,
        action="room.read",
        errors=(*_PLACE, NotCheckedIn, NotFound, NotYourPart, RoomWindowClosed),
        tags=("rooms",),
        secret=True,
    ),
    Route(
        "GET",
        "/rooms/{room_id}/bids/{number}/{kind}/files/{n}",
        evaluations.get_bid_file,
        action="room.read",
        errors=(*_PLACE, NotCheckedIn, NotFound, NotYourPart, RoomWindowClosed),
        tags=("rooms",),
        secret=True,
        produces="application/octet-stream",
    ),
    Route(
        "GET",
        "/rooms/{room_id}/clearing",
        clearings.get_clearing,
        action="room.read",
        errors=(*_PLACE, NotCheckedIn, NotFound, NotYourPart, RoomWindowClosed, WrongPhase),
        tags=("rooms",),
        secret=True,
    ),
    Route(
        "GET",
        "/rooms/{room_id}/likeness",
        likenesses.get_likeness,
        action="room.read",
        errors=(*_PLACE, NotCheckedIn, NotFound, NotYourPart, RoomWindowClosed, WrongPhase),
        tags=("rooms",),
        secret=True,
    ),
    Route(
        "GET",
        "/rooms/{room_id}/clearing/document",
        clearings.get_clearing_document,
        action="room.read",
        errors=(*_PLACE, NotCheckedIn, NotFound, NotYourPart, RoomWindowClosed, WrongPhase),
        tags=("rooms",),
        secret=True,
        produces="application/pdf",
    ),
)
