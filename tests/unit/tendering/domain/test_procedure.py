"""Every procedure of the files holds together, and a round survives being kept with a tender."""

from dataclasses import replace
from datetime import date, time

import pytest

from tendering.domain.bid import CustodyState, decide_submission
from tendering.domain.calendar import civil_instant, day_begins
from tendering.domain.opening import decide_closing
from tendering.domain.procedure import (
    ENVELOPES,
    OPEN_TENDERING,
    Judging,
    Outcome,
    Participants,
    Qualification,
    load_procedure,
    round_from_json,
    round_json,
)
from tendering.domain.refusals.rules import ProcedureInvalid
from tendering.domain.refusals.tenders import NotParticipant, TenderIncomplete
from tendering.domain.tender import TenderStatus, public_facts, require_sound
from tendering.domain.timetable import check, deadline_after_clarification, earliest_deadline, plan
from tendering.procedures import PROCEDURES, procedure_of, procedure_text, round_of
from tendering.rulebooks import holiday_calendar, rulebook_of
from tests.support.make import PUBLISHED_AT, a_bid, a_locked_bid, a_tender

CALENDAR = holiday_calendar()
BOOKS = {regime: rulebook_of(regime) for regime in PROCEDURES}
NAMES = [(regime, name) for regime, names in PROCEDURES.items() for name in names]
LOADED = {name: procedure_of(name) for _, name in NAMES}
TEXT = procedure_text("open-tendering")
TWO_ROUNDS = procedure_text("prequalified-tendering")
ROUNDS = [
    (regime, name, number)
    for regime, name in NAMES
    for number in range(1, len(LOADED[name].rounds) + 1)
]
PREQUALIFICATION = round_of("prequalified-tendering", 1, BOOKS["construction"])
MONDAY = civil_instant(date(2026, 11, 9), time(9))


@pytest.mark.parametrize(("regime", "name"), NAMES)
def test_every_key_a_procedure_names_is_in_its_rulebook(regime: str, name: str) -> None:
    assert LOADED[name].id == name
    assert LOADED[name].regimes == (regime,)
    LOADED[name].require_rules(BOOKS[regime])


@pytest.mark.parametrize(("regime", "name"), NAMES)
def test_whoever_walks_a_procedure_comes_to_an_award(regime: str, name: str) -> None:
    rounds = [
        round_of(name, number, BOOKS[regime]) for number in range(1, len(LOADED[name].rounds) + 1)
    ]

    assert [each.number for each in rounds] == list(range(1, rounds[-1].rounds + 1))
    assert all(each.outcome is Outcome.ADMISSIONS for each in rounds[:-1])
    assert rounds[-1].outcome is Outcome.CANDIDATES
    assert rounds[-1].is_last
    assert rounds[-1].has_price
    assert not any(each.has_price for each in rounds[:-1])
    assert rounds[0].participants is not Participants.ADMITTED
    assert all(each.participants is Participants.ADMITTED for each in rounds[1:])
    assert all(each.law and each.bidders_min.law for each in rounds)


@pytest.mark.parametrize(("regime", "name", "number"), ROUNDS)
def test_a_round_survives_json(regime: str, name: str, number: int) -> None:
    kept = round_of(name, number, BOOKS[regime])

    assert round_from_json(round_json(kept)) == kept


@pytest.mark.parametrize(("regime", "name", "number"), ROUNDS)
def test_a_timetable_on_the_earliest_day_is_lawful(regime: str, name: str, number: int) -> None:
    book, periods = BOOKS[regime], round_of(name, number, BOOKS[regime]).periods
    earliest = earliest_deadline(book, CALENDAR, MONDAY, periods=periods)

    timetable = plan(book, CALENDAR, published_at=MONDAY, deadline=earliest, periods=periods)
    found = check(book, CALENDAR, timetable, periods=periods)

    assert [one.rule_id for one in found if one.severity == "block"] == []


def test_a_tender_that_says_nothing_is_an_open_tender() -> None:
    assert round_of("open-tendering", 1, BOOKS["construction"]) == OPEN_TENDERING
    assert a_tender().procedure == "open-tendering"


def test_the_notice_names_procedure_and_round() -> None:
    facts = public_facts(a_tender(round=PREQUALIFICATION))

    assert facts["round"] == round_json(PREQUALIFICATION)
    assert facts["previous"] is None


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (
            'envelopes = ["price", "technical"]',
            'envelopes = ["qualification", "technical", "price"]',
        ),
        ("envelopes = []", 'envelopes = ["qualification", "technical", "price"]'),
        ('envelopes = ["technical"]', 'envelopes = ["qualification", "technical", "price"]'),
        ('participants = "admitted"', 'participants = "public"'),
        ('participants = "friends"', 'participants = "public"'),
        ('outcome = "admissions"', 'outcome = "candidates"'),
        ('judging = "review"', 'judging = "method"'),
        ('qualification = "procuring_entity"', 'qualification = "committee"'),
        ("after_documents = 1", 'objection = "objection_before_deadline_min"'),
        ("regimes = []", 'regimes = ["construction"]'),
        ("surprise = 1", "verified = true"),
        ("= = =", "verified = true"),
    ],
)
def test_a_procedure_that_does_not_hold_together_is_refused(wrong: str, right: str) -> None:
    assert right in TEXT
    with pytest.raises(ProcedureInvalid):
        load_procedure(TEXT.replace(right, wrong))


def test_a_time_after_the_documents_needs_both_periods() -> None:
    text = TEXT.replace('documents = "documents_available_min"', "after_documents = true")

    with pytest.raises(ProcedureInvalid, match="both periods"):
        load_procedure(text)


def test_a_round_that_admits_says_how_few_are_too_few() -> None:
    text = TWO_ROUNDS.replace('admitted_min = "prequalified_min"\n', "")

    with pytest.raises(ProcedureInvalid, match="too few"):
        load_procedure(text)


def test_no_award_without_a_price() -> None:
    text = TEXT.replace('["qualification", "technical", "price"]', '["qualification", "technical"]')

    with pytest.raises(ProcedureInvalid, match="price"):
        load_procedure(text)


def test_a_procedure_without_a_round_is_refused() -> None:
    with pytest.raises(ProcedureInvalid, match="no round"):
        load_procedure(TEXT.partition("[[round]]")[0])


def test_another_regime_and_another_round_are_refused() -> None:
    with pytest.raises(ProcedureInvalid, match="regime"):
        round_of("inquiry", 1, BOOKS["construction"])
    with pytest.raises(ProcedureInvalid, match="no such round"):
        round_of("inquiry", 2, BOOKS["government_procurement"])
    with pytest.raises(ProcedureInvalid, match="no such procedure"):
        procedure_of("../rulebooks/cn-construction")


def test_a_first_round_has_none_before_it_and_a_later_one_has() -> None:
    later = round_of("prequalified-tendering", 2, BOOKS["construction"])

    require_sound(a_tender(round=PREQUALIFICATION))
    with pytest.raises(TenderIncomplete, match="the one before"):
        require_sound(a_tender(round=later))


def test_e02_applications_have_five_days_after_the_documents() -> None:
    book, periods = BOOKS["construction"], PREQUALIFICATION.periods
    timetable = plan(
        book, CALENDAR, published_at=MONDAY, deadline=MONDAY.replace(day=18), periods=periods
    )

    found = check(book, CALENDAR, timetable, periods=periods)

    assert timetable.documents_until == day_begins(date(2026, 11, 14))
    assert (found[0].rule_id, found[0].severity) == ("E02", "block")
    assert found[0].earliest == day_begins(date(2026, 11, 19))


def test_e05_a_clarification_less_than_three_days_before_moves_the_deadline() -> None:
    book, periods = BOOKS["construction"], PREQUALIFICATION.periods
    deadline = civil_instant(date(2026, 11, 20), time(9))

    def moved(day: int) -> object:
        at = civil_instant(date(2026, 11, day), time(12))
        return deadline_after_clarification(
            book, CALENDAR, clarified_at=at, deadline=deadline, periods=periods
        )

    assert moved(17) is None
    assert moved(18) == civil_instant(date(2026, 11, 23), time(9))


def test_e06_objections_to_prequalification_end_two_days_before() -> None:
    deadline = civil_instant(date(2026, 11, 20), time(9))
    timetable = plan(
        BOOKS["construction"],
        CALENDAR,
        published_at=MONDAY,
        deadline=deadline,
        periods=PREQUALIFICATION.periods,
    )

    assert timetable.objections_until == day_begins(date(2026, 11, 19))


def test_negotiation_counts_working_days_back_from_the_deadline() -> None:
    round_ = round_of("competitive-negotiation", 1, BOOKS["government_procurement"])
    timetable = plan(
        BOOKS["government_procurement"],
        CALENDAR,
        published_at=MONDAY,
        deadline=civil_instant(date(2026, 11, 17), time(9)),
        periods=round_.periods,
    )

    # Tuesday; Monday, Friday and Thursday lie between, and the weekend does not count.
    assert timetable.clarifications_until == day_begins(date(2026, 11, 13))
    assert timetable.objections_until == timetable.deadline


def test_a_round_without_periods_has_no_least_time() -> None:
    book = BOOKS["government_procurement"]
    periods = round_of("competitive-negotiation", 2, book).periods
    deadline = civil_instant(date(2026, 11, 9), time(11))

    timetable = plan(book, CALENDAR, published_at=MONDAY, deadline=deadline, periods=periods)

    assert check(book, CALENDAR, timetable, periods=periods) == ()
    assert timetable.clarifications_until == deadline
    assert (
        deadline_after_clarification(
            book, CALENDAR, clarified_at=MONDAY, deadline=deadline, periods=periods
        )
        is None
    )


def test_g10_fewer_than_three_are_not_opened_and_the_rule_is_named() -> None:
    round_ = round_of("procurement-open-tendering", 1, BOOKS["government_procurement"])
    tender = a_tender(round=round_, regime="government_procurement")

    status, event = decide_closing(
        tender, [a_locked_bid(1), a_locked_bid(2)], at=tender.closing_at, custody=(1, bytes(32))
    )

    assert status is TenderStatus.FAILED
    assert event.body["rule"] == {
        "id": "G10",
        "law": round_.bidders_min.law,
        "value": 3,
    }


def test_one_bid_opens_a_single_source() -> None:
    round_ = round_of("single-source", 1, BOOKS["government_procurement"])
    tender = a_tender(round=round_, regime="government_procurement")

    status, _ = decide_closing(
        tender, [a_locked_bid(1)], at=tender.closing_at, custody=(1, bytes(32))
    )

    assert status is TenderStatus.OPENING


def test_whoever_is_not_invited_may_not_hand_in() -> None:
    tender = a_tender(round=round_of("invitation-tendering", 1, BOOKS["construction"]))

    with pytest.raises(NotParticipant):
        decide_submission(
            tender,
            a_bid(tender),
            received_at=PUBLISHED_AT,
            has_bid_security=True,
            custody=CustodyState(0, stands=False),
            is_participant=False,
        )


def test_each_round_asks_for_its_own_envelopes() -> None:
    negotiation = procedure_of("competitive-negotiation")

    assert [plan.envelopes for plan in negotiation.rounds] == [
        ("qualification", "technical"),
        ("price",),
    ]
    assert PREQUALIFICATION.envelopes == ("qualification",)
    assert PREQUALIFICATION.judging is Judging.REVIEW
    assert a_tender().round.envelopes == ENVELOPES


def test_g13_qualification_is_the_procuring_entitys_in_government_procurement() -> None:
    round_ = round_of("procurement-open-tendering", 1, BOOKS["government_procurement"])

    assert round_.qualification is Qualification.PROCURING_ENTITY
    assert round_.admitted_min is not None
    assert round_.admitted_min.rule == "G13"
    assert replace(round_, admitted_min=None).admitted_min is None
