"""An evaluation that is void and done anew, verified offline: both rooms are replayed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from clients.verify import Report, verify_archive
from crypto.canonical import JsonValue
from evaluation_rooms.room import Room
from tendering.domain.complaints import RULING_LABEL, Remedy, ruling_statement
from tendering.domain.journal import Event, Stream
from tests.support.archive import Archive
from tests.support.archive_committee import TENDER_ID, CommitteePlay
from tests.support.archive_new_committee import seat_the_next
from tests.support.archive_play import TenderPlay

COMPLAINT = UUID(int=0xC0)


@dataclass
class RuledPlay(CommitteePlay):
    """The supervisor rules on a complaint: another committee evaluates the lot."""

    def evaluate(self, at: datetime, *, time: int = 1, void: tuple[Event, ...] = ()) -> Room:
        """A whole evaluation, the ruling, and a whole one by others."""
        assert (time, void) == (1, ())
        super().evaluate(at)
        ruled = at + timedelta(hours=1)
        text = "评标委员会成员应当回避而未回避，重新组建后评审。"
        said = ruling_statement(TENDER_ID, COMPLAINT, Remedy.RE_EVALUATE_ANEW, text)
        body: dict[str, JsonValue] = {
            "complaint_id": str(COMPLAINT),
            "remedy": "re_evaluate_anew",
            "text": text,
            "signed": self.supervisor.sign(RULING_LABEL, said),
        }
        self._public(Event("complaint.ruled", body), ruled)
        why: dict[str, JsonValue] = {"lot": "1", "committee": "new", "ruling": str(COMPLAINT)}
        self._public(Event("evaluation.voided", why), ruled)
        seat_the_next(self, ruled, reason="evaluation.voided")
        return super().evaluate(at + timedelta(hours=2), time=2)

    def arrive(self, at: datetime) -> None:
        """Nobody sits at a venue."""


def voided(**changes: JsonValue) -> Event:
    body: dict[str, JsonValue] = {
        "lot": "1",
        "committee": "same",
        "error": "sum",
        "text": "第二位评委总分合计有误",
        "law": "《招标投标法实施条例》第五十三条",
    }
    return Event("evaluation.voided", body | changes)


def verified(play: TenderPlay, folder: Path) -> Report:
    archive = play.archive()
    return verify_archive(archive.write(folder / "archive.zip"), trust=archive.trust)


def test_an_evaluation_done_anew_for_an_error_of_the_report_holds(tmp_path: Path) -> None:
    play = TenderPlay().played(void=(voided(),))

    report = verified(play, tmp_path)

    assert report.holds, report.verdict
    assert report.first_failure is None
    rooms = [
        entry.body["room_id"]
        for entry in play.journals.entries[Stream.COMMITTEE]
        if entry.kind == "room.opened"
    ]
    assert len(set(map(str, rooms))) == 2


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ([voided(error="too dear")], "without one of the four errors"),
        ([voided(law="《民法典》")], "without one of the four errors"),
        ([voided(ruling="00000000-0000-0000-0000-000000000001")], "no ruling orders"),
        ([voided(committee="new")], "without one of the four errors"),
        ([voided(), voided(lot="2")], "void without a report"),
        ([voided(), voided()], "void without a report"),
        ([Event("hall.announced", {"text": "重新评审"})], "a second room for an evaluation"),
    ],
)
def test_what_the_law_does_not_know_is_named(tmp_path: Path, said: list[Event], words: str) -> None:
    report = verified(TenderPlay().played(void=tuple(said)), tmp_path)

    assert not report.holds
    assert report.first_failure is not None
    assert words in report.first_failure.detail


@pytest.fixture(scope="module")
def ruled() -> TenderPlay:
    """Twelve experts: two committees and two more."""
    return TenderPlay(pool=12, evaluates=RuledPlay).played()


def told(archive: Archive, folder: Path) -> str:
    """The first thing that does not hold, or nothing."""
    report = verify_archive(archive.write(folder / "archive.zip"), trust=archive.trust)
    return "" if report.first_failure is None else report.first_failure.detail.splitlines()[0]


def test_a_ruling_by_which_another_committee_evaluates_holds(
    ruled: TenderPlay, tmp_path: Path
) -> None:
    assert told(ruled.archive(), tmp_path) == ""
    opened = [
        {seat["expert_id"] for seat in entry.body["seats"] if seat["role"] == "member"}  # type: ignore[call-overload, index, union-attr]
        for entry in ruled.journals.entries[Stream.COMMITTEE]
        if entry.kind == "room.opened"
    ]
    assert len(opened) == 2
    assert not opened[0] & opened[1]


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("evaluation.voided", {"committee": "same"}, "no ruling orders this evaluation"),
        ("evaluation.voided", {"ruling": str(TENDER_ID)}, "no ruling orders this evaluation"),
        ("committee.replaced", {"index": 99}, "not the next in the drawn order"),
        ("complaint.ruled", {"remedy": "re_evaluate"}, "what was signed is not what was entered"),
    ],
)
def test_another_committee_than_the_ruling_orders_is_named(
    ruled: TenderPlay, tmp_path: Path, kind: str, changes: dict[str, Any], words: str
) -> None:
    forged = ruled.archive().forged(Stream.PUBLIC, kind, lambda body: body.update(changes))

    assert words in told(forged, tmp_path)


def test_a_member_who_stayed_though_the_ruling_wants_another_committee_is_named(
    ruled: TenderPlay, tmp_path: Path
) -> None:
    stayed = ruled.archive().without(Stream.PUBLIC, "committee.replaced", 5)

    report = verify_archive(stayed.write(tmp_path / "archive.zip"), trust=stayed.trust)

    assert not report.holds
    assert "4 members were replaced" in "".join(step.detail for step in report.steps)
