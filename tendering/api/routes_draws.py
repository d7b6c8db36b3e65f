"""The doors of the expert pool and the draw."""

from typing import Final

from tendering.api import draws
from tendering.api.routing import Route
from tendering.domain.refusals import (
    AlreadyContributed,
    AlreadyRegistered,
    ContributionMismatch,
    ContributionsMissing,
    DrawNotPrepared,
    DrawOver,
    Forbidden,
    Invalid,
    NotFound,
    PoolTooSmall,
    WrongPhase,
)

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
    Route("GET", "/experts", draws.get_experts, action="expert.read", tags=("experts",)),
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
        draws.post_contribution,
        action="draw.contribute",
        idempotency="transaction",
        errors=(
            AlreadyContributed,
            ContributionMismatch,
            DrawNotPrepared,
            DrawOver,
            Forbidden,
            NotFound,
        ),
        tags=("draw",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/draw",
        draws.post_draw,
        action="draw.run",
        status=201,
        idempotency="transaction",
        errors=(ContributionsMissing, DrawNotPrepared, DrawOver, Forbidden, NotFound),
        tags=("draw",),
    ),
)
