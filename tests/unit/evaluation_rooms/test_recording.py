"""A gap in sound and picture: on record everywhere, and where the law asks for more, a stop."""

from datetime import timedelta

import pytest
from msgspec import structs

from clients.verifying.room_steps import fault_of
from evaluation_rooms import commands as c
from evaluation_rooms import course_events as k
from evaluation_rooms import media_events as v
from evaluation_rooms.arranging import recording_terms
from evaluation_rooms.events import RoomOpened
from evaluation_rooms.fold import rooms_of
from evaluation_rooms.hall import Hall, HallPhase, decide_broadcast, follow
from evaluation_rooms.phases import Phase
from evaluation_rooms.recording import paused_by
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals.media import NoRecordingGap, RecordingGap, SupervisorAbsent
from tendering.domain.refusals.rooms import (
    NotCheckedIn,
    NotYourPart,
    PhaseNotReady,
    ReasonMissing,
    RoomStandsStill,
    RoomWindowClosed,
)
from tendering.rulebooks import rulebook_of
from tests.support.evaluation import AT, ROOM, TENDER, Play, a_room_opening, check_ins, elects

MINUTE = timedelta(minutes=1)
LOST = c.LoseMedia(2, "line")
BEGUN = c.BeginMedia(2)


def an_opening(recording: str) -> RoomOpened:
    opening = a_room_opening()
    return structs.replace(opening, terms=structs.replace(opening.terms, recording=recording))


def continues(gap: int = 1, *, by: str = "示范主持甲", reason: str = "设备待修") -> c.Command:
    return c.ContinueUnrecorded(gap, by, reason, is_supervised=True)


def evaluating() -> Play:
    """A room that must be recorded, all of whose members are seen, with its chair elected."""
    play = Play(an_opening("required"))
    play.do_all(check_ins(play.room))
    play.do(*(c.BeginMedia(seat) for seat in range(1, 6)))
    play.lead(Phase.CHAIR)
    play.do_all(elects(play.room))
    return play


def kinds(events: tuple[object, ...]) -> list[type]:
    return [type(event) for event in events]


def sound(play: Play) -> None:
    """The journal folds to the room, and whoever replays it finds nothing wrong."""
    entries = play.entries()
    assert rooms_of(entries) == {ROOM: play.room}
    for number, event in enumerate(play.events[1:], start=1):
        assert fault_of(rooms_of(entries[:number])[ROOM], event, at=play.at) == ""


def test_where_no_law_asks_for_a_recording_a_gap_is_on_record_and_the_evaluation_goes_on() -> None:
    play = Play().until(Phase.PRELIMINARY)
    assert play.do(LOST) == ()
    play.do(BEGUN)
    assert kinds(play.do(LOST)) == [v.MediaGapOpened]
    assert play.do(LOST) == ()
    with pytest.raises(NoRecordingGap):
        play.do(continues())
    play.do(c.Speak(1, "继续"))
    assert kinds(play.do(BEGUN)) == [v.MediaGapClosed]
    assert kinds(play.do(BEGUN)) == [v.MediaGapOpened, v.MediaGapClosed]
    sound(play)


def test_before_it_begins_and_after_the_report_a_camera_may_be_turned_off() -> None:
    play = Play()
    with pytest.raises(NotCheckedIn):
        play.do(BEGUN)
    play.do_all(check_ins(play.room))
    play.do(BEGUN)
    assert play.do(BEGUN) == ()
    assert kinds(play.do(LOST)) == [v.MediaEnded]
    assert play.room.cameras == {}
    sound(play)


def test_a_procurement_stands_still_until_the_member_is_seen_again() -> None:
    play = evaluating()
    assert kinds(play.do(LOST)) == [v.MediaGapOpened, k.RoomPaused]
    with pytest.raises(RoomStandsStill):
        play.do(c.Speak(1, "继续"))
    with pytest.raises(RecordingGap):
        play.do(c.ResumeRoom("示范监督甲"))
    assert kinds(play.do(c.LoseMedia(3, "device"))) == [v.MediaGapOpened]
    assert kinds(play.do(BEGUN)) == [v.MediaGapClosed]
    assert kinds(play.do(c.BeginMedia(3))) == [v.MediaGapClosed, k.RoomResumed]
    play.do(c.Speak(1, "继续"))
    sound(play)


def test_a_person_answers_for_going_on_by_name_for_a_reason_in_the_supervisors_sight() -> None:
    play = evaluating()
    play.do(LOST)
    unseen = c.ContinueUnrecorded(1, "示范主持甲", "设备待修", is_supervised=False)
    for command, refusal in (
        (continues(reason=" "), ReasonMissing),
        (continues(by=" "), NotYourPart),
        (continues(2), NoRecordingGap),
        (unseen, SupervisorAbsent),
    ):
        with pytest.raises(refusal):
            play.do(command)
    assert kinds(play.do(continues())) == [v.MediaContinued, k.RoomResumed]
    with pytest.raises(NoRecordingGap):
        play.do(continues())
    play.do(c.Speak(1, "继续"))
    # Another gap is another question; the first member comes back without one.
    play.do(c.LoseMedia(3, "line"))
    assert kinds(play.do(BEGUN)) == [v.MediaGapClosed]
    assert play.room.standstill is not None
    sound(play)


def test_time_does_not_run_while_a_recording_is_missing() -> None:
    play = evaluating()
    play.do(LOST)
    play.at = play.room.terms.closes_at + MINUTE
    play.do(BEGUN, c.Speak(1, "继续"))
    play.at += play.at - AT
    with pytest.raises(RoomWindowClosed):
        play.do(c.Speak(1, "太晚"))


def test_it_begins_only_when_all_are_seen_or_somebody_answers_for_it() -> None:
    play = Play(an_opening("required"))
    play.do_all(check_ins(play.room))
    play.do(*(c.BeginMedia(seat) for seat in (1, 2, 3, 4)))
    with pytest.raises(PhaseNotReady):
        play.lead(Phase.CHAIR)
    assert kinds(play.do(c.LoseMedia(5, "device"))) == [v.MediaGapOpened]
    with pytest.raises(PhaseNotReady):
        play.lead(Phase.CHAIR)
    play.do(continues())
    play.lead(Phase.CHAIR)
    sound(play)


def test_who_takes_over_a_seat_is_seen_before_anything_goes_on() -> None:
    play = evaluating()
    play.do(LOST, continues(), c.RecuseSeat(2, "身体不适"))
    assert not any(gap.is_uncovered for gap in play.room.gaps.values())
    new = a_room_opening(members=7).seats[6]
    assert new.expert_id is not None
    play.do(c.ReplaceSeat(2, new.name, new.site, new.expert_id, new.person_id, "递补"))
    last = [one for one in check_ins(play.room) if one.seat == 2]  # type: ignore[union-attr]  # every command is a check-in
    play.do(*last)
    assert play.room.standstill is not None
    assert kinds(play.do(BEGUN)) == [v.MediaGapClosed, k.RoomResumed]
    sound(play)


def test_the_supervisors_own_pause_does_not_end_with_a_gap() -> None:
    play = evaluating()
    play.do(c.PauseRoom("示范监督甲", "核查"))
    assert kinds(play.do(LOST)) == [v.MediaGapOpened]
    assert kinds(play.do(BEGUN)) == [v.MediaGapClosed]
    play.do(c.ResumeRoom("示范监督甲"))
    sound(play)


def test_whoever_replays_the_journal_finds_an_evaluation_without_its_recording() -> None:
    play = evaluating()
    opened = play.do(LOST)[0]
    assert isinstance(opened, v.MediaGapOpened)
    before = rooms_of(play.entries()[:-1])[ROOM]

    said = Play().until(Phase.CHAIR).do(c.Speak(1, "继续"))[0]
    assert fault_of(before, said, at=AT)
    assert fault_of(play.room, said, at=AT)
    assert fault_of(play.room, k.RoomResumed(ROOM, 1, "示范监督甲", AT), at=AT)
    for wrong in (
        v.MediaGapOpened(ROOM, 7, 3, v.Why.LINE, AT),
        v.MediaGapClosed(ROOM, 7, AT),
        v.MediaGapClosed(ROOM, 1, AT + MINUTE),
        v.MediaContinued(ROOM, 1, "示范主持甲", ""),
        v.MediaContinued(ROOM, 2, "示范主持甲", "设备待修"),
    ):
        assert fault_of(play.room, wrong, at=AT), wrong
    assert fault_of(before, structs.replace(paused_by(before, opened), gap=7), at=AT)
    unseated = rooms_of(Play().entries())[ROOM]
    assert fault_of(unseated, opened, at=AT)


def test_the_law_says_where_a_recording_is_required() -> None:
    works, goods = (rulebook_of(regime) for regime in ("construction", "government_procurement"))

    assert recording_terms(works, by_venue=True) == "optional"
    assert recording_terms(goods, by_venue=False) == "required"
    assert recording_terms(goods, by_venue=True) == "venue"


def test_the_hall_has_on_record_when_its_host_was_seen() -> None:
    hall, told = Hall(TENDER, HallPhase.UNLOCK, curtain_seq=1), []
    for is_on in (False, True, True, False):
        event = decide_broadcast(hall, is_on=is_on)
        if event is not None:
            told.append(event.kind)
            hall = follow(
                hall, Entry(TENDER, Stream.PUBLIC, 2, event.kind, event.body, AT, b"\0" * 32)
            )

    assert told == ["hall.broadcast_began", "hall.broadcast_ended"]
    assert decide_broadcast(Hall(TENDER, HallPhase.CLOSED, on_air=True), is_on=False) is None
