"""Blind documents: editions, findings by name, and what each reader learns of them."""

import pytest
from msgspec import structs

from evaluation_rooms import commands as c
from evaluation_rooms.blind_events import LeftOut
from evaluation_rooms.blindness import is_released, withheld
from evaluation_rooms.phases import Phase
from evaluation_rooms.standing import Standing, Viewer
from tendering.domain.identity_leaks import FoundLeak
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.rooms import PhaseNotReady, ReasonMissing
from tendering.domain.refusals.tenders import WrongPhase
from tests.support.evaluation import OBSERVERS, Play, a_room_opening, elects, seen

NAMED = FoundLeak(2, 5, "name", "own", "示范建设02有限公司承建")


def edition(bid: int, *leaks: FoundLeak) -> c.EnterEdition:
    return c.EnterEdition(bid, f"{bid:064x}", 3, (LeftOut(4, "too large"),), leaks)


def at_the_chair() -> Play:
    usual = a_room_opening()
    terms = structs.replace(usual.terms, editions=True)
    play = Play(structs.replace(usual, terms=terms)).until(Phase.CHAIR)
    play.do_all(elects(play.room))
    return play


def test_the_review_begins_when_all_editions_are_there_and_all_findings_decided() -> None:
    play = at_the_chair()
    play.do(edition(1), edition(2, NAMED, FoundLeak(3, 0, "no_text", "", "")))
    with pytest.raises(PhaseNotReady):
        play.lead(Phase.PRELIMINARY)
    play.do(edition(3))
    with pytest.raises(PhaseNotReady):
        play.lead(Phase.PRELIMINARY)
    assert withheld(play.room, 2) == {2, 3}
    play.do(c.DecideLeak(1, "示范监督甲", False, "署名"))
    play.do(c.DecideLeak(2, "示范监督甲", True, "图纸"))

    assert is_released(play.room)
    assert withheld(play.room, 1) == set()
    assert withheld(play.room, 2) == {2}
    play.lead(Phase.PRELIMINARY)


def test_an_edition_and_a_decision_are_made_once_and_for_a_reason() -> None:
    play = at_the_chair()
    play.do(edition(1, NAMED), edition(2, NAMED))

    for command, refusal in (
        (edition(1), WrongPhase),
        (edition(9), NotFound),
        (c.DecideLeak(3, "示范监督甲", True, "无关"), NotFound),
        (c.DecideLeak(1, "示范监督甲", True, " "), ReasonMissing),
    ):
        with pytest.raises(refusal):
            play.do(command)
    play.do(c.DecideLeak(1, "示范监督甲", True, "路名"))
    with pytest.raises(WrongPhase):
        play.do(c.DecideLeak(1, "示范监督乙", False, "再想想"))
    with pytest.raises(WrongPhase):
        Play().until(Phase.CHAIR).do(edition(1))


def test_nobody_who_judges_learns_what_was_found_or_how_much() -> None:
    worlds = (at_the_chair(), at_the_chair())
    worlds[0].do(edition(1, NAMED), edition(2), edition(3))
    worlds[1].do(edition(1), edition(2), edition(3, NAMED))
    for play in worlds:
        play.do(c.DecideLeak(1, "示范监督甲", play is worlds[0], "示范建设02"))

    for observer in OBSERVERS:
        assert seen(worlds[0], observer) == seen(worlds[1], observer)
    supervisor = b"".join(seen(worlds[0], Standing(Viewer.SUPERVISOR))).decode()
    assert "示范建设02有限公司承建" in supervisor
