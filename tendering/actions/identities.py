"""Deeds at a venue's desk: a code to show, checks, the host's decision, images by consent."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from crypto.image_sealing import KEY_BYTES, NONCE_BYTES, seal_image
from tendering.domain import identities as rules
from tendering.domain import venues as venue_rules
from tendering.domain.identities import (
    CODE_MINUTES,
    Approval,
    Consent,
    DeskCheck,
    Standing,
    Step,
    Thresholds,
)
from tendering.domain.journal import Stream
from tendering.domain.parties import Actor
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.identities import ConsentMissing, IdentityUnproved
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.tender import require_party
from tendering.domain.venues import Venue
from tendering.storage import arrivals, identities, journal, tenders, venue_bookings, venues
from tendering.storage.arrivals import MembersPlace
from tendering.storage.connection import Connection
from tendering.storage.identities import Identity

THRESHOLDS = Thresholds()


async def begin(
    connection: Connection, tender_id: UUID, code: str, *, by: Actor, at: datetime
) -> Identity:
    """A seated expert gets a code to show at the desk of the venue, in the booked time.

    Raises NotFound, VenueWindowClosed.
    """
    await tenders.lock(connection, tender_id)
    place = await _place(connection, tender_id, by)
    booking = await venue_bookings.get(connection, place.booking_id)
    assert booking is not None, "a place refers to its booking"
    venue_rules.require_open(booking, at=at)
    until = at + timedelta(minutes=CODE_MINUTES)
    identity = Identity(tender_id, place.expert_id, booking.venue.id, place.seat, code, until)
    await identities.save(connection, identity)
    return identity


async def check(connection: Connection, code: str, step: DeskCheck, *, by: Actor) -> Identity:
    """The desk has looked at the document and compared the face.

    Raises NotFound, IdentityStepRefused, Invalid.
    """
    identity = await _at_desk(connection, code, by=by, at=step.at)
    await _take(connection, identity, step, by=by)
    return identity


async def decide(
    connection: Connection, tender_id: UUID, seat: int, step: Approval, *, by: Actor
) -> None:
    """The host decides about somebody whose photo says too little.

    Raises NotFound, Forbidden, IdentityStepRefused, ReasonMissing.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    if not step.reason.strip():
        raise ReasonMissing
    for identity in await identities.list_of_tender(connection, tender_id):
        if identity.seat == seat and await standing(connection, identity) is Standing.APPROVAL:
            await _take(connection, identity, step, by=by)
            return
    raise NotFound("nobody on this seat waits for a decision", seat=seat)


async def standing(connection: Connection, identity: Identity) -> Standing:
    """How far the check of somebody has come."""
    steps = await identities.list_steps(connection, identity.tender_id, identity.expert_id)
    return rules.standing_of(steps, THRESHOLDS)


async def require_proved(
    connection: Connection, tender_id: UUID, expert_id: UUID, venue: Venue
) -> None:
    """Where a venue has a desk, identity is proved there first. Raises IdentityUnproved."""
    if not venue.has_desk:
        return
    steps = await identities.list_steps(connection, tender_id, expert_id)
    found = rules.standing_of(steps, THRESHOLDS)
    if found is not Standing.PROVED:
        raise IdentityUnproved(standing=found)


async def consent(connection: Connection, tender_id: UUID, given: Consent, *, by: Actor) -> None:
    """Somebody consents to an image of their own. Raises NotFound, Invalid when one stands."""
    await tenders.lock(connection, tender_id)
    identity = await _own(connection, tender_id, by)
    if not await identities.insert_consent(connection, identity, given):
        raise Invalid("you have consented already; withdraw that first")
    event = rules.consented(identity.seat, identity.expert_id, given)
    await journal.append(connection, tender_id, Stream.COMMITTEE, event, at=given.given_at)


async def withdraw(connection: Connection, tender_id: UUID, *, by: Actor, at: datetime) -> None:
    """The consent is withdrawn, the image deleted at once. Raises NotFound."""
    identity = await _own(connection, tender_id, by)
    if not await identities.delete_image(connection, tender_id, identity.expert_id, at=at):
        raise NotFound("no consent stands")


async def keep_image(
    connection: Connection,
    code: str,
    image: bytes,
    *,
    secret: bytes,
    random_bytes: Callable[[int], bytes],
    by: Actor,
    at: datetime,
) -> None:
    """The desk keeps an image of who consented, sealed (`crypto.image_sealing`).

    Raises NotFound, ConsentMissing.
    """
    identity = await _at_desk(connection, code, by=by, at=at)
    sealed = seal_image(
        image,
        secret,
        bound=rules.image_owner(identity.tender_id, identity.expert_id),
        key=random_bytes(KEY_BYTES),
        nonce=random_bytes(NONCE_BYTES),
    )
    if not await identities.save_image(connection, identity, sealed, at=at):
        raise ConsentMissing


async def _take(connection: Connection, identity: Identity, step: Step, *, by: Actor) -> None:
    before = await identities.list_steps(connection, identity.tender_id, identity.expert_id)
    rules.require_step(before, step, THRESHOLDS)
    await identities.insert_step(connection, identity, step, by=by.person_id)
    came_to = rules.standing_of([*before, step], THRESHOLDS)
    event = rules.checked(identity.seat, identity.expert_id, step, came_to)
    await journal.append(connection, identity.tender_id, Stream.COMMITTEE, event, at=step.at)


async def _at_desk(connection: Connection, code: str, *, by: Actor, at: datetime) -> Identity:
    """Whose code is shown at one's own desk, under the tender's lock. Raises NotFound."""
    found = await identities.find_by_code(connection, code)
    if found is None or at >= found.code_until:
        raise NotFound("no such code")
    venue = await venues.get(connection, found.venue_id)
    if venue is None or venue.organization_id != by.organization_id:
        raise NotFound("no such code")
    await tenders.lock(connection, found.tender_id)
    return found


async def _place(connection: Connection, tender_id: UUID, by: Actor) -> MembersPlace:
    place = await arrivals.find_place(connection, tender_id, by.person_id)
    if place is None:
        raise NotFound("no venue has a seat for you")
    return place


async def _own(connection: Connection, tender_id: UUID, by: Actor) -> Identity:
    place = await _place(connection, tender_id, by)
    for identity in await identities.list_of_tender(connection, tender_id):
        if identity.expert_id == place.expert_id:
            return identity
    raise NotFound("ask for a code first")
