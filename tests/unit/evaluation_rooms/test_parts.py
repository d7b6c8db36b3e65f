"""Smaller parts: folding, frames, pace, settings."""

import json

import pytest

from crypto.canonical import canonical
from evaluation_rooms.fold import rooms_of
from evaluation_rooms.frames import text_frame
from evaluation_rooms.messages import FRAME_BYTES_MAX
from evaluation_rooms.pace import Pace
from evaluation_rooms.phases import Phase
from evaluation_rooms.settings import RoomSettings
from tendering.domain.journal import Entry, Stream
from tests.support.evaluation import AT, ROOM, TENDER, Play


@pytest.mark.parametrize("phase", [one for one in Phase if one is not Phase.VOID])
def test_the_journal_folded_is_the_room(phase: Phase) -> None:
    play = Play().until(phase)
    entries = [
        Entry(
            one.tender_id,
            one.stream,
            one.seq,
            one.kind,
            json.loads(canonical(one.body)),
            one.at,
            one.head,
        )
        for one in play.entries()
    ]

    assert rooms_of(entries) == {ROOM: play.room}


def test_entries_that_are_no_rooms_are_passed_over() -> None:
    entry = Entry(TENDER, Stream.COMMITTEE, 1, "committee.seated", {"seats": []}, AT, b"")

    assert rooms_of([entry]) == {}


@pytest.mark.parametrize(
    ("length", "header"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_frames_have_the_lengths_of_rfc_6455(length: int, header: bytes) -> None:
    assert text_frame(b"x" * length) == header + b"x" * length


def test_a_burst_is_taken_and_then_only_the_rate() -> None:
    pace = Pace(2.0, 3)

    assert [pace.allows(0.0) for _ in range(4)] == [True, True, True, False]
    assert pace.allows(0.5)
    assert not pace.allows(0.5)
    assert [pace.allows(100.0) for _ in range(4)] == [True, True, True, False]


def test_limits_are_above_zero() -> None:
    with pytest.raises(ValueError, match="hello_seconds"):
        RoomSettings(hello_seconds=0)


def test_the_defaults_are_sound() -> None:
    assert RoomSettings().frame_bytes_max == FRAME_BYTES_MAX
