"""The doors of bid securities."""

from typing import Final

from tendering.api import bid_securities as doors
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.awards import CashNotTaken, SecurityNotKept, SecurityNotReturnable
from tendering.domain.refusals.tenders import WrongPhase

_PATH: Final = "/tenders/{tender_id}/bid-securities"

BID_SECURITY_ROUTES: Final = (
    Route(
        "GET",
        _PATH,
        doors.get_securities,
        action="bid_security.read",
        errors=(NotFound, Forbidden),
        tags=("bid securities",),
        secret=True,
    ),
    Route(
        "POST",
        f"{_PATH}/deposits",
        doors.post_deposit,
        action="bid_security.record_cash",
        status=204,
        idempotency="transaction",
        errors=(CashNotTaken, NotFound, WrongPhase),
        tags=("bid securities",),
        secret=True,
    ),
    Route(
        "POST",
        f"{_PATH}/returns",
        doors.post_return,
        action="bid_security.return_cash",
        status=201,
        idempotency="transaction",
        errors=(NotFound, SecurityNotReturnable),
        tags=("bid securities",),
        secret=True,
    ),
    Route(
        "POST",
        f"{_PATH}/kept",
        doors.post_kept,
        action="bid_security.keep",
        status=204,
        idempotency="transaction",
        errors=(NotFound, Forbidden, SecurityNotKept, WrongPhase),
        tags=("bid securities",),
        secret=True,
    ),
)
