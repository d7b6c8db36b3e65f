"""Payloads in several threads: in order, whole or not at all, whatever source and target are."""

import io
import os
from pathlib import Path

import pytest

from crypto.age_file import open_plain, seal_plain
from crypto.keys import OpeningKey
from crypto.payload_pipeline import PLAIN_BLOCK_BYTES, FileSource

KEY = OpeningKey(b"\x07" * 32)
SIZE = 5 * PLAIN_BLOCK_BYTES + 3
PLAINTEXT = (b"0123456789abcde" * (SIZE // 15 + 1))[:SIZE]


def opened(data: bytes) -> bytes:
    """The content of an age file."""
    target = io.BytesIO()
    open_plain(io.BytesIO(data), target, [KEY])
    return target.getvalue()


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_a_stream_is_written_in_order_by_however_many_threads(workers: int) -> None:
    sealed, content = io.BytesIO(), io.BytesIO()

    seal_plain(io.BytesIO(PLAINTEXT), sealed, [KEY.recipient], workers=workers)
    open_plain(io.BytesIO(sealed.getvalue()), content, [KEY], workers=workers)

    assert content.getvalue() == PLAINTEXT


def test_what_was_read_of_a_file_before_is_not_sealed(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(PLAINTEXT)
    sealed = io.BytesIO()

    with (tmp_path / "plain").open("rb") as source:
        source.read(70_000)
        seal_plain(source, sealed, [KEY.recipient])

    assert opened(sealed.getvalue()) == PLAINTEXT[70_000:]


def test_an_age_file_behind_something_else_is_opened_from_where_it_begins(tmp_path: Path) -> None:
    sealed = io.BytesIO()
    seal_plain(io.BytesIO(PLAINTEXT), sealed, [KEY.recipient])
    (tmp_path / "file").write_bytes(b"before" + sealed.getvalue())
    content = io.BytesIO()

    with (tmp_path / "file").open("rb") as source:
        source.seek(6)
        open_plain(source, content, [KEY])

    assert content.getvalue() == PLAINTEXT


def test_a_file_whose_size_says_nothing_is_read_to_its_end(tmp_path: Path) -> None:
    endless_by_name = Path("/proc/self/status")
    if not endless_by_name.exists():
        pytest.skip("no /proc")

    seal_plain(endless_by_name, tmp_path / "sealed", [KEY.recipient])

    assert b"Name:" in opened((tmp_path / "sealed").read_bytes())


def test_a_file_that_becomes_shorter_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(PLAINTEXT)
    room = memoryview(bytearray(PLAIN_BLOCK_BYTES))

    with file.open("rb") as stream:
        source = FileSource(stream.fileno(), start=0, block_bytes=PLAIN_BLOCK_BYTES)
        assert source.take(room) is not None
        os.truncate(file, PLAIN_BLOCK_BYTES + 1)
        with pytest.raises(OSError, match="shorter"):
            source.take(room)


class FullDisk(io.BytesIO):
    """Takes the header and two blocks, and then no more."""

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # all that is given here
        if self.tell() > 2 * PLAIN_BLOCK_BYTES:
            raise OSError("no space left")
        return super().write(data)


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_a_target_that_fails_ends_every_thread(workers: int) -> None:
    target = FullDisk()

    with pytest.raises(OSError, match="no space left"):
        seal_plain(io.BytesIO(PLAINTEXT), target, [KEY.recipient], workers=workers)

    assert target.tell() < SIZE


def test_a_source_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 2 * PLAIN_BLOCK_BYTES:
                raise OSError("the disk is gone")
            return super().read(size)

    target = tmp_path / "target"
    target.write_bytes(b"old")

    with pytest.raises(OSError, match="the disk is gone"):
        seal_plain(Failing(PLAINTEXT), target, [KEY.recipient])

    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
