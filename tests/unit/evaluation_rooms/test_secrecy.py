"""Nobody learns a colleague's points or votes before their time: two worlds look the same.

Two rooms are played with the same commands, except that colleagues of the observer give other
points (or votes) in the second. As long as nothing is revealed, everything the observer is shown
(each frame and each snapshot, as bytes) must be equal in both.
"""

from decimal import Decimal

import pytest

from evaluation_rooms import commands as c
from evaluation_rooms.phases import Phase
from evaluation_rooms.protocol import Session
from evaluation_rooms.standing import Standing, Viewer
from tests.support.evaluation import OBSERVERS, ROOM, Play, seen


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
