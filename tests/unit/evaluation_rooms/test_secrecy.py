"""Nobody learns a colleague's points or votes before their time: two worlds look the same.

Two rooms are played with the same commands, except that colleagues of the observer give other
points (or votes) in the second. As long as nothing is revealed, everything the observer is shown
(each frame and each snapshot, as bytes) must be equal in both.
"""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from evaluation_rooms import commands as c
from evaluation_rooms.messages import encode
from evaluation_rooms.phases import Phase
from evaluation_rooms.protocol import Session
from evaluation_rooms.standing import Standing, Viewer
from tendering.domain.refusals import Refused
from tests.support.evaluation import ROOM, Play, person, points_of, statements

OBSERVERS = (
    Standing(Viewer.MEMBER, 1, person(1)),
    Standing(Viewer.HOST),
    Standing(Viewer.GUEST_OPERATOR),
)
SEATS = st.integers(1, 5)
MARKS = st.integers(0, 150).map(lambda tenths: Decimal(tenths) / 10)


def seen(play: Play, observer: Standing) -> list[bytes]:
    """All that the observer was shown, and the snapshot that would be shown now."""
    session = Session(ROOM)
    session.join(observer, is_hall=False)
    views = [session.view(entry, play.room) for entry in play.entries()]
    frames = [encode(view) for view in views if view is not None]
    return [*frames, encode(session.snapshot(play.room, len(play.events)))]


class TwoWorlds(RuleBasedStateMachine):
    """The technical phase, played twice."""

    def __init__(self) -> None:
        super().__init__()
        self.plays = (Play().until(Phase.TECHNICAL), Play().until(Phase.TECHNICAL))
        self.persons = 100

    def both(self, *commands: c.Command) -> None:
        outcomes = []
        for play, command in zip(self.plays, commands, strict=True):
            try:
                play.do(command)
                outcomes.append("done")
            except Refused as refused:
                outcomes.append(refused.code)
        # Whether somebody's request is refused is visible too.
        assert outcomes[0] == outcomes[1]

    @rule(
        seat=SEATS,
        bid=st.integers(1, 3),
        criterion=st.sampled_from(["design", "quality"]),
        points=st.tuples(MARKS, MARKS),
    )
    def score(self, seat: int, bid: int, criterion: str, points: tuple[Decimal, Decimal]) -> None:
        first, second = points
        if seat == 1:
            second = first
        self.both(
            c.SubmitScore(seat, bid, criterion, first), c.SubmitScore(seat, bid, criterion, second)
        )

    @rule(seat=SEATS)
    def fill_and_lock(self, seat: int) -> None:
        members = self.plays[0].room.members
        if all(one.locked for one in members if one.number != seat):
            return
        for bid in (1, 2, 3):
            for criterion in ("design", "quality"):
                points = points_of(seat, bid, criterion)
                other = points if seat == 1 else points - 1
                self.both(
                    c.SubmitScore(seat, bid, criterion, points),
                    c.SubmitScore(seat, bid, criterion, other),
                )
        self.both(*[c.LockScores(seat, None)] * 2)

    @rule(seat=SEATS, agree=st.booleans())
    def objective(self, seat: int, agree: bool) -> None:
        self.both(*[c.ConfirmObjective(seat, agree, "理由")] * 2)

    @rule(seat=st.integers(2, 5))
    def replace(self, seat: int) -> None:
        if sum(one.recused for one in self.plays[0].room.members):
            return
        self.persons += 1
        newcomer = person(self.persons)
        self.both(*[c.RecuseSeat(seat, "回避")] * 2)
        self.both(*[c.ReplaceSeat(seat, "示范专家", "示范市", newcomer, newcomer, "递补")] * 2)
        signed = statements(seat, person_id=newcomer)
        self.both(*[c.CheckIn(seat, newcomer, signed)] * 2)

    @rule()
    def host_leads(self) -> None:
        if all(one.locked for one in self.plays[0].room.members):
            return
        self.both(*[c.AdvancePhase(None, Phase.PRICE)] * 2)

    @invariant()
    def nobody_can_tell_the_worlds_apart(self) -> None:
        assert not self.plays[0].room.revealed
        for observer in OBSERVERS:
            assert seen(self.plays[0], observer) == seen(self.plays[1], observer)


TestTwoWorlds = TwoWorlds.TestCase
TestTwoWorlds.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


@given(votes=st.lists(st.tuples(st.integers(2, 5), st.integers(1, 3), st.booleans()), max_size=12))
@settings(max_examples=30, deadline=None)
def test_votes_of_the_review_are_secret_until_it_is_decided(
    votes: list[tuple[int, int, bool]],
) -> None:
    worlds = (Play().until(Phase.PRELIMINARY), Play().until(Phase.PRELIMINARY))

    for seat, bid, passed in votes:
        worlds[0].do(c.VoteOnItem(seat, bid, "seal", passed, "缺少签字", "第1页"))
        worlds[1].do(c.VoteOnItem(seat, bid, "seal", not passed, "资料不全", ""))

    for observer in OBSERVERS:
        assert seen(worlds[0], observer) == seen(worlds[1], observer)


def test_votes_for_the_chair_are_secret_until_the_round_is_over() -> None:
    worlds = (Play().until(Phase.CHAIR), Play().until(Phase.CHAIR))

    for seat in (2, 3, 4):
        worlds[0].do(c.VoteForChair(seat, 1))
        worlds[1].do(c.VoteForChair(seat, 5))

    for observer in OBSERVERS:
        assert seen(worlds[0], observer) == seen(worlds[1], observer)


def test_a_blind_room_names_no_bidder_before_the_marks_are_locked() -> None:
    play = Play().until(Phase.TECHNICAL)

    for observer in OBSERVERS:
        shown = b"".join(seen(play, observer)).decode()
        assert "示范建设" not in shown
        assert str(play.room.bids[0].bidder_id) not in shown
        assert play.room.numbering_seed not in shown


def test_the_supervisor_sees_everything() -> None:
    play = Play().until(Phase.TECHNICAL)
    play.do(c.SubmitScore(3, 2, "design", Decimal("7.7")))

    shown = b"".join(seen(play, Standing(Viewer.SUPERVISOR))).decode()

    assert "7.7" in shown
    assert "示范建设02有限公司" in shown


def test_all_is_revealed_to_members_and_host_with_the_last_lock() -> None:
    play = Play().until(Phase.PRICE)

    for observer in OBSERVERS[:2]:
        shown = b"".join(seen(play, observer)).decode()
        assert "scores.revealed" in shown
        assert "示范建设02有限公司" in shown


def test_an_operator_of_a_site_never_sees_marks_names_or_prices() -> None:
    play = Play().until(Phase.CLOSED)

    shown = b"".join(seen(play, OBSERVERS[2])).decode()

    assert "scores.revealed" not in shown
    assert "示范建设" not in shown
    assert 'price_fen":1' not in shown


@pytest.mark.parametrize("phase", [Phase.TECHNICAL, Phase.CLOSED])
def test_the_public_sees_nothing_of_an_evaluation_room(phase: Phase) -> None:
    play = Play().until(phase)
    session = Session(ROOM)
    session.join(Standing(Viewer.PUBLIC), is_hall=False)

    assert [session.view(entry, play.room) for entry in play.entries()] == [None] * len(play.events)
