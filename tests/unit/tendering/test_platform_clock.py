"""The platform's clock: it never goes back, whatever is done to the machine's."""

from datetime import UTC, datetime, timedelta

import pytest

from tendering.platform_clock import STEP_MAX, Clock, ClockBehind

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


class Wall:
    """A machine's clock that anybody may set."""

    def __init__(self) -> None:
        self.shows = NOON

    def __call__(self) -> datetime:
        return self.shows


def test_a_clock_that_is_set_back_stands_still_until_that_time_comes_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wall = Wall()
    clock = Clock(timedelta(), real=wall)
    shown = []

    for wall.shows in (NOON, NOON - HOUR, NOON - HOUR / 2, NOON, NOON + SECOND):
        shown.append(clock.now())

    assert shown == [NOON, NOON, NOON, NOON, NOON + SECOND]
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "1:00:00" in caplog.text


def test_what_a_time_server_takes_away_is_not_worth_a_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wall = Wall()
    clock = Clock(timedelta(), real=wall)

    wall.shows = NOON - timedelta(milliseconds=5)

    assert clock.now() == NOON
    assert caplog.records == []


def test_a_clock_set_back_twice_is_told_twice(caplog: pytest.LogCaptureFixture) -> None:
    wall = Wall()
    clock = Clock(timedelta(), real=wall)

    for wall.shows in (NOON - HOUR, NOON + SECOND, NOON - HOUR):
        clock.now()

    assert len(caplog.records) == 2


def test_a_demonstrations_clock_jumps_ahead_and_never_back() -> None:
    clock = Clock(HOUR, real=Wall())

    clock.set_ahead(2 * HOUR)
    clock.set_ahead(HOUR)

    assert clock.now() == NOON + 2 * HOUR
    assert clock.moved.is_set()


def test_a_platform_goes_on_from_what_it_has_signed() -> None:
    assert Clock(timedelta(), signed_until=NOON + STEP_MAX, real=Wall()).now() == NOON + STEP_MAX
    assert Clock(timedelta(), signed_until=NOON - HOUR, real=Wall()).now() == NOON
    assert Clock(timedelta(), signed_until=None, real=Wall()).now() == NOON


def test_a_platform_does_not_start_by_a_clock_that_is_far_behind_what_it_has_signed() -> None:
    signed = NOON + STEP_MAX + timedelta(microseconds=1)

    with pytest.raises(ClockBehind, match=r"04:00:00 UTC.*04:00:10 UTC: set the clock right"):
        Clock(timedelta(), signed_until=signed, real=Wall())
