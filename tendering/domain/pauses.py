"""When a tender stands still and when it goes on: rules and events of `suspension`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.calendar import Calendar
from tendering.domain.journal import Entry, Event, instant, parse_instant
from tendering.domain.suspension import (
    OUTAGE,
    Pause,
    Suspension,
    SuspensionReason,
    deadline_after_pause,
)
from tendering.domain.tender import TRANSITIONS, Tender, TenderStatus

RESUMED: Final = "tender.resumed"
# Entries that say from when to when a tender stood still.
PAUSES: Final = (RESUMED, OUTAGE)


@dataclass(frozen=True, slots=True)
class Cause:
    """What keeps a tender standing still: one open objection, or one complaint."""

    reason: SuspensionReason
    since: datetime


def can_pause(tender: Tender) -> bool:
    """Is there anything to pause? Not in a draft, and not where the play is over."""
    return tender.status is not TenderStatus.DRAFT and bool(TRANSITIONS[tender.status])


def decide_suspension(tender: Tender, cause: Cause) -> tuple[Tender, Event | None]:
    """The tender with a further cause to stand still; an event if it ran until now.

    A second cause changes nothing that others see. The caller has asked `can_pause`.
    """
    assert can_pause(tender)
    if tender.suspension is not None:
        return tender, None
    paused = replace(
        tender, suspension=Suspension(cause.reason, cause.since), version=tender.version + 1
    )
    body: dict[str, JsonValue] = {"reason": cause.reason, "since": instant(cause.since)}
    return paused, Event("tender.suspended", body)


def decide_resumption(
    tender: Tender, calendar: Calendar, causes: Sequence[Cause], *, at: datetime
) -> tuple[Tender, timedelta] | None:
    """The tender running again, and how long it stood still; None while a cause remains.

    A deadline that had not come when the pause began has moved; never to an earlier instant.
    """
    pause = tender.suspension
    if pause is None or causes:
        return None
    until = max(at, pause.since)
    deadline = tender.deadline
    if tender.status is TenderStatus.PUBLISHED:
        deadline = deadline_after_pause(calendar, deadline, since=pause.since, until=until)
    assert deadline >= tender.deadline
    resumed = replace(tender, suspension=None, deadline=deadline, version=tender.version + 1)
    return resumed, until - pause.since


def resumed_event(pause: Suspension, tender: Tender, *, lasted: timedelta) -> Event:
    """The public entry of a resumption: `tender` runs again, with its timetable as it is now."""
    return Event(
        RESUMED,
        {
            "reason": pause.reason,
            "since": instant(pause.since),
            "until": instant(pause.since + lasted),
            "deadline": instant(tender.deadline),
            "timetable": dict(tender.timetable),
        },
    )


def pauses_of(entries: Iterable[Entry]) -> tuple[Pause, ...]:
    """The pauses that are over, from entries of the public stream, in their order."""
    return tuple(
        Pause(parse_instant(str(entry.body["since"])), parse_instant(str(entry.body["until"])))
        for entry in entries
        if entry.kind in PAUSES
    )
