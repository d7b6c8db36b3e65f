"""A room stands still, goes to its bidders, and goes back when all members agree."""

from datetime import timedelta

import pytest

from clients.verifying.room_steps import fault_of
from evaluation_rooms import commands as c
from evaluation_rooms import course_events as k
from evaluation_rooms.deciding import decide
from evaluation_rooms.events import PhaseChanged
from evaluation_rooms.fold import rooms_of
from evaluation_rooms.phases import BACK, Phase
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.rooms import (
    NoStepBack,
    NotYourPart,
    PhaseNotReady,
    ReasonMissing,
    RoomNotPaused,
    RoomStandsStill,
    RoomWindowClosed,
    TimeAlreadyAsked,
)
from tendering.domain.refusals.tenders import WrongPhase
from tests.support.evaluation import AT, OBSERVERS, ROOM, Play, seen, votes

HOUR = timedelta(hours=1)
PAUSE = c.PauseRoom("示范监督甲", "核查录像")
RESUME = c.ResumeRoom("示范监督甲")


def test_while_the_supervisor_pauses_the_room_nothing_happens() -> None:
    play = Play().until(Phase.PRELIMINARY)
    with pytest.raises(RoomNotPaused):
        play.do(RESUME)
    with pytest.raises(ReasonMissing):
        play.do(c.PauseRoom("示范监督甲", " "))
    play.do(PAUSE)
    for command in (PAUSE, c.Speak(1, "说话"), c.AdvancePhase(None, Phase.TECHNICAL)):
        with pytest.raises(RoomStandsStill):
            play.do(command)
    play.at += HOUR
    play.do(RESUME, c.Speak(1, "继续"))

    assert rooms_of(play.entries()) == {ROOM: play.room}


def test_the_time_a_pause_takes_is_given_back_to_the_room_and_to_the_bidder() -> None:
    play = Play().until(Phase.PRELIMINARY)
    moved = c.MakeMotion(1, "enquiry", 2, "", "工期约三百天", "第12页", "unclear", 30)
    play.do(moved, *[c.VoteOnMotion(seat, 1, True, "") for seat in range(1, 6)], PAUSE)
    play.at += 2 * HOUR
    play.do(RESUME)
    enquiry = play.room.enquiries[1]

    assert play.room.due_at(enquiry) == enquiry.asked.due_at + 2 * HOUR
    closes_at = play.room.terms.closes_at
    decide(play.room, c.Speak(1, "还在"), at=closes_at + HOUR)
    with pytest.raises(RoomWindowClosed):
        decide(play.room, c.Speak(1, "还在"), at=closes_at + 2 * HOUR)


def test_a_room_that_stands_still_may_go_on_after_its_window_would_have_ended() -> None:
    play = Play().until(Phase.PRELIMINARY)
    play.do(PAUSE)
    play.at = play.room.terms.closes_at + HOUR
    play.do(RESUME, c.Speak(None, "继续评标"))


def test_the_review_goes_to_the_bidders_and_comes_back() -> None:
    play = Play().until(Phase.PRELIMINARY)
    play.do_all(votes(play.room))
    play.lead(Phase.CLARIFICATION)
    moved = c.MakeMotion(1, "enquiry", 2, "", "工期约三百天", "第12页", "unclear", 30)
    play.do(moved)
    with pytest.raises(PhaseNotReady):
        play.lead(Phase.PRELIMINARY)
    play.do(*[c.VoteOnMotion(seat, 1, False, "清楚") for seat in range(1, 6)])
    with pytest.raises(WrongPhase):
        play.lead(Phase.TECHNICAL)
    play.lead(Phase.PRELIMINARY)
    play.lead(Phase.TECHNICAL)

    assert rooms_of(play.entries()) == {ROOM: play.room}


def test_votes_stay_secret_while_bidders_are_asked() -> None:
    worlds = (Play().until(Phase.PRELIMINARY), Play().until(Phase.PRELIMINARY))
    for play, passed in zip(worlds, (True, False), strict=True):
        play.do(c.VoteOnItem(3, 1, "seal", passed, "缺少签字" * (not passed), ""))
        play.lead(Phase.CLARIFICATION)

    for observer in OBSERVERS:
        assert seen(worlds[0], observer) == seen(worlds[1], observer)


def agree(*seats: int) -> list[c.AnswerStepBack]:
    return [c.AnswerStepBack(seat, True, "") for seat in seats]


def test_all_members_take_the_room_back_and_what_was_computed_is_void() -> None:
    for begin, goals in BACK.items():
        for to in goals:
            play = Play().until(begin)
            play.do(c.ProposeStepBack(1, to, "否决依据有误"))
            *_, changed = play.do(*agree(2, 3, 4, 5))

            assert isinstance(changed, PhaseChanged)
            assert (play.room.phase, changed.by) == (to, "consent")
            assert play.room.results.report is None
            assert play.room.results.findings == ()
            assert (play.room.results.totals is None) is (to is not Phase.CHECKS)
            assert rooms_of(play.entries()) == {ROOM: play.room}


def test_after_a_step_back_the_evaluation_comes_to_its_end_again() -> None:
    play = Play().until(Phase.CHECKS)
    play.do(c.ProposeStepBack(None, Phase.PRELIMINARY, "重新审查"), *agree(1, 2, 3, 4, 5))
    for seat in (2, 3, 4):
        play.do(c.VoteOnItem(seat, 3, "seal", False, "签字系伪造", "第1页"))
    play.lead(Phase.TECHNICAL)
    play.lead(Phase.PRICE)
    play.walk(Phase.CLOSED)

    assert play.room.bids_left == (1, 2)
    assert rooms_of(play.entries()) == {ROOM: play.room}


def test_one_member_who_does_not_agree_keeps_the_room_where_it_is() -> None:
    play = Play().until(Phase.CHECKS)
    with pytest.raises(NoStepBack):
        play.do(*agree(2))
    with pytest.raises(NotYourPart):
        play.do(c.ProposeStepBack(2, Phase.PRICE, "理由"))
    with pytest.raises(WrongPhase):
        play.do(c.ProposeStepBack(1, Phase.TECHNICAL, "理由"))
    with pytest.raises(ReasonMissing):
        play.do(c.ProposeStepBack(1, Phase.PRICE, " "))
    play.do(c.ProposeStepBack(None, Phase.PRICE, "理由"), *agree(1, 2))
    with pytest.raises(NoStepBack):
        play.do(c.ProposeStepBack(1, Phase.PRICE, "理由"))
    with pytest.raises(NoStepBack):
        play.do(*agree(2))
    with pytest.raises(ReasonMissing):
        play.do(c.AnswerStepBack(3, False, ""))
    play.do(c.AnswerStepBack(3, False, "没有必要"))

    assert play.room.step_back is None
    assert play.room.phase is Phase.CHECKS


def test_whoever_verifies_finds_a_way_back_nobody_agreed_to_and_deeds_in_a_pause() -> None:
    play = Play().until(Phase.CHECKS)
    play.do(c.ProposeStepBack(1, Phase.PRICE, "理由"), *agree(2, 3, 4))
    changed = PhaseChanged(ROOM, Phase.CHECKS, Phase.PRICE, "consent")
    answered = k.StepBackAnswered(ROOM, 5, True, "")

    assert fault_of(play.room, changed, at=AT)
    assert fault_of(play.room, answered, at=AT) == ""
    assert fault_of(play.room, k.StepBackAnswered(ROOM, 4, True, ""), at=AT)
    play.do(*agree(5))
    play.do(PAUSE)
    paused = play.events[-1]
    assert fault_of(play.room, changed, at=AT) == "the room stood still"
    assert fault_of(Play().room, paused, at=AT + HOUR)
    resumed = k.RoomResumed(ROOM, 1, "示范监督甲", AT)
    assert fault_of(play.room, resumed, at=AT) == ""
    assert fault_of(play.room, resumed, at=AT + HOUR)


def test_e26_when_more_than_a_third_find_the_time_too_short_the_room_is_open_longer() -> None:
    play = Play().until(Phase.TECHNICAL)
    closes_at = play.room.closes_at

    play.do(c.RequestTime(1, "投标文件共三千页"))
    assert play.room.closes_at == closes_at  # one of five is not more than a third
    with pytest.raises(TimeAlreadyAsked):
        play.do(c.RequestTime(1, "仍然不够"))
    play.do(c.RequestTime(2, "投标文件共三千页"))
    assert play.room.closes_at == closes_at + 4 * HOUR
    assert play.room.is_open_at(closes_at)
    assert not play.room.is_open_at(closes_at + 4 * HOUR)
    play.do(c.RequestTime(2, "仍然不够"), c.RequestTime(3, "仍然不够"))
    assert play.room.closes_at == closes_at + 8 * HOUR


def test_e26_who_has_no_seat_no_reason_or_a_report_asks_for_no_time() -> None:
    play = Play().until(Phase.CHECKS)
    with pytest.raises(ReasonMissing):
        play.do(c.RequestTime(1, " "))
    with pytest.raises(NotFound):
        play.do(c.RequestTime(9, "理由"))
    asked = k.TimeRequested(ROOM, 1, 1, "理由")
    assert fault_of(play.room, asked, at=AT) == ""
    assert fault_of(play.room, k.TimeRequested(ROOM, 2, 1, "理由"), at=AT)
    play.walk(Phase.SIGNING)
    with pytest.raises(WrongPhase):
        play.do(c.RequestTime(1, "理由"))
    assert fault_of(play.room, asked, at=AT)
