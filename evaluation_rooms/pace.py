"""A token bucket: how many messages a connection may send. Pure; the time is an argument."""


class Pace:
    """`per_second` on the average, `burst` at once."""

    __slots__ = ("_at", "_burst", "_per_second", "_tokens")

    def __init__(self, per_second: float, burst: int) -> None:
        """A full bucket."""
        self._per_second = per_second
        self._burst = burst
        self._tokens = float(burst)
        self._at: float | None = None

    def allows(self, now: float) -> bool:
        """Take a token at `now` (monotonic seconds); False when the bucket is empty."""
        if self._at is not None:
            refilled = self._tokens + (now - self._at) * self._per_second
            self._tokens = min(float(self._burst), refilled)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
