"""Duties: which term began when, until when it runs, who must act, who may know."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from crypto.canonical import JsonValue
from tendering.domain.calendar import Calendar, civil_day, day_begins
from tendering.domain.duties import (
    KINDS,
    TERMS,
    Duty,
    Term,
    due_after,
    duties_of,
    is_obliged,
    kinds,
    may_see,
    next_due,
    overdue_events,
)
from tendering.domain.journal import Entry, Stream, instant
from tendering.domain.parties import Actor
from tendering.domain.roles import Role
from tendering.domain.rulebook import Rule, Rulebook
from tendering.domain.suspension import Suspension, SuspensionReason
from tendering.domain.tender import TenderStatus
from tests.support.make import BIDDER, ENTITY, SUPERVISOR, a_tender

CALENDAR = Calendar(2026, 2026, {date(2026, 10, 1): "国庆节"}, frozenset())
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
AGENCY = UUID(int=0x250)
TENDER = a_tender(agency_id=AGENCY, status=TenderStatus.AWARDED)


def a_rule(value: int, unit: str = "calendar_day", key: str = "contract_max") -> Rule:
    return Rule("E32", key, "订立合同", "法46", value, unit, "duty", True, date(2000, 1, 1))


def a_rulebook(*rules: Rule) -> Rulebook:
    return Rulebook("construction", "示范", "1", {rule.id: rule for rule in rules})


def an_entry(
    kind: str, seq: int = 1, *, days: float = 0, stream: Stream = Stream.PUBLIC, **body: JsonValue
) -> Entry:
    return Entry(TENDER.id, stream, seq, kind, body, MONDAY + timedelta(days=days), b"")


def an_actor(role: Role, organization_id: UUID) -> Actor:
    return Actor(UUID(int=1), organization_id, role, "示范单位", "")


def found(*entries: Entry, rule: Rule | None = None, terms: tuple[Term, ...] = TERMS) -> list[Duty]:
    book = a_rulebook(rule or a_rule(30))
    return list(duties_of(TENDER, book, CALENDAR, entries, terms=terms))


def a_secret_duty(who: str = "") -> Duty:
    ends = frozenset({"b.ended"})
    term = Term("contract_max", "a.began", ends, Role.BIDDER, ("bidder_id",), who)
    began = an_entry("a.began", stream=Stream.CUSTODY, bidder_id=str(BIDDER))
    return found(began, terms=(term,))[0]


@pytest.mark.parametrize(
    ("value", "unit", "due"),
    [
        (30, "calendar_day", datetime(2026, 12, 23, 16, tzinfo=UTC)),
        (5, "calendar_day", datetime(2026, 11, 30, 16, tzinfo=UTC)),  # a Saturday moves to Monday
        (5, "working_day", datetime(2026, 11, 30, 16, tzinfo=UTC)),
        (2, "hour", MONDAY + timedelta(hours=2)),
        (30, "minute", MONDAY + timedelta(minutes=30)),
        (15, "year", datetime(2041, 11, 25, 16, tzinfo=UTC)),  # the same
    ],
)
def test_a_term_ends_with_its_last_day(value: int, unit: str, due: datetime) -> None:
    assert due_after(a_rule(value, unit), CALENDAR, MONDAY) == due


def test_a_term_of_years_from_a_leap_day_ends_on_the_last_of_february() -> None:
    leap_day = datetime(2028, 2, 29, 1, tzinfo=UTC)

    due = due_after(a_rule(15, "year"), CALENDAR, leap_day)

    assert due == datetime(2043, 3, 2, 16, tzinfo=UTC)  # 2043-02-28 is a Saturday


def test_a_duty_begins_with_one_entry_and_ends_with_another() -> None:
    (open_duty,) = found(an_entry("award.notified", lot="1"))
    (done,) = found(
        an_entry("contract.signed", 2, days=3, lot="1"), an_entry("award.notified", lot="1")
    )

    assert (open_duty.rule_id, open_duty.by) == ("E32", Role.PROCURING_ENTITY)
    assert (open_duty.organization_id, open_duty.subject) == (ENTITY, {"lot": "1"})
    assert open_duty.done_at is None
    assert done.done_at == MONDAY + timedelta(days=3)
    assert not done.late


def test_another_lot_ends_nothing_and_what_is_of_no_lot_ends_all() -> None:
    award = an_entry("award.notified", lot="1")

    (other,) = found(award, an_entry("contract.signed", 2, days=1, lot="2"))
    (all_of_them,) = found(award, an_entry("award.revoked", 2, days=1))

    assert other.done_at is None
    assert all_of_them.done_at is not None


def test_what_was_done_after_the_term_is_late_and_on_its_last_microsecond_is_not() -> None:
    (duty,) = found(an_entry("award.notified", lot="1"))
    last = duty.due - MONDAY - timedelta(microseconds=1)
    signed = an_entry("contract.signed", 2, days=last / timedelta(days=1), lot="1")

    (done,) = found(an_entry("award.notified", lot="1"), signed)
    (late,) = found(an_entry("award.notified", lot="1"), an_entry("contract.signed", 2, days=60))

    assert not duty.is_overdue(duty.due - timedelta(microseconds=1))
    assert duty.is_overdue(duty.due)
    assert not done.late
    assert late.late


def test_a_regime_without_the_rule_has_no_such_duty() -> None:
    assert found(an_entry("award.notified", lot="1"), rule=a_rule(3, key="other")) == []


def test_only_entries_that_say_so_begin_a_term_and_the_event_may_name_its_end() -> None:
    until = "2026-11-25T16:00:00.000000Z"
    term = Term(
        "contract_max",
        "a.began",
        frozenset({"b.ended"}),
        Role.SUPERVISOR,
        ("lot",),
        due="until",
        where={"form": "cash"},
    )
    entries = (
        an_entry("a.began", 1, lot="1", form="cash", until=until),
        an_entry("a.began", 2, lot="2", form="bank", until=until),
    )

    (duty,) = found(*entries, terms=(term,))

    assert (duty.subject, duty.organization_id) == ({"lot": "1"}, SUPERVISOR)
    assert duty.due == datetime(2026, 11, 25, 16, tzinfo=UTC)


def test_the_supervisor_is_told_of_an_overdue_duty_once() -> None:
    duties = found(an_entry("award.notified", lot="1"))
    due = duties[0].due

    early = overdue_events(duties, raised=frozenset(), at=due - timedelta(microseconds=1))
    (told,) = overdue_events(duties, raised=frozenset(), at=due)
    raised = frozenset({str(told.body["duty"])})

    assert early == ()
    assert told.body["by"] == Role.PROCURING_ENTITY
    assert overdue_events(duties, raised=raised, at=due) == ()
    assert next_due(duties, raised=frozenset()) == due
    assert next_due(duties, raised=raised) is None


def test_an_overdue_duty_of_everybody_in_a_role_names_nobody() -> None:
    duty = a_secret_duty()

    (told,) = overdue_events([duty], raised=frozenset(), at=duty.due)

    assert told.body["organization_id"] is None


def test_the_agency_must_act_too_and_nobody_else() -> None:
    (duty,) = found(an_entry("award.notified", lot="1"))

    assert is_obliged(duty, TENDER, an_actor(Role.AGENCY, AGENCY))
    assert is_obliged(duty, TENDER, an_actor(Role.PROCURING_ENTITY, ENTITY))
    assert not is_obliged(duty, TENDER, an_actor(Role.BIDDER, BIDDER))


def test_a_duty_is_that_of_the_organization_it_names_or_of_everybody_in_the_role() -> None:
    named, everybody = a_secret_duty("bidder_id"), a_secret_duty()
    other = an_actor(Role.BIDDER, UUID(int=7))

    assert is_obliged(named, TENDER, an_actor(Role.BIDDER, BIDDER))
    assert not is_obliged(named, TENDER, other)
    assert is_obliged(everybody, TENDER, other)


@pytest.mark.parametrize(
    "status", [TenderStatus.PUBLISHED, TenderStatus.OPENING, TenderStatus.FAILED]
)
def test_before_the_opening_nobody_but_its_owner_knows_of_a_duty_that_tells_of_a_bidder(
    status: TenderStatus,
) -> None:
    duty, tender = a_secret_duty("bidder_id"), a_tender(agency_id=AGENCY, status=status)

    assert may_see(duty, tender, an_actor(Role.BIDDER, BIDDER))
    assert not may_see(duty, tender, an_actor(Role.SUPERVISOR, SUPERVISOR))
    assert not may_see(duty, tender, an_actor(Role.AGENCY, AGENCY))


def test_after_the_opening_who_runs_or_supervises_the_tender_sees_every_duty() -> None:
    duty = a_secret_duty("bidder_id")

    assert may_see(duty, TENDER, an_actor(Role.SUPERVISOR, SUPERVISOR))
    assert may_see(duty, TENDER, an_actor(Role.AGENCY, AGENCY))
    assert not may_see(duty, TENDER, an_actor(Role.SUPERVISOR, UUID(int=9)))
    assert not may_see(duty, TENDER, an_actor(Role.BIDDER, UUID(int=7)))


def test_every_kind_of_the_table_is_looked_for() -> None:
    assert kinds() == KINDS
    assert {"award.notified", "contract.signed", "award.revoked"} <= KINDS
    assert "bid.submitted" not in KINDS


def test_the_term_of_what_a_pause_forbids_does_not_run_while_it_lasts() -> None:
    since, until = MONDAY + timedelta(days=5), MONDAY + timedelta(days=7, hours=1)
    stood = an_entry("tender.resumed", 2, since=instant(since), until=instant(until), days=7)
    begun = an_entry("award.notified", lot="1")

    (usual,), (moved,) = found(begun), found(begun, stood)

    # Two days and an hour: whole days are owed, so it is three.
    assert moved.due == usual.due + timedelta(days=3)
    assert moved.due == day_begins(civil_day(moved.due))


def test_nobody_is_late_while_the_tender_stands_still() -> None:
    begun = an_entry("award.notified", lot="1")
    still = replace(TENDER, suspension=Suspension(SuspensionReason.COMPLAINT, MONDAY))

    (duty,) = duties_of(still, a_rulebook(a_rule(30)), CALENDAR, [begun])

    assert not duty.is_overdue(duty.due + timedelta(days=99))
    assert next_due([duty], raised=frozenset()) is None
