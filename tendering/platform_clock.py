"""The platform's one clock. Everybody else takes the instant as an argument."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

# More is no correction by a time server: somebody has set the clock.
STEP_MAX: Final = timedelta(seconds=10)

log = logging.getLogger(__name__)


class ClockBehind(Exception):
    """This machine's clock shows an earlier instant than the platform has signed already."""


def utc_now() -> datetime:
    """What this machine's clock shows."""
    return datetime.now(UTC)


class Clock:
    """The platform's one clock: real time, and in a demonstration what was jumped ahead.

    It never goes back. When the machine's clock is set back it stands still until that has come as
    far again: no instant is passed twice, and so no deadline.
    """

    def __init__(
        self,
        ahead: timedelta,
        *,
        signed_until: datetime | None = None,
        real: Callable[[], datetime] = utc_now,
    ) -> None:
        """Begin so far ahead of real time, and not before what is signed. Raises ClockBehind."""
        self._ahead = ahead
        self._real = real
        self._last = real() + ahead
        self._stands = False
        self.moved = asyncio.Event()
        if signed_until is None or signed_until <= self._last:
            return
        if signed_until - self._last > STEP_MAX:
            raise ClockBehind(
                f"the clock shows {self._last:%F %T} UTC, but the platform has signed what happened"
                f" until {signed_until:%F %T} UTC: set the clock right, then start again"
            )
        self._last = signed_until

    def now(self) -> datetime:
        """The instant that counts, in UTC."""
        shown = self._real() + self._ahead
        behind = self._last - shown
        if behind > timedelta(0):
            self._tell(behind)
            return self._last
        self._last, self._stands = shown, False
        return shown

    def set_ahead(self, ahead: timedelta) -> None:
        """The clock has jumped, here or in another process; it never goes back."""
        if ahead > self._ahead:
            self._ahead = ahead
            self.moved.set()

    def _tell(self, behind: timedelta) -> None:
        # Less than a second is what a time server takes away now and then.
        if behind >= timedelta(seconds=1) and not self._stands:
            self._stands = True
            log.error("the machine's clock was set back by %s: ours stands still so long", behind)
