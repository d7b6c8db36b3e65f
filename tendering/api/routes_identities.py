"""The doors of a venue's desk, and of images of experts."""

from typing import Final

from tendering.api import identities
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.identities import ConsentMissing, IdentityStepRefused
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.venues import VenueWindowClosed

_TAGS: Final = ("venues",)
_DESK_BYTES_MAX: Final = 512 * 1024

IDENTITY_ROUTES: Final = (
    Route(
        "POST",
        "/tenders/{tender_id}/identity/code",
        identities.post_identity_code,
        action="venue.arrive",
        status=201,
        idempotency="transaction",
        errors=(NotFound, VenueWindowClosed),
        tags=_TAGS,
        secret=True,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/identity/consent",
        identities.post_image_consent,
        action="venue.arrive",
        status=204,
        idempotency="transaction",
        errors=(Invalid, NotFound),
        tags=_TAGS,
        secret=True,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/identity/withdrawal",
        identities.post_image_withdrawal,
        action="venue.arrive",
        status=204,
        idempotency="transaction",
        errors=(NotFound,),
        tags=_TAGS,
        secret=True,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/identities",
        identities.get_identities,
        action="venue.read_bookings",
        errors=(Forbidden, NotFound),
        tags=_TAGS,
        secret=True,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/identities/{seat}/decision",
        identities.post_identity_decision,
        action="venue.book",
        status=204,
        idempotency="transaction",
        errors=(Forbidden, IdentityStepRefused, NotFound, ReasonMissing),
        tags=_TAGS,
        secret=True,
    ),
    Route(
        "POST",
        "/desk/checks",
        identities.post_desk_check,
        action="venue.answer",
        idempotency="transaction",
        errors=(IdentityStepRefused, Invalid, NotFound),
        tags=_TAGS,
        secret=True,
    ),
    Route(
        "POST",
        "/desk/images",
        identities.post_desk_image,
        action="venue.answer",
        status=204,
        idempotency="transaction",
        errors=(ConsentMissing, NotFound),
        tags=_TAGS,
        secret=True,
        body_bytes_max=_DESK_BYTES_MAX,
    ),
)
