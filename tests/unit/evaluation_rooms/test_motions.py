"""Motions of the committee, and members who neither sign nor say why."""

from typing import Any

import pytest

from evaluation_rooms import commands as c
from evaluation_rooms import results, review
from evaluation_rooms.events import PriceScored
from evaluation_rooms.fold import rooms_of
from evaluation_rooms.motion_events import Dissent, MotionDecided
from evaluation_rooms.phases import Phase
from tendering.domain.evaluation_report import LOW_PRICE, assemble
from tendering.domain.refusals import NotFound, Refused
from tendering.domain.refusals.rooms import (
    BidRejected,
    MotionClosed,
    MotionOpen,
    PhaseNotReady,
    ReasonMissing,
    ReportAnswered,
)
from tendering.domain.refusals.tenders import WrongPhase
from tendering.rulebooks import rulebook_of
from tests.support.evaluation import (
    OBSERVERS,
    ROOM,
    Play,
    confirmations,
    elects,
    person,
    scores,
    seen,
    statements,
    votes,
)

LAW = "实施条例 第五十一条（七）"


def move(about: str = "rejection", bid: int = 2, *, seat: int = 1, **changes: Any) -> c.MakeMotion:
    given = {"clause": LAW, "text": "投标人有串通投标的情形", "evidence": "技术文件第12页"}
    return c.MakeMotion(seat=seat, about=about, bid=bid, **given | changes)


def vote(seat: int, *, agree: bool = True, motion: int = 1) -> c.VoteOnMotion:
    return c.VoteOnMotion(seat, motion, agree, "" if agree else "证据不足")


def carry(play: Play, *, against: tuple[int, ...] = (), motion: int = 1) -> tuple[Any, ...]:
    return play.do(*[vote(seat, agree=seat not in against, motion=motion) for seat in range(1, 6)])


def test_more_than_half_carries_and_dissent_stands_with_its_reason() -> None:
    play = Play().until(Phase.PRELIMINARY)
    play.do(move())
    events = carry(play, against=(4, 5))

    assert events[-1] == MotionDecided(
        ROOM, 1, (1, 2, 3), (Dissent(4, "证据不足"), Dissent(5, "证据不足")), True
    )
    assert play.room.bids_left == (1, 3)
    assert rooms_of(play.entries()) == {ROOM: play.room}


def test_without_a_majority_the_bid_stays() -> None:
    play = Play().until(Phase.PRELIMINARY)
    play.do(move())
    carry(play, against=(3, 4, 5))

    assert play.room.bids_left == (1, 2, 3)
    play.do(move())  # what was not carried may be moved again


def test_a_bid_rejected_by_motion_stands_in_the_report_under_its_clause() -> None:
    play = Play().until(Phase.PRELIMINARY)
    play.do(move())
    carry(play, against=(5,))
    play.do_all(votes(play.room))
    play.lead(Phase.TECHNICAL)
    play.do_all(scores(play.room))
    play.lead(Phase.PRICE)
    report = assemble(results.evaluation_of(play.room), rulebook_of("construction"))

    (rejection,) = report.rejections
    assert (rejection.bid, rejection.law, rejection.votes_against) == ("02", LAW, 4)
    assert {row.bid for row in report.scored.prices.rows} == {"01", "03"}  # type: ignore[union-attr]


def test_a_rejection_in_the_price_phase_computes_the_points_anew() -> None:
    play = Play().until(Phase.PRICE)
    play.do(move(bid=1))
    events = carry(play)

    assert isinstance(events[-1], PriceScored)
    play.walk(Phase.REPORT)
    assert play.room.results.report is not None
    assert [one["made"]["bid"] for one in play.room.results.report.outcome["motions"]] == [1]


def test_when_the_last_bid_is_rejected_by_motion_the_room_reports_that() -> None:
    play = Play().until(Phase.PRICE)
    for motion, bid in enumerate((1, 2, 3), start=1):
        play.do(move(bid=bid))
        carry(play, motion=motion)
    play.lead(Phase.REPORT)

    assert play.room.bids_left == ()


def test_the_committees_own_judgement_asks_about_a_price() -> None:
    play = Play().until(Phase.PRICE)
    assert review.asked_about(play.room) == ()
    play.do(move("low_price", 1, clause=""))
    carry(play)
    assert review.asked_about(play.room) == (1,)

    with pytest.raises(PhaseNotReady):
        play.lead(Phase.TOTALS)
    with pytest.raises(MotionOpen):
        play.do(move("low_price", 1))
    play.do(c.ExplainPrice(1, "自有设备，成本低", 40))
    for seat in range(1, 6):
        play.do(c.VoteOnItem(seat, 1, LOW_PRICE, seat > 3, "不能证明合理" * (seat <= 3), ""))
    play.lead(Phase.TOTALS)

    assert play.room.bids_left == (2, 3)


@pytest.mark.parametrize(
    ("command", "refused"),
    [
        (move(clause=" "), ReasonMissing),
        (move(text=" "), ReasonMissing),
        (move(bid=9), NotFound),
        (move("low_price"), WrongPhase),
        (move("rejection", 0), NotFound),
        (vote(1), NotFound),
    ],
)
def test_what_no_motion_can_be(command: c.Command, refused: type[Refused]) -> None:
    with pytest.raises(refused):
        Play().until(Phase.PRELIMINARY).do(command)


def test_a_motion_is_decided_once_and_before_the_room_goes_on() -> None:
    play = Play().until(Phase.PRELIMINARY)
    play.do_all(votes(play.room))
    play.do(move("other", 0, text="请招标人提供图纸"))
    with pytest.raises(MotionOpen):
        play.do(move("other", 0, seat=2))
    with pytest.raises(PhaseNotReady) as refused:
        play.lead(Phase.TECHNICAL)
    assert refused.value.parameters["needs"] == ["motions-decided"]
    with pytest.raises(ReasonMissing):
        play.do(c.VoteOnMotion(2, 1, False, "  "))
    play.do(vote(1, agree=False))  # a vote may change until all have voted
    carry(play)

    with pytest.raises(MotionClosed):
        play.do(vote(1, agree=False))
    play.lead(Phase.TECHNICAL)
    with pytest.raises(WrongPhase):
        play.do(move("other", 0))


def test_nobody_votes_on_a_bid_that_is_gone_and_its_motion_is_moot() -> None:
    play = Play().until(Phase.PRICE)
    play.do(move("low_price", 1, clause=""), move(bid=1))
    carry(play, motion=2)

    with pytest.raises(BidRejected):
        play.do(vote(1, motion=1))
    play.lead(Phase.TOTALS)


def test_e27_a_replaced_members_vote_is_void_and_the_motion_is_decided_again() -> None:
    play = Play().until(Phase.PRELIMINARY)
    play.do(move())
    carry(play, against=(4, 5))
    play.do(c.RecuseSeat(3, "回避"))
    play.do(c.ReplaceSeat(3, "示范专家己", "示范市", person(9), person(9), "递补"))
    play.do(c.CheckIn(3, person(9), statements(3, person_id=person(9))))
    play.do_all(votes(play.room))
    with pytest.raises(PhaseNotReady):
        play.lead(Phase.TECHNICAL)
    play.do(vote(3, agree=False))
    if play.room.chair is None:
        play.do_all(elects(play.room))
    play.lead(Phase.TECHNICAL)

    assert play.room.bids_left == (1, 2, 3)
    assert rooms_of(play.entries()) == {ROOM: play.room}


def test_votes_on_motions_are_secret_until_all_have_voted() -> None:
    worlds = (Play().until(Phase.PRELIMINARY), Play().until(Phase.PRELIMINARY))
    for play, agree in zip(worlds, (True, False), strict=True):
        play.do(move(), *[vote(seat, agree=agree) for seat in (2, 3, 4)])

    for observer in OBSERVERS:
        assert seen(worlds[0], observer) == seen(worlds[1], observer)


def test_e29_who_refuses_to_sign_without_a_word_agrees() -> None:
    play = Play().until(Phase.REPORT)
    answers = list(confirmations(play.room))
    play.do(*answers[:4])
    with pytest.raises(PhaseNotReady):
        play.lead(Phase.SIGNING)
    with pytest.raises(ReasonMissing):
        play.do(c.RecordRefusal(5, " "))
    with pytest.raises(ReportAnswered):
        play.do(c.RecordRefusal(4, "当场拒绝"))
    play.do(c.RecordRefusal(5, "当场拒绝，监督人员在场"))
    with pytest.raises(ReportAnswered):
        play.do(c.RecordRefusal(5, "再次拒绝"))
    play.lead(Phase.SIGNING)

    outcome = results.outcome_of(play.room)
    assert outcome.refusals == {5: "当场拒绝，监督人员在场"}
    assert outcome.dissents == {}
    assert rooms_of(play.entries()) == {ROOM: play.room}


def test_e29_who_speaks_after_all_has_not_refused() -> None:
    play = Play().until(Phase.REPORT)
    answers = list(confirmations(play.room))
    play.do(c.RecordRefusal(5, "当场拒绝"), *answers)
    play.lead(Phase.SIGNING)

    assert play.room.results.refusals == {}
    with pytest.raises(WrongPhase):
        play.do(c.RecordRefusal(5, "当场拒绝"))
