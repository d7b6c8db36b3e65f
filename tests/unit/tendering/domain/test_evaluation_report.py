"""Putting a report together, and what may be published and awarded on it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from crypto.canonical import JsonValue
from tendering.domain.award import (
    PassedOver,
    PublishedCandidates,
    decide_award,
    decide_candidates,
)
from tendering.domain.calendar import civil_instant, day_begins
from tendering.domain.circumstances import Circumstances
from tendering.domain.evaluation_json import to_json
from tendering.domain.evaluation_report import (
    Evaluation,
    OpenedBid,
    ReviewItem,
    ReviewVote,
    assemble,
    checks,
    outliers,
)
from tendering.domain.journal import Event
from tendering.domain.methods.method import parse_method
from tendering.domain.methods.opened import LotTerms
from tendering.domain.methods.totals import Ranking
from tendering.domain.refusals.awards import (
    AwardNotAllowed,
    CandidatesNotAllowed,
    EvaluationIncomplete,
)
from tendering.domain.refusals.rules import PriceAboveCeiling
from tendering.rulebooks import holiday_calendar, rulebook_of
from tests.unit.tendering.domain.method_definitions import a_method, mean_price

WORKS = rulebook_of("construction")
MEMBERS = ("甲", "乙", "丙", "丁", "戊")
CRITERIA: list[JsonValue] = [
    {
        "id": "t",
        "title": "方案",
        "section": "technical",
        "kind": "subjective",
        "max_points": "40",
        "decimals": 1,
    },
    {"id": "b", "title": "业绩", "section": "business", "kind": "objective", "max_points": "10"},
]
METHOD = parse_method(a_method(mean_price(), criteria=CRITERIA))
PRICES = {"1": 100_000, "2": 110_000, "3": 90_000, "4": 105_000}
WEDNESDAY = civil_instant(date(2026, 11, 25), time(15))


def an_evaluation(**changes: object) -> Evaluation:
    bids = tuple(
        OpenedBid(bid, UUID(int=int(bid)), f"示范建设{bid}", price, {"duration_days": 90})
        for bid, price in PRICES.items()
    )
    evaluation = Evaluation(
        lot="1",
        method=METHOD,
        members=MEMBERS,
        bids=bids,
        items=(ReviewItem("seal", "签字盖章", "《招标投标法实施条例》第五十一条第一项"),),
        votes=tuple(
            ReviewVote(member, bid.bid, "seal", passes=True) for member in MEMBERS for bid in bids
        ),
        sheets={
            member: {bid.bid: {"t": Decimal("30.5"), "b": Decimal(8)} for bid in bids}
            for member in MEMBERS
        },
        terms=LotTerms(120_000),
    )
    return replace(evaluation, **changes)  # type: ignore[arg-type]


def against(*bids: str, members: tuple[str, ...] = MEMBERS[:3]) -> tuple[ReviewVote, ...]:
    return (
        *an_evaluation().votes,
        *(
            ReviewVote(member, bid, "seal", passes=False, reason="未盖章")
            for bid in bids
            for member in members
        ),
    )


def test_e28_the_first_three_in_rank_are_the_candidates() -> None:
    report = assemble(an_evaluation(), WORKS)

    assert [candidate.rank for candidate in report.candidates] == [1, 2, 3]
    assert report.candidates[0].bid == "1"
    assert report.checks == ()


def test_a_majority_rejects_a_bid_and_its_price_leaves_the_benchmark() -> None:
    report = assemble(an_evaluation(votes=against("2")), WORKS)

    assert [(one.bid, one.votes_against) for one in report.rejections] == [("2", 3)]
    assert report.scored is not None
    assert report.scored.prices is not None
    assert set(report.scored.prices.benchmark.used) == {"1", "3", "4"}


def test_a_minority_does_not_reject() -> None:
    assert not assemble(an_evaluation(votes=against("2", members=MEMBERS[:2])), WORKS).rejections


def test_a_benchmark_of_all_opened_prices_keeps_the_rejected() -> None:
    method = parse_method(a_method(mean_price(entrants="opened"), criteria=CRITERIA))

    report = assemble(an_evaluation(method=method, votes=against("2")), WORKS)

    assert report.scored is not None
    assert report.scored.prices is not None
    assert set(report.scored.prices.benchmark.used) == {"1", "2", "3", "4"}


def test_a_vote_against_without_a_reason_is_refused() -> None:
    votes = (*an_evaluation().votes, ReviewVote("甲", "2", "seal", passes=False))

    with pytest.raises(EvaluationIncomplete):
        assemble(an_evaluation(votes=votes), WORKS)


def test_a_missing_vote_is_refused() -> None:
    with pytest.raises(EvaluationIncomplete):
        assemble(an_evaluation(votes=an_evaluation().votes[1:]), WORKS)


def test_a_bid_above_the_ceiling_must_have_been_rejected() -> None:
    with pytest.raises(PriceAboveCeiling):
        assemble(an_evaluation(terms=LotTerms(105_000)), WORKS)


def test_fewer_than_three_valid_bids_may_all_be_rejected_with_an_argument() -> None:
    votes = against("2", "3")

    report = assemble(an_evaluation(votes=votes, reject_all_because="明显缺乏竞争"), WORKS)

    assert report.competition_lacking
    assert report.ranking is None
    assert report.candidates == ()


def test_with_competition_not_all_bids_may_be_rejected() -> None:
    with pytest.raises(EvaluationIncomplete):
        assemble(an_evaluation(reject_all_because="x"), WORKS)


def test_checks_find_what_is_missing_wrong_unequal_or_far_off() -> None:
    sheets = {
        member: {bid: dict(points) for bid, points in sheet.items()}
        for member, sheet in an_evaluation().sheets.items()
    }
    del sheets["甲"]["1"]["t"]
    sheets["乙"]["1"]["t"] = Decimal(41)
    sheets["丙"]["2"]["b"] = Decimal(9)
    sheets["丁"]["3"]["t"] = Decimal(5)

    found = checks(an_evaluation(sheets=sheets, outlier_percent=30), None)

    assert [(one.kind, one.bid, one.member) for one in found] == [
        ("points-missing", "1", "甲"),
        ("points-out-of-range", "1", "乙"),
        ("objective-unequal", "2", ""),
        ("outlier", "3", "丁"),
    ]


def test_parts_that_do_not_add_up_to_the_total_are_found() -> None:
    evaluation = an_evaluation()
    ranking = assemble(evaluation, WORKS).ranking
    assert ranking is not None
    assert checks(evaluation, ranking) == ()

    first, *rest = ranking.rows
    wrong = Ranking((replace(first, total=first.total + Decimal("0.1")), *rest))
    (found,) = checks(evaluation, wrong)
    assert (found.kind, found.severity, found.bid) == ("sum-differs", "block", first.bid)


def test_a_rejection_is_decided_by_name_unless_its_bidder_was_asked() -> None:
    unasked = an_evaluation(votes=against("2"))
    found = assemble(unasked, WORKS).checks

    assert [(one.kind, one.severity, one.bid, one.criterion) for one in found] == [
        ("rejected-unasked", "decide", "2", "seal")
    ]
    assert assemble(replace(unasked, asked=frozenset({"2"})), WORKS).checks == ()


def test_an_outlier_lies_beyond_the_percentage_and_not_on_it() -> None:
    points = {"a": Decimal(8), "b": Decimal(10), "c": Decimal(12)}

    assert outliers(points, 20) == ()
    assert outliers(points, 19) == ("a", "c")
    assert outliers(points, 0) == ()


def test_a_report_becomes_json_without_floats() -> None:
    value = to_json(assemble(an_evaluation(votes=against("2")), WORKS))

    assert value["ranking"][0]["total"] == "86.80"  # type: ignore[index,call-overload]


def published(at: datetime = WEDNESDAY) -> tuple[PublishedCandidates, Event]:
    report = assemble(an_evaluation(), WORKS)
    return decide_candidates(
        "1", report.candidates, WORKS, holiday_calendar(), reported_at=WEDNESDAY, at=at
    )


def test_candidates_are_published_for_three_days() -> None:
    candidates, event = published()

    assert candidates.publicity_until == day_begins(date(2026, 12, 1))
    assert event.body["late"] is False


def test_candidates_published_after_three_days_are_marked_late() -> None:
    _, event = published(WEDNESDAY + timedelta(days=4))

    assert event.body["late"] is True


def test_no_candidates_cannot_be_published() -> None:
    with pytest.raises(CandidatesNotAllowed):
        decide_candidates("1", (), WORKS, holiday_calendar(), reported_at=WEDNESDAY, at=WEDNESDAY)


def test_candidates_out_of_order_or_too_many_cannot_be_published() -> None:
    some = assemble(an_evaluation(), WORKS).candidates

    for wrong in (some[1:], (*some, some[2])):
        with pytest.raises(CandidatesNotAllowed):
            decide_candidates(
                "1", wrong, WORKS, holiday_calendar(), reported_at=WEDNESDAY, at=WEDNESDAY
            )


def award(chosen: str, **changes: object) -> Event:
    candidates, _ = published()
    facts: dict[str, object] = {
        "passed_over": {},
        "objections_open": 0,
        "circumstances": Circumstances(),
        "at": candidates.publicity_until,
    }
    return decide_award(candidates, WORKS, holiday_calendar(), chosen=chosen, **facts | changes)  # type: ignore[arg-type]


def refused_award(chosen: str, **changes: object) -> object:
    with pytest.raises(AwardNotAllowed) as refused:
        award(chosen, **changes)
    return refused.value.parameters["why"]


def test_rank_one_is_awarded_when_the_publicity_is_over() -> None:
    event = award("1")

    assert event.kind == "award.notified"
    assert event.body["contract_until"] == "2026-12-31T16:00:00.000000Z"


def test_nobody_is_awarded_during_the_publicity_or_an_objection() -> None:
    assert refused_award("1", at=datetime(2026, 11, 30, tzinfo=UTC)) == "publicity-running"
    assert refused_award("1", objections_open=1) == "objections-open"


def test_who_is_no_candidate_is_not_awarded() -> None:
    assert refused_award("9") == "not-a-candidate"


def test_the_second_is_awarded_only_for_a_listed_cause_with_evidence() -> None:
    second = published()[0].candidates[1].bid

    assert refused_award(second) == "no-cause-against-better"
    assert (
        refused_award(second, passed_over={"1": PassedOver("too-expensive", "x")})
        == "no-cause-against-better"
    )
    event = award(second, passed_over={"1": PassedOver("abandoned", "放弃声明")})
    assert event.body["passed_over"] == [{"bid": "1", "cause": "abandoned", "evidence": "放弃声明"}]


def test_in_procurement_the_first_is_awarded() -> None:
    candidates, _ = published()

    event = decide_award(
        candidates,
        rulebook_of("government_procurement"),
        holiday_calendar(),
        circumstances=Circumstances("goods"),
        chosen="1",
        passed_over={},
        objections_open=0,
        at=candidates.publicity_until,
    )

    assert event.kind == "award.notified"


def test_in_procurement_only_the_first_is_awarded() -> None:
    candidates, _ = published()

    with pytest.raises(AwardNotAllowed):
        decide_award(
            candidates,
            rulebook_of("government_procurement"),
            holiday_calendar(),
            circumstances=Circumstances("goods"),
            chosen=candidates.candidates[1].bid,
            passed_over={},
            objections_open=0,
            at=candidates.publicity_until,
        )


def test_e31_funds_the_state_does_not_control_may_choose_another_candidate() -> None:
    free = Circumstances(state_controlled=False)

    candidates, _ = published()
    second = candidates.candidates[1].bid

    event = award(second, circumstances=free)

    assert event.body["passed_over"] == []
    assert refused_award(second) == "no-cause-against-better"


def test_e35_the_report_to_the_supervisor_is_due_fifteen_days_after_the_award() -> None:
    assert award("1").body["supervisor_report_until"] == "2026-12-16T16:00:00.000000Z"
    free = Circumstances(compulsory=False)
    assert "supervisor_report_until" not in award("1", circumstances=free).body


def test_g21_and_g29_the_award_of_a_procurement_says_how_long_it_is_shown_and_kept() -> None:
    candidates, _ = published()

    event = decide_award(
        candidates,
        rulebook_of("government_procurement"),
        holiday_calendar(),
        circumstances=Circumstances("goods"),
        chosen="1",
        passed_over={},
        objections_open=0,
        at=candidates.publicity_until,
    )

    assert event.body["result_until"] == "2026-12-02T16:00:00.000000Z"
    assert str(event.body["archive_until"]).startswith("2041-12-31")
