"""The timetable: statutory periods, day by day."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tendering.domain.calendar import civil_instant, day_begins
from tendering.domain.circumstances import Circumstances
from tendering.domain.findings import require_lawful
from tendering.domain.refusals.rules import TimetableUnlawful
from tendering.domain.timetable import (
    Timetable,
    check,
    deadline_after_clarification,
    earliest_deadline,
    from_json,
    next_instant,
    plan,
    publicity,
    to_json,
)
from tendering.rulebooks import holiday_calendar, rulebook_of

CALENDAR = holiday_calendar()
WORKS = rulebook_of("construction")
GOODS = rulebook_of("government_procurement")
MONDAY = civil_instant(date(2026, 11, 9), time(9))  # 20 days later: Sunday 29 November


def planned(deadline: datetime, **changes: object) -> Timetable:
    return plan(WORKS, CALENDAR, published_at=MONDAY, deadline=deadline, **changes)  # type: ignore[arg-type]


def rule_ids(timetable: Timetable, *, circumstances: Circumstances | None = None) -> list[str]:
    found = check(WORKS, CALENDAR, timetable, circumstances=circumstances)
    return [finding.rule_id for finding in found]


def test_e03_nineteen_days_are_too_few() -> None:
    timetable = planned(civil_instant(date(2026, 11, 28), time(23, 59)))

    finding = check(WORKS, CALENDAR, timetable)[0]

    assert (finding.rule_id, finding.severity) == ("E03", "block")
    assert finding.earliest == day_begins(date(2026, 11, 29))
    with pytest.raises(TimetableUnlawful) as refused:
        require_lawful((finding,))
    assert refused.value.parameters["rule"] == "E03"


def test_d01_a_last_day_on_a_sunday_is_pointed_out() -> None:
    assert rule_ids(planned(civil_instant(date(2026, 11, 29), time(9)))) == [
        "D01",
        "opening-on-day-off",
    ]
    require_lawful(check(WORKS, CALENDAR, planned(civil_instant(date(2026, 11, 29), time(9)))))


def test_the_monday_after_is_lawful() -> None:
    findings = check(WORKS, CALENDAR, planned(day_begins(date(2026, 11, 30))))

    assert findings == ()
    require_lawful(findings)


def test_a_tender_nobody_is_obliged_to_hold_may_be_shorter() -> None:
    timetable = planned(civil_instant(date(2026, 11, 18), time(9)))

    assert rule_ids(timetable, circumstances=Circumstances(compulsory=False)) == []


def test_government_procurement_blocks_a_last_day_that_is_a_day_off() -> None:
    timetable = plan(
        GOODS, CALENDAR, published_at=MONDAY, deadline=civil_instant(date(2026, 11, 29), time(9))
    )

    found = [(one.rule_id, one.severity) for one in check(GOODS, CALENDAR, timetable)]

    assert ("G31", "block") in found


def test_g01_nineteen_days_are_too_few_in_procurement_and_twenty_are_not() -> None:
    wednesday = civil_instant(date(2026, 11, 11), time(9))

    def found(day: date) -> list[str]:
        deadline = civil_instant(day, time(23, 59))
        timetable = plan(GOODS, CALENDAR, published_at=wednesday, deadline=deadline)
        return [one.rule_id for one in check(GOODS, CALENDAR, timetable) if one.severity == "block"]

    assert "G01" in found(date(2026, 11, 30))
    assert found(date(2026, 12, 1)) == []


def test_the_earliest_deadline_waits_for_a_working_day() -> None:
    assert earliest_deadline(WORKS, CALENDAR, MONDAY) == day_begins(date(2026, 11, 30))


def test_the_holiday_of_october_pushes_the_deadline_out() -> None:
    published = civil_instant(date(2026, 9, 14), time(9))  # 20 days later: 4 October

    assert earliest_deadline(WORKS, CALENDAR, published) == day_begins(date(2026, 10, 8))


def test_e01_five_days_of_availability_are_calendar_days_in_engineering() -> None:
    deadline = day_begins(date(2026, 11, 30))

    assert rule_ids(planned(deadline, documents_until=day_begins(date(2026, 11, 14)))) == []
    assert rule_ids(
        planned(deadline, documents_until=day_begins(date(2026, 11, 14)) - timedelta(seconds=1))
    ) == ["E01"]


def test_g03_five_days_of_availability_are_working_days_in_procurement() -> None:
    timetable = plan(
        GOODS,
        CALENDAR,
        published_at=MONDAY,
        deadline=day_begins(date(2026, 11, 30)),
        documents_until=day_begins(date(2026, 11, 15)),
    )

    finding = check(GOODS, CALENDAR, timetable)[0]

    assert (finding.rule_id, finding.earliest) == ("G03", day_begins(date(2026, 11, 16)))


def test_p02_a_short_unlock_window_is_blocked() -> None:
    assert rule_ids(planned(day_begins(date(2026, 11, 30)), unlock_minutes=5)) == ["P02"]


def test_e09_the_dates_follow_from_the_deadline() -> None:
    deadline = civil_instant(date(2026, 11, 30), time(9, 30))

    timetable = planned(deadline, drain=timedelta(seconds=45))

    assert timetable.sign_in_from == deadline - timedelta(hours=24)
    assert timetable.objections_until == day_begins(date(2026, 11, 21))
    assert timetable.clarifications_until == day_begins(date(2026, 11, 16))
    assert timetable.closing_at == deadline + timedelta(seconds=45)
    assert timetable.unlock_until == timetable.closing_at + timedelta(minutes=30)
    assert timetable.validity_until == day_begins(date(2027, 3, 1))
    assert not timetable.provisional


def test_a_deadline_in_a_year_without_announcement_is_provisional() -> None:
    assert planned(civil_instant(date(CALENDAR.last_year + 1, 3, 1), time(9))).provisional


def test_a_clarification_in_time_moves_nothing() -> None:
    deadline = civil_instant(date(2026, 11, 30), time(9, 30))
    last = day_begins(date(2026, 11, 16)) - timedelta(microseconds=1)

    assert (
        deadline_after_clarification(WORKS, CALENDAR, clarified_at=last, deadline=deadline) is None
    )


def test_a_clarification_within_fifteen_days_moves_the_deadline() -> None:
    deadline = civil_instant(date(2026, 11, 30), time(9, 30))
    clarified = civil_instant(date(2026, 11, 20), time(17))  # 15 days later: Saturday 5 December

    assert deadline_after_clarification(
        WORKS, CALENDAR, clarified_at=clarified, deadline=deadline
    ) == civil_instant(date(2026, 12, 7), time(9, 30))


def test_candidates_are_on_display_for_three_whole_days_and_not_to_a_day_off() -> None:
    wednesday = civil_instant(date(2026, 11, 25), time(15))  # 3 days later: Saturday

    begins, ends = publicity(WORKS, CALENDAR, wednesday)

    assert (begins, ends) == (wednesday, day_begins(date(2026, 12, 1)))


def test_the_next_instant_is_the_first_that_lies_ahead() -> None:
    timetable = planned(day_begins(date(2026, 11, 30)))

    assert next_instant(timetable, MONDAY) == (
        "clarifications_until",
        timetable.clarifications_until,
    )
    assert next_instant(timetable, timetable.deadline) == ("closing_at", timetable.closing_at)
    assert next_instant(timetable, datetime(2030, 1, 1, tzinfo=UTC)) is None


def test_a_timetable_survives_json() -> None:
    timetable = planned(day_begins(date(2026, 11, 30)))

    assert from_json(to_json(timetable)) == timetable


def test_what_is_no_timetable_is_refused() -> None:
    broken = to_json(planned(day_begins(date(2026, 11, 30)))) | {"deadline": "soon"}

    with pytest.raises(TimetableUnlawful):
        from_json(broken)


def test_a_regime_without_a_rule_on_days_off_does_not_move_the_last_day() -> None:
    rules = {rule.id: rule for rule in WORKS.rules.values() if rule.key != "rollover"}
    plain = replace(WORKS, rules=rules)
    sunday = civil_instant(date(2026, 11, 29), time(9))

    assert earliest_deadline(plain, CALENDAR, MONDAY) == day_begins(date(2026, 11, 29))
    assert [
        one.rule_id
        for one in check(
            plain, CALENDAR, plan(plain, CALENDAR, published_at=MONDAY, deadline=sunday)
        )
    ] == ["opening-on-day-off"]


@pytest.mark.parametrize("late", [timedelta(microseconds=1), timedelta(days=365)])
def test_a_deadline_before_the_notice_blocks_in_every_tender(late: timedelta) -> None:
    free = Circumstances(compulsory=False)

    assert "deadline-past" in rule_ids(planned(MONDAY - late), circumstances=free)
    assert "deadline-past" not in rule_ids(planned(MONDAY + late))
