"""Entries of an evaluation room against the room before them, as `kaibiao verify` replays them."""

from collections.abc import Iterator

import pytest
from msgspec import structs

from clients.verifying.room_steps import fault_of
from evaluation_rooms import commands as c
from evaluation_rooms import events as e
from evaluation_rooms import motion_events as m
from evaluation_rooms.fold import apply, opened
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from tests.support.evaluation import AT, ROOM, Play, confirmations


def faults(events: list[e.RoomEvent]) -> Iterator[str]:
    """What is found entry by entry; the replay goes on with what was found."""
    first, *rest = events
    assert isinstance(first, e.RoomOpened)
    room: Room = opened(first)
    for event in rest:
        why = fault_of(room, event, at=AT)
        yield why
        if not why:
            room = apply(room, event)


def decided() -> Play:
    """A bid is rejected by motion, and one member refuses to sign."""
    play = Play().until(Phase.PRELIMINARY)
    play.do(c.MakeMotion(1, "rejection", 2, "第五十一条", "串通投标", ""))
    play.do(*[c.VoteOnMotion(seat, 1, seat != 5, "证据不足") for seat in range(1, 6)])
    play.walk(Phase.REPORT)
    play.do(*list(confirmations(play.room))[:4], c.RecordRefusal(5, "当场拒绝"))
    return play


def test_what_the_rules_decided_is_found_right() -> None:
    assert set(faults(decided().events)) == {""}


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (m.MotionMade, {"clause": " "}),
        (m.MotionMade, {"bid": 9}),
        (m.MotionMade, {"motion": 7}),
        (m.MotionDecided, {"carried": False}),
        (m.MotionDecided, {"agreed": (1, 2, 3, 4, 5), "dissents": ()}),
        (m.ReportRefused, {"basis": ""}),
    ],
)
def test_an_entry_that_was_changed_is_found(
    kind: type[e.RoomEvent], changes: dict[str, object]
) -> None:
    play = decided()
    at = next(at for at, one in enumerate(play.events) if isinstance(one, kind))
    changed = structs.replace(play.events[at], **changes)

    *before, found = faults([*play.events[:at], changed])

    assert set(before) == {""}
    assert found


def test_a_decision_before_all_have_voted_is_found() -> None:
    play = Play().until(Phase.PRELIMINARY)
    play.do(c.MakeMotion(1, "rejection", 2, "第五十一条", "串通投标", ""))

    assert "votes" in fault_of(play.room, m.MotionDecided(ROOM, 1, (1, 2, 3), (), True), at=AT)
    assert "votes" in fault_of(play.room, m.MotionDecided(ROOM, 9, (1, 2, 3), (), True), at=AT)
