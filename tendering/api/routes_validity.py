"""The doors of bid validity."""

from typing import Final

from tendering.api import validity
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.awards import ExtensionUnlawful
from tendering.domain.refusals.remedies import AlreadyAnswered
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import WrongPhase

_PATH: Final = "/tenders/{tender_id}/validity-extensions"

VALIDITY_ROUTES: Final = (
    Route("GET", _PATH, validity.get_validity_extensions, errors=(NotFound,), tags=("bids",)),
    Route(
        "POST",
        _PATH,
        validity.post_validity_extension,
        action="validity.extend",
        status=201,
        idempotency="transaction",
        errors=(NotFound, Forbidden, Invalid, WrongPhase, ExtensionUnlawful, SignatureRefused),
        tags=("bids",),
    ),
    Route(
        "POST",
        _PATH + "/{lot}/{number}/answers",
        validity.post_validity_answer,
        action="validity.answer",
        status=204,
        idempotency="natural",
        errors=(NotFound, ExtensionUnlawful, AlreadyAnswered, SignatureRefused),
        tags=("bids",),
    ),
)
