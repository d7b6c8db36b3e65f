"""The doors of key holders before the opening and after it: their keys' beginning and end."""

from typing import Final

from tendering.api import key_holders, tenders
from tendering.api.routing import Route
from tendering.domain.refusals import (
    Invalid,
    NotFound,
    NotKeyHolder,
    SignatureRefused,
    WrongPhase,
)

KEY_HOLDER_ROUTES: Final = (
    Route(
        "POST",
        "/tenders/{tender_id}/key-announcements",
        tenders.post_key_announcement,
        action="key.announce",
        status=204,
        idempotency="transaction",
        errors=(NotFound, NotKeyHolder, WrongPhase, SignatureRefused, Invalid),
        tags=("tenders",),
    ),
    Route(
        "GET",
        "/key-holder/tenders",
        key_holders.get_held_tenders,
        action="key.announce",
        tags=("tenders",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/key-destructions",
        key_holders.post_key_destruction,
        action="key.announce",
        status=204,
        idempotency="transaction",
        errors=(NotFound, NotKeyHolder, WrongPhase, SignatureRefused),
        tags=("tenders",),
    ),
)
