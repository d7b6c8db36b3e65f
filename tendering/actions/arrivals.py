"""Deeds of an expert at a venue: arrive, and then be where one's workstation is."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tendering.actions.identities import require_proved
from tendering.domain import venues as rules
from tendering.domain.journal import Stream
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.venues import NotArrived, WrongWorkstation
from tendering.domain.venues import Booking, Workstation
from tendering.storage import arrivals, journal, tenders, venue_bookings, venues
from tendering.storage.connection import Connection

CHANCE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where somebody who has arrived works, and until when."""

    booking: Booking
    workstation: Workstation


async def arrive(
    connection: Connection,
    tender_id: UUID,
    *,
    by: Actor,
    random_bytes: Callable[[int], bytes],
    at: datetime,
) -> Arrival:
    """Arrive at the venue of one's seat, at any of its workstations; one is drawn then.

    Again, it is the same one. Raises NotFound, WrongWorkstation, VenueWindowClosed, VenueFull,
    IdentityUnproved.
    """
    await tenders.lock(connection, tender_id)
    place = await arrivals.find_place(connection, tender_id, by.person_id)
    if place is None:
        raise NotFound("no venue has a seat for you")
    booking = await venue_bookings.get(connection, place.booking_id)
    assert booking is not None, "a place refers to its booking"
    rules.require_open(booking, at=at)
    if await venues.find_venue_of_token(connection, _digest(by)) != booking.venue.id:
        raise WrongWorkstation
    await require_proved(connection, tender_id, place.expert_id, booking.venue)
    workstation_id = place.workstation_id
    if workstation_id is None:
        kept = await venue_bookings.list_kept(connection, booking.id)
        free = frozenset(kept) - await arrivals.list_used(connection, booking.id)
        chance = random_bytes(CHANCE_BYTES)
        workstation_id = rules.drawn_workstation(free, seat=place.seat, chance=chance)
        await arrivals.save(
            connection,
            tender_id,
            place.expert_id,
            booking_id=booking.id,
            workstation_id=workstation_id,
            at=at,
        )
        event = rules.arrived(
            booking,
            workstation_id,
            seat=place.seat,
            expert_id=place.expert_id,
            free=free,
            chance=chance,
        )
        await journal.append(connection, tender_id, Stream.COMMITTEE, event, at=at)
    (workstation,) = await venues.list_by_ids(connection, [workstation_id])
    return Arrival(booking, workstation)


async def require_in_place(
    connection: Connection, tender_id: UUID, *, by: Actor, at: datetime
) -> None:
    """A member whose seat is at a venue acts from its workstation, in the booked time.

    Raises VenueWindowClosed, NotArrived, WrongWorkstation.
    """
    place = await arrivals.find_place(connection, tender_id, by.person_id)
    if place is None:
        return
    booking = await venue_bookings.get(connection, place.booking_id)
    assert booking is not None, "a place refers to its booking"
    rules.require_open(booking, at=at)
    if place.token_digest is None:
        raise NotArrived
    if not hmac.compare_digest(place.token_digest, _digest(by)):
        raise WrongWorkstation


def _digest(by: Actor) -> bytes:
    return hashlib.sha256(by.workstation.encode()).digest()
