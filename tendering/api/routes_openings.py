"""Doors of the opening: sign in, unlock, the remedies, more time, reveal, confirm."""

from typing import Final

from tendering.api import (
    bills,
    opening_remedies,
    opening_windows,
    openings,
)
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.bids import (
    NoBid,
)
from tendering.domain.refusals.key_holders import (
    NotKeyHolder,
)
from tendering.domain.refusals.openings import (
    AlreadyUnlocked,
    BidDoesNotOpen,
    BidsStillLocked,
    EnoughBids,
    OpeningNotStarted,
    TooFewBids,
    UnlockWindowClosed,
    WindowNotLonger,
    WrongFileKey,
    WrongShare,
)
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import (
    WrongPhase,
)

_UNLOCKING: Final = (NotFound, OpeningNotStarted, WrongPhase, UnlockWindowClosed, AlreadyUnlocked)

OPENING_ROUTES: Final = (
    Route(
        "GET",
        "/tenders/{tender_id}/opening",
        openings.get_opening,
        errors=(NotFound,),
        tags=("opening",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/opening/sign-in",
        openings.post_sign_in,
        action="opening.sign_in",
        status=204,
        idempotency="transaction",
        errors=(NotFound, NoBid, WrongPhase, OpeningNotStarted),
        tags=("opening",),
        secret=True,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/opening/unlocks",
        openings.post_unlock,
        action="opening.unlock",
        idempotency="natural",
        errors=(*_UNLOCKING, NoBid, WrongFileKey, BidDoesNotOpen),
        tags=("opening",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/opening/lost-key",
        openings.post_lost_key,
        action="opening.unlock",
        status=204,
        idempotency="transaction",
        errors=_UNLOCKING,
        tags=("opening",),
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/opening/remedies",
        opening_remedies.get_remedies,
        action="opening.remedy",
        errors=(NotFound, NotKeyHolder),
        tags=("opening",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/opening/shares",
        openings.post_shares,
        action="opening.remedy",
        idempotency="natural",
        errors=(*_UNLOCKING, NoBid, NotKeyHolder, WrongShare),
        tags=("opening",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/opening/share-refusals",
        opening_remedies.post_share_refusal,
        action="opening.remedy",
        status=204,
        idempotency="transaction",
        errors=(*_UNLOCKING, NoBid, NotKeyHolder, SignatureRefused),
        tags=("opening",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/opening/file-keys",
        openings.post_file_keys,
        action="opening.unlock",
        idempotency="natural",
        errors=(NotFound, NoBid, OpeningNotStarted, WrongPhase, AlreadyUnlocked, SignatureRefused),
        tags=("opening",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/opening/extensions",
        opening_windows.post_extension,
        action="opening.extend",
        status=204,
        idempotency="transaction",
        errors=(
            NotFound,
            Forbidden,
            OpeningNotStarted,
            WrongPhase,
            UnlockWindowClosed,
            WindowNotLonger,
        ),
        tags=("opening",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/opening/shortfalls",
        opening_windows.post_shortfall,
        action="opening.shortfall",
        status=204,
        idempotency="transaction",
        errors=(NotFound, Forbidden, OpeningNotStarted, WrongPhase, BidsStillLocked, EnoughBids),
        tags=("opening",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/opening/shortfall-consents",
        opening_windows.post_consent,
        action="opening.consent",
        status=204,
        idempotency="transaction",
        errors=(NotFound, Forbidden, OpeningNotStarted, WrongPhase),
        tags=("opening",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/opening/reveal",
        openings.post_reveal,
        action="opening.reveal",
        status=204,
        idempotency="natural",
        errors=(
            NotFound,
            Forbidden,
            OpeningNotStarted,
            WrongPhase,
            BidsStillLocked,
            TooFewBids,
        ),
        tags=("opening",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/opening/clearing",
        bills.post_clearing,
        action="opening.clear",
        status=201,
        idempotency="natural",
        errors=(NotFound, Forbidden, OpeningNotStarted, WrongPhase),
        tags=("opening",),
        secret=True,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/opening/confirmations",
        openings.post_confirmation,
        action="opening.confirm",
        status=204,
        idempotency="transaction",
        errors=(NotFound, OpeningNotStarted, WrongPhase),
        tags=("opening",),
    ),
)
