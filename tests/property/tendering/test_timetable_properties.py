"""Timetables: what is proposed is lawful, one day earlier is not, and it takes no time."""

from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tendering.domain.timetable import (
    check,
    deadline_after_clarification,
    earliest_deadline,
    from_json,
    next_instant,
    plan,
    to_json,
)
from tendering.rulebooks import RULEBOOKS, holiday_calendar, rulebook_of

CALENDAR = holiday_calendar()
regimes = st.sampled_from(sorted(RULEBOOKS))
instants = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001  # the strategy adds the zone
    datetime(2035, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(regimes, instants)
def test_the_earliest_deadline_is_lawful_and_a_moment_sooner_is_not(
    regime: str, published_at: datetime
) -> None:
    book = rulebook_of(regime)
    deadline = earliest_deadline(book, CALENDAR, published_at)
    sooner = deadline - timedelta(microseconds=1)

    lawful = check(
        book, CALENDAR, plan(book, CALENDAR, published_at=published_at, deadline=deadline)
    )
    unlawful = check(
        book, CALENDAR, plan(book, CALENDAR, published_at=published_at, deadline=sooner)
    )

    assert lawful == ()
    assert unlawful != ()


@given(regimes, instants, st.integers(0, 60), st.integers(0, 24 * 60))
def test_a_moved_deadline_needs_no_second_move(
    regime: str, clarified_at: datetime, days: int, minutes: int
) -> None:
    book = rulebook_of(regime)
    deadline = clarified_at + timedelta(days=days, minutes=minutes)

    moved = deadline_after_clarification(
        book, CALENDAR, clarified_at=clarified_at, deadline=deadline
    )

    if moved is not None:
        assert moved > deadline
        assert (
            deadline_after_clarification(book, CALENDAR, clarified_at=clarified_at, deadline=moved)
            is None
        )


@given(regimes, instants, st.integers(0, 200))
def test_a_timetable_survives_json_and_its_instants_come_one_after_another(
    regime: str, published_at: datetime, days: int
) -> None:
    book = rulebook_of(regime)
    timetable = plan(
        book, CALENDAR, published_at=published_at, deadline=published_at + timedelta(days=days)
    )

    seen, now = 0, datetime(2000, 1, 1, tzinfo=UTC)
    while (ahead := next_instant(timetable, now)) is not None:
        assert ahead[1] > now
        seen, now = seen + 1, ahead[1]

    assert from_json(to_json(timetable)) == timetable
    assert seen == len({at for _, at in timetable.instants()})


@pytest.mark.parametrize("regime", sorted(RULEBOOKS))
def test_planning_and_checking_takes_less_than_a_millisecond(regime: str) -> None:
    book = rulebook_of(regime)
    published_at = datetime(2026, 9, 14, tzinfo=UTC)
    durations = []
    for _ in range(50):
        started = perf_counter()
        deadline = earliest_deadline(book, CALENDAR, published_at)
        check(book, CALENDAR, plan(book, CALENDAR, published_at=published_at, deadline=deadline))
        durations.append(perf_counter() - started)

    assert min(durations) < 0.001
