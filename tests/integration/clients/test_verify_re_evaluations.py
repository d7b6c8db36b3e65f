"""An evaluation that is void and done anew, verified offline: both rooms are replayed."""

from pathlib import Path

import pytest

from clients.verify import Report, verify_archive
from crypto.canonical import JsonValue
from tendering.domain.journal import Event, Stream
from tests.support.archive_play import TenderPlay


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
