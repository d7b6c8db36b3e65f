"""The doors of ratings."""

from typing import Final

from tendering.api import ratings
from tendering.api.routing import Route
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.notifications import AlreadyRated, NotServed
from tendering.domain.refusals.remedies import AlreadyAnswered

_TAGS: Final = ("ratings",)

RATING_ROUTES: Final = (
    Route("GET", "/ratings/totals", ratings.get_totals, tags=_TAGS),
    Route(
        "GET",
        "/tenders/{tender_id}/ratings/mine",
        ratings.get_own_ratings,
        action="rating.give",
        tags=_TAGS,
        secret=True,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/ratings",
        ratings.post_rating,
        action="rating.give",
        status=204,
        idempotency="transaction",
        errors=(AlreadyRated, NotServed),
        tags=_TAGS,
        # Who rates a submission bids.
        secret=True,
    ),
    Route(
        "GET",
        "/ratings/follow-ups",
        ratings.get_follow_ups,
        action="rating.follow_up",
        tags=_TAGS,
    ),
    Route(
        "POST",
        "/ratings/{rating_id}/settlement",
        ratings.post_settlement,
        action="rating.settle",
        status=204,
        idempotency="transaction",
        errors=(AlreadyAnswered, NotFound),
        tags=_TAGS,
    ),
)
