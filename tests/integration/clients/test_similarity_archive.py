"""`kaibiao similarity` on the archive of a tender: what is taken out of it, and where it lands."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clients.cli import main
from clients.likeness_archive import unpack
from clients.likeness_folder import BadFolder
from tendering.domain.archive import Edition
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
