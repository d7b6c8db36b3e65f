"""Questions of the committee to bidders: decided, timed, never leading, signed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from clients.verifying.room_steps import fault_of
from evaluation_rooms import commands as c
from evaluation_rooms import enquiry_events as q
from evaluation_rooms import results, review
from evaluation_rooms.deciding import decide
from evaluation_rooms.enquiries import CLOSING, LEADING, answer_statement
from evaluation_rooms.events import PriceExplained
from evaluation_rooms.fold import apply, rooms_of
from evaluation_rooms.phases import Phase
from tendering.domain.refusals import NotFound, Refused
from tendering.domain.refusals.rooms import (
    BidderNamed,
    EnquiryClosed,
    EnquiryOpen,
    LeadingQuestion,
    NotYourPart,
    PhaseNotReady,
    ReasonMissing,
    TermUnfit,
)
from tests.support.evaluation import (
    AT,
    OBSERVERS,
    ROOM,
    Play,
    a_room_opening,
    seen,
    votes,
)

BIDDER = UUID(int=0x302)
MINUTE = timedelta(minutes=1)


def ask(**changes: Any) -> c.MakeMotion:
    given: dict[str, Any] = {
        "seat": 3,
        "about": "enquiry",
        "bid": 2,
        "clause": "",
        "text": "工期约三百天",
        "evidence": "技术文件第12页",
        "template": "unclear",
        "minutes": 45,
    }
    return c.MakeMotion(**given | changes)


def asked(**changes: Any) -> Play:
    play = Play().until(Phase.PRELIMINARY)
    play.do(ask(**changes), *[c.VoteOnMotion(seat, 1, True, "") for seat in range(1, 6)])
    return play


def answer(play: Play, text: str = "工期为三百天", *, by: UUID = BIDDER) -> c.AnswerEnquiry:
    enquiry = play.room.enquiries[1]
    signed = {"statement": answer_statement(play.room, enquiry, text), "certificate": "Qg=="}
    return c.AnswerEnquiry(enquiry.asked.enquiry, by, text, signed)


def test_the_committee_asks_by_a_decision_and_the_words_come_from_a_template() -> None:
    play = asked()
    found = play.room.enquiries[1].asked

    assert found.question == (
        "投标文件（技术文件第12页）中“工期约三百天”的含义不明确，"
        f"请作出必要的澄清或者说明。{CLOSING}"
    )
    assert (found.bid, found.bidder_id) == (2, BIDDER)
    assert (found.asked_at, found.due_at) == (AT, AT + 45 * MINUTE)
    assert rooms_of(play.entries()) == {ROOM: play.room}


def test_what_the_majority_does_not_want_to_ask_is_not_asked() -> None:
    play = Play().until(Phase.PRELIMINARY)
    play.do(ask(), *[c.VoteOnMotion(seat, 1, seat < 3, "清楚") for seat in range(1, 6)])

    assert play.room.enquiries == {}


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"text": "是否同意以大写金额为准"}, LeadingQuestion),
        ({"evidence": "第3页，建议核对"}, LeadingQuestion),
        ({"text": " "}, ReasonMissing),
        ({"evidence": ""}, ReasonMissing),
        ({"text": "示范建设02 有限公司的工期"}, BidderNamed),
        ({"minutes": 9}, TermUnfit),
        ({"minutes": 72 * 60 + 1}, TermUnfit),
        ({"bid": 0}, NotFound),
    ],
)
def test_what_the_committee_may_not_ask(changes: dict[str, Any], refused: type[Refused]) -> None:
    with pytest.raises(refused):
        Play().until(Phase.PRELIMINARY).do(ask(**changes))


def test_every_leading_word_is_refused() -> None:
    play = Play().until(Phase.PRELIMINARY)
    for word in LEADING:
        with pytest.raises(LeadingQuestion):
            play.do(ask(text=f"工期{word}"))


def test_a_room_that_is_not_blind_may_name_the_bidder() -> None:
    play = Play(a_room_opening(blind=False)).until(Phase.PRELIMINARY)
    play.do(ask(text="示范建设02有限公司的工期"))


def test_the_bidder_answers_until_the_term_and_not_a_microsecond_later() -> None:
    play = asked()
    due = play.room.enquiries[1].asked.due_at
    in_time = decide(play.room, answer(play), at=due - timedelta(microseconds=1))

    assert isinstance(in_time[0], q.EnquiryAnswered)
    with pytest.raises(EnquiryClosed):
        decide(play.room, answer(play), at=due)
    play.do(answer(play))
    with pytest.raises(EnquiryClosed):
        play.do(answer(play, "工期为三百一十天"))
    assert rooms_of(play.entries()) == {ROOM: play.room}


def test_another_bidders_question_is_not_there() -> None:
    play = asked()
    with pytest.raises(NotFound):
        play.do(answer(play, by=UUID(int=0x301)))
    with pytest.raises(ReasonMissing):
        play.do(answer(play, "  "))
    with pytest.raises(BidderNamed):
        play.do(answer(play, "我公司示范建设02有限公司答复如下"))


def test_the_room_waits_for_the_answer_or_the_end_of_the_term() -> None:
    play = asked()
    play.do_all(votes(play.room))
    with pytest.raises(PhaseNotReady) as refused:
        play.lead(Phase.TECHNICAL)
    assert refused.value.parameters["needs"] == ["enquiries-closed"]

    due = play.room.enquiries[1].asked.due_at
    with pytest.raises(EnquiryOpen):
        decide(play.room, c.LapseEnquiry(None, 1), at=due - timedelta(microseconds=1))
    with pytest.raises(NotYourPart):
        decide(play.room, c.LapseEnquiry(2, 1), at=due)
    with pytest.raises(NotFound):
        decide(play.room, c.LapseEnquiry(None, 9), at=due)
    play.at = due
    play.do(c.LapseEnquiry(1, 1))
    with pytest.raises(EnquiryClosed):
        play.do(c.LapseEnquiry(None, 1))
    with pytest.raises(EnquiryClosed):
        play.do(answer(play))
    play.lead(Phase.TECHNICAL)
    assert rooms_of(play.entries()) == {ROOM: play.room}


def test_an_answer_about_a_low_price_explains_it_and_so_does_silence() -> None:
    for silent in (False, True):
        play = Play().until(Phase.PRICE)
        play.do(ask(about="low_price", text="人工费", evidence="投标函", minutes=0))
        play.do(*[c.VoteOnMotion(seat, 1, True, "") for seat in range(1, 6)])
        play.at += 10 * MINUTE if silent else 5 * MINUTE
        events = play.do(c.LapseEnquiry(None, 1) if silent else answer(play, "自有设备"))

        explained = PriceExplained(ROOM, 2, "" if silent else "自有设备", 10 if silent else 5)
        assert events[-1] == explained
        assert review.asked_about(play.room) == (2,)


def test_who_judges_sees_the_number_alone_and_who_is_asked_not_even_that() -> None:
    play = asked()
    play.do(answer(play))

    for observer in OBSERVERS:
        for frame in seen(play, observer):
            assert str(BIDDER).encode() not in frame
            assert b"Qg==" not in frame
    question = play.room.enquiries[1].asked.question
    assert "号席" not in question
    assert "2号" not in question


def test_a_rejection_after_a_question_needs_no_further_word() -> None:
    play = asked()
    play.do(answer(play))
    play.do_all(votes(play.room, rejected=frozenset({2})))
    play.lead(Phase.TECHNICAL)
    play.walk(Phase.REPORT)

    assert play.room.results.findings == ()
    assert [one.asked.bid for one in results.outcome_of(play.room).enquiries] == [2]


def test_whoever_verifies_finds_a_question_nobody_decided_and_an_answer_too_late() -> None:
    play = asked()
    before = play.room
    question = next(one for one in play.events if isinstance(one, q.EnquiryAsked))
    (said, *_) = decide(before, answer(play), at=AT)
    due = question.due_at

    assert fault_of(before, said, at=AT) == ""
    assert fault_of(before, said, at=due)
    assert fault_of(before, question, at=AT)  # it was asked already
    assert fault_of(Play().until(Phase.PRELIMINARY).room, question, at=AT)
    assert fault_of(Play().until(Phase.PRELIMINARY).room, said, at=AT)
    assert fault_of(before, q.EnquiryLapsed(ROOM, 1), at=AT)
    assert fault_of(before, q.EnquiryLapsed(ROOM, 1), at=due) == ""
    assert fault_of(apply(before, said), q.EnquiryLapsed(ROOM, 1), at=due)
