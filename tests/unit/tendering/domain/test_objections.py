"""Objections and the pause they cause: E07, E08, E21, E30, G25, G26, G28, as rules."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tendering.domain import timetable as dates
from tendering.domain.calendar import SHANGHAI, civil_day, day_begins
from tendering.domain.duties import duties_of
from tendering.domain.journal import Entry, Event, Stream
from tendering.domain.objections import (
    OBJECTIONS_MAX,
    Objection,
    ObjectionKind,
    Outcome,
    Reply,
    Standing,
    Subject,
    decide_objection,
    decide_reply,
    names_are_public,
    reply_statement,
    stops_tender,
)
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.remedies import (
    AlreadyAnswered,
    NotConcerned,
    ObjectionTooEarly,
    TooManyObjections,
)
from tendering.domain.tender import Tender, TenderStatus
from tests.support.law import CALENDAR, CONSTRUCTION, PROCUREMENT
from tests.support.make import BIDDER, DEADLINE, ENTITY, MOMENT, PUBLISHED_AT, a_tender

ID = UUID(int=0x900)


def tender(**changes: Any) -> Tender:
    """A published tender with its timetable."""
    plan = dates.plan(CONSTRUCTION, CALENDAR, published_at=PUBLISHED_AT, deadline=DEADLINE)
    return a_tender(timetable=dates.to_json(plan), **changes)


def entry(event: Event, at: datetime) -> Entry:
    """An event where it lies before the opening."""
    return Entry(tender().id, Stream.CUSTODY, 1, event.kind, event.body, at, b"")


def objection(at: datetime, **changes: Any) -> Objection:
    """An objection to the tender documents."""
    made = Objection(
        id=ID,
        tender_id=tender().id,
        organization_id=BIDDER,
        organization_name="示范建设有限公司",
        kind=ObjectionKind.OBJECTION,
        subject=Subject.TENDER_DOCUMENTS,
        lot="",
        text="资质要求与项目不相称",
        signed={},
        received_at=at,
        late=False,
        pauses=False,
    )
    return replace(made, **changes)


LAST = dates.plan(
    CONSTRUCTION, CALENDAR, published_at=PUBLISHED_AT, deadline=DEADLINE
).objections_until


def test_e07_an_objection_ten_days_before_the_deadline_is_in_time() -> None:
    registered, event = decide_objection(
        tender(), objection(LAST - MOMENT), CONSTRUCTION, CALENDAR, Standing()
    )

    assert not registered.late
    assert event.body["late"] is False


def test_e07_a_microsecond_later_it_is_registered_as_late_and_stops_nothing() -> None:
    registered, event = decide_objection(
        tender(), objection(LAST), CONSTRUCTION, CALENDAR, Standing()
    )

    assert (registered.late, registered.pauses) == (True, False)
    assert (event.kind, event.body["late"]) == ("objection.raised", True)


def test_e08_an_objection_in_time_stops_the_tender_and_is_owed_a_reply_in_three_days() -> None:
    at = LAST - timedelta(days=2)

    registered, event = decide_objection(
        tender(), objection(at), CONSTRUCTION, CALENDAR, Standing()
    )

    assert registered.pauses
    (owed,) = duties_of(tender(), CONSTRUCTION, CALENDAR, [entry(event, at)])
    assert (owed.rule_id, owed.organization_id) == ("E08", ENTITY)
    assert owed.due == day_begins(civil_day(at) + timedelta(days=4))


def test_e08_a_late_objection_obliges_nobody() -> None:
    _, event = decide_objection(tender(), objection(LAST), CONSTRUCTION, CALENDAR, Standing())

    assert duties_of(tender(), CONSTRUCTION, CALENDAR, [entry(event, LAST)]) == ()


def test_e08_nothing_is_stopped_where_the_play_is_over() -> None:
    over = tender(status=TenderStatus.TERMINATED)

    registered, _ = decide_objection(
        over, objection(LAST - MOMENT), CONSTRUCTION, CALENDAR, Standing()
    )

    assert not registered.pauses


def test_e21_an_objection_to_the_opening_is_made_on_the_spot_and_stops_nothing() -> None:
    opening = tender(status=TenderStatus.OPENING)
    at = DEADLINE + timedelta(hours=1)
    there = Standing(bids=True, revealed_at=at)
    made = objection(at + timedelta(minutes=10) - MOMENT, subject=Subject.OPENING, lot="1")

    registered, _ = decide_objection(opening, made, CONSTRUCTION, CALENDAR, there)
    after, _ = decide_objection(
        opening,
        replace(made, received_at=at + timedelta(minutes=10)),
        CONSTRUCTION,
        CALENDAR,
        there,
    )

    assert (registered.late, registered.pauses, after.late) == (False, False, True)


def test_e21_before_the_prices_are_read_no_end_is_in_sight() -> None:
    made = objection(DEADLINE + timedelta(days=2), subject=Subject.OPENING, lot="1")

    registered, _ = decide_objection(
        tender(status=TenderStatus.OPENING), made, CONSTRUCTION, CALENDAR, Standing(bids=True)
    )

    assert not registered.late


def test_e21_who_has_no_bid_does_not_object_to_the_opening() -> None:
    made = objection(DEADLINE, subject=Subject.OPENING)

    with pytest.raises(NotConcerned):
        decide_objection(
            tender(status=TenderStatus.OPENING), made, CONSTRUCTION, CALENDAR, Standing()
        )


@pytest.mark.parametrize("subject", [Subject.OPENING, Subject.EVALUATION_RESULT])
def test_what_has_not_happened_is_not_objected_to(subject: Subject) -> None:
    made = objection(PUBLISHED_AT + timedelta(days=1), subject=subject)

    with pytest.raises(ObjectionTooEarly):
        decide_objection(tender(), made, CONSTRUCTION, CALENDAR, Standing(bids=True))


def test_e30_candidates_are_objected_to_while_they_are_on_display() -> None:
    shown = tender(status=TenderStatus.CANDIDATES_PUBLISHED)
    until = DEADLINE + timedelta(days=9)
    there = Standing(publicity=(DEADLINE + timedelta(days=5), until))
    made = objection(until - MOMENT, subject=Subject.EVALUATION_RESULT)

    in_time, _ = decide_objection(shown, made, CONSTRUCTION, CALENDAR, there)
    late, _ = decide_objection(
        shown, replace(made, received_at=until), CONSTRUCTION, CALENDAR, there
    )

    assert (in_time.late, in_time.pauses) == (False, True)
    assert (late.late, late.pauses) == (True, False)


def test_g26_a_question_has_seven_working_days_from_the_end_of_the_announcement() -> None:
    # Published on Monday 2026-11-23: five working days end on the 30th, seven more on December 9.
    there = Standing(documents_at=PUBLISHED_AT)
    last = day_begins(datetime(2026, 12, 10, tzinfo=SHANGHAI).date())

    in_time, _ = decide_objection(tender(), objection(last - MOMENT), PROCUREMENT, CALENDAR, there)
    late, _ = decide_objection(tender(), objection(last), PROCUREMENT, CALENDAR, there)

    assert (in_time.late, late.late) == (False, True)


def test_g26_who_got_the_documents_later_has_longer() -> None:
    there = Standing(documents_at=PUBLISHED_AT + timedelta(days=14))
    at = day_begins(datetime(2026, 12, 10, tzinfo=SHANGHAI).date())

    registered, _ = decide_objection(tender(), objection(at), PROCUREMENT, CALENDAR, there)

    assert not registered.late


def test_g26_the_opening_and_the_result_may_be_questioned_for_seven_working_days() -> None:
    opened = tender(status=TenderStatus.OPENED)
    there = Standing(bids=True, revealed_at=DEADLINE, publicity=(DEADLINE, DEADLINE))
    for subject in (Subject.OPENING, Subject.EVALUATION_RESULT):
        made = objection(DEADLINE + timedelta(days=9), subject=subject)

        registered, _ = decide_objection(opened, made, PROCUREMENT, CALENDAR, there)

        assert not registered.late


def test_g25_a_question_comes_from_who_takes_part_and_stops_nothing() -> None:
    made = objection(PUBLISHED_AT + timedelta(days=1))

    registered, _ = decide_objection(
        tender(), made, PROCUREMENT, CALENDAR, Standing(documents_at=PUBLISHED_AT)
    )

    assert not registered.pauses
    with pytest.raises(NotConcerned):
        decide_objection(tender(), made, PROCUREMENT, CALENDAR, Standing())


def test_g28_an_enquiry_is_owed_an_answer_in_three_working_days_and_is_never_late() -> None:
    at = DEADLINE + timedelta(days=99)
    made = objection(at, kind=ObjectionKind.ENQUIRY)

    registered, event = decide_objection(tender(), made, PROCUREMENT, CALENDAR, Standing())

    (owed,) = duties_of(tender(), PROCUREMENT, CALENDAR, [entry(event, at)])
    assert (registered.late, owed.rule_id) == (False, "G28")
    with pytest.raises(Invalid):
        decide_objection(tender(), made, CONSTRUCTION, CALENDAR, Standing())


def test_one_organization_raises_so_many_and_no_more() -> None:
    with pytest.raises(TooManyObjections):
        decide_objection(
            tender(),
            objection(PUBLISHED_AT),
            CONSTRUCTION,
            CALENDAR,
            Standing(raised=OBJECTIONS_MAX),
        )


def test_a_reply_names_nobody_and_says_when_it_is_overdue() -> None:
    at = LAST - timedelta(days=3)
    due = day_begins(civil_day(at) + timedelta(days=4))
    said = reply_statement(tender().id, ID, Outcome.NOT_UPHELD, "不成立")
    reply = Reply(Outcome.NOT_UPHELD, "不成立", {"statement": said}, due - MOMENT)

    in_time = decide_reply(objection(at), reply, CONSTRUCTION, CALENDAR)
    overdue = decide_reply(objection(at), replace(reply, at=due), CONSTRUCTION, CALENDAR)

    assert in_time.kind == "objection.answered"
    assert (in_time.body["overdue"], overdue.body["overdue"]) == (False, True)
    assert "示范建设有限公司" not in str(in_time.body)
    assert str(BIDDER) not in str(in_time.body)
    with pytest.raises(AlreadyAnswered):
        decide_reply(objection(at, reply=reply), reply, CONSTRUCTION, CALENDAR)


def test_names_are_public_once_the_bids_are_opened_and_never_where_none_were() -> None:
    assert not names_are_public(tender(), opened=False)
    assert names_are_public(tender(status=TenderStatus.OPENING), opened=True)
    assert not names_are_public(tender(status=TenderStatus.FAILED), opened=False)


def test_e08_an_objection_to_the_result_of_one_of_several_lots_stops_that_lot_only() -> None:
    one = tender(status=TenderStatus.CANDIDATES_PUBLISHED)
    two = replace(one, lots=(*one.lots, replace(one.lots[0], lot="2")))
    of_a_lot = {"subject": Subject.EVALUATION_RESULT, "lot": "1", "pauses": True}

    about = objection(DEADLINE, **of_a_lot)

    assert stops_tender(one, about)
    assert not stops_tender(two, about)
    assert stops_tender(two, replace(about, lot=""))
    assert stops_tender(two, replace(about, subject=Subject.TENDER_DOCUMENTS))
    assert not stops_tender(one, replace(about, pauses=False))
