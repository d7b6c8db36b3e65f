"""A pause of a tender: beside its status, not one of them. While it lasts nothing goes forward.

《招标投标法实施条例》第二十二条、第五十四条: until an objection is answered the activities are
paused. What the law wants meanwhile goes on: bids are taken and given back, objections are raised
and answered, documents are corrected. Time that a pause takes is not time to bid: the deadline
moves.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tendering.domain.calendar import Calendar, civil_day, day_begins


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


def deadline_after_pause(
    calendar: Calendar, deadline: datetime, *, since: datetime, until: datetime
) -> datetime:
    """The deadline after a pause from `since` to `until`: time does not run while it lasts.

    What was left at its beginning is left at its end, and some: the new deadline keeps its time of
    day in Shanghai and falls on a working day, the first that leaves enough. A pause that began at
    the deadline or later moves nothing. Our reading: the law says that the activities are paused,
    and no number.
    """
    assert since <= until
    if since >= deadline:
        return deadline
    earliest = deadline + (until - since)
    into_the_day = deadline - day_begins(civil_day(deadline))
    day = calendar.next_working_day(civil_day(earliest))
    if day_begins(day) + into_the_day < earliest:
        day = calendar.next_working_day(day + timedelta(days=1))
    return day_begins(day) + into_the_day
