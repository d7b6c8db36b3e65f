"""The doors of tender documents: put, check, download."""

from typing import Final

from tendering.api import document_checks, public
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.bids import UploadIncomplete
from tendering.domain.refusals.tenders import NotParticipant, WrongPhase

DOCUMENT_ROUTES: Final = (
    Route(
        "PUT",
        "/tenders/{tender_id}/documents/{name}",
        document_checks.put_document,
        action="tender.edit",
        status=204,
        errors=(NotFound, Forbidden, WrongPhase, UploadIncomplete),
        tags=("tenders",),
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/documents/{name}",
        public.get_document,
        action="document.download",
        statuses=(206, 304, 416),
        errors=(NotFound, NotParticipant),
        produces="application/octet-stream",
        tags=("tenders",),
        secret=True,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/document-findings",
        document_checks.get_document_findings,
        action="tender.read_findings",
        errors=(NotFound, Forbidden),
        tags=("tenders",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/document-findings/{finding}/decision",
        document_checks.post_finding_decision,
        action="document_finding.decide",
        status=201,
        idempotency="transaction",
        errors=(NotFound, Forbidden, WrongPhase, Invalid),
        tags=("tenders",),
    ),
)
