"""The doors of fees of experts."""

from typing import Final

from tendering.api import expert_fees
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.draws import FeeStated
from tendering.domain.refusals.tenders import WrongPhase

_TAGS: Final = ("experts",)

FEE_ROUTES: Final = (
    Route(
        "POST",
        "/tenders/{tender_id}/expert-fees",
        expert_fees.post_expert_fee,
        action="fee.state",
        status=201,
        idempotency="transaction",
        errors=(FeeStated, Forbidden, Invalid, NotFound, WrongPhase),
        tags=_TAGS,
        secret=True,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/expert-fees",
        expert_fees.get_expert_fees,
        action="fee.read",
        errors=(Forbidden, NotFound),
        tags=_TAGS,
        secret=True,
    ),
    Route(
        "GET",
        "/expert-fees",
        expert_fees.get_own_expert_fees,
        action="fee.read_own",
        tags=_TAGS,
        secret=True,
    ),
)
