"""The numbers of the procedures beside open tendering (N, C): each binds the round it is of."""

from datetime import date, time, timedelta

import pytest

from tendering.domain.calendar import civil_instant
from tendering.domain.experts import committee_findings
from tendering.domain.opening import decide_closing
from tendering.domain.participants import Admitted, too_few_admitted
from tendering.domain.procedure import Round
from tendering.domain.tender import TenderStatus
from tendering.domain.timetable import check, deadline_after_clarification, earliest_deadline, plan
from tendering.procedures import round_of
from tendering.rulebooks import holiday_calendar, rulebook_of
from tests.support.make import a_locked_bid, a_tender

GOODS = rulebook_of("government_procurement")
CALENDAR = holiday_calendar()
MONDAY = civil_instant(date(2026, 11, 9), time(9))
DAY = timedelta(days=1)


def of(name: str, number: int = 1) -> Round:
    return round_of(name, number, GOODS)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("competitive-negotiation", "N01"),
        ("inquiry", "N06"),
        ("single-source", "N10"),
        ("competitive-consultation", "C01"),
    ],
)
def test_n01_n06_n10_c01_a_day_less_than_the_least_time_is_found(name: str, rule: str) -> None:
    periods = of(name).periods
    earliest = earliest_deadline(GOODS, CALENDAR, MONDAY, periods=periods)

    def found(days: int) -> set[str]:
        timetable = plan(
            GOODS, CALENDAR, published_at=MONDAY, deadline=earliest - days * DAY, periods=periods
        )
        findings = check(GOODS, CALENDAR, timetable, periods=periods)
        return {one.rule_id for one in findings if one.severity == "block"}

    assert found(0) == set()
    assert rule in found(1)


def test_c02_the_papers_of_a_consultation_are_there_for_five_working_days() -> None:
    periods = of("competitive-consultation").periods
    deadline = earliest_deadline(GOODS, CALENDAR, MONDAY, periods=periods)

    def found(until: date) -> set[str]:
        timetable = plan(
            GOODS,
            CALENDAR,
            published_at=MONDAY,
            deadline=deadline,
            documents_until=civil_instant(until, time(0)),
            periods=periods,
        )
        return {one.rule_id for one in check(GOODS, CALENDAR, timetable, periods=periods)}

    assert "C02" in found(date(2026, 11, 15))
    assert "C02" not in found(date(2026, 11, 16))


@pytest.mark.parametrize(
    ("name", "days"),
    [("competitive-negotiation", 4), ("inquiry", 4), ("competitive-consultation", 5)],
)
def test_n02_n07_c03_a_late_clarification_moves_the_deadline(name: str, days: int) -> None:
    deadline = civil_instant(date(2026, 11, 27), time(9))  # a Friday

    def moved(before: int) -> object:
        return deadline_after_clarification(
            GOODS,
            CALENDAR,
            clarified_at=deadline - before * DAY,
            deadline=deadline,
            periods=of(name).periods,
        )

    assert moved(days + 1) is None
    assert moved(1) is not None


@pytest.mark.parametrize(
    ("name", "number", "rule"),
    [
        ("competitive-negotiation", 1, "N03"),
        ("competitive-negotiation", 2, "N05"),
        ("inquiry", 1, "N08"),
        ("single-source", 1, "N11"),
        ("competitive-consultation", 1, "C04"),
        ("competitive-consultation", 2, "C06"),
    ],
)
def test_n03_n05_n08_n11_c04_c06_with_one_bid_less_nothing_is_opened(
    name: str, number: int, rule: str
) -> None:
    round_ = of(name, number)
    tender = a_tender(round=round_)
    least = round_.bidders_min

    def closed(bids: int) -> object:
        locked = [a_locked_bid(one) for one in range(1, bids + 1)]
        return decide_closing(tender, locked, at=tender.closing_at, custody=(1, bytes(32)))[0]

    assert least.rule == rule
    assert closed(least.count) is TenderStatus.OPENING
    assert closed(least.count - 1) is TenderStatus.FAILED


@pytest.mark.parametrize(
    ("name", "rule"), [("competitive-negotiation", "N05"), ("competitive-consultation", "C06")]
)
def test_n05_c06_fewer_than_three_left_after_the_talks_end_it(name: str, rule: str) -> None:
    tender = a_tender(round=of(name))
    bidders = tuple(a_locked_bid(number).bidder_id for number in (1, 2, 3))

    assert tender.round.admitted_min is not None
    assert tender.round.admitted_min.rule == rule
    assert too_few_admitted(tender, [Admitted("1", bidders[:2])]) == ["1"]
    assert too_few_admitted(tender, [Admitted("1", bidders)]) == []


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("competitive-negotiation", "N04"),
        ("inquiry", "N09"),
        ("single-source", "N12"),
        ("competitive-consultation", "C05"),
    ],
)
def test_n04_n09_n12_c05_a_group_is_three_or_more_odd_and_two_thirds_experts(
    name: str, rule: str
) -> None:
    def found(members: int, experts: int) -> set[str]:
        findings = committee_findings(
            GOODS, members=members, experts=experts, shape=of(name).committee, budget_fen=1
        )
        return {one.rule_id for one in findings}

    assert found(3, 2) == set()
    assert rule in found(1, 1)
    assert rule in found(4, 4)
    assert f"{rule}.experts" in found(3, 1)
