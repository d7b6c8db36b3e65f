"""The gateway's table of the configuration file: `[insurance]`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuranceSettings:
    """How patient the gateway is with guarantors, and how much it asks of one at a time."""

    request_seconds_max: float = 10.0
    quote_seconds_max: float = 5.0
    guarantor_requests_max: int = 4
    retry_first_seconds: float = 1.0
    retry_seconds_max: float = 600.0
    # After ten pauses that double, one every ten minutes: longer than an insurer's lost day.
    attempts_max: int = 160
    # What is due wakes its sender; this is for what became due by time alone.
    look_seconds: float = 1.0
    disclose_seconds: float = 5.0
    match_look_seconds: float = 60.0
    # Before an opening, messages about one tender are spread over so long, at most.
    spread_seconds: float = 3600.0


def pause_seconds(settings: InsuranceSettings, attempts: int) -> float:
    """How long to wait after so many attempts: doubled each time, within a bound."""
    doubled: float = settings.retry_first_seconds * 2.0 ** (attempts - 1)
    return min(doubled, settings.retry_seconds_max)
