"""What becomes of a tender when the platform itself was away: outage policy as code.

No law says what a deadline is worth that nobody could meet because the platform did not answer.
Trading centres have rules of their own; the presets here follow their practice and stand in the
rulebook, marked as unverified, so that a region may set others. Everything follows from four facts
that anybody can read: when the platform was away, the deadline, the windows, the rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Entry, Event, instant, parse_instant
from tendering.domain.refusals.rules import RulebookInvalid
from tendering.domain.rulebook import Rulebook
from tendering.domain.suspension import Pause, prolonged
from tendering.domain.tender import Tender, TenderStatus


@dataclass(frozen=True, slots=True)
class OutageRule:
    """The figures of the policy: what the rulebook says of an outage longer than the trigger.

    A deadline counts as inside an outage also when it was to come sooner than `near` after it.
    """

    trigger: timedelta
    near: timedelta
    deadline_after: timedelta
    opening_after: timedelta
    long_from: timedelta
    long_deadline_after: timedelta
    long_opening_after: timedelta
    evaluation_wait: timedelta
    evaluation_resume: timedelta


# Member of the rule → key in the rulebook, minutes.
KEYS: Final[Mapping[str, str]] = {
    "near": "outage_near_minutes",
    "deadline_after": "outage_deadline_after_minutes",
    "opening_after": "outage_opening_after_minutes",
    "long_from": "outage_long_from_minutes",
    "long_deadline_after": "outage_long_deadline_after_minutes",
    "long_opening_after": "outage_long_opening_after_minutes",
    "evaluation_wait": "outage_evaluation_wait_minutes",
    "evaluation_resume": "outage_evaluation_resume_minutes",
}


# Entries that say which evaluations there are, and how far they have come.
ROOM_OPENED: Final = "room.opened"
SAT_DOWN: Final = "seat.checked_in"
ROOM_CLOSED: Final = "room.closed"
ROOM_VOIDED: Final = "room.voided"
ROOM_KINDS: Final = (ROOM_OPENED, SAT_DOWN, ROOM_CLOSED, ROOM_VOIDED)

# No rulebook counts a deadline later than this after an outage as inside it.
NEAR_MAX: Final = timedelta(days=1)


class Evaluation(StrEnum):
    """What becomes of an evaluation: it waits, goes on, begins another time, or with others."""

    WAIT = "wait"
    ANOTHER_TIME = "another_time"
    RESUME = "resume"
    NEW_COMMITTEE = "new_committee"


@dataclass(frozen=True, slots=True)
class Session:
    """An evaluation that is not over: its room, when that opens, and has a member sat down?"""

    lot: str
    room_id: UUID
    opens_at: datetime
    has_begun: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """When bids are due and from when on they may be opened."""

    deadline: datetime
    opening_from: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """The window of a lot in which bids are unlocked."""

    lot: str
    opened_at: datetime
    unlock_until: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What an outage does to one tender; `tender` has its new deadline.

    `voided`: the evaluations that another committee does anew.
    """

    tender: Tender
    windows: tuple[Window, ...]
    evaluation: Evaluation | None
    voided: tuple[Session, ...] = ()


def rule_of(rulebook: Rulebook, *, trigger: timedelta) -> OutageRule:
    """The policy of a rulebook. Raises RulebookInvalid where it lacks a figure."""
    figures = {name: timedelta(minutes=rulebook.number(key)) for name, key in KEYS.items()}
    if figures["near"] > NEAR_MAX:
        raise RulebookInvalid("too far from an outage to be near", where=KEYS["near"])
    return OutageRule(trigger=trigger, **figures)


def deadline_after_outage(rule: OutageRule, outage: Pause, deadline: datetime) -> Moved | None:
    """Where a deadline moves that fell into an outage; None where it stays.

    Never to an earlier instant. The first instant of the outage is the last sign of life, so a
    deadline at it had come while the platform answered.
    """
    if not outage.since < deadline < outage.until + rule.near:
        return None
    after, opening_after = rule.deadline_after, rule.opening_after
    if outage.until - outage.since > rule.long_from:
        after, opening_after = rule.long_deadline_after, rule.long_opening_after
    if deadline >= outage.until + after:
        return None
    return Moved(outage.until + after, outage.until + opening_after)


def decide_evaluation(rule: OutageRule, outage: Pause, session: Session) -> Evaluation | None:
    """What becomes of an evaluation; None for one whose time had not come."""
    lasted = outage.until - outage.since
    if session.has_begun:
        return Evaluation.RESUME if lasted <= rule.evaluation_resume else Evaluation.NEW_COMMITTEE
    if session.opens_at >= outage.until:
        return None
    return Evaluation.WAIT if lasted <= rule.evaluation_wait else Evaluation.ANOTHER_TIME


def settle_outage(
    rule: OutageRule,
    outage: Pause,
    tender: Tender,
    *,
    windows: Sequence[Window] = (),
    sessions: Sequence[Session] = (),
) -> Settled | None:
    """What an outage does to a tender; None where it touches nothing.

    While a tender stands still no time runs that an outage could take: the pause gives it back.
    """
    if outage.until - outage.since <= rule.trigger or tender.suspension is not None:
        return None
    if tender.status is TenderStatus.PUBLISHED:
        moved = deadline_after_outage(rule, outage, tender.deadline)
        if moved is None:
            return None
        later = replace(
            tender,
            deadline=moved.deadline,
            opening_from=moved.opening_from,
            version=tender.version + 1,
        )
        return Settled(later, (), None)
    longer = tuple(
        replace(one, unlock_until=ends)
        for one in windows
        if (ends := prolonged(one.unlock_until, [outage], begun=one.opened_at)) > one.unlock_until
    )
    found = [
        decided
        for session in sessions
        if (decided := decide_evaluation(rule, outage, session)) is not None
    ]
    # Where several lots are evaluated, the gravest counts: they share one committee.
    gravest = max(found, key=list(Evaluation).index, default=None)
    if not longer and gravest is None:
        return None
    is_voided = gravest is Evaluation.NEW_COMMITTEE
    return Settled(tender, longer, gravest, tuple(sessions) if is_voided else ())


def sessions_of(committee: Iterable[Entry]) -> list[Session]:
    """The evaluations that go on, by lot, as the ROOM_KINDS of the committee's stream tell."""
    found: dict[str, Session] = {}
    for entry in committee:
        if entry.kind not in ROOM_KINDS:
            continue
        room_id, terms = UUID(str(entry.body["room_id"])), entry.body.get("terms")
        if entry.kind == ROOM_OPENED and isinstance(terms, dict):
            opens_at = parse_instant(str(terms["opens_at"]))
            session = Session(str(entry.body["lot"]), room_id, opens_at, has_begun=False)
            found[session.lot] = session
            continue
        session = next(one for one in found.values() if one.room_id == room_id)
        if entry.kind == SAT_DOWN:
            found[session.lot] = replace(session, has_begun=True)
        else:
            del found[session.lot]
    return [session for _, session in sorted(found.items())]


def rule_json(rule: OutageRule) -> dict[str, JsonValue]:
    """The figures as the journal shows them: the trigger in seconds, the others in minutes."""
    minutes: dict[str, JsonValue] = {
        key: getattr(rule, name) // timedelta(minutes=1) for name, key in KEYS.items()
    }
    return {"outage_trigger_seconds": rule.trigger // timedelta(seconds=1), **minutes}


def outage_event(rule: OutageRule, outage: Pause, settled: Settled) -> Event:
    """The public entry: from when to when, by which rule, and what it has led to."""
    tender = settled.tender
    moved = tender.status is TenderStatus.PUBLISHED
    return Event(
        "platform.outage",
        {
            "since": instant(outage.since),
            "until": instant(outage.until),
            "rule": rule_json(rule),
            "deadline": instant(tender.deadline),
            "opening_from": instant(tender.opening_from) if moved and tender.opening_from else None,
            "timetable": dict(tender.timetable),
            "windows": [
                {"lot": one.lot, "unlock_until": instant(one.unlock_until)}
                for one in settled.windows
            ],
            "evaluation": settled.evaluation,
        },
    )
