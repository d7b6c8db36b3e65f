"""The demonstration's folder is emptied only when it holds an earlier demonstration."""

from pathlib import Path

import pytest

from clients.demo.results import FolderInUse, prepare_folder


def test_a_new_folder_is_made(tmp_path: Path) -> None:
    prepare_folder(tmp_path / "var" / "demo")

    assert [path.name for path in (tmp_path / "var" / "demo").iterdir()] == ["demonstration.json"]


def test_an_earlier_demonstration_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    prepare_folder(folder)
    (folder / "archive.zip").write_bytes(b"old")

    prepare_folder(folder)

    assert not (folder / "archive.zip").exists()


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "important.txt").write_text("mine")

    with pytest.raises(FolderInUse):
        prepare_folder(tmp_path)

    assert (tmp_path / "important.txt").read_text() == "mine"
