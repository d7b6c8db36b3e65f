"""Venues in the small tender for archives: one is booked and changed, and members arrive there."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tendering.domain import venues as rules
from tendering.domain.experts import Expert
from tendering.domain.journal import Stream
from tendering.domain.venues import Booking, BookingStatus, Venue, Workstation
from tests.support.archive import Journals
from tests.support.archive_parties import chance

VENUE: Final = Venue(UUID(int=0x900), UUID(int=0x901), "示范市", "510100")
ROOM: Final = tuple(Workstation(UUID(int=0x910 + one), "评标一室", f"{one}") for one in range(4))


def book_and_arrive(
    journals: Journals, seats: dict[int, tuple[Expert, str]], tender_id: UUID, at: datetime
) -> None:
    """Seats at the venue are asked for, refused, asked for again and kept; two members arrive.

    Then more time is asked for and given, and the others arrive.
    """
    here = [seat for seat, (_, venue) in seats.items() if venue == VENUE.name]
    hours = [timedelta(hours=2), timedelta(hours=10), timedelta(hours=20)]
    asked = [
        Booking(UUID(int=0x920 + number), tender_id, VENUE, len(here), False, at, at + each)
        for number, each in enumerate(hours)
    ]
    events = [
        rules.requested(asked[0]),
        rules.ended(asked[0], BookingStatus.DECLINED, "检修"),
        rules.requested(asked[1]),
        rules.confirmed(asked[1], ROOM),
    ]
    free = {one.id for one in ROOM}
    for number, seat in enumerate(here):
        if number == len(here) - 1:
            events += [rules.requested(asked[2]), rules.confirmed(asked[2], ROOM)]
        booking = asked[2 if number == len(here) - 1 else 1]
        drawn = rules.drawn_workstation(free, seat=seat, chance=chance("arrival", seat))
        events.append(
            rules.arrived(
                replace(booking, status=BookingStatus.CONFIRMED),
                drawn,
                seat=seat,
                expert_id=seats[seat][0].id,
                free=free,
                chance=chance("arrival", seat),
            )
        )
        free.discard(drawn)
    for event in events:
        journals.append(Stream.COMMITTEE, event, at)
