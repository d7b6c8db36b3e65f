"""Nobody learns a colleague's points or votes before their time: two worlds look the same.

Two rooms are played with the same commands, except that colleagues of the observer give other
points (or votes) in the second. As long as nothing is revealed, everything the observer is shown
(each frame and each snapshot, as bytes) must be equal in both.
"""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from evaluation_rooms import commands as c
from evaluation_rooms.phases import Phase
from tendering.domain.refusals import Refused
from tests.support.evaluation import OBSERVERS, Play, person, points_of, seen, statements

SEATS = st.integers(1, 5)
MARKS = st.integers(0, 150).map(lambda tenths: Decimal(tenths) / 10)


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
