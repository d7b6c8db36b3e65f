"""The platform's one clock. Everybody else takes the instant as an argument."""

import asyncio
from datetime import UTC, datetime, timedelta


class Clock:
    """The platform's one clock: real time, and in a demonstration what was jumped ahead."""

    def __init__(self, ahead: timedelta) -> None:
        """Begin so far ahead of real time."""
        self._ahead = ahead
        self.moved = asyncio.Event()

    def now(self) -> datetime:
        """The instant that counts, in UTC."""
        return datetime.now(UTC) + self._ahead

    def set_ahead(self, ahead: timedelta) -> None:
        """The clock has jumped; it never goes back."""
        self._ahead = max(self._ahead, ahead)
        self.moved.set()
