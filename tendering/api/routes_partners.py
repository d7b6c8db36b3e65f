"""The doors of partner centres: registered by the operator, called by the partners themselves."""

from typing import Final

from tendering import centre_wire as wire
from tendering.api import partners
from tendering.api.routing import Route
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.partners import (
    DispatchBegun,
    PartnerKnown,
    PartnerUnavailable,
    PartnerUnknown,
)
from tendering.domain.refusals.seat_invitations import InvitationOver
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.refusals.venues import BookingSettled, VenueFull, WorkstationKnown
from tendering.domain.refusals.wire import (
    MessageConflict,
    MessageEarly,
    MessageReplayed,
    MessageSignatureRefused,
)

_TAGS: Final = ("partners",)

PARTNER_ROUTES: Final = (
    Route(
        "POST",
        "/partners",
        partners.post_partner,
        action="partner.register",
        status=201,
        idempotency="transaction",
        errors=(Invalid, PartnerKnown),
        tags=_TAGS,
    ),
    Route("GET", "/partners", partners.get_partners, action="partner.read", tags=_TAGS),
    Route(
        "GET",
        "/partners/{partner_id}/free",
        partners.get_partner_free,
        action="partner.read",
        errors=(Invalid, PartnerUnavailable, PartnerUnknown),
        tags=_TAGS,
    ),
    Route(
        "GET",
        "/partners/{partner_id}/messages",
        partners.get_partner_messages,
        action="partner.look_after",
        errors=(PartnerUnknown,),
        tags=_TAGS,
    ),
    Route(
        "POST",
        "/partners/{partner_id}/messages/{message_id}/resend",
        partners.post_partner_resend,
        action="partner.look_after",
        status=204,
        idempotency="transaction",
        errors=(NotFound,),
        tags=_TAGS,
    ),
    Route(
        "POST",
        partners.MESSAGES,
        partners.post_partner_message,
        errors=(
            BookingSettled,
            DispatchBegun,
            Invalid,
            InvitationOver,
            MessageConflict,
            MessageEarly,
            MessageReplayed,
            MessageSignatureRefused,
            NotFound,
            VenueFull,
            WorkstationKnown,
            WrongPhase,
        ),
        tags=_TAGS,
        secret=True,
        body_bytes_max=wire.MESSAGE_BYTES_MAX,
        reads=wire.Message,
    ),
    Route(
        "POST",
        partners.QUERIES,
        partners.post_partner_query,
        errors=(Invalid, MessageReplayed, MessageSignatureRefused, NotFound),
        tags=_TAGS,
        secret=True,
        reads=wire.Query,
    ),
)
