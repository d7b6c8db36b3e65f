"""The doors of complaints."""

from typing import Final

from tendering.api import complaints
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.remedies import (
    AlreadyAnswered,
    ComplaintNotTakenUp,
    ObjectionFirst,
    RemedyImpossible,
)
from tendering.domain.refusals.signatures import SignatureRefused

_BYTES_MAX: Final = 192 * 1024

COMPLAINT_ROUTES: Final = (
    Route(
        "POST",
        "/tenders/{tender_id}/complaints",
        complaints.post_complaint,
        action="complaint.raise",
        status=201,
        idempotency="natural",
        errors=(NotFound, ObjectionFirst, SignatureRefused),
        body_bytes_max=_BYTES_MAX,
        tags=("objections",),
        secret=True,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/complaints/{complaint_id}/acceptance",
        complaints.post_acceptance,
        action="complaint.decide",
        status=204,
        idempotency="transaction",
        errors=(AlreadyAnswered, Forbidden, NotFound, RemedyImpossible, SignatureRefused),
        body_bytes_max=_BYTES_MAX,
        tags=("objections",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/complaints/{complaint_id}/ruling",
        complaints.post_ruling,
        action="complaint.decide",
        status=204,
        idempotency="natural",
        errors=(
            AlreadyAnswered,
            ComplaintNotTakenUp,
            Forbidden,
            NotFound,
            RemedyImpossible,
            SignatureRefused,
        ),
        body_bytes_max=_BYTES_MAX,
        tags=("objections",),
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/complaints",
        complaints.get_complaints,
        errors=(NotFound,),
        tags=("objections",),
    ),
)
