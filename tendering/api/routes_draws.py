"""The doors of the expert pool and the draw."""

from typing import Final

from tendering.api import contributions, draws, experts, seat_invitations
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.accounts import AlreadyRegistered
from tendering.domain.refusals.bids import ContainerRefused
from tendering.domain.refusals.draws import (
    AlreadyContributed,
    ContributionMismatch,
    ContributionsMissing,
    DrawNotPrepared,
    DrawOver,
    PoolTooSmall,
)
from tendering.domain.refusals.key_holders import NotKeyHolder
from tendering.domain.refusals.openings import WrongShare
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.seat_invitations import InvitationOver
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import WrongPhase

ROUTES: Final = (
    Route(
        "POST",
        "/experts",
        draws.post_expert,
        action="expert.register",
        status=201,
        idempotency="transaction",
        errors=(AlreadyRegistered, NotFound),
        tags=("experts",),
    ),
    Route(
        "POST",
        "/experts/import",
        experts.post_expert_import,
        action="expert.register",
        idempotency="transaction",
        tags=("experts",),
        body_bytes_max=4 << 20,
    ),
    Route("GET", "/experts", draws.get_experts, action="expert.read", tags=("experts",)),
    Route(
        "POST",
        "/experts/{expert_id}/conduct",
        experts.post_conduct,
        action="expert.judge",
        status=201,
        idempotency="transaction",
        errors=(Invalid, NotFound),
        tags=("experts",),
    ),
    Route(
        "GET",
        "/experts/{expert_id}/conduct",
        experts.get_conduct,
        action="expert.read",
        errors=(NotFound,),
        tags=("experts",),
    ),
    Route(
        "GET",
        "/experts/{expert_id}/eligibility",
        experts.get_eligibility,
        action="expert.read",
        errors=(NotFound,),
        tags=("experts",),
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/draw",
        draws.get_draw,
        errors=(NotFound,),
        tags=("draw",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/draw/pool",
        draws.post_pool,
        action="draw.run",
        status=201,
        idempotency="transaction",
        errors=(DrawOver, Forbidden, Invalid, NotFound, PoolTooSmall, WrongPhase),
        tags=("draw",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/draw/contributions",
        contributions.post_contribution,
        action="draw.contribute",
        idempotency="transaction",
        errors=(
            AlreadyContributed,
            ContainerRefused,
            ContributionMismatch,
            DrawNotPrepared,
            DrawOver,
            Forbidden,
            NotFound,
            SignatureRefused,
        ),
        tags=("draw",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/draw/records",
        contributions.post_record,
        action="draw.open",
        idempotency="transaction",
        errors=(
            AlreadyContributed,
            ContributionsMissing,
            DrawNotPrepared,
            DrawOver,
            NotFound,
            NotKeyHolder,
            SignatureRefused,
            WrongShare,
        ),
        tags=("draw",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/draw/closing",
        contributions.post_closing,
        action="draw.run",
        idempotency="transaction",
        errors=(ContributionsMissing, DrawNotPrepared, DrawOver, Forbidden, NotFound),
        tags=("draw",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/draw",
        draws.post_draw,
        action="draw.run",
        status=201,
        idempotency="transaction",
        errors=(ContributionsMissing, DrawNotPrepared, DrawOver, Forbidden, Invalid, NotFound),
        tags=("draw",),
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/draw/answers",
        seat_invitations.get_seat_counts,
        action="seat.count",
        errors=(Forbidden, NotFound),
        tags=("draw",),
    ),
    Route(
        "GET",
        "/seat-invitations",
        seat_invitations.get_seat_invitations,
        action="seat.answer",
        tags=("experts",),
        secret=True,
    ),
    Route(
        "POST",
        "/seat-invitations/{invitation_id}/answer",
        seat_invitations.post_seat_answer,
        action="seat.answer",
        idempotency="transaction",
        errors=(InvitationOver, NotFound, ReasonMissing, WrongPhase),
        tags=("experts",),
        secret=True,
    ),
)
