"""The doors of candidates, award and results."""

from typing import Final

from tendering.api import awards, re_evaluations
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.awards import (
    AwardNotAllowed,
    AwardNotRevocable,
    BidLapsed,
    CandidatesNotAllowed,
)
from tendering.domain.refusals.signatures import DocumentChanged, SignaturesMissing
from tendering.domain.refusals.tenders import WrongPhase

AWARD_ROUTES: Final = (
    Route(
        "POST",
        "/tenders/{tender_id}/evaluation/correction",
        re_evaluations.post_correction,
        action="evaluation.correct",
        idempotency="transaction",
        errors=(Forbidden, NotFound, WrongPhase),
        tags=("evaluation",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/candidates",
        awards.post_candidates,
        action="candidates.publish",
        status=201,
        idempotency="natural",
        errors=(CandidatesNotAllowed, DocumentChanged, Forbidden, NotFound, WrongPhase),
        tags=("results",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/award",
        awards.post_award,
        action="award.notify",
        status=201,
        idempotency="natural",
        errors=(
            AwardNotAllowed,
            BidLapsed,
            DocumentChanged,
            Forbidden,
            NotFound,
            SignaturesMissing,
            WrongPhase,
        ),
        tags=("results",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/award/revocation",
        awards.post_revocation,
        action="award.revoke",
        status=201,
        idempotency="natural",
        errors=(AwardNotRevocable, Forbidden, NotFound, WrongPhase),
        tags=("results",),
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/results/own",
        awards.get_own_result,
        action="result.read_own",
        errors=(NotFound,),
        tags=("results",),
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/results",
        awards.get_results,
        errors=(NotFound,),
        tags=("results",),
    ),
)
