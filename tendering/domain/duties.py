"""Duties: every term the platform watches, who must act within it, and whether it was kept.

A duty begins with an entry of the journal and ends with another; nobody keeps a list of duties by
hand. TERMS says which entries those are; how long the term is stands in the rulebook under its key.
A regime without the key has no such duty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.calendar import Calendar, civil_day, day_begins
from tendering.domain.journal import Entry, Event, Stream, instant, parse_instant
from tendering.domain.parties import Actor
from tendering.domain.pauses import RESUMED, pauses_of
from tendering.domain.roles import Role
from tendering.domain.rulebook import Rule, Rulebook
from tendering.domain.suspension import prolonged
from tendering.domain.tender import Tender, TenderStatus

OVERDUE: Final = "duty.overdue"
# From when on names of bidders are no secret: earlier a duty that tells of one is its owner's only.
OPENED: Final = frozenset(
    {
        TenderStatus.OPENED,
        TenderStatus.EVALUATING,
        TenderStatus.EVALUATED,
        TenderStatus.CANDIDATES_PUBLISHED,
        TenderStatus.AWARDED,
    }
)
_UNITS: Final = {"hour": timedelta(hours=1), "minute": timedelta(minutes=1)}


@dataclass(frozen=True, slots=True)
class Term:
    """A kind of duty: from which entry to which, by whom.

    `begins` and `ends` are kinds of entries; an end belongs to a beginning before it whose members
    named in `per` have the same values (a member that the end lacks fits all). With `where`, only
    entries whose members have these values begin it. The one obliged is the tender's party in the
    role `by`, or the organization that the member `who` of the beginning names; everybody in the
    role where neither is known. `due` names a member that already says until when
    (RFC 3339); a member `rule` may then say by which rule. `stands_still`: what is owed is what a
    pause forbids, so that the term does not run while the tender stands still.
    """

    key: str
    begins: str
    ends: frozenset[str]
    by: Role
    per: tuple[str, ...] = ("lot",)
    who: str = ""
    due: str = ""
    where: Mapping[str, JsonValue] = field(default_factory=lambda: MappingProxyType({}))
    stands_still: bool = False


# The whole of it: who adds a term, adds a row. Roles: PROCURING_ENTITY stands for its agency too.
TERMS: Final = (
    Term(
        "objection_reply_max",
        "objection.raised",
        frozenset({"objection.answered"}),
        Role.PROCURING_ENTITY,
        per=("objection_id",),
        where=MappingProxyType({"kind": "objection", "late": False}),
    ),
    Term(
        "enquiry_reply_max",
        "objection.raised",
        frozenset({"objection.answered"}),
        Role.PROCURING_ENTITY,
        per=("objection_id",),
        where=MappingProxyType({"kind": "enquiry"}),
    ),
    Term(
        "complaint_accept_max",
        "complaint.raised",
        frozenset({"complaint.decided"}),
        Role.SUPERVISOR,
        per=("complaint_id",),
    ),
    Term(
        "complaint_ruling_max",
        "complaint.decided",
        frozenset({"complaint.ruled"}),
        Role.SUPERVISOR,
        per=("complaint_id",),
        where=MappingProxyType({"accepted": True}),
    ),
    Term(
        "publicity_start_max",
        "evaluation.reported",
        frozenset({"candidates.published", "lot.failed", "tender.failed", "tender.terminated"}),
        Role.PROCURING_ENTITY,
        stands_still=True,
    ),
    Term(
        "supervisor_report_max",
        "award.notified",
        frozenset({"supervisor.reported", "award.revoked"}),
        Role.PROCURING_ENTITY,
        stands_still=True,
    ),
    Term(
        "contract_max",
        "award.notified",
        frozenset({"contract.signed", "award.revoked"}),
        Role.PROCURING_ENTITY,
        stands_still=True,
    ),
    Term(
        "contract_publication_max",
        "contract.signed",
        frozenset({"contract.published"}),
        Role.PROCURING_ENTITY,
    ),
    Term(
        "contract_filing_max",
        "contract.signed",
        frozenset({"contract.filed"}),
        Role.PROCURING_ENTITY,
    ),
    # What the platform's word releases is released at once; the rest the operator holds.
    Term(
        "bid_security_refund_max",
        "bid_security.release_ordered",
        frozenset({"bid_security.released", "bid_security.kept", "bid_security.release_cancelled"}),
        Role.OPERATOR,
        per=("lot", "bidder_id"),
        due="due",
        # Of a guarantee the operator learns nothing: before the opening it would tell who bids.
        where=MappingProxyType({"by_word": False}),
    ),
)


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty of a tender. `due` is the first instant that is too late; instants are aware.

    `organization_id` is None where everybody in the role `by` is meant. `subject` holds the members
    of the beginning that tell duties of one kind apart. `secret`: it began in custody. `held`: the
    tender stands still, and the term with it.
    """

    id: str
    key: str
    rule_id: str
    law: str
    title: str
    tender_id: UUID
    subject: Mapping[str, JsonValue]
    by: Role
    organization_id: UUID | None
    since: datetime
    due: datetime
    done_at: datetime | None
    secret: bool
    held: bool = False

    def is_overdue(self, at: datetime) -> bool:
        """Has the term passed with nothing done?"""
        return self.done_at is None and not self.held and at >= self.due

    @property
    def late(self) -> bool:
        """Was it done, but too late?"""
        return self.done_at is not None and self.done_at >= self.due


def duties_of(
    tender: Tender,
    rulebook: Rulebook,
    calendar: Calendar,
    entries: Sequence[Entry],
    *,
    terms: Sequence[Term] = TERMS,
) -> tuple[Duty, ...]:
    """The duties of a tender, the one that is due first first.

    `entries` are those of `kinds(terms)` of all streams, in any order.
    """
    pauses = pauses_of(entries)
    ordered = sorted(entries, key=lambda entry: (entry.at, entry.stream, entry.seq))
    found = []
    for term in terms:
        rule = rulebook.keyed(term.key)
        if rule is None:
            continue
        for place, entry in enumerate(ordered):
            if entry.kind == term.begins and _applies(term, entry):
                said = rulebook.rules.get(str(entry.body.get("rule")), rule) if term.due else rule
                due = _due(term, entry, said, calendar)
                if term.stands_still:
                    due = _whole_days(prolonged(due, pauses, begun=entry.at))
                duty = _duty(tender, said, term, entry, due)
                found.append(replace(duty, done_at=_done_at(term, entry, ordered[place + 1 :])))
    return tuple(sorted(found, key=lambda duty: (duty.due, duty.id)))


def kinds(terms: Sequence[Term] = TERMS) -> frozenset[str]:
    """Every kind of entry that begins or ends a duty, or lets its term run again."""
    return frozenset({RESUMED}).union(*({term.begins} | term.ends for term in terms))


KINDS: Final = kinds()


def due_after(rule: Rule, calendar: Calendar, begun_at: datetime) -> datetime:
    """The first instant that is too late for a term that an event at `begun_at` sets going.

    The day of the event is not counted; a last day that is a day off moves to the next working day
    (87号令 第八十五条; 《民法典》第二百零三条). Hours and minutes run from the instant.
    """
    assert isinstance(rule.value, int), f"{rule.id} has no whole number"
    if rule.unit in _UNITS:
        return begun_at + rule.value * _UNITS[rule.unit]
    day = civil_day(begun_at)
    if rule.unit == "working_day":
        last = calendar.add_working_days(day, rule.value)
    elif rule.unit == "year":
        last = calendar.next_working_day(_years_later(day, rule.value))
    else:
        assert rule.unit == "calendar_day", f"{rule.id} is no term"
        last = calendar.next_working_day(day + timedelta(days=rule.value))
    return day_begins(last + timedelta(days=1))


def next_due(duties: Sequence[Duty], *, raised: frozenset[str]) -> datetime | None:
    """When the next open duty of which nobody was told falls due; None when none is left."""
    return min(
        (
            duty.due
            for duty in duties
            if duty.done_at is None and not duty.held and duty.id not in raised
        ),
        default=None,
    )


def overdue_events(
    duties: Sequence[Duty], *, raised: frozenset[str], at: datetime
) -> tuple[Event, ...]:
    """What the supervisor is told: each overdue duty once. `raised`: ids told of already."""
    return tuple(
        Event(
            OVERDUE,
            {
                "duty": duty.id,
                "rule": duty.rule_id,
                "law": duty.law,
                "by": duty.by,
                "organization_id": str(duty.organization_id) if duty.organization_id else None,
                "subject": dict(duty.subject),
                "since": instant(duty.since),
                "due": instant(duty.due),
            },
        )
        for duty in duties
        if duty.is_overdue(at) and duty.id not in raised
    )


def is_obliged(duty: Duty, tender: Tender, actor: Actor) -> bool:
    """Is it this actor who must act? The agency acts for the procuring entity."""
    if duty.by is Role.PROCURING_ENTITY:
        return actor.organization_id in {tender.procuring_entity_id, tender.agency_id}
    if duty.organization_id is not None:
        return actor.organization_id == duty.organization_id
    return actor.role is duty.by


def may_see(duty: Duty, tender: Tender, actor: Actor) -> bool:
    """Who must act sees the duty, and who runs or supervises the tender; what is secret later."""
    if is_obliged(duty, tender, actor):
        return True
    if duty.secret and tender.status not in OPENED:
        return False
    supervises = actor.role is Role.SUPERVISOR and actor.organization_id == tender.supervisor_id
    return supervises or actor.organization_id in {tender.procuring_entity_id, tender.agency_id}


def _applies(term: Term, entry: Entry) -> bool:
    return all(entry.body.get(name) == value for name, value in term.where.items())


def _done_at(term: Term, begun: Entry, later: Sequence[Entry]) -> datetime | None:
    for entry in later:
        if entry.kind in term.ends and all(
            name not in entry.body or entry.body[name] == begun.body.get(name) for name in term.per
        ):
            return entry.at
    return None


def _due(term: Term, entry: Entry, rule: Rule, calendar: Calendar) -> datetime:
    if term.due:
        return parse_instant(str(entry.body[term.due]))
    return due_after(rule, calendar, entry.at)


def _duty(tender: Tender, rule: Rule, term: Term, entry: Entry, due: datetime) -> Duty:
    return Duty(
        id=f"{term.key}:{entry.stream}:{entry.seq}",
        key=term.key,
        rule_id=rule.id,
        law=rule.law,
        title=rule.title,
        tender_id=tender.id,
        subject={name: entry.body[name] for name in term.per if name in entry.body},
        by=term.by,
        organization_id=_obliged(tender, term, entry),
        since=entry.at,
        due=due,
        done_at=None,
        secret=entry.stream is not Stream.PUBLIC,
        held=term.stands_still
        and tender.suspension is not None
        and tender.suspension.holds_back(due),
    )


def _obliged(tender: Tender, term: Term, entry: Entry) -> UUID | None:
    named = entry.body.get(term.who) if term.who else None
    if named is not None:
        return UUID(str(named))
    if term.by is Role.PROCURING_ENTITY:
        return tender.procuring_entity_id
    return tender.supervisor_id if term.by is Role.SUPERVISOR else None


def _whole_days(at: datetime) -> datetime:
    """The first beginning of a day in Shanghai at or after an instant."""
    day = day_begins(civil_day(at))
    return day if day == at else day_begins(civil_day(at) + timedelta(days=1))


def _years_later(day: date, years: int) -> date:
    """The same day years later; the last of February where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
