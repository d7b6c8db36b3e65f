"""A second copy of the stored bytes: once for each file, and what was half there again."""

import fcntl
import os
from pathlib import Path

import pytest

from tendering.storage.blob_mirror import bring_back, forget_gone, mirror


def stored(folder: Path, **files: bytes) -> Path:
    for name, content in files.items():
        half, _, base = name.partition("_")
        (folder / half).mkdir(parents=True, exist_ok=True)
        (folder / half / base).write_bytes(content)
    return folder


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_each_file_is_copied_once(tmp_path: Path) -> None:
    source = stored(tmp_path / "source", sealed_a=b"1", opened_b=b"2")

    assert mirror(source, tmp_path / "copy") == 2
    assert mirror(source, tmp_path / "copy") == 0
    assert content_of(tmp_path / "copy") == {"sealed/a": b"1", "opened/b": b"2"}


def test_of_two_processes_one_copies(tmp_path: Path) -> None:
    source, target = stored(tmp_path / "source", sealed_a=b"1"), tmp_path / "copy"
    target.mkdir()
    other = os.open(target, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)

    with pytest.raises(BlockingIOError):
        mirror(source, target, wait=False)

    assert content_of(target) == {}
    os.close(other)
    assert mirror(source, target, wait=False) == 1


def test_a_file_that_was_still_written_to_is_copied_again(tmp_path: Path) -> None:
    source = stored(tmp_path / "source", sealed_a=b"half")
    mirror(source, tmp_path / "copy")
    file = source / "sealed" / "a"
    before = file.stat()

    file.write_bytes(b"full")  # of the same size, a moment later
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))

    assert mirror(source, tmp_path / "copy") == 1
    assert content_of(tmp_path / "copy") == {"sealed/a": b"full"}


def test_what_is_on_its_way_is_left_and_a_killed_copy_is_made_anew(tmp_path: Path) -> None:
    source = stored(tmp_path / "source", sealed_a=b"whole")
    (source / "sealed" / "b.opening").write_bytes(b"half")
    stored(tmp_path / "copy", sealed_c=b"")
    (tmp_path / "copy" / "sealed" / "a.copying").write_bytes(b"whol")

    mirror(source, tmp_path / "copy")

    assert content_of(tmp_path / "copy") == {"sealed/a": b"whole", "sealed/c": b""}


def test_what_is_gone_goes_from_the_copy_and_the_rest_comes_back(tmp_path: Path) -> None:
    source = stored(tmp_path / "source", sealed_a=b"1", sealed_b=b"2", opened_c=b"3")
    mirror(source, tmp_path / "copy")
    (source / "sealed" / "a").unlink()

    assert forget_gone(source, tmp_path / "copy") == 1
    assert bring_back(tmp_path / "copy", tmp_path / "new") == 2
    assert bring_back(tmp_path / "copy", tmp_path / "linked", by_link=True) == 2
    assert content_of(tmp_path / "new") == content_of(source) == content_of(tmp_path / "linked")
    assert bring_back(tmp_path / "nowhere", tmp_path / "empty") == 0
