"""The doors of venues, of their bookings, and of an expert's arrival."""

from typing import Final

from tendering.api import venues
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.identities import IdentityUnproved
from tendering.domain.refusals.partners import AnsweredByPartner, DispatchBegun
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.refusals.venues import (
    BookingSettled,
    VenueFull,
    VenueKnown,
    VenueWindowClosed,
    WorkstationKnown,
    WrongWorkstation,
)

_TAGS: Final = ("venues",)

VENUE_ROUTES: Final = (
    Route(
        "POST",
        "/venues",
        venues.post_venue,
        action="venue.register",
        status=201,
        idempotency="transaction",
        errors=(Invalid, VenueKnown),
        tags=_TAGS,
    ),
    Route("GET", "/venues", venues.get_venues, action="venue.read", tags=_TAGS),
    Route(
        "GET",
        "/venues/{venue_id}/free",
        venues.get_free,
        action="venue.read",
        errors=(Invalid, NotFound),
        tags=_TAGS,
    ),
    Route(
        "POST",
        "/venues/{venue_id}/workstations",
        venues.post_workstation,
        action="venue.equip",
        status=201,
        idempotency="transaction",
        errors=(NotFound, WorkstationKnown),
        tags=_TAGS,
    ),
    Route(
        "GET",
        "/venues/{venue_id}/workstations",
        venues.get_workstations,
        action="venue.equip",
        errors=(NotFound,),
        tags=_TAGS,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/venue-bookings",
        venues.post_booking,
        action="venue.book",
        status=201,
        idempotency="transaction",
        errors=(BookingSettled, DispatchBegun, Forbidden, Invalid, NotFound, WrongPhase),
        tags=_TAGS,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/venue-bookings",
        venues.get_bookings,
        action="venue.read_bookings",
        errors=(Forbidden, NotFound),
        tags=_TAGS,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/venue-bookings/{booking_id}/cancellation",
        venues.post_booking_cancellation,
        action="venue.book",
        status=204,
        idempotency="transaction",
        errors=(BookingSettled, DispatchBegun, Forbidden, NotFound),
        tags=_TAGS,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/arrival",
        venues.post_arrival,
        action="venue.arrive",
        idempotency="transaction",
        errors=(IdentityUnproved, NotFound, VenueFull, VenueWindowClosed, WrongWorkstation),
        tags=_TAGS,
        secret=True,
    ),
    Route("GET", "/venue-bookings", venues.get_venue_orders, action="venue.answer", tags=_TAGS),
    Route(
        "POST",
        "/venue-bookings/{booking_id}/steps",
        venues.post_booking_step,
        action="venue.answer",
        idempotency="transaction",
        errors=(
            AnsweredByPartner,
            BookingSettled,
            DispatchBegun,
            Forbidden,
            Invalid,
            NotFound,
            VenueFull,
        ),
        tags=_TAGS,
    ),
    Route(
        "POST",
        "/desk/withdrawals",
        venues.post_desk_withdrawal,
        action="venue.answer",
        status=204,
        idempotency="transaction",
        errors=(NotFound,),
        tags=_TAGS,
        secret=True,
    ),
)
