"""The doors of tender documents: put, check, download, ask, clarify, amend, confirm."""

from typing import Final

from tendering.api import bills, clarifications, document_checks, public
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.bids import DeadlinePassed, UploadIncomplete
from tendering.domain.refusals.documents import (
    DeadlineMustMove,
    DocumentFindingsOpen,
    DocumentsUnchanged,
    DocumentsUnchecked,
)
from tendering.domain.refusals.remedies import NotConcerned
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import (
    BillInvalid,
    NotParticipant,
    TenderChanged,
    WrongPhase,
)

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
        "PUT",
        "/tenders/{tender_id}/lots/{lot}/bill",
        bills.put_lot_bill,
        action="tender.edit",
        errors=(NotFound, Forbidden, WrongPhase, BillInvalid, TenderChanged),
        tags=("tenders",),
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
    Route(
        "POST",
        "/tenders/{tender_id}/questions",
        clarifications.post_question,
        action="question.ask",
        status=201,
        idempotency="transaction",
        errors=(NotFound,),
        tags=("tenders",),
        secret=True,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/questions",
        clarifications.get_questions,
        action="question.read",
        errors=(NotFound, Forbidden),
        tags=("tenders",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/clarifications",
        clarifications.post_clarification,
        action="clarification.publish",
        status=201,
        idempotency="transaction",
        errors=(
            NotFound,
            Forbidden,
            Invalid,
            WrongPhase,
            SignatureRefused,
            DeadlinePassed,
            DeadlineMustMove,
            DocumentsUnchanged,
            DocumentsUnchecked,
            DocumentFindingsOpen,
        ),
        tags=("tenders",),
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/clarifications",
        clarifications.get_clarifications,
        errors=(NotFound,),
        tags=("tenders",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/clarifications/{number}/receipts",
        clarifications.post_clarification_receipt,
        action="clarification.confirm",
        status=204,
        idempotency="natural",
        errors=(NotFound, NotConcerned),
        tags=("tenders",),
        secret=True,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/clarifications/{number}/receipts",
        clarifications.get_clarification_receipts,
        action="clarification.read_receipts",
        errors=(NotFound, Forbidden),
        tags=("tenders",),
        secret=True,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/document-versions",
        clarifications.get_document_versions,
        errors=(NotFound,),
        tags=("tenders",),
    ),
)
