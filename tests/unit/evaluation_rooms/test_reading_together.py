"""Pages that members show one another: by choice, with what they evidence, never while scoring."""

import pytest

from clients.verifying.room_steps import fault_of
from evaluation_rooms import commands as c
from evaluation_rooms.phases import Phase
from evaluation_rooms.standing import Standing, Viewer
from tendering.domain.refusals import NotFound, Refused
from tendering.domain.refusals.rooms import SilentNow
from tendering.domain.refusals.tenders import WrongPhase
from tests.support.evaluation import AT, OBSERVERS, Play, scores, seen


def page(*, bid: int = 2, criterion: str = "") -> c.ShowPage:
    return c.ShowPage(3, bid, "technical", 1, 17, criterion, "工期见此页")


def test_a_page_is_shown_to_the_committee_with_the_criterion_it_evidences() -> None:
    play = Play().until(Phase.PRELIMINARY)
    before = play.room
    [event] = play.do(page(criterion="seal"))

    assert play.room.pages == {1: event}
    assert fault_of(before, event, at=AT) == ""
    assert fault_of(play.room, event, at=AT) == "another page"
    for observer in (*OBSERVERS[:2], Standing(Viewer.SUPERVISOR)):
        assert "工期见此页" in b"".join(seen(play, observer)).decode()
    assert "工期见此页" not in b"".join(seen(play, OBSERVERS[2])).decode()


@pytest.mark.parametrize(
    ("phase", "command", "refusal"),
    [
        (Phase.CHAIR, page(), WrongPhase),
        (Phase.TECHNICAL, page(), SilentNow),
        (Phase.PRELIMINARY, page(bid=9), NotFound),
        (Phase.PRELIMINARY, page(criterion="unknown"), NotFound),
        (Phase.CLOSED, page(), WrongPhase),
    ],
)
def test_what_cannot_be_shown_is_refused(
    phase: Phase, command: c.ShowPage, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        Play().until(phase).do(command)


def test_pages_are_shown_again_once_the_marks_are_revealed() -> None:
    play = Play().until(Phase.TECHNICAL)
    play.do_all(scores(play.room))
    assert play.room.revealed

    play.do(page(criterion="design"))

    assert len(play.room.pages) == 1
