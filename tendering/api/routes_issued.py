"""The doors of issued documents and their signatures."""

from typing import Final

from tendering.api import issued
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.draws import DrawNotPrepared
from tendering.domain.refusals.openings import OpeningNotStarted
from tendering.domain.refusals.remedies import ObjectionsOpen
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.signatures import (
    DocumentChanged,
    NotASignatory,
    SignatureRefused,
    SignaturesMissing,
)
from tendering.domain.refusals.tenders import WrongPhase

_DOCUMENT: Final = "/tenders/{tender_id}/issued/{kind}"

ISSUED_ROUTES: Final = (
    Route(
        "POST",
        "/tenders/{tender_id}/opening/record",
        issued.post_opening_record,
        action="opening.record",
        status=201,
        idempotency="natural",
        errors=(
            DocumentChanged,
            DrawNotPrepared,
            Forbidden,
            NotFound,
            ObjectionsOpen,
            OpeningNotStarted,
            WrongPhase,
        ),
        tags=("opening",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/issued",
        issued.post_issued,
        action="document.issue",
        status=201,
        idempotency="natural",
        errors=(Forbidden, NotFound),
        tags=("documents",),
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/issued",
        issued.get_issued,
        errors=(NotFound,),
        tags=("documents",),
    ),
    Route(
        "GET",
        _DOCUMENT + ".pdf",
        issued.get_issued_pdf,
        errors=(DocumentChanged, NotFound),
        tags=("documents",),
        produces="application/pdf",
    ),
    Route(
        "POST",
        _DOCUMENT + "/signature-preparations",
        issued.post_signature_preparation,
        action="document.sign",
        status=201,
        idempotency="natural",
        errors=(DocumentChanged, NotASignatory, NotFound, SignatureRefused),
        tags=("documents",),
    ),
    Route(
        "GET",
        _DOCUMENT + "/signature-preparations/{preparation_id}.pdf",
        issued.get_signature_preparation,
        action="document.sign",
        errors=(NotFound,),
        tags=("documents",),
        produces="application/pdf",
    ),
    Route(
        "POST",
        _DOCUMENT + "/signatures",
        issued.post_signature,
        action="document.sign",
        status=204,
        idempotency="natural",
        errors=(DocumentChanged, NotASignatory, NotFound, SignatureRefused),
        tags=("documents",),
    ),
    Route(
        "POST",
        _DOCUMENT + "/waivers",
        issued.post_signature_waiver,
        action="document.issue",
        status=204,
        idempotency="transaction",
        errors=(DocumentChanged, Forbidden, NotFound, ReasonMissing, SignaturesMissing),
        tags=("documents",),
    ),
)
