"""The doors of one's own tenders."""

from typing import Final

from tendering.api import own_tenders
from tendering.api.routing import Route
from tendering.domain.refusals import NotFound

OWN_TENDER_ROUTES: Final = (
    Route(
        "GET",
        "/own-tenders",
        own_tenders.get_own_tenders,
        action="tender.list_own",
        tags=("tenders",),
        secret=True,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/participation",
        own_tenders.get_participation,
        action="bid.read_own",
        errors=(NotFound,),
        tags=("bids",),
        secret=True,
    ),
)
