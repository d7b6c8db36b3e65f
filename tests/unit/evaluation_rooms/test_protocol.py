"""A connection's session: which messages it takes in which state, and what it shows."""

import pytest

from crypto.canonical import JsonValue
from evaluation_rooms import commands as c
from evaluation_rooms import messages as m
from evaluation_rooms.hall import Hall, HallPhase, HallView
from evaluation_rooms.phases import Phase
from evaluation_rooms.protocol import Asked, Join, LeadHall, Session, SpeakInHall, refusal
from evaluation_rooms.standing import Standing, Viewer
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.rooms import HelloExpected, NotYourPart
from tendering.domain.refusals.tenders import WrongPhase
from tests.support.evaluation import AT, ROOM, TENDER, Play, a_room, person

MEMBER = Standing(Viewer.MEMBER, 2, person(2))
REQUESTS = (
    m.ChairVote("1", 3),
    m.ReviewVote("1", 1, "seal", True),
    m.ScoreSubmit("1", 1, "design", "9.5"),
    m.ScoresLock("1"),
    m.ObjectiveConfirm("1", True),
    m.FindingAnswer("1", 1, "why"),
    m.ReportConfirm("1", "0" * 64, True),
    m.PhaseAdvance("1", "technical"),
    m.Say("1", "请大家开始"),
)


def joined(standing: Standing, *, is_hall: bool = False, own_after: int = 0) -> Session:
    session = Session(TENDER if is_hall else ROOM)
    session.join(standing, is_hall=is_hall, own_after=own_after)
    return session


def test_hello_asks_to_redeem_the_ticket() -> None:
    assert Session(ROOM).receive(m.Hello("t", 7)) == Join("t", 7)


@pytest.mark.parametrize("message", REQUESTS)
def test_nothing_is_taken_before_hello(message: m.ClientMessage) -> None:
    with pytest.raises(HelloExpected):
        Session(ROOM).receive(message)


def test_a_second_hello_is_refused() -> None:
    with pytest.raises(HelloExpected):
        joined(MEMBER).receive(m.Hello("t"))


@pytest.mark.parametrize("message", REQUESTS)
def test_a_member_acts_for_the_own_seat_only(message: m.ClientMessage) -> None:
    asked = joined(MEMBER).receive(message)

    assert isinstance(asked, Asked)
    assert not isinstance(asked.request, SpeakInHall | LeadHall)
    assert getattr(asked.request, "seat", None) == 2


@pytest.mark.parametrize("message", REQUESTS)
@pytest.mark.parametrize("viewer", [Viewer.SUPERVISOR, Viewer.GUEST_OPERATOR, Viewer.PUBLIC])
def test_who_watches_is_silent(message: m.ClientMessage, viewer: Viewer) -> None:
    with pytest.raises(NotYourPart):
        joined(Standing(viewer)).receive(message)


def test_the_host_leads_and_speaks_but_does_not_score() -> None:
    host = joined(Standing(Viewer.HOST))

    assert host.receive(REQUESTS[7]) == Asked("1", c.AdvancePhase(None, Phase.TECHNICAL))
    assert host.receive(REQUESTS[8]) == Asked("1", c.Speak(None, "请大家开始"))
    with pytest.raises(NotYourPart):
        host.receive(REQUESTS[2])


def test_the_host_speaks_in_the_hall_and_leads_it() -> None:
    host = joined(Standing(Viewer.HOST, organization_id=TENDER), is_hall=True)

    assert host.receive(REQUESTS[8]) == Asked("1", SpeakInHall("请大家开始"))
    assert host.receive(m.PhaseAdvance("1", "confirm")) == Asked("1", LeadHall(HallPhase.CONFIRM))
    with pytest.raises(Invalid):
        host.receive(REQUESTS[7])


def test_who_is_logged_in_may_ask_to_speak_in_the_hall_and_nothing_else() -> None:
    somebody = joined(Standing(Viewer.PUBLIC, organization_id=TENDER), is_hall=True)

    assert somebody.receive(REQUESTS[8]) == Asked("1", SpeakInHall("请大家开始"))
    for message in (*REQUESTS[:8], m.PhaseAdvance("1", "confirm")):
        with pytest.raises(NotYourPart):
            somebody.receive(message)


def test_an_unknown_phase_is_invalid() -> None:
    with pytest.raises(Invalid):
        joined(MEMBER).receive(m.PhaseAdvance("1", "lunch"))


def test_a_snapshot_names_room_number_and_standing() -> None:
    snapshot = joined(MEMBER).snapshot(a_room(), 9)

    assert (snapshot.room_id, snapshot.seq) == (ROOM, 9)
    assert (snapshot.standing.viewer, snapshot.standing.seat) == ("member", 2)


def test_resuming_repeats_where_the_client_was() -> None:
    assert joined(MEMBER).resumed(4).seq == 4


def test_entries_of_another_room_are_not_shown() -> None:
    play = Play()
    session = Session(TENDER)
    session.join(MEMBER, is_hall=False)

    assert session.view(play.entries()[0], play.room) is None


def test_own_points_are_shown_and_those_of_colleagues_are_not() -> None:
    play = Play().until(Phase.TECHNICAL)
    play.do(c.SubmitScore(2, 1, "design", play.room.subjective[0].max_points))
    entry = play.entries()[-1]

    own = joined(MEMBER).view(entry, play.room)
    other = joined(Standing(Viewer.MEMBER, 3, person(3))).view(entry, play.room)

    assert own is not None
    assert own.body["points"] == "15.0"
    assert other is not None
    assert "points" not in other.body
    assert other.head == ""


def test_who_takes_over_a_seat_does_not_see_what_was_done_from_it_before() -> None:
    play = Play().until(Phase.TECHNICAL)
    play.do(c.SubmitScore(2, 1, "design", play.room.subjective[0].max_points))
    entry = play.entries()[-1]

    view = joined(MEMBER, own_after=entry.seq + 1).view(entry, play.room)

    assert view is not None
    assert "points" not in view.body


def test_the_line_ends_when_the_seat_is_lost() -> None:
    play = Play().until(Phase.CHAIR)
    play.do(c.RecuseSeat(2, "与投标人有利害关系"))
    entry = play.entries()[-1]

    assert joined(MEMBER).ends_with(entry)
    assert not joined(Standing(Viewer.MEMBER, 3, person(3))).ends_with(entry)


def test_the_hall_shows_heads_because_everybody_may_verify_the_public_stream() -> None:
    entry = Entry(TENDER, Stream.PUBLIC, 5, "submission.closed", {}, AT, b"\1" * 32)
    hall = Hall(TENDER, HallPhase.UNLOCK, curtain_seq=5)

    frame = joined(Standing(Viewer.PUBLIC), is_hall=True).view(entry, hall)

    assert frame is not None
    assert frame.head == "01" * 32


def test_a_refusal_carries_code_and_parameters() -> None:
    frame = refusal("m1", WrongPhase(phase="chair"))

    assert (frame.id, frame.code, frame.parameters) == ("m1", "wrong-phase", {"phase": "chair"})


def test_a_session_is_joined_by_its_ticket() -> None:
    assert not Session(ROOM).joined
    assert joined(MEMBER).joined


def test_readers_of_one_kind_share_their_frames() -> None:
    host = Standing(Viewer.HOST, person_id=person(50))

    def entries(kind: str, seat: int) -> list[Entry]:
        body: dict[str, JsonValue] = {"room_id": str(ROOM), "seat": seat}
        return [Entry(TENDER, Stream.COMMITTEE, 4, kind, body, AT, b"\1" * 32)]

    said, own, other = (
        entries("room.said", 2),
        entries("score.submitted", 2),
        entries("score.submitted", 3),
    )
    watcher = joined(Standing(Viewer.SUPERVISOR))
    for shared in (said, other):
        assert joined(MEMBER).view_key(shared) == joined(host).view_key(shared)
        assert joined(MEMBER).view_key(shared) != watcher.view_key(shared)
    assert joined(MEMBER).view_key(own) != joined(host).view_key(own)
    # Who got the seat later sees what the others see.
    assert joined(MEMBER, own_after=4).view_key(own) == joined(host).view_key(own)


def test_the_hall_hides_what_came_before_closing() -> None:
    entry = Entry(TENDER, Stream.PUBLIC, 4, "clarification.published", {}, AT, b"\1" * 32)
    hall = Hall(TENDER, HallPhase.UNLOCK, curtain_seq=5)

    assert joined(Standing(Viewer.PUBLIC), is_hall=True).view(entry, hall) is None


def test_a_snapshot_of_the_hall_tells_its_phase() -> None:
    watcher = joined(Standing(Viewer.PUBLIC), is_hall=True)

    assert watcher.snapshot(Hall(TENDER), 0).room == HallView(
        TENDER, "rehearsal", suspended=False, on_air=False
    )
