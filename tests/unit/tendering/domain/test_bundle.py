"""The bundle has one way to be written; every other is refused, and stock tar reads it."""

import io
import tarfile
from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tendering.domain.bundle import (
    BadBundle,
    Bundle,
    BundleFile,
    bundle_chunks,
    bundle_size,
    member_name,
    read_bundle,
)

CONTENTS = (b"one", b"", b"x" * 1024)


def a_bundle(contents: tuple[bytes, ...] = CONTENTS) -> Bundle:
    """A bundle of these files."""
    files = tuple(
        BundleFile(
            member_name(index, f"文件{index}.pdf"),
            f"文件{index}.pdf",
            "application/pdf",
            len(content),
            sha256(content).hexdigest(),
        )
        for index, content in enumerate(contents, start=1)
    )
    return Bundle("technical", {"days": 300}, files)


def written(contents: tuple[bytes, ...] = CONTENTS) -> bytes:
    """Its bytes."""
    return b"".join(bundle_chunks(a_bundle(contents), [[content] for content in contents]))


def reading(data: bytes) -> Callable[[int, int], bytes]:
    """Bytes at an offset."""
    return lambda offset, count: data[offset : offset + count]


def test_stock_tar_reads_a_bundle() -> None:
    with tarfile.open(fileobj=io.BytesIO(written())) as archive:
        names = archive.getnames()
        first = archive.extractfile("files/0001.pdf")

    assert names == ["form.json", "files/0001.pdf", "files/0002.pdf", "files/0003.pdf"]
    assert first is not None
    assert first.read() == b"one"


def test_what_is_read_says_where_each_file_lies() -> None:
    data = written()

    bundle = read_bundle(reading(data), len(data))

    assert bundle.form == {"days": 300}
    assert tuple(data[f.offset : f.offset + f.size_bytes] for f in bundle.files) == CONTENTS


@given(st.lists(st.binary(max_size=1500), max_size=4))
def test_what_is_written_is_read(contents: list[bytes]) -> None:
    data = written(tuple(contents))

    assert len(data) == bundle_size(a_bundle(tuple(contents)))
    assert len(read_bundle(reading(data), len(data)).files) == len(contents)


@given(st.integers(0, len(written()) - 1), st.integers(1, 255))
def test_a_changed_byte_outside_the_files_is_refused(place: int, change: int) -> None:
    data = bytearray(written())
    bundle = read_bundle(reading(bytes(data)), len(data))
    if any(f.offset <= place < f.offset + f.size_bytes for f in bundle.files):
        return
    data[place] ^= change

    try:
        changed = read_bundle(reading(bytes(data)), len(data))
    except BadBundle:
        return
    # What is still a bundle says something else: its own digest differs, nothing is ambiguous.
    assert changed != bundle


@pytest.mark.parametrize("tail", [b"x", bytes(512)])
def test_something_after_the_end_is_refused(tail: bytes) -> None:
    data = written() + tail

    with pytest.raises(BadBundle):
        read_bundle(reading(data), len(data))


@pytest.mark.parametrize("size", [0, 1, 511, 512, 1024, 2000])
def test_a_truncated_bundle_is_refused(size: int) -> None:
    data = written()[:size]

    with pytest.raises(BadBundle):
        read_bundle(reading(data), len(data))


def test_a_file_of_another_size_than_announced_is_not_written() -> None:
    with pytest.raises(BadBundle):
        list(bundle_chunks(a_bundle((b"one",)), [[b"three"]]))


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("../../etc/passwd", "files/0001.bin"),
        ("a.PDF", "files/0001.pdf"),
        ("文件", "files/0001.bin"),
        ("x.tar.gz", "files/0001.gz"),
        ("x.\n", "files/0001.bin"),
    ],
)
def test_no_foreign_character_gets_into_a_member_name(name: str, member: str) -> None:
    assert member_name(1, name) == member
