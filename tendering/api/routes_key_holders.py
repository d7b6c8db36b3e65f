"""Doors of key holders: their tenders, keys, canaries."""

from typing import Final

from tendering.api import canaries, key_holders, tenders
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.key_holders import CanaryNotOpened, NotKeyHolder, ReplacementTooLate
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import WrongPhase

KEY_HOLDER_ROUTES: Final = (
    Route(
        "POST",
        "/tenders/{tender_id}/key-announcements",
        tenders.post_key_announcement,
        action="key.announce",
        status=204,
        idempotency="transaction",
        errors=(
            NotFound,
            NotKeyHolder,
            WrongPhase,
            SignatureRefused,
            Invalid,
            ReplacementTooLate,
        ),
        tags=("tenders",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/key-holder-replacements",
        key_holders.post_key_holder_replacement,
        action="key_holder.replace",
        status=204,
        idempotency="transaction",
        errors=(
            NotFound,
            Forbidden,
            WrongPhase,
            SignatureRefused,
            Invalid,
            ReplacementTooLate,
        ),
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
    Route(
        "GET",
        "/tenders/{tender_id}/canaries",
        canaries.get_canaries,
        errors=(NotFound,),
        tags=("tenders",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/canary-answers",
        canaries.post_canary_answer,
        action="canary.open",
        status=204,
        idempotency="transaction",
        errors=(NotFound, NotKeyHolder, WrongPhase, SignatureRefused, CanaryNotOpened),
        tags=("tenders",),
    ),
)
