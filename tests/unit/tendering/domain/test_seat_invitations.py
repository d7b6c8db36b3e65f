"""Invitations to seats: terms, answers that come too late, who may still decline."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tendering.domain import seat_invitations as rules
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.seat_invitations import InvitationOver, SeatsUnanswered
from tendering.domain.seat_invitations import Call, Invitation, InvitationStatus

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
CALL = Call(AT + timedelta(hours=20), 30)
INVITED = Invitation(
    UUID(int=1),
    UUID(int=2),
    3,
    UUID(int=4),
    "示范市中心",
    "A08",
    CALL.begins_at,
    CALL.respond_until(AT),
)
S = InvitationStatus


@pytest.mark.parametrize(
    "call",
    [
        Call(AT + timedelta(hours=20), 4),
        Call(AT + timedelta(days=20), 2881),
        Call(AT + timedelta(minutes=30), 30),
        Call(AT - timedelta(days=1), 30),
    ],
)
def test_a_call_leaves_time_to_answer_before_the_evaluation(call: Call) -> None:
    rules.require_sensible(CALL, at=AT)

    with pytest.raises(Invalid):
        rules.require_sensible(call, at=AT)


def test_an_answer_counts_until_a_microsecond_before_the_term() -> None:
    last = INVITED.respond_until - MICROSECOND

    assert rules.decide_answer(INVITED, accept=True, reason="", at=last) is S.ACCEPTED
    assert rules.decide_answer(INVITED, accept=False, reason="出差", at=last) is S.DECLINED
    assert not rules.has_lapsed(INVITED, at=last)
    assert rules.has_lapsed(INVITED, at=INVITED.respond_until)
    for accept in (True, False):
        with pytest.raises(InvitationOver):
            rules.decide_answer(INVITED, accept=accept, reason="-", at=INVITED.respond_until)


def test_who_accepted_may_decline_late_with_a_reason_and_who_is_out_stays_out() -> None:
    late = INVITED.respond_until + timedelta(days=1)
    taken = replace(INVITED, status=S.ACCEPTED)

    assert rules.decide_answer(taken, accept=True, reason="", at=late) is S.ACCEPTED
    assert rules.decide_answer(taken, accept=False, reason="须回避", at=late) is S.DECLINED
    assert not rules.has_lapsed(taken, at=late)
    with pytest.raises(ReasonMissing):
        rules.decide_answer(taken, accept=False, reason=" ", at=late)
    out = replace(INVITED, status=S.DECLINED)
    assert rules.decide_answer(out, accept=False, reason="", at=AT) is S.DECLINED
    for status, accept in ((S.DECLINED, True), (S.LAPSED, True), (S.LAPSED, False)):
        with pytest.raises(InvitationOver):
            rules.decide_answer(replace(INVITED, status=status), accept=accept, reason="-", at=AT)


def test_the_room_waits_for_who_has_not_answered_and_for_vacant_seats() -> None:
    answered = [replace(INVITED, status=status) for status in (S.ACCEPTED, S.LAPSED, S.DECLINED)]
    rules.require_all_accepted(answered, vacant=0)

    for invitations, vacant in (([*answered, INVITED], 0), (answered, 1)):
        with pytest.raises(SeatsUnanswered) as refused:
            rules.require_all_accepted(invitations, vacant=vacant)
        assert refused.value.parameters == {
            "waiting": len(invitations) - len(answered),
            "vacant": vacant,
        }


def test_what_is_journaled_of_an_answer_names_the_expert_by_id_alone() -> None:
    made = [
        rules.called(CALL, seats=5),
        rules.invited(INVITED),
        rules.accepted(INVITED),
        rules.left(INVITED, S.DECLINED, "出差"),
        rules.left(INVITED, S.LAPSED, ""),
        rules.exhausted(3),
    ]

    assert [event.kind for event in made] == [
        "committee.called",
        "expert.invited",
        "expert.accepted",
        "expert.declined",
        "expert.lapsed",
        "committee.exhausted",
    ]
    assert "reason" not in made[4].body
