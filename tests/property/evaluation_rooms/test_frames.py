"""No sequence of frames shows a colleague's mark before all sheets are locked.

Frames as they come over the line, of every sender, sound and unsound, go through the protocol and
the rules in two worlds. Colleagues of the observer gave other points in the second. Until the marks
are revealed nobody can tell the worlds apart: neither by what is shown nor by what is refused.
"""

import json
from decimal import Decimal
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation_rooms import commands as c
from evaluation_rooms import messages
from evaluation_rooms.phases import Phase
from evaluation_rooms.protocol import Asked, Session
from evaluation_rooms.standing import Standing, Viewer
from tendering.domain.refusals import Refused
from tests.support.evaluation import OBSERVERS, ROOM, Play, person, seen

SENDERS: Final = (
    *(Standing(Viewer.MEMBER, seat, person(seat)) for seat in range(1, 6)),
    Standing(Viewer.HOST),
    Standing(Viewer.SUPERVISOR),
    Standing(Viewer.GUEST_OPERATOR),
)
BIDS = st.integers(0, 4)
SOUND: Final = ("0", "3.5", "9.5", "15")
UNSOUND: Final = ("-1", "99", "1e3", "3.55", "", "ＮaN")


def frame(kind: str, **members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just(kind), "id": st.just("m1"), **members})


WORDS = st.sampled_from(["", "理由", "是否同意", "示范建设01有限公司"])
FRAMES = st.one_of(
    frame(
        "score.submit",
        bid=BIDS,
        criterion=st.sampled_from(["design", "quality", "credit", "nothing"]),
        points=st.sampled_from(SOUND + UNSOUND),
    ),
    frame("scores.lock"),
    frame("objective.confirm", agree=st.booleans(), reason=WORDS),
    frame("review.vote", bid=BIDS, item=st.just("seal"), passed=st.booleans(), reason=WORDS),
    frame("motion.make", about=st.sampled_from(["rejection", "other"]), text=WORDS, bid=BIDS),
    frame("motion.vote", motion=st.integers(0, 2), agree=st.booleans(), reason=WORDS),
    frame("finding.answer", finding=st.integers(1, 2), reason=WORDS),
    frame("report.confirm", digest=st.just("0" * 64), agree=st.booleans()),
    frame("step_back.propose", to=st.sampled_from(list(Phase)), reason=WORDS),
    frame("step_back.answer", agree=st.booleans(), reason=WORDS),
    frame("time.request", reason=WORDS),
    frame("enquiry.lapse", number=st.integers(0, 2)),
    frame("phase.advance", to=st.sampled_from([*Phase, "nowhere"])),
    frame("chair.vote", candidate=st.integers(0, 6)),
    frame("say", text=WORDS),
    frame(
        "page.show",
        bid=BIDS,
        part=st.just("technical"),
        file=st.integers(0, 2),
        page=st.integers(0, 9),
        criterion=st.sampled_from(["", "design", "nothing"]),
        text=WORDS,
    ),
    frame("nothing.known"),
)


def other(sender: Standing, sent: dict[str, Any]) -> dict[str, Any]:
    """The same frame in the second world, where colleagues of seat 1 give other points."""
    if sent["type"] == "score.submit" and sender.seat != 1 and sent["points"] in SOUND:
        return sent | {"points": SOUND[(SOUND.index(sent["points"]) + 1) % len(SOUND)]}
    return sent


def sent_to(play: Play, sender: Standing, members: dict[str, Any]) -> str:
    """Send a frame; what comes of it, as the sender learns it."""
    session = Session(ROOM)
    session.join(sender, is_hall=False)
    try:
        asked = session.receive(messages.parse(json.dumps(members)))
        assert isinstance(asked, Asked)
        play.do(asked.request)  # type: ignore[arg-type]  # an evaluation room, no hall
    except Refused as refused:
        return refused.code
    return "done"


def begun(points: str) -> Play:
    """Everybody has given points, those of seats 2 to 5 as said; 2 to 4 have locked."""
    play = Play().until(Phase.TECHNICAL)
    for seat in range(1, 6):
        given = Decimal("7.5") if seat == 1 else Decimal(points)
        for bid in (1, 2, 3):
            for criterion in ("design", "quality"):
                play.do(c.SubmitScore(seat, bid, criterion, given))
    play.do(*[c.LockScores(seat, None) for seat in (2, 3, 4)])
    return play


@given(st.lists(st.tuples(st.sampled_from(SENDERS), FRAMES), max_size=14))
@settings(max_examples=60, deadline=None)
def test_no_sequence_of_frames_reveals_a_mark_early(
    frames: list[tuple[Standing, dict[str, Any]]],
) -> None:
    worlds = (begun("4.5"), begun("11.5"))
    for sender, sent in frames:
        answers = (
            sent_to(worlds[0], sender, sent),
            sent_to(worlds[1], sender, other(sender, sent)),
        )
        assert answers[0] == answers[1]
        if worlds[0].room.revealed:
            break
        assert not worlds[1].room.revealed
        assert worlds[0].room.phase is Phase.TECHNICAL
        for observer in OBSERVERS:
            assert seen(worlds[0], observer) == seen(worlds[1], observer)
