"""The doors of the gateway. Mount with `parts={"insurance": InsuranceContext(...)}`."""

from typing import Final

from insurance_gateway.api import claims, console, guarantors, orders, statistics
from insurance_gateway.wire import MESSAGE_BYTES_MAX, Notice
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.accounts import AlreadyRegistered
from tendering.domain.refusals.bids import DeadlinePassed
from tendering.domain.refusals.guarantees import (
    GuaranteeStepRefused,
    GuarantorEndpointInvalid,
    GuarantorKeyInvalid,
    GuarantorNotLive,
    GuarantorUnknown,
    MatterUnderWay,
    NoBidSecurityAsked,
    OrderUnderWay,
    SurrenderRefused,
)
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.refusals.wire import MessageConflict, MessageReplayed, MessageSignatureRefused

_ACCEPTING: Final = (DeadlinePassed, NoBidSecurityAsked, NotFound, WrongPhase)

INSURANCE_ROUTES: Final = (
    Route(
        "POST",
        "/insurance/guarantors",
        guarantors.post_guarantor,
        action="guarantor.register",
        status=201,
        idempotency="transaction",
        errors=(AlreadyRegistered, GuarantorEndpointInvalid, GuarantorKeyInvalid, Invalid),
        tags=("insurance",),
    ),
    Route("GET", "/insurance/guarantors", guarantors.get_guarantors, tags=("insurance",)),
    Route(
        "POST",
        "/insurance/guarantors/{guarantor_id}/approval",
        console.post_approval,
        action="guarantor.register",
        idempotency="transaction",
        errors=(GuarantorUnknown, Invalid),
        tags=("insurance",),
    ),
    Route("GET", "/insurance/statistics", statistics.get_security_statistics, tags=("insurance",)),
    Route(
        "GET",
        "/insurance/statistics.csv",
        statistics.get_security_table,
        tags=("insurance",),
        produces="text/csv",
    ),
    Route("GET", "/insurance/openapi.json", console.get_guarantor_openapi, tags=("insurance",)),
    Route(
        "GET",
        "/insurance/console",
        console.get_console,
        action="guarantor.look_after",
        errors=(GuarantorUnknown,),
        tags=("insurance",),
        secret=True,
    ),
    Route(
        "POST",
        "/insurance/dead-letters/{message_id}/replay",
        console.post_dead_letter_replay,
        action="guarantor.look_after",
        idempotency="transaction",
        errors=(GuarantorUnknown, NotFound),
        tags=("insurance",),
        secret=True,
    ),
    Route(
        "POST",
        "/insurance/quotes",
        orders.post_quotes,
        action="guarantee.order",
        idempotency="answer",
        errors=_ACCEPTING,
        tags=("insurance",),
        secret=True,
    ),
    Route(
        "POST",
        "/insurance/orders",
        orders.post_order,
        action="guarantee.order",
        status=201,
        idempotency="transaction",
        errors=(*_ACCEPTING, GuarantorNotLive, GuarantorUnknown, OrderUnderWay),
        tags=("insurance",),
        secret=True,
    ),
    Route(
        "GET",
        "/insurance/orders",
        orders.get_orders,
        action="guarantee.order",
        tags=("insurance",),
        secret=True,
    ),
    Route(
        "GET",
        "/insurance/orders/{order_id}",
        orders.get_order,
        action="guarantee.order",
        errors=(NotFound,),
        tags=("insurance",),
        secret=True,
    ),
    Route(
        "POST",
        "/insurance/orders/{order_id}/cancellation",
        orders.post_order_cancellation,
        action="guarantee.order",
        idempotency="transaction",
        errors=(GuaranteeStepRefused, NotFound),
        tags=("insurance",),
        secret=True,
    ),
    Route(
        "POST",
        "/insurance/orders/{order_id}/surrender",
        orders.post_surrender,
        action="guarantee.order",
        status=201,
        idempotency="transaction",
        errors=(MatterUnderWay, NotFound, SurrenderRefused),
        tags=("insurance",),
        secret=True,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/claims",
        claims.get_claims,
        action="guarantee.read_claims",
        errors=(Forbidden, NotFound),
        tags=("insurance",),
        secret=True,
    ),
    Route(
        "POST",
        "/insurance/callbacks/{guarantor_id}",
        guarantors.post_callback,
        idempotency="none",
        errors=(
            GuarantorUnknown,
            Invalid,
            MessageConflict,
            MessageReplayed,
            MessageSignatureRefused,
            NotFound,
        ),
        tags=("insurance",),
        body_bytes_max=MESSAGE_BYTES_MAX,
        reads=Notice,
        secret=True,
    ),
)
