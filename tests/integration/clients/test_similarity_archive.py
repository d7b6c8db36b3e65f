"""`kaibiao similarity` on the archive of a tender: what is taken out of it, and where it lands."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from clients.cli import main
from clients.likeness_archive import unpack, unpack_case
from clients.verify import Report, verify_archive
from clients.verifying.archive_file import ArchiveFile, check_framing
from clients.verifying.case import load_case
from crypto.canonical import JsonValue, canonical
from tendering.bid_reading.folder import BadFolder, compare_folder
from tendering.domain.archive import Edition, likeness_path
from tendering.domain.journal import Stream
from tendering.domain.similarity.report import report_json
from tendering.likeness_process import reader
from tests.support.archive_play import TenderPlay


@pytest.fixture(scope="module")
def play() -> TenderPlay:
    """A tender that went well."""
    return TenderPlay().played()


@pytest.fixture
def archive(play: TenderPlay, tmp_path: Path) -> Path:
    """Its full edition on the disk."""
    return play.archive().write(tmp_path / "archive.zip")


def test_the_standing_bids_are_opened_with_documents_prices_and_ceiling(
    play: TenderPlay, archive: Path, tmp_path: Path
) -> None:
    room = tmp_path / "room"
    room.mkdir()

    asked = unpack(archive, "1", room)

    assert asked.prices is not None
    assert sorted(asked.prices.values()) == [99_000_000, 102_000_000, 104_000_000]
    assert asked.ceiling_fen == play.tender.lot("1").ceiling_price_fen
    assert {path.name for path in asked.folder.iterdir()} == set(asked.prices)
    files = sorted(path for path in asked.folder.rglob("*") if path.is_file())
    assert {path.name for path in files} == {
        f"{kind}-0001-标书.pdf" for kind in ("qualification", "technical", "price")
    }
    assert len(files) == 9
    assert len(asked.tender) == len(play.tender.documents)


def test_the_command_compares_an_archive_and_leaves_nothing_behind(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "temporary"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))

    done = CliRunner().invoke(main, ["similarity", str(archive), "--json"])

    report = json.loads(done.stdout)
    assert done.exit_code == 0
    assert len(report["bids"]) == 3
    assert {one["why"] for one in report["unread"]} == {"neither PDF nor DOCX, XLSX or text"}
    assert list(room.iterdir()) == []


def test_what_is_no_full_archive_with_that_lot_is_refused(
    play: TenderPlay, archive: Path, tmp_path: Path
) -> None:
    public = play.archive(Edition.PUBLIC).write(tmp_path / "public.zip")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(archive.read_bytes()[:-100])

    for number, (file, lot) in enumerate([(public, "1"), (archive, "9"), (cut, "1")]):
        room = tmp_path / str(number)
        room.mkdir()
        with pytest.raises(BadFolder):
            unpack(file, lot, room)
        assert CliRunner().invoke(main, ["similarity", str(file), "--lot", lot]).exit_code == 2


def compared(play: TenderPlay, archive: Path, room: Path, **changes: JsonValue) -> TenderPlay:
    """The play with the report that the platform makes in the background."""
    room.mkdir()
    with archive.open("rb") as file:
        opened = ArchiveFile.open(file)
        asked = unpack_case(load_case(opened, check_framing(opened), None), "1", room)
    report = canonical(report_json(compare_folder(asked, lambda *_: None)) | changes)
    play.others[likeness_path("1", 1)] = report
    body: dict[str, JsonValue] = {"lot": "1", "session": 1, "reader": reader()}
    body |= {"digest": sha256(report).hexdigest(), "size_bytes": len(report)}
    play.custody("likeness.made", body, play.journals.entries[Stream.CUSTODY][-1].at)
    return play


def verified(play: TenderPlay, file: Path) -> Report:
    archive = play.archive()
    return verify_archive(archive.write(file), trust=archive.trust)


def test_the_report_made_by_the_platform_is_found_again(tmp_path: Path) -> None:
    play = TenderPlay().played()
    file = play.archive().write(tmp_path / "before.zip")
    before = [list(entries) for entries in play.journals.entries.values()]

    report = verified(compared(play, file, tmp_path / "1"), tmp_path / "sound.zip")

    [step] = [one for one in report.steps if one.name_en == "likeness of bids, found again"]
    assert (report.holds, step.status, step.detail) == (True, "holds", "")
    for stream, entries in zip(Stream, before, strict=True):
        play.journals.entries[stream][:] = entries
    hushed = verified(compared(play, file, tmp_path / "2", pairs=[], prices=[1]), file)
    assert hushed.first_failure is not None
    assert "another report follows from the bids" in hushed.first_failure.detail
    del play.others[likeness_path("1", 1)]
    lost = verified(play, file)
    assert lost.first_failure is not None
    assert "the report is missing" in lost.first_failure.detail
