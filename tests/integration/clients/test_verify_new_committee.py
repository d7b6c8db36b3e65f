"""A committee that an outage ended, verified offline: its marks are void, the next take over."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from clients.verify import verify_archive
from evaluation_rooms.course_events import RoomVoided
from evaluation_rooms.events import to_event
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from tendering.domain.journal import Event, Stream
from tendering.domain.outages import (
    outage_event,
    rule_of,
    sessions_of,
    settle_outage,
)
from tendering.domain.re_evaluation import voided_by_outage
from tendering.domain.suspension import Pause
from tendering.domain.tender import TenderStatus
from tests.support.archive import Archive
from tests.support.archive_committee import CommitteePlay
from tests.support.archive_new_committee import seat_the_next
from tests.support.archive_play import WORKS, TenderPlay
from tests.support.evaluation import Play

FIRST = UUID(int=0x4F0)
HOUR = timedelta(hours=1)
RULE = rule_of(WORKS, trigger=timedelta(minutes=2))


@dataclass
class InterruptedPlay(CommitteePlay):
    """The platform is away for five hours while the members score; others evaluate then."""

    def evaluate(self, at: datetime, *, time: int = 1, void: tuple[Event, ...] = ()) -> Room:
        """Half an evaluation, the outage, a whole one."""
        play = Play(self._room(at, FIRST), at=at)
        for to, commands in self._plot():
            acts = list(commands(play.room))
            if to is Phase.PRICE:
                play.do(*acts[:3])
                break
            play.do(*acts)
            play.lead(to)
        for event in play.events:
            self.journals.append(Stream.COMMITTEE, to_event(event), at)
        self._away(Pause(at + HOUR, at + 6 * HOUR))
        return super().evaluate(at + 7 * HOUR, time=time)

    def arrive(self, at: datetime) -> None:
        """Nobody sits at a venue."""

    def _away(self, outage: Pause) -> None:
        at = outage.until
        tender = replace(self.tender, status=TenderStatus.EVALUATING)
        sessions = sessions_of(self.journals.entries[Stream.COMMITTEE])
        settled = settle_outage(RULE, outage, tender, sessions=sessions)
        assert settled is not None
        self._public(outage_event(RULE, outage, settled), at)
        self.journals.append(Stream.COMMITTEE, to_event(RoomVoided(FIRST)), at)
        self._public(voided_by_outage("1", outage), at)
        seat_the_next(self, at, reason="platform.outage")


@pytest.fixture(scope="module")
def play() -> TenderPlay:
    """Twelve experts: two committees and two more."""
    return TenderPlay(pool=12, evaluates=InterruptedPlay).played()


def told(archive: Archive, folder: Path) -> str:
    """The first thing that does not hold, or nothing."""
    report = verify_archive(archive.write(folder / "archive.zip"), trust=archive.trust)
    return "" if report.first_failure is None else report.first_failure.detail.splitlines()[0]


def test_an_evaluation_begun_anew_by_another_committee_holds(
    play: TenderPlay, tmp_path: Path
) -> None:
    assert told(play.archive(), tmp_path) == ""
    kinds = [one.kind for one in play.journals.entries[Stream.COMMITTEE]]
    assert kinds.count("room.opened") == 2
    assert kinds.count("evaluation.reported") == 0


def test_a_room_that_nobody_says_is_void_is_named(play: TenderPlay, tmp_path: Path) -> None:
    assert "other evaluations became void" in told(
        play.archive().without(Stream.PUBLIC, "evaluation.voided", 1), tmp_path
    )


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("evaluation.voided", {"committee": "same"}, "no new committee"),
        ("platform.outage", {"evaluation": "resume"}, "decided resume"),
        ("committee.replaced", {"index": 99}, "not the next in the drawn order"),
    ],
)
def test_what_does_not_follow_is_named(
    play: TenderPlay, tmp_path: Path, kind: str, changes: dict[str, Any], said: str
) -> None:
    forged = play.archive().forged(Stream.PUBLIC, kind, lambda body: body.update(changes))

    assert said in told(forged, tmp_path)
