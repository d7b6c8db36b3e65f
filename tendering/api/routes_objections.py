"""The doors of objections, and of the complaints that follow them."""

from typing import Final

from tendering.api import objections
from tendering.api.routes_complaints import COMPLAINT_ROUTES
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.remedies import (
    AlreadyAnswered,
    NotConcerned,
    ObjectionTooEarly,
    TooManyObjections,
)
from tendering.domain.refusals.signatures import SignatureRefused

# A text of 20,000 characters of three bytes, twice: once as it is, once as it was signed.
_BYTES_MAX: Final = 192 * 1024

OBJECTION_ROUTES: Final = (
    Route(
        "POST",
        "/tenders/{tender_id}/objections",
        objections.post_objection,
        action="objection.raise",
        status=201,
        idempotency="natural",
        errors=(
            Invalid,
            NotFound,
            NotConcerned,
            ObjectionTooEarly,
            SignatureRefused,
            TooManyObjections,
        ),
        body_bytes_max=_BYTES_MAX,
        tags=("objections",),
        secret=True,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/objections/{objection_id}/reply",
        objections.post_reply,
        action="objection.reply",
        status=204,
        idempotency="natural",
        errors=(AlreadyAnswered, Forbidden, NotFound, SignatureRefused),
        body_bytes_max=_BYTES_MAX,
        tags=("objections",),
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/objections",
        objections.get_objections,
        errors=(NotFound,),
        tags=("objections",),
    ),
    *COMPLAINT_ROUTES,
)
