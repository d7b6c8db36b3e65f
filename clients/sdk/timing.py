"""The platform's clock seen from here: what counts for a deadline, measured and not believed.

A bidder's machine may be minutes off. The platform's time is asked for a few times; the quickest
answer bounds the error by half of its round trip. docs/decisions/0005-received-at-and-drain.md.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from clients.platform import Platform
from clients.serving import Clock

READINGS: Final = 3
LOOK_SECONDS_MAX: Final = 30.0
DIFFERENCE_TOLD: Final = timedelta(seconds=5)

Result = TypeVar("Result")


class DeadlineMissed(Exception):
    """The deadline passed before everything was up; the platform's time and the deadline."""

    def __init__(self, deadline: datetime, now: datetime) -> None:
        """Both are aware instants."""
        super().__init__(f"deadline {deadline.isoformat()}, platform's clock {now.isoformat()}")
        self.deadline, self.now = deadline, now


@dataclass(frozen=True, slots=True)
class PlatformTime:
    """A reading: `now` was the platform's time when it was asked, `within` bounds the error.

    `ahead` is how far this machine's clock is ahead of the platform's.
    """

    now: datetime
    within: timedelta
    ahead: timedelta


async def read_platform_time(platform: Platform) -> PlatformTime:
    """Measure the platform's clock. Raises PlatformRefused, PlatformUnreachable."""
    loop = asyncio.get_running_loop()
    here = Clock()
    readings = []
    for _ in range(READINGS):
        asked = loop.time()
        now = await platform.clock()
        answered = loop.time()
        half = timedelta(seconds=(answered - asked) / 2)
        local = await here.now() - half
        readings.append(PlatformTime(now, half, local - now))
    return min(readings, key=lambda reading: reading.within)


async def before(
    deadline: Callable[[], Awaitable[datetime]],
    platform: Platform,
    work: Callable[[], Awaitable[Result]],
) -> Result:
    """Do `work`, but no longer than until the deadline by the platform's clock.

    `deadline` is asked again when it seems to have come, for a clarification may have moved it.
    Raises DeadlineMissed, and what `work` raises.
    """
    left = await _seconds_left(deadline, platform)
    try:
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(_watch(left, deadline, platform))
            result = await work()
            watch.cancel()
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed
    return result


async def _watch(
    left: float, deadline: Callable[[], Awaitable[datetime]], platform: Platform
) -> None:
    while True:
        # Measured again and again: a laptop that slept has lost the time it slept.
        await asyncio.sleep(min(left, LOOK_SECONDS_MAX))
        left = await _seconds_left(deadline, platform)


async def _seconds_left(deadline: Callable[[], Awaitable[datetime]], platform: Platform) -> float:
    """Until the deadline by the platform's clock, more than none. Raises DeadlineMissed."""
    due, reading = await deadline(), await read_platform_time(platform)
    left = (due - reading.now).total_seconds()
    if left <= 0:
        raise DeadlineMissed(due, reading.now)
    return left
