"""Venues: centres with rooms and workstations, bookings of them, and the seat drawn on arrival.

《电子招标投标办法》第三十三条: who must be evaluated in a trading place is evaluated there. A
committee sits at one venue or at several; where, a booking says that the venue confirmed. Nobody
knows a seat before its member has arrived: only then is a workstation drawn.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from crypto import draw as lot_drawing
from crypto.canonical import JsonValue
from tendering.domain.journal import Event, instant
from tendering.domain.refusals import Forbidden, Invalid
from tendering.domain.refusals.venues import BookingSettled, VenueFull, VenueWindowClosed
from tendering.domain.roles import Role

# The header in which a workstation shows the token that it made when it was set up.
WORKSTATION: Final = "Kaibiao-Workstation"
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
SEAT_LABEL: Final = "kaibiao/draw/workstation/v1"
BOOKED_DAYS_MAX: Final = 14
SEATS_MAX: Final = 99


class BookingStatus(StrEnum):
    """Where a booking stands. `failed`: the venue confirmed it and cannot keep it."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    FAILED = "failed"


class BookingStep(StrEnum):
    """What the host or the venue may do to a booking."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    CANCEL = "cancel"
    FAIL = "fail"


class Mode(StrEnum):
    """How the seats of a committee lie: 本地、一对一、一对多、分散."""

    LOCAL = "local"
    ONE_TO_ONE = "one_to_one"
    ONE_TO_MANY = "one_to_many"
    SCATTERED = "scattered"


STEPS: Final[Mapping[tuple[BookingStatus, BookingStep], BookingStatus]] = MappingProxyType(
    {
        (BookingStatus.REQUESTED, BookingStep.CONFIRM): BookingStatus.CONFIRMED,
        (BookingStatus.REQUESTED, BookingStep.DECLINE): BookingStatus.DECLINED,
        (BookingStatus.REQUESTED, BookingStep.CANCEL): BookingStatus.CANCELLED,
        (BookingStatus.CONFIRMED, BookingStep.CANCEL): BookingStatus.CANCELLED,
        (BookingStatus.CONFIRMED, BookingStep.FAIL): BookingStatus.FAILED,
    }
)
_VENUES_STEPS: Final = frozenset({BookingStep.CONFIRM, BookingStep.DECLINE, BookingStep.FAIL})


@dataclass(frozen=True, slots=True)
class Venue:
    """A centre, run by an organization. `name` is what the needs of a draw call it.

    Where it has a desk, nobody arrives whose identity was not proved there (`identities`).
    """

    id: UUID
    organization_id: UUID
    name: str
    region: str
    has_desk: bool = False


@dataclass(frozen=True, slots=True)
class Workstation:
    """A place to work in a room; only the digest of its token is kept."""

    id: UUID
    room: str
    label: str


@dataclass(frozen=True, slots=True)
class Booking:
    """So many seats at a venue from `begins_at` until before `ends_at`.

    A whole room, in which then nobody else sits, or `scattered`: each seat in a room of its own.
    For a tender here, or for the partner centre `partner_id`, which says of its tender nothing and
    names in `replaces` the order whose place this one would take. `contact`: whom to call.
    """

    id: UUID
    tender_id: UUID | None
    venue: Venue
    seats: int
    scattered: bool
    begins_at: datetime
    ends_at: datetime
    status: BookingStatus = BookingStatus.REQUESTED
    partner_id: UUID | None = None
    replaces: UUID | None = None
    contact: str = ""

    def is_open_at(self, at: datetime) -> bool:
        """Is it the time that was booked?"""
        return self.begins_at <= at < self.ends_at


def require_sensible(booking: Booking, *, at: datetime) -> None:
    """Refuse a booking of no time, of the past or of weeks. Raises Invalid."""
    if not 0 < booking.seats <= SEATS_MAX:
        raise Invalid("a booking is for at least one seat", most=SEATS_MAX)
    if not booking.begins_at < booking.ends_at:
        raise Invalid("a booking ends after it begins")
    if booking.ends_at <= at:
        raise Invalid("this time is over")
    if booking.ends_at - booking.begins_at > timedelta(days=BOOKED_DAYS_MAX):
        raise Invalid("a booking is for days, not weeks", days_max=BOOKED_DAYS_MAX)


def after_step(booking: Booking, step: BookingStep, *, by: Role) -> BookingStatus:
    """Where a step leads. Raises Forbidden for the other side's step, BookingSettled."""
    if (by is Role.VENUE_OPERATOR) != (step in _VENUES_STEPS):
        raise Forbidden("this step belongs to the other side", step=step)
    to = STEPS.get((booking.status, step))
    if to is None:
        raise BookingSettled(status=booking.status, step=step)
    return to


def allocated(
    stations: Iterable[Workstation], taken: Collection[UUID], *, seats: int, scattered: bool
) -> tuple[Workstation, ...]:
    """The workstations that a booking gets. Raises VenueFull.

    A whole room is the smallest that is free and large enough; all of it is taken.
    """
    rooms: dict[str, list[Workstation]] = {}
    for one in sorted(stations, key=lambda station: (station.room, station.label)):
        rooms.setdefault(one.room, []).append(one)
    if scattered:
        return _one_in_each(rooms.values(), taken, seats)
    whole = [room for room in rooms.values() if not any(one.id in taken for one in room)]
    fitting = [room for room in whole if len(room) >= seats]
    if not fitting:
        raise VenueFull(wanted=seats, free=max((len(room) for room in whole), default=0))
    smallest = min(fitting, key=lambda room: (len(room), room[0].room))
    return tuple(smallest)


def _one_in_each(
    rooms: Iterable[Sequence[Workstation]], taken: Collection[UUID], seats: int
) -> tuple[Workstation, ...]:
    free = [[one for one in room if one.id not in taken] for room in rooms]
    found = [room[0] for room in free if room]
    if len(found) < seats:
        raise VenueFull(wanted=seats, free=len(found))
    return tuple(found[:seats])


@dataclass(frozen=True, slots=True)
class Free:
    """What a venue has free: the seats of its largest free room, rooms with a free place."""

    room_seats: int
    scattered_seats: int


def free_of(stations: Iterable[Workstation], taken: Collection[UUID]) -> Free:
    """What is free where those workstations are taken."""
    rooms: dict[str, list[bool]] = {}
    for one in stations:
        rooms.setdefault(one.room, []).append(one.id not in taken)
    return Free(
        max((len(room) for room in rooms.values() if all(room)), default=0),
        sum(any(room) for room in rooms.values()),
    )


def require_only_longer(before: Booking, asked: Booking) -> None:
    """May a booking by which experts sit already become the one asked for? Only its end may move.

    Raises BookingSettled.
    """
    same = (before.seats, before.scattered, before.begins_at)
    if same != (asked.seats, asked.scattered, asked.begins_at):
        raise BookingSettled("experts sit there already: only the end can be moved")


def mode_of(bookings: Iterable[Booking]) -> Mode:
    """How the seats that are confirmed lie: one venue, the host's and another, or several."""
    confirmed = [one for one in bookings if one.status is BookingStatus.CONFIRMED]
    if any(one.scattered for one in confirmed):
        return Mode.SCATTERED
    guests = len({one.venue.id for one in confirmed}) - 1
    if guests < 1:
        return Mode.LOCAL
    return Mode.ONE_TO_ONE if guests == 1 else Mode.ONE_TO_MANY


def require_open(booking: Booking, *, at: datetime) -> None:
    """Raises VenueWindowClosed outside the booked time, or when the venue cannot keep it."""
    if booking.status is not BookingStatus.CONFIRMED or not booking.is_open_at(at):
        raise VenueWindowClosed(
            begins_at=instant(booking.begins_at), ends_at=instant(booking.ends_at)
        )


def drawn_workstation(free: Iterable[UUID], *, seat: int, chance: bytes) -> UUID:
    """The workstation of a member who has just arrived, out of those that are free.

    `chance`: 32 bytes made at that moment and kept with the result, so that the draw can be
    computed again. Raises VenueFull.
    """
    ordered = sorted(free)
    if not ordered:
        raise VenueFull(wanted=1, free=0)
    seed = lot_drawing.seed(label=SEAT_LABEL, parts=[chance, str(seat).encode()])
    return ordered[lot_drawing.permutation(seed, len(ordered))[0]]


def requested(booking: Booking) -> Event:
    """The host asks a venue for seats."""
    return Event(
        "venue.requested",
        _named(booking)
        | {
            "has_desk": booking.venue.has_desk,
            "seats_wanted": booking.seats,
            "scattered": booking.scattered,
            "begins_at": instant(booking.begins_at),
            "ends_at": instant(booking.ends_at),
        },
    )


def confirmed(booking: Booking, stations: Sequence[Workstation]) -> Event:
    """The venue keeps these workstations."""
    return Event(
        "venue.confirmed",
        _named(booking)
        | {
            "workstations": [
                {"id": str(one.id), "room": one.room, "label": one.label} for one in stations
            ]
        },
    )


def ended(
    booking: Booking, status: BookingStatus, reason: str, *, sitting: Sequence[int] = ()
) -> Event:
    """A booking is declined, cancelled or cannot be kept; `sitting`: seats that worked by it."""
    body = _named(booking) | {"reason": reason}
    if status is BookingStatus.DECLINED:
        return Event("venue.declined", body)
    if status is BookingStatus.CANCELLED:
        return Event("venue.cancelled", body)
    assert status is BookingStatus.FAILED
    return Event("venue.failed", body | {"seats_closed": [*sitting]})


def time_ended(booking: Booking, *, sitting: Sequence[int]) -> Event:
    """The booked time is over: nobody works by it any longer, lines that are open included."""
    return Event("venue.time_ended", _named(booking) | {"seats_closed": [*sitting]})


def withdrawn(booking: Booking, *, seat: int, expert_id: UUID, reason: str) -> Event:
    """The venue lets somebody work no longer at the workstation that was drawn."""
    said: dict[str, JsonValue] = {"seat": seat, "expert_id": str(expert_id), "reason": reason}
    return Event("expert.withdrawn", _named(booking) | said | {"seats_closed": [seat]})


def arrived(
    booking: Booking,
    workstation_id: UUID,
    *,
    seat: int,
    expert_id: UUID,
    free: Iterable[UUID],
    chance: bytes,
) -> Event:
    """A member has arrived and has a workstation."""
    return Event(
        "expert.arrived",
        {
            "booking_id": str(booking.id),
            "venue": booking.venue.name,
            "seat": seat,
            "expert_id": str(expert_id),
            "free": [str(one) for one in sorted(free)],
            "chance": chance.hex(),
            "workstation_id": str(workstation_id),
        },
    )


def _named(booking: Booking) -> dict[str, JsonValue]:
    return {
        "booking_id": str(booking.id),
        "venue_id": str(booking.venue.id),
        "venue": booking.venue.name,
        "venue_operator_id": str(booking.venue.organization_id),
    }
