"""Election, review, scoring, leading: what the phases of an evaluation allow."""

from decimal import Decimal
from typing import Any

import pytest

from evaluation_rooms import commands as c
from evaluation_rooms import results, review
from evaluation_rooms.events import (
    ChairRoundClosed,
    ScoresLocked,
    ScoresRevealed,
)
from evaluation_rooms.phases import TRANSITIONS, Phase
from evaluation_rooms.scoring import sheet_statement
from evaluation_rooms.terms import ObjectiveMark
from tendering.domain.evaluation_report import assemble
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.awards import EvaluationIncomplete
from tendering.domain.refusals.rooms import (
    BidRejected,
    ChairNotWanted,
    CriterionNotSubjective,
    DigestMismatch,
    NotYourPart,
    PhaseNotReady,
    PointsOutOfRange,
    ReasonMissing,
    ScoresAlreadyLocked,
    SheetIncomplete,
    SilentNow,
)
from tendering.domain.refusals.tenders import WrongPhase
from tests.support.evaluation import (
    Play,
    person,
    points_of,
    scores,
    statements,
    votes,
)
from tests.support.law import CONSTRUCTION


def elected(play: Play, *candidates: int) -> ChairRoundClosed:
    events = [
        play.do(c.VoteForChair(seat, candidate))
        for seat, candidate in enumerate(candidates, start=1)
    ]
    closed = events[-1][-1]
    assert isinstance(closed, ChairRoundClosed)
    return closed


def test_the_most_votes_take_the_chair() -> None:
    play = Play().until(Phase.CHAIR)

    assert elected(play, 2, 2, 1, 2, 1).elected == 2
    assert play.room.chair == 2


def test_a_tie_is_voted_again_among_those_ahead() -> None:
    play = Play().until(Phase.CHAIR)

    closed = elected(play, 1, 1, 2, 2, 3)

    assert closed.elected is None
    assert play.room.election.candidates == (1, 2)
    with pytest.raises(ChairNotWanted):
        play.do(c.VoteForChair(1, 3))


def test_an_election_ends_after_five_ties() -> None:
    play = Play().until(Phase.CHAIR)

    ties = [elected(play, 5, 4, 3, 2, 1).elected for _ in range(5)]

    assert ties == [None, None, None, None, 1]


def test_nobody_votes_twice_in_a_round() -> None:
    play = Play().until(Phase.CHAIR)
    play.do(c.VoteForChair(1, 2))

    with pytest.raises(ChairNotWanted):
        play.do(c.VoteForChair(1, 3))


def test_a_bid_is_failed_with_a_reason() -> None:
    with pytest.raises(ReasonMissing):
        Play().until(Phase.PRELIMINARY).do(c.VoteOnItem(1, 1, "seal", False, " ", ""))


@pytest.mark.parametrize(("bid", "item"), [(9, "seal"), (1, "nonsense")])
def test_only_what_is_there_is_reviewed(bid: int, item: str) -> None:
    with pytest.raises(NotFound):
        Play().until(Phase.PRELIMINARY).do(c.VoteOnItem(1, bid, item, True, "", ""))


def test_the_majority_rejects_a_bid_and_it_is_not_scored() -> None:
    play = Play().until(Phase.PRELIMINARY)
    play.do_all(votes(play.room, rejected=frozenset({2})))
    play.lead(Phase.TECHNICAL)

    assert play.room.bids_left == (1, 3)
    with pytest.raises(BidRejected):
        play.do(c.SubmitScore(1, 2, "design", Decimal(1)))


def test_a_bid_that_comes_back_in_opens_the_sheets_again() -> None:
    play = Play().until(Phase.PRELIMINARY)
    play.do_all(votes(play.room, rejected=frozenset({2})))
    play.lead(Phase.TECHNICAL)
    locked_by(play, 1)
    play.do(
        c.RecuseSeat(5, "回避"),
        c.ReplaceSeat(5, "示范专家己", "示范市", person(9), person(9), "递补"),
        c.CheckIn(5, person(9), statements(5, person_id=person(9))),
    )

    play.lead(Phase.PRELIMINARY)
    play.do_all(vote for vote in votes(play.room) if isinstance(vote, c.VoteOnItem))
    play.lead(Phase.TECHNICAL)

    assert play.room.bids_left == (1, 2, 3)
    assert not play.room.seat(1).locked


def test_two_of_five_do_not_reject() -> None:
    play = Play().until(Phase.PRELIMINARY)
    play.do_all(votes(play.room))
    for seat in (4, 5):
        play.do(c.VoteOnItem(seat, 1, "seal", False, "印章模糊", "第2页"))

    play.lead(Phase.TECHNICAL)

    assert play.room.rejected == frozenset()


def test_when_all_bids_are_rejected_there_is_nothing_to_score() -> None:
    play = Play().until(Phase.PRELIMINARY)
    play.do_all(votes(play.room, rejected=frozenset({1, 2, 3})))

    with pytest.raises(PhaseNotReady) as refused:
        play.lead(Phase.TECHNICAL)
    play.lead(Phase.REPORT)

    assert refused.value.parameters["needs"] == ["to-score"]
    assert results.outcome_of(play.room).evaluation.votes
    assert play.room.results.totals is None


def few_left() -> Play:
    """A room in which two of three bids fail the review."""
    play = Play().until(Phase.PRELIMINARY)
    play.do_all(votes(play.room, rejected=frozenset({1, 2})))
    return play


def no_competition(seat: int, reason: str = "仅余一家，缺乏竞争") -> c.VoteOnItem:
    return c.VoteOnItem(seat, review.ALL_BIDS, review.COMPETITION, False, reason, "")


def test_e38_a_majority_rejects_all_bids_where_there_is_no_competition() -> None:
    play = few_left()
    play.do(no_competition(1), no_competition(2))
    assert review.rejects_all(play.room) is None
    play.do(no_competition(3, "报价无从比较"))

    with pytest.raises(PhaseNotReady) as refused:
        play.lead(Phase.TECHNICAL)
    play.lead(Phase.REPORT)

    because = "仅余一家，缺乏竞争；仅余一家，缺乏竞争；报价无从比较"
    report = assemble(results.outcome_of(play.room).evaluation, CONSTRUCTION)
    assert refused.value.parameters["needs"] == ["to-score"]
    assert (report.all_rejected_because, report.candidates) == (because, ())
    assert play.room.results.report is not None
    assert play.room.results.report.outcome["all_rejected_because"] == because


def test_e38_two_of_five_do_not_and_the_one_bid_is_scored() -> None:
    play = few_left()
    play.do(no_competition(1), no_competition(2))

    play.lead(Phase.TECHNICAL)

    assert play.room.bids_left == (3,)


def test_e38_all_are_rejected_with_a_reason_after_the_review_and_only_where_few_are_left() -> None:
    early, many = Play().until(Phase.PRELIMINARY), Play().until(Phase.PRELIMINARY)
    many.do_all(votes(many.room))

    with pytest.raises(ReasonMissing):
        few_left().do(no_competition(1, " "))
    for play in (early, many):
        with pytest.raises(EvaluationIncomplete):
            play.do(no_competition(1))


def test_the_review_is_not_left_before_all_have_voted() -> None:
    play = Play().until(Phase.PRELIMINARY)

    with pytest.raises(PhaseNotReady) as refused:
        play.lead(Phase.TECHNICAL)

    assert refused.value.parameters["needs"] == ["all-voted"]


@pytest.mark.parametrize("points", ["15.1", "0.05", "15.01", "1000"])
def test_points_are_within_range_and_decimals(points: str) -> None:
    with pytest.raises(PointsOutOfRange):
        Play().until(Phase.TECHNICAL).do(c.SubmitScore(1, 1, "design", Decimal(points)))


def test_points_are_kept_with_the_decimals_of_the_criterion() -> None:
    play = Play().until(Phase.TECHNICAL)
    play.do(c.SubmitScore(1, 1, "design", Decimal(9)))

    assert str(play.room.marks[1, 1, "design"]) == "9.0"


def test_objective_criteria_are_not_scored_by_members() -> None:
    with pytest.raises(CriterionNotSubjective):
        Play().until(Phase.TECHNICAL).do(c.SubmitScore(1, 1, "credit", Decimal(5)))


def test_a_criterion_that_is_not_in_the_method_is_unknown() -> None:
    with pytest.raises(NotFound):
        Play().until(Phase.TECHNICAL).do(c.SubmitScore(1, 1, "charm", Decimal(5)))


def test_a_sheet_with_gaps_is_not_locked() -> None:
    with pytest.raises(SheetIncomplete) as refused:
        Play().until(Phase.TECHNICAL).do(c.LockScores(1, None))

    assert refused.value.parameters == {"missing": 6}


def locked_by(play: Play, *seats: int) -> tuple[Any, ...]:
    events: tuple[Any, ...] = ()
    for seat in seats:
        for bid in play.room.bids_left:
            for criterion in ("design", "quality"):
                points = points_of(seat, bid, criterion)
                play.do(c.SubmitScore(seat, bid, criterion, points))
        events = play.do(c.LockScores(seat, None))
    return events


def test_a_locked_sheet_changes_no_more() -> None:
    play = Play().until(Phase.TECHNICAL)
    locked_by(play, 1)

    with pytest.raises(ScoresAlreadyLocked):
        play.do(c.SubmitScore(1, 1, "design", Decimal(1)))
    with pytest.raises(ScoresAlreadyLocked):
        play.do(c.LockScores(1, None))


def test_the_last_lock_reveals_all_sheets() -> None:
    play = Play().until(Phase.TECHNICAL)

    assert [type(one) for one in locked_by(play, 1, 2, 3, 4)] == [ScoresLocked]
    assert [type(one) for one in locked_by(play, 5)] == [ScoresLocked, ScoresRevealed]


def signed_sheet(play: Play, **changes: Any) -> dict[str, Any]:
    certificate = play.room.seat(1).statements[0]["certificate"]
    body = sheet_statement(play.room, 1)
    return {"statement": body, "certificate": certificate} | changes


def test_a_signed_sheet_says_what_stands_in_the_room() -> None:
    play = Play().until(Phase.TECHNICAL)
    for bid in (1, 2, 3):
        for criterion in ("design", "quality"):
            play.do(c.SubmitScore(1, bid, criterion, points_of(1, bid, criterion)))

    wrongs: tuple[dict[str, Any], ...] = ({"statement": {}}, {"certificate": "b3RoZXI"})
    for wrong in wrongs:
        with pytest.raises(DigestMismatch):
            play.do(c.LockScores(1, signed_sheet(play, **wrong)))
    play.do(c.LockScores(1, signed_sheet(play)))

    assert play.room.seat(1).locked


def test_members_are_silent_while_they_score() -> None:
    play = Play().until(Phase.TECHNICAL)

    with pytest.raises(SilentNow):
        play.do(c.Speak(1, "大家给多少分？"))
    play.do(c.Speak(None, "请独立评审"))


def test_members_speak_for_the_record_in_the_other_phases() -> None:
    play = Play().until(Phase.PRELIMINARY)

    play.do(c.Speak(2, "第二份文件缺页"))

    assert play.entries()[-1].body["text"] == "第二份文件缺页"


def test_disagreement_with_objective_marks_stops_the_room_until_it_is_resolved() -> None:
    play = Play().until(Phase.TECHNICAL)
    play.do_all(scores(play.room))
    play.do(c.ConfirmObjective(1, False, "信用等级应为 AA"))

    with pytest.raises(PhaseNotReady):
        play.lead(Phase.PRICE)
    play.do(c.CorrectObjective(ObjectiveMark(1, "credit", Decimal(9), "AA"), "更正"))
    with pytest.raises(PhaseNotReady):
        play.lead(Phase.PRICE)
    for seat in range(1, 6):
        play.do(c.ConfirmObjective(seat, True, ""))
    play.lead(Phase.PRICE)

    assert play.room.objective[1, "credit"].points == 9


def test_disagreement_and_correction_need_reasons() -> None:
    play = Play().until(Phase.TECHNICAL)
    mark = ObjectiveMark(1, "credit", Decimal(9), "AA")

    with pytest.raises(ReasonMissing):
        play.do(c.ConfirmObjective(1, False, ""))
    with pytest.raises(ReasonMissing):
        play.do(c.CorrectObjective(mark, ""))
    with pytest.raises(NotFound):
        play.do(c.CorrectObjective(ObjectiveMark(1, "design", Decimal(9), ""), "更正"))


def test_only_host_and_chair_lead_the_room() -> None:
    play = Play().until(Phase.PRICE)

    with pytest.raises(NotYourPart):
        play.do(c.AdvancePhase(2, Phase.TOTALS))
    play.do(c.AdvancePhase(1, Phase.TOTALS))


def test_the_chair_does_not_close_the_room() -> None:
    play = Play().until(Phase.SIGNING)

    with pytest.raises(NotYourPart):
        play.do(c.AdvancePhase(1, Phase.CLOSED))


def test_nothing_happens_in_a_closed_room() -> None:
    play = Play().until(Phase.CLOSED)

    with pytest.raises(WrongPhase):
        play.do(c.Speak(None, "还有人吗"))


@pytest.mark.parametrize("phase", list(Phase)[:-1])
def test_what_is_not_in_the_table_does_not_happen(phase: Phase) -> None:
    play = Play().until(phase)
    allowed = {step.to for step in TRANSITIONS[phase]}

    for to in set(Phase) - allowed:
        with pytest.raises(WrongPhase):
            play.lead(to)


@pytest.mark.parametrize(
    "command",
    [
        c.VoteOnItem(1, 1, "seal", True, "", ""),
        c.SubmitScore(1, 1, "design", Decimal(1)),
        c.LockScores(1, None),
        c.ConfirmObjective(1, True, ""),
        c.EnterPrices({}),
        c.AnswerFinding(1, 1, "x", None),
        c.ConfirmReport(1, "0" * 64, True, "", None),
        c.VoteForChair(1, 1),
    ],
)
def test_deeds_belong_to_their_phase(command: c.Command) -> None:
    with pytest.raises(WrongPhase):
        Play().until(Phase.SIGNING).do(command)
