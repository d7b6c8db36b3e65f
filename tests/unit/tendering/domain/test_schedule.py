"""The whole course of a tender: each step's bounds, and what the rules say against a plan."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from tendering.domain.calendar import civil_instant, day_begins
from tendering.domain.circumstances import Circumstances
from tendering.domain.findings import Finding, blocking, figure_en, figure_zh, require_lawful
from tendering.domain.refusals.rules import TimetableUnlawful
from tendering.domain.schedule import Assumptions, Course, schedule, to_json, wall_time
from tendering.rulebooks import holiday_calendar, rulebook_at, rulebook_of

CALENDAR = holiday_calendar()
WORKS = rulebook_of("construction")
GOODS = rulebook_of("government_procurement")
MONDAY = civil_instant(date(2026, 11, 9), time(9))  # 20 days later: Sunday 29 November
DEADLINE = civil_instant(date(2026, 11, 30), time(9))


def works(**given: datetime) -> Course:
    return schedule(WORKS, CALENDAR, {"notice": MONDAY, "deadline": DEADLINE} | given)


def goods(**given: datetime) -> Course:
    return schedule(GOODS, CALENDAR, {"notice": MONDAY, "deadline": DEADLINE} | given)


def rules(course: Course) -> list[str]:
    return [finding.rule_id for finding in course.findings]


def test_a_lawful_plan_has_no_findings() -> None:
    assert works().findings == ()
    assert goods().findings == ()


def test_e02_applications_wait_five_days_after_the_documents_are_gone() -> None:
    notice = civil_instant(date(2026, 10, 12), time(9))
    short = civil_instant(date(2026, 10, 20), time(9))

    course = works(prequalification_notice=notice, prequalification_deadline=short)

    assert rules(course) == ["E02"]
    assert course.findings[0].earliest == day_begins(date(2026, 10, 23))


def test_e05_and_e06_prequalification_clarifications_and_objections_end_before_its_deadline() -> (
    None
):
    notice = civil_instant(date(2026, 10, 12), time(9))
    deadline = civil_instant(date(2026, 10, 30), time(9))

    course = works(prequalification_notice=notice, prequalification_deadline=deadline)

    clarifications = course.step("prequalification_clarifications_until")
    assert clarifications.latest == day_begins(date(2026, 10, 28))
    objections = course.step("prequalification_objections_until")
    assert objections.latest == day_begins(date(2026, 10, 29))


def test_e07_and_e08_objections_end_ten_days_before_and_are_answered_in_three() -> None:
    course = works()

    assert course.step("objections_until").latest == day_begins(date(2026, 11, 21))
    assert course.step("objection_reply").latest == day_begins(date(2026, 11, 24))


def test_e18_the_opening_is_at_the_deadline_and_not_before() -> None:
    course = works(opening=DEADLINE - timedelta(microseconds=1))

    assert rules(course)[0] == "E18"
    assert works().step("opening").earliest == DEADLINE


def test_e30_to_e35_from_the_report_to_the_supervisor() -> None:
    report = civil_instant(date(2026, 12, 1), time(17))

    course = works(evaluation=report)

    assert course.step("candidates").latest == day_begins(date(2026, 12, 5))
    assert course.step("publicity_until").earliest == day_begins(date(2026, 12, 5))
    assert course.step("award").earliest == day_begins(date(2026, 12, 5))
    assert course.step("supervisor_report").latest == day_begins(date(2026, 12, 21))
    assert course.step("contract").latest == day_begins(date(2027, 1, 5))


def test_e30_an_award_during_the_publicity_is_too_early() -> None:
    evaluated = civil_instant(date(2026, 12, 1), time(17))

    course = works(evaluation=evaluated, award=civil_instant(date(2026, 12, 4), time(23)))

    assert [finding.severity for finding in course.findings if finding.rule_id == "E30.period"] == [
        "block"
    ]


def test_e32_a_contract_thirty_one_days_after_the_notice_is_late() -> None:
    noticed = civil_instant(date(2026, 12, 10), time(9))
    signed = civil_instant(date(2027, 1, 10), time(0))

    assert rules(works(award_notice=noticed, contract=signed)) == ["E32"]
    assert rules(works(award_notice=noticed, contract=signed - timedelta(seconds=1))) == []


def test_g02_the_announcement_lasts_five_working_days() -> None:
    assert goods().step("announcement_until").earliest == day_begins(date(2026, 11, 17))
    short = goods(announcement_until=day_begins(date(2026, 11, 16)))
    assert rules(short) == ["G02"]


def test_g21_report_decision_notice_and_announcement_have_their_working_days() -> None:
    friday = civil_instant(date(2026, 12, 4), time(17))

    course = goods(evaluation=friday, report_delivered=friday, award=friday, award_notice=friday)

    assert course.step("report_delivered").latest == day_begins(date(2026, 12, 9))
    assert course.step("award").latest == day_begins(date(2026, 12, 12))
    assert course.step("award_notice").latest == day_begins(date(2026, 12, 9))
    assert course.step("result_until").earliest == day_begins(date(2026, 12, 8))


def test_g25_and_g26_questions_run_from_the_end_of_the_announcement() -> None:
    course = goods()

    # Published on Monday 9, announced until Monday 16, seven working days from there.
    assert course.step("questions_until").latest == day_begins(date(2026, 11, 26))
    assert course.step("question_reply").latest == day_begins(date(2026, 12, 5))


def test_g27_complaints_follow_the_reply_to_a_question() -> None:
    course = goods()

    reply = course.step("result_question_reply")
    assert course.step("result_complaint_until").rules == ("G27.complaint",)
    assert course.step("result_complaint_until").at > reply.at


def test_g29_the_archive_is_kept_for_fifteen_years() -> None:
    signed = civil_instant(date(2026, 12, 10), time(9))

    assert goods(contract=signed).step("archive_until").at == day_begins(date(2041, 12, 11))


def test_g31_a_period_of_procurement_does_not_end_on_a_day_off() -> None:
    sunday = civil_instant(date(2026, 11, 29), time(9))

    course = goods(deadline=sunday)

    assert [(one.rule_id, one.severity) for one in course.findings] == [("G31", "block")]
    assert [one.severity for one in works(deadline=sunday).findings] == ["warn"]


def test_years_from_a_leap_day_end_on_the_last_of_february() -> None:
    signed = civil_instant(date(2028, 2, 29), time(9))
    notice = civil_instant(date(2027, 11, 1), time(9))

    course = schedule(GOODS, CALENDAR, {"notice": notice, "contract": signed})

    assert course.step("archive_until").at == day_begins(
        date(2043, 3, 3)
    )  # 28 February is a Saturday
    works_course = schedule(WORKS, CALENDAR, {"notice": notice, "contract": signed})
    assert works_course.step("archive_until").provisional


def test_a_period_runs_over_the_leap_day_and_over_the_year() -> None:
    leap = schedule(WORKS, CALENDAR, {"notice": civil_instant(date(2028, 2, 10), time(9))})
    new_year = schedule(WORKS, CALENDAR, {"notice": civil_instant(date(2025, 12, 15), time(9))})

    assert leap.step("deadline").at == day_begins(date(2028, 3, 1))
    assert leap.step("deadline").provisional
    assert new_year.step("deadline").at == day_begins(date(2026, 1, 4))  # a make-up Sunday


def test_a_withdrawn_bid_has_its_security_back_in_five_days() -> None:
    withdrawn = civil_instant(date(2026, 11, 20), time(9))

    assert works(withdrawal=withdrawn).step("withdrawal_refund").latest == day_begins(
        date(2026, 11, 26)
    )
    assert rules(works(withdrawal=DEADLINE + timedelta(seconds=1))) == ["order"]


def test_a_late_clarification_proposes_a_new_deadline() -> None:
    late = works(clarification=civil_instant(date(2026, 11, 20), time(17)))
    in_time = works(clarification=day_begins(date(2026, 11, 16)) - timedelta(microseconds=1))

    assert rules(late) == ["E04"]
    assert late.findings[0].earliest == civil_instant(date(2026, 12, 7), time(9))
    assert "15日" in late.findings[0].message_zh
    assert in_time.findings == ()


def test_a_clarification_before_the_notice_is_out_of_order() -> None:
    assert rules(works(clarification=MONDAY - timedelta(days=1))) == ["order"]


def test_a_deadline_in_the_past_is_refused() -> None:
    course = schedule(
        WORKS,
        CALENDAR,
        {"notice": MONDAY, "deadline": DEADLINE},
        Assumptions(now=DEADLINE),
    )

    assert [(one.rule_id, one.severity) for one in course.findings] == [("deadline-past", "block")]


def test_contradictory_instants_block() -> None:
    course = works(award=DEADLINE + timedelta(days=20), award_notice=DEADLINE + timedelta(days=19))

    assert ("order", "block") in [(one.rule_id, one.severity) for one in course.findings]


def test_an_award_after_the_validity_is_pointed_out() -> None:
    assert "order" in rules(works(award=DEADLINE + timedelta(days=200)))


def test_a_tender_nobody_is_obliged_to_hold_has_no_twenty_days() -> None:
    free = Assumptions(circumstances=Circumstances(compulsory=False))
    given = {"notice": MONDAY, "deadline": civil_instant(date(2026, 11, 18), time(9))}

    course = schedule(WORKS, CALENDAR, given, free)

    assert course.findings == ()
    assert "supervisor_report" not in [step.name for step in course.steps]


def test_the_law_of_the_notice_counts_though_it_has_changed_before_the_opening() -> None:
    notice = civil_instant(date(2026, 6, 25), time(9))
    deadline = civil_instant(date(2026, 7, 16), time(9))
    at_notice = rulebook_at("construction", "990000", date(2026, 6, 25), date(2026, 7, 16))
    later = rulebook_at("construction", "990000", date(2026, 7, 1))
    given = {"notice": notice, "deadline": deadline}

    assert schedule(at_notice, CALENDAR, given).findings == ()
    assert rules(schedule(later, CALENDAR, given)) == ["E03"]


def test_every_finding_names_the_article_and_the_figures_in_both_languages() -> None:
    course = works(deadline=civil_instant(date(2026, 11, 28), time(9)))

    finding = course.findings[0]
    assert "《招标投标法》第二十四条" in finding.message_zh
    assert "20日" in finding.message_zh
    assert "20 days" in finding.message_en
    assert "2026-11-30 00:00" in finding.message_en


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"notice": MONDAY, "party": MONDAY}, "party"),
        ({"deadline": MONDAY}, "notice"),
        ({"notice": datetime.max.replace(tzinfo=UTC)}, "notice"),
        ({"notice": MONDAY, "contract": datetime(9999, 1, 1, tzinfo=UTC)}, "contract"),
    ],
)
def test_what_cannot_be_counted_is_refused(given: dict[str, datetime], where: str) -> None:
    with pytest.raises(TimetableUnlawful) as refused:
        schedule(WORKS, CALENDAR, given)

    assert refused.value.parameters["where"] == where


def test_the_steps_are_in_the_order_of_time() -> None:
    instants = [step.at for step in works().steps]

    assert instants == sorted(instants)


def test_a_step_the_regime_lacks_is_not_there() -> None:
    with pytest.raises(KeyError):
        goods().step("candidates")


def test_a_course_as_json_has_every_step_and_finding() -> None:
    course = works(deadline=civil_instant(date(2026, 11, 28), time(9)))

    written = to_json(course)

    assert len(written["steps"]) == len(course.steps)  # type: ignore[arg-type]
    assert written["findings"][0]["rule"] == "E03"  # type: ignore[index,call-overload]


def test_an_overridden_rule_blocks_no_more_where_the_rulebook_allows_it() -> None:
    window = Finding("P02", "law", "block", "", "", overridable=True)
    period = Finding("E03", "law", "block", "", "")

    assert blocking([window, period], overridden={"P02", "E03"}) == [period]
    require_lawful([window], overridden={"P02"})
    with pytest.raises(TimetableUnlawful) as refused:
        require_lawful([window])
    assert refused.value.parameters["overridable"] is True


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        ("E03", "20日", "20 days"),
        ("E10", "2%", "2%"),
        ("E11.works", "80万元", "80 × 10,000 yuan"),
        ("E22.experts", "2/3", "2/3"),
        ("E31", "", ""),
        ("E14", "", ""),
    ],
)
def test_figures_have_their_units(rule: str, zh: str, en: str) -> None:
    assert (figure_zh(WORKS.rule(rule)), figure_en(WORKS.rule(rule))) == (zh, en)


def test_wall_time_is_that_of_shanghai() -> None:
    assert wall_time(datetime(2026, 11, 9, 1, tzinfo=UTC)) == "2026-11-09 09:00"
