"""The doors of termination and repetition."""

from typing import Final

from tendering.api import exits
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.remedies import AlreadyRetendered, TerminationCauseUnlawful
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import TenderIncomplete, WrongPhase

EXIT_ROUTES: Final = (
    Route(
        "POST",
        "/tenders/{tender_id}/termination",
        exits.post_termination,
        action="tender.terminate",
        idempotency="transaction",
        errors=(Forbidden, NotFound, SignatureRefused, TerminationCauseUnlawful, WrongPhase),
        tags=("exits",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/retender",
        exits.post_retender,
        action="tender.create",
        status=201,
        idempotency="transaction",
        errors=(AlreadyRetendered, Forbidden, NotFound, TenderIncomplete, WrongPhase),
        tags=("exits",),
    ),
)
