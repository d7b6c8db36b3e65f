"""Deeds of orders of seats between centres: what a partner's message does here.

A message is kept with its number in the transaction of what it does, so it counts once; the very
same message again is answered as the order stands. Who is a partner and whose key it is was
verified before.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from crypto.request_signatures import Signed, nonce_lifetime
from tendering import centre_wire as wire
from tendering.actions import sharing
from tendering.actions import venues as deeds
from tendering.domain import dispatch as rules
from tendering.domain import venues as venue_rules
from tendering.domain.dispatch import Evidence, Partner
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.venues import BookingSettled
from tendering.domain.refusals.wire import MessageConflict, MessageReplayed
from tendering.domain.roles import Role
from tendering.domain.venues import Booking, BookingStatus, BookingStep, Workstation
from tendering.storage import partner_messages, partners, tenders, venue_bookings, venues
from tendering.storage.connection import Connection

# What is said about experts has no standing of its own at the other side.
RECEIVED: Final = "received"


async def remember(
    connection: Connection, partner: Partner, signed: Signed, *, at: datetime
) -> None:
    """A signature is good for one request. Raises MessageReplayed."""
    if not await partners.remember_nonce(
        connection, partner.id, signed.nonce, created_at=signed.created
    ):
        raise MessageReplayed
    await partners.forget_nonces(connection, before=at - nonce_lifetime())


async def receive(
    connection: Connection,
    partner: Partner,
    message: wire.Message,
    evidence: Evidence,
    *,
    new_id: Callable[[], UUID],
    at: datetime,
) -> tuple[wire.Standing, UUID | None]:
    """Do what a partner's message says; how the order stands, and which tender it touches.

    `new_id` makes ids for workstations that are not known here yet.

    Raises MessageConflict, MessageEarly, NotFound, Invalid, BookingSettled, DispatchBegun,
    VenueFull, WorkstationKnown.
    """
    raw = evidence.body.encode()
    known = await partner_messages.find_body(connection, partner.id, message.id)
    if known is not None:
        if known != raw:
            raise MessageConflict
        if isinstance(message, sharing.Message):
            return wire.Standing(message.subject, RECEIVED), None
        return await _standing(connection, partner, message.subject)
    last = await partner_messages.last_number(connection, partner.id, "in", message.subject)
    rules.require_next(message.number, last=last)
    await partner_messages.insert(
        connection,
        partner.id,
        "in",
        message.id,
        subject_id=message.subject,
        number=message.number,
        action=str(message.__struct_config__.tag),
        body=raw,
        at=at,
    )
    match message:
        case wire.Apply() | wire.Change():
            await _order(connection, partner, message, at=at)
        case wire.Cancel():
            await _cancel(connection, partner, message, at=at)
        case wire.Notify() | wire.Exceptional():
            await _answered(connection, partner, message, evidence, new_id, at=at)
        case _:
            tender_id = await sharing.receive(
                connection, partner, message, evidence, new_id=new_id, at=at
            )
            return wire.Standing(message.subject, RECEIVED), tender_id
    return await _standing(connection, partner, message.subject)


async def standing_of(connection: Connection, partner: Partner, order_id: UUID) -> str:
    """How an order of or at a partner stands. Raises NotFound."""
    standing, _ = await _standing(connection, partner, order_id)
    return standing.status


async def refused_by_partner(
    connection: Connection, order_id: UUID, code: str, *, at: datetime
) -> UUID | None:
    """A partner's platform refuses an order for good: it is called off; the tender it was for."""
    found = await venue_bookings.get(connection, order_id)
    if found is None or found.tender_id is None:
        return None
    await tenders.lock_also_suspended(connection, found.tender_id)
    booking = await venue_bookings.get(connection, order_id)
    assert booking is not None, "bookings are never deleted"
    if booking.status is BookingStatus.REQUESTED:
        await deeds.end_booking(connection, booking, BookingStatus.CANCELLED, code, at=at)
    return booking.tender_id


async def _order(
    connection: Connection, partner: Partner, message: wire.Apply | wire.Change, *, at: datetime
) -> None:
    """A partner's host asks for seats at a venue of ours."""
    venue = await venues.find_by_name(connection, message.venue)
    if venue is None or await partners.find_of_organization(connection, venue.organization_id):
        raise NotFound("there is no such venue here", venue=message.venue)
    replaces = None
    if isinstance(message, wire.Change):
        replaces = message.replaces
        earlier = await _ours(connection, partner, replaces)
        if earlier.status is not BookingStatus.CONFIRMED or earlier.venue != venue:
            raise BookingSettled("there is nothing to change", status=earlier.status)
        rules.require_not_begun(earlier, at=at)
    booking = Booking(
        message.subject,
        None,
        venue,
        message.seats,
        message.scattered,
        message.begins_at,
        message.ends_at,
        partner_id=partner.id,
        replaces=replaces,
        contact=message.contact,
    )
    venue_rules.require_sensible(booking, at=at)
    rules.require_not_begun(booking, at=at)
    if await venue_bookings.get(connection, booking.id) is not None:
        raise MessageConflict("another order has this id")
    await venue_bookings.insert(connection, booking, at=at)


async def _cancel(
    connection: Connection, partner: Partner, message: wire.Cancel, *, at: datetime
) -> None:
    booking = await _ours(connection, partner, message.subject)
    rules.require_not_begun(booking, at=at)
    status = venue_rules.after_step(booking, BookingStep.CANCEL, by=Role.AGENCY)
    await venue_bookings.save_status(connection, booking.id, status, message.reason)


async def _ours(connection: Connection, partner: Partner, order_id: UUID) -> Booking:
    """A partner's order at a venue of ours, locked. Raises NotFound."""
    await venue_bookings.lock(connection, order_id)
    booking = await venue_bookings.get(connection, order_id)
    if booking is None or booking.partner_id != partner.id:
        raise NotFound("there is no such order")
    return booking


async def _answered(
    connection: Connection,
    partner: Partner,
    message: wire.Notify | wire.Exceptional,
    evidence: Evidence,
    new_id: Callable[[], UUID],
    *,
    at: datetime,
) -> None:
    """A partner answers an order of ours, or cannot keep what it confirmed."""
    found = await venue_bookings.get(connection, message.subject)
    if found is None or found.tender_id is None:
        raise NotFound("there is no such order")
    if found.venue.organization_id != partner.organization_id:
        raise NotFound("there is no such order")
    await tenders.lock_also_suspended(connection, found.tender_id)
    booking = await venue_bookings.get(connection, message.subject)
    assert booking is not None, "bookings are never deleted"
    said = (partner, evidence)
    if isinstance(message, wire.Notify) and message.status == "confirmed":
        venue_rules.after_step(booking, BookingStep.CONFIRM, by=Role.VENUE_OPERATOR)
        stations = [
            (Workstation(new_id(), one.room, one.label), bytes.fromhex(one.token_sha256))
            for one in message.workstations
        ]
        _require_enough(booking, [one for one, _ in stations])
        ids = [
            await venues.save_workstation(connection, booking.venue.id, one, digest)
            for one, digest in stations
        ]
        kept = await venues.list_by_ids(connection, ids)
        await deeds.confirm_booking(connection, booking, kept, said=said, at=at)
        return
    step = BookingStep.FAIL if isinstance(message, wire.Exceptional) else BookingStep.DECLINE
    status = venue_rules.after_step(booking, step, by=Role.VENUE_OPERATOR)
    await deeds.end_booking(connection, booking, status, message.reason, said=said, at=at)


def _require_enough(booking: Booking, stations: list[Workstation]) -> None:
    """Are these the seats that were asked for? Raises Invalid."""
    rooms = [one.room for one in stations]
    apart = len(set(rooms)) == (len(rooms) if booking.scattered else 1)
    if (
        len(rooms) < booking.seats
        or not apart
        or len({(o.room, o.label) for o in stations}) < len(rooms)
    ):
        raise Invalid("not the seats that were asked for", wanted=booking.seats)


async def _standing(
    connection: Connection, partner: Partner, order_id: UUID
) -> tuple[wire.Standing, UUID | None]:
    booking = await venue_bookings.get(connection, order_id)
    if booking is None:
        raise NotFound("there is no such order")
    at_partners = booking.venue.organization_id == partner.organization_id
    if booking.partner_id != partner.id and (booking.tender_id is None or not at_partners):
        raise NotFound("there is no such order")
    return wire.Standing(order_id, booking.status), booking.tender_id
