"""The doors of procedures: invitations and the next round."""

from typing import Final

from tendering.api import rounds
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.bids import DeadlinePassed
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.tenders import QualificationChecked, TenderIncomplete, WrongPhase

ROUND_ROUTES: Final = (
    Route(
        "POST",
        "/tenders/{tender_id}/invitations",
        rounds.post_invitations,
        action="tender.invite",
        status=201,
        idempotency="transaction",
        errors=(Forbidden, Invalid, NotFound, WrongPhase),
        tags=("rounds",),
        secret=True,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/participants",
        rounds.get_participants,
        action="tender.invite",
        errors=(Forbidden, NotFound),
        tags=("rounds",),
    ),
    Route(
        "GET",
        "/invitations",
        rounds.get_own_invitations,
        action="invitation.answer",
        tags=("rounds",),
        secret=True,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/invitation-answers",
        rounds.post_invitation_answer,
        action="invitation.answer",
        status=204,
        idempotency="transaction",
        errors=(DeadlinePassed, Invalid, NotFound, WrongPhase),
        tags=("rounds",),
        secret=True,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/qualification",
        rounds.post_qualification,
        action="qualification.check",
        status=201,
        idempotency="transaction",
        errors=(
            Forbidden,
            Invalid,
            NotFound,
            QualificationChecked,
            ReasonMissing,
            WrongPhase,
        ),
        body_bytes_max=1 << 20,
        tags=("rounds",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/next-round",
        rounds.post_next_round,
        action="tender.create",
        status=201,
        idempotency="transaction",
        errors=(Forbidden, Invalid, NotFound, TenderIncomplete, WrongPhase),
        body_bytes_max=1 << 20,
        tags=("rounds",),
    ),
)
