"""The doors of experts that centres share with each other."""

from typing import Final

from tendering.api import sharing
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.draws import DrawOver
from tendering.domain.refusals.partners import PartnerUnknown, ShareSettled
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.seat_invitations import InvitationOver
from tendering.domain.refusals.tenders import WrongPhase

_TAGS: Final = ("partners",)

SHARING_ROUTES: Final = (
    Route(
        "POST",
        "/tenders/{tender_id}/expert-requests",
        sharing.post_expert_request,
        action="expert.request",
        status=201,
        idempotency="transaction",
        errors=(DrawOver, Forbidden, NotFound, PartnerUnknown, WrongPhase),
        tags=_TAGS,
        secret=True,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/expert-requests",
        sharing.get_expert_requests,
        action="expert.request",
        errors=(Forbidden, NotFound),
        tags=_TAGS,
        secret=True,
    ),
    Route("GET", "/expert-shares", sharing.get_expert_shares, action="expert.share", tags=_TAGS),
    Route(
        "POST",
        "/expert-shares/{share_id}/answer",
        sharing.post_expert_share_answer,
        action="expert.share",
        idempotency="transaction",
        errors=(NotFound, ReasonMissing, ShareSettled),
        tags=_TAGS,
    ),
    Route(
        "GET",
        "/shared-seats",
        sharing.get_shared_seats,
        action="seat.answer",
        tags=_TAGS,
        secret=True,
    ),
    Route(
        "POST",
        "/shared-seats/{share_id}/{place}/answer",
        sharing.post_shared_seat_answer,
        action="seat.answer",
        idempotency="transaction",
        errors=(Invalid, InvitationOver, NotFound, ReasonMissing),
        tags=_TAGS,
        secret=True,
    ),
)
