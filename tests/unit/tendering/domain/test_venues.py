"""Bookings of venues as a table, what they get, and the workstation that is drawn on arrival."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tendering.domain import venues as rules
from tendering.domain.journal import instant
from tendering.domain.refusals import Forbidden, Invalid
from tendering.domain.refusals.venues import BookingSettled, VenueFull, VenueWindowClosed
from tendering.domain.roles import Role
from tendering.domain.venues import (
    STEPS,
    Booking,
    BookingStatus,
    BookingStep,
    Mode,
    Venue,
    Workstation,
)

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
VENUE = Venue(UUID(int=1), UUID(int=2), "示范市中心", "510100")
BOOKING = Booking(UUID(int=3), UUID(int=4), VENUE, 2, False, AT, AT + timedelta(hours=8))


def stations(**rooms: int) -> list[Workstation]:
    """So many workstations in each room."""
    named = [(room, label) for room, count in rooms.items() for label in range(count)]
    return [
        Workstation(UUID(int=0x100 + number), room, f"{label:02}")
        for number, (room, label) in enumerate(named)
    ]


def test_only_the_steps_of_the_table_lead_anywhere_and_each_side_has_its_own() -> None:
    for status in BookingStatus:
        for step in BookingStep:
            host = step is BookingStep.CANCEL
            by, other = (
                (Role.AGENCY, Role.VENUE_OPERATOR) if host else (Role.VENUE_OPERATOR, Role.AGENCY)
            )
            booking = replace(BOOKING, status=status)
            with pytest.raises(Forbidden):
                rules.after_step(booking, step, by=other)
            if (status, step) in STEPS:
                assert rules.after_step(booking, step, by=by) is STEPS[status, step]
            else:
                with pytest.raises(BookingSettled):
                    rules.after_step(booking, step, by=by)


@pytest.mark.parametrize(
    "changes",
    [
        {"seats": 0},
        {"seats": 100},
        {"ends_at": AT},
        {"begins_at": AT - timedelta(days=2), "ends_at": AT},
        {"ends_at": AT + timedelta(days=14, microseconds=1)},
    ],
)
def test_a_booking_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        rules.require_sensible(replace(BOOKING, **changes), at=AT)  # type: ignore[arg-type]  # a table


def test_a_whole_room_is_the_smallest_that_is_free_and_all_of_it() -> None:
    there = stations(A=6, B=3, C=2, D=2)
    in_c = next(one.id for one in there if one.room == "C")

    found = rules.allocated(there, {in_c}, seats=2, scattered=False)
    larger = rules.allocated(there, {in_c}, seats=3, scattered=False)

    assert [one.room for one in found] == ["D", "D"]
    assert [one.room for one in larger] == ["B", "B", "B"]
    with pytest.raises(VenueFull) as refused:
        rules.allocated(there, set(), seats=7, scattered=False)
    assert refused.value.parameters == {"wanted": 7, "free": 6}


def test_scattered_seats_are_each_in_another_room() -> None:
    there = stations(A=2, B=1, C=2)

    found = rules.allocated(there, {there[0].id}, seats=3, scattered=True)

    assert found == (there[1], there[2], there[3])
    with pytest.raises(VenueFull) as refused:
        rules.allocated(there, {there[2].id}, seats=3, scattered=True)
    assert refused.value.parameters == {"wanted": 3, "free": 2}


def test_where_experts_sit_only_the_end_moves() -> None:
    rules.require_only_longer(BOOKING, replace(BOOKING, ends_at=AT + timedelta(hours=20)))

    for change in ({"seats": 3}, {"scattered": True}, {"begins_at": AT - MICROSECOND}):
        with pytest.raises(BookingSettled):
            rules.require_only_longer(BOOKING, replace(BOOKING, **change))


def test_how_seats_lie_follows_from_the_confirmed_bookings() -> None:
    kept = replace(BOOKING, status=BookingStatus.CONFIRMED)
    others = [replace(kept, venue=replace(VENUE, id=UUID(int=10 + number))) for number in range(3)]

    assert rules.mode_of([BOOKING]) is Mode.LOCAL
    assert rules.mode_of([kept, BOOKING]) is Mode.LOCAL
    assert rules.mode_of([kept, others[0]]) is Mode.ONE_TO_ONE
    assert rules.mode_of([kept, *others]) is Mode.ONE_TO_MANY
    assert rules.mode_of([kept, replace(others[0], scattered=True)]) is Mode.SCATTERED


def test_a_venue_is_open_in_the_booked_time_and_not_a_microsecond_more() -> None:
    kept = replace(BOOKING, status=BookingStatus.CONFIRMED)
    rules.require_open(kept, at=kept.begins_at)
    rules.require_open(kept, at=kept.ends_at - MICROSECOND)

    for booking, at in (
        (kept, kept.begins_at - MICROSECOND),
        (kept, kept.ends_at),
        (replace(kept, status=BookingStatus.FAILED), kept.begins_at),
    ):
        with pytest.raises(VenueWindowClosed) as refused:
            rules.require_open(booking, at=at)
        assert refused.value.parameters == {
            "begins_at": instant(kept.begins_at),
            "ends_at": instant(kept.ends_at),
        }


def test_a_drawn_workstation_follows_from_the_chance_alone() -> None:
    free = [one.id for one in stations(A=4)]

    drawn = [
        rules.drawn_workstation(free, seat=1, chance=number.to_bytes(32)) for number in range(400)
    ]

    assert drawn[7] == rules.drawn_workstation(free[::-1], seat=1, chance=(7).to_bytes(32))
    assert set(Counter(drawn)) == set(free)
    assert min(Counter(drawn).values()) > 60
    with pytest.raises(VenueFull):
        rules.drawn_workstation([], seat=1, chance=bytes(32))


def test_events_name_the_venue_and_say_no_persons_name() -> None:
    (one,) = stations(A=1)
    ends = [rules.ended(BOOKING, status, "停电").kind for status in _ENDED]
    kept = rules.confirmed(BOOKING, [one])
    came = rules.arrived(
        BOOKING, one.id, seat=2, expert_id=UUID(int=9), free=[one.id], chance=bytes(32)
    )

    assert rules.requested(BOOKING).body["venue_operator_id"] == str(VENUE.organization_id)
    assert ends == ["venue.declined", "venue.cancelled", "venue.failed"]
    assert kept.body["workstations"] == [{"id": str(one.id), "room": "A", "label": "00"}]
    assert (came.body["seat"], came.body["workstation_id"]) == (2, str(one.id))


_ENDED = (BookingStatus.DECLINED, BookingStatus.CANCELLED, BookingStatus.FAILED)
