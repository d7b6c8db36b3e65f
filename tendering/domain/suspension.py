"""A pause of a tender: beside its status, not one of them. While it lasts nothing goes forward.

《招标投标法实施条例》第二十二条、第五十四条: until an objection is answered the activities are
paused. What the law wants meanwhile goes on: bids are taken and given back, objections are raised
and answered, documents are corrected. Time that a pause takes is not time to bid: the deadline
moves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tendering.domain.calendar import Calendar, civil_day, day_begins

# The public entry of an outage of the platform: a pause that nobody ordered.
OUTAGE: Final = "platform.outage"
# When somebody can be expected to hold an opening, Shanghai time.
OFFICE_HOURS: Final = (timedelta(hours=9), timedelta(hours=17))


class SuspensionReason(StrEnum):
    """Why a tender stands still: an open objection, or the supervisor over a complaint."""

    OBJECTION = "objection"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Suspension:
    """A pause that lasts. Who caused it is nobody's business before the opening."""

    reason: SuspensionReason
    since: datetime

    def holds_back(self, deadline: datetime) -> bool:
        """Did it begin before this instant, which therefore does not come while it lasts?"""
        return self.since < deadline


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that is over: the tender stood still from `since` to `until`."""

    since: datetime
    until: datetime


def prolonged(ends: datetime, pauses: Iterable[Pause], *, begun: datetime) -> datetime:
    """When a window that began at `begun` and was to end at `ends` ends by the pauses that cut it.

    Time does not run while the tender stands still: every pause that began before the end moves it
    by as long as it lasted within the window. Instants are aware.
    """
    for pause in sorted(pauses, key=lambda one: one.since):
        if pause.since < ends and pause.until > begun:
            ends += pause.until - max(pause.since, begun)
    return ends


def deadline_after_pause(
    calendar: Calendar, deadline: datetime, *, since: datetime, until: datetime
) -> datetime:
    """The deadline after a pause from `since` to `until`: time does not run while it lasts.

    What was left at its beginning is left at its end, to the second. Only where that would be an
    opening at night or on a day off it is more: the deadline then keeps its time of day, on the
    first working day that leaves enough. A pause that began at the deadline or later moves
    nothing. Our reading: the law says that the activities are paused, and no number.
    """
    assert since <= until
    if since >= deadline:
        return deadline
    earliest = deadline + (until - since)
    into_the_day = earliest - day_begins(civil_day(earliest))
    in_hours = OFFICE_HOURS[0] <= into_the_day <= OFFICE_HOURS[1]
    if in_hours and calendar.is_working_day(civil_day(earliest)):
        return earliest
    into_the_day = deadline - day_begins(civil_day(deadline))
    day = calendar.next_working_day(civil_day(earliest))
    if day_begins(day) + into_the_day < earliest:
        day = calendar.next_working_day(day + timedelta(days=1))
    return day_begins(day) + into_the_day
