"""Complaints to the supervisor: E36, E37, G27, as rules."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tendering.domain.calendar import civil_day, day_begins
from tendering.domain.complaints import (
    Acceptance,
    Clocks,
    Complaint,
    Remedy,
    Ruling,
    clocks_of,
    decide_acceptance,
    decide_complaint,
    decide_ruling,
    suspension_ends,
    word_due,
)
from tendering.domain.duties import duties_of
from tendering.domain.journal import Entry, Event, Stream
from tendering.domain.objections import Objection, ObjectionKind, Outcome, Reply, Subject
from tendering.domain.refusals.remedies import (
    AlreadyAnswered,
    ComplaintNotTakenUp,
    ObjectionFirst,
    RemedyImpossible,
)
from tendering.domain.rulebook import Rulebook
from tendering.domain.tender import Tender, TenderStatus
from tests.support.law import CALENDAR, CONSTRUCTION, PROCUREMENT
from tests.support.make import BIDDER, MOMENT, SUPERVISOR, a_tender

# A Monday in Shanghai, without a holiday near.
AT = datetime.fromisoformat("2026-11-09T02:00:00Z")
ANSWERED = AT + timedelta(days=2)
S = TenderStatus


def objection(*, answered: bool = True, **changes: Any) -> Objection:
    """An objection of Monday, answered on Wednesday."""
    reply = Reply(Outcome.NOT_UPHELD, "不成立", {}, ANSWERED)
    made = Objection(
        id=UUID(int=0x900),
        tender_id=a_tender().id,
        organization_id=BIDDER,
        organization_name="示范建设有限公司",
        kind=ObjectionKind.OBJECTION,
        subject=Subject.TENDER_DOCUMENTS,
        lot="",
        text="异议",
        signed={},
        received_at=AT,
        late=False,
        pauses=True,
        reply=reply if answered else None,
    )
    return replace(made, **changes)


def complaint(at: datetime = ANSWERED, **changes: Any) -> Complaint:
    """A complaint of the objector."""
    made = Complaint(
        id=UUID(int=0xB00),
        tender_id=a_tender().id,
        organization_id=BIDDER,
        organization_name="示范建设有限公司",
        objection_id=UUID(int=0x900),
        text="对答复不服",
        signed={},
        received_at=at,
        late=False,
    )
    return replace(made, **changes)


def is_late(at: datetime, about: Objection, rulebook: Rulebook = CONSTRUCTION) -> bool:
    """Would a complaint at this instant come after its term?"""
    return decide_complaint(complaint(at), about, rulebook, CALENDAR)[0].late


def taken_up(*, accepted: bool = True, suspends: bool = False) -> Acceptance:
    """The supervisor's decision."""
    return Acceptance(accepted, suspends, "决定", {}, ANSWERED)


def ruled(tender: Tender, remedy: Remedy, **changes: Any) -> tuple[Tender, tuple[Event, ...]]:
    """The supervisor's ruling on a complaint that was taken up."""
    about = complaint(**({"acceptance": taken_up()} | changes))
    return decide_ruling(tender, about, Ruling(remedy, "处理决定", {}, ANSWERED))


def test_e36_ten_days_run_from_the_reply_whose_time_does_not_count() -> None:
    last = day_begins(civil_day(ANSWERED) + timedelta(days=11))
    # Ten days after Wednesday the 11th is a Saturday: the term ends with the Monday.
    end = last + timedelta(days=2)

    assert not is_late(end - MOMENT, objection())
    assert is_late(end, objection())


def test_e36_an_objection_comes_first_and_is_answered_or_overdue() -> None:
    waiting = objection(answered=False)
    due = day_begins(civil_day(AT) + timedelta(days=4))

    with pytest.raises(ObjectionFirst):
        is_late(due - MOMENT, waiting)

    assert not is_late(due, waiting)


@pytest.mark.parametrize(
    "about",
    [objection(organization_id=UUID(int=1)), objection(kind=ObjectionKind.ENQUIRY)],
    ids=["another's", "an enquiry"],
)
def test_e36_it_is_ones_own_objection(about: Objection) -> None:
    with pytest.raises(ObjectionFirst):
        is_late(ANSWERED, about)


def test_g27_fifteen_working_days_run_from_the_reply() -> None:
    # Wednesday 2026-11-11 and fifteen working days: Wednesday December 2.
    end = day_begins(datetime.fromisoformat("2026-12-03").date())

    assert not is_late(end - MOMENT, objection(), PROCUREMENT)
    assert is_late(end, objection(), PROCUREMENT)


def test_e37_three_and_thirty_working_days_are_the_supervisors_duties() -> None:
    made, raised = decide_complaint(complaint(), objection(), CONSTRUCTION, CALENDAR)
    decided = decide_acceptance(a_tender(), made, taken_up())
    entries = [
        Entry(a_tender().id, stream, seq, event.kind, event.body, ANSWERED, b"")
        for seq, (stream, event) in enumerate(
            [(Stream.CUSTODY, raised), (Stream.PUBLIC, decided)], start=1
        )
    ]

    (first,) = duties_of(a_tender(), CONSTRUCTION, CALENDAR, entries[:1])
    both = duties_of(a_tender(), CONSTRUCTION, CALENDAR, entries)

    assert (first.rule_id, first.organization_id) == ("E37.accept", SUPERVISOR)
    assert first.due == day_begins(datetime.fromisoformat("2026-11-17").date())
    assert {one.rule_id: one.done_at for one in both} == {
        "E37.accept": ANSWERED,
        "E37.ruling": None,
    }


def test_g27_a_pause_over_a_complaint_lasts_thirty_days_at_most() -> None:
    ends = suspension_ends(PROCUREMENT, CALENDAR, AT)

    assert ends == day_begins(datetime.fromisoformat("2026-12-10").date())
    assert suspension_ends(CONSTRUCTION, CALENDAR, AT) is None


@pytest.mark.parametrize("status", [S.DRAFT, S.CONTINUED, S.FAILED])
def test_what_cannot_stand_still_is_not_stopped(status: TenderStatus) -> None:
    with pytest.raises(RemedyImpossible):
        decide_acceptance(a_tender(status=status), complaint(), taken_up(suspends=True))


@pytest.mark.parametrize("status", [S.PUBLISHED, S.OPENING, S.EVALUATING, S.AWARDED])
def test_e37_a_tender_stands_still_over_a_complaint_at_any_time(status: TenderStatus) -> None:
    event = decide_acceptance(a_tender(status=status), complaint(), taken_up(suspends=True))

    assert event.body["suspends"] is True


def test_what_is_not_taken_up_stops_nothing() -> None:
    with pytest.raises(RemedyImpossible):
        decide_acceptance(a_tender(), complaint(), taken_up(accepted=False, suspends=True))


def test_a_decision_and_a_ruling_name_nobody_and_are_given_once() -> None:
    decided = decide_acceptance(a_tender(), complaint(), taken_up())
    _, (ruling,) = ruled(a_tender(), Remedy.CORRECT)

    for event in (decided, ruling):
        assert str(BIDDER) not in str(event.body)
        assert "示范建设" not in str(event.body)
    with pytest.raises(AlreadyAnswered):
        decide_acceptance(a_tender(), complaint(acceptance=taken_up()), taken_up())


def test_only_what_was_taken_up_is_ruled_on() -> None:
    for acceptance in (None, taken_up(accepted=False)):
        with pytest.raises(ComplaintNotTakenUp):
            ruled(a_tender(), Remedy.REJECTED, acceptance=acceptance)


def test_a_ruling_to_tender_again_fails_the_tender() -> None:
    mended, events = ruled(a_tender(status=S.CANDIDATES_PUBLISHED), Remedy.RE_TENDER)

    assert (mended.status, mended.suspension) == (S.FAILED, None)
    assert [event.kind for event in events] == ["complaint.ruled", "tender.failed"]


def test_e37_an_award_that_is_void_ends_the_tender_and_the_terms_of_the_contract() -> None:
    before = a_tender(status=S.AWARDED)
    taken = complaint(acceptance=taken_up())
    given = Ruling(Remedy.AWARD_VOID, "中标无效", {}, ANSWERED)

    mended, events = decide_ruling(before, taken, given, awarded=["1"])

    assert mended.status is S.FAILED
    assert [event.kind for event in events] == [
        "complaint.ruled",
        "award.revoked",
        "tender.failed",
    ]
    assert events[1].body["lot"] == "1"
    for lots in ([], ["1", "2"]):
        with pytest.raises(RemedyImpossible):
            decide_ruling(before, taken, given, awarded=lots)


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (S.OPENED, Remedy.CORRECT),
        (S.AWARDED, Remedy.RE_TENDER),
        (S.CANDIDATES_PUBLISHED, Remedy.AWARD_VOID),
    ],
)
def test_a_remedy_has_something_to_mend(status: TenderStatus, remedy: Remedy) -> None:
    with pytest.raises(RemedyImpossible):
        ruled(a_tender(status=status), remedy)


def test_the_clocks_of_an_objection_run_to_the_reply_and_then_to_the_complaint() -> None:
    open_, answered = objection(answered=False), objection()
    # E08: three days, from Monday to the end of Thursday. E36: ten days from the reply,
    # of which the last is a Saturday, so that Monday still counts.
    due = day_begins(civil_day(AT) + timedelta(days=4))
    until = day_begins(civil_day(ANSWERED) + timedelta(days=13))

    def clocks(about: Objection, at: datetime) -> Clocks:
        return clocks_of(about, CONSTRUCTION, CALENDAR, at=at)

    assert clocks(open_, due - timedelta(microseconds=1)) == Clocks(due, None)
    silent = clocks(open_, due)
    assert silent.reply_due == due
    assert silent.complain_until is not None
    assert silent.complain_until > due
    assert clocks(answered, ANSWERED) == Clocks(None, until)
    late = clocks(replace(open_, late=True), AT)
    assert late == Clocks(None, None)


def test_about_an_enquiry_nobody_complains() -> None:
    enquiry = objection(kind=ObjectionKind.ENQUIRY)

    assert clocks_of(enquiry, PROCUREMENT, CALENDAR, at=ANSWERED) == Clocks(None, None)


def test_the_supervisors_next_word_is_due_until_it_is_said() -> None:
    raised = complaint()
    taken = replace(raised, acceptance=Acceptance(True, False, "", {}, ANSWERED))
    refused = replace(raised, acceptance=Acceptance(False, False, "", {}, ANSWERED))
    ruled = replace(taken, ruling=Ruling(Remedy.REJECTED, "", {}, ANSWERED))

    accept_by = word_due(raised, CONSTRUCTION, CALENDAR)
    rule_by = word_due(taken, CONSTRUCTION, CALENDAR)

    assert accept_by is not None
    assert rule_by is not None
    assert ANSWERED < accept_by < rule_by
    assert word_due(refused, CONSTRUCTION, CALENDAR) is None
    assert word_due(ruled, CONSTRUCTION, CALENDAR) is None
    # Government procurement has no term of its own for taking one up.
    assert word_due(raised, PROCUREMENT, CALENDAR) is None
