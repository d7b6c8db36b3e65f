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
from tendering.domain.tender import TenderStatus
from tendering.domain.venues import Booking, Workstation
from tendering.storage import arrivals, journal, tenders, venue_bookings, venues
from tendering.storage.connection import Connection

CHANCE_BYTES: Final = 32
_SITTING: Final = frozenset({TenderStatus.OPENED, TenderStatus.EVALUATING})


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


async def end_time(
    connection: Connection, tender_id: UUID, booking_id: UUID, *, at: datetime
) -> bool:
    """The booked time is over: lines of who works by it are closed.

    False when that was said, or when the evaluation is over: then there is nothing to close.
    """
    tender = await tenders.lock_also_suspended(connection, tender_id)
    noted = await venue_bookings.save_end(connection, booking_id, at=at)
    if not noted or tender.status not in _SITTING:
        return False
    booking = await venue_bookings.get(connection, booking_id)
    assert booking is not None, "bookings are never deleted"
    event = rules.time_ended(booking, sitting=await arrivals.list_seats(connection, booking_id))
    await journal.append(connection, tender_id, Stream.COMMITTEE, event, at=at)
    return True


async def withdraw(
    connection: Connection, workstation_id: UUID, reason: str, *, by: Actor, at: datetime
) -> UUID:
    """The venue lets who works at a workstation work no longer; which tender it was.

    The line is closed; whoever is let in again arrives again. Raises NotFound.
    """
    found = await arrivals.find_sitting(connection, workstation_id, at=at)
    if found is None:
        raise NotFound("nobody works there")
    tender_id, _ = found
    await tenders.lock_also_suspended(connection, tender_id)
    # Under the lock: somebody may have been replaced meanwhile.
    found = await arrivals.find_sitting(connection, workstation_id, at=at)
    booking = None if found is None else await venue_bookings.get(connection, found[1].booking_id)
    if found is None or booking is None or booking.venue.organization_id != by.organization_id:
        raise NotFound("nobody works there")
    place = found[1]
    await arrivals.delete(connection, tender_id, place.expert_id)
    event = rules.withdrawn(booking, seat=place.seat, expert_id=place.expert_id, reason=reason)
    await journal.append(connection, tender_id, Stream.COMMITTEE, event, at=at)
    return tender_id


def _digest(by: Actor) -> bytes:
    return hashlib.sha256(by.workstation.encode()).digest()
