"""The bundle has one way to be written; every other is refused, and stock tar reads it."""

import io
import tarfile
from dataclasses import replace
from itertools import repeat

import pytest

from crypto.canonical import JsonValue, canonical
from tendering.domain.bundle import (
    BUNDLE_BYTES_MIN,
    BadBundle,
    bundle_chunks,
    bundle_size,
    member_header,
    member_name,
    padded_size,
    read_bundle,
)
from tests.unit.tendering.domain.a_bundle import CONTENTS, a_bundle, reading, written


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


@pytest.mark.parametrize("tail", [b"x", bytes(512)])
def test_something_after_the_end_is_refused(tail: bytes) -> None:
    data = written() + tail

    with pytest.raises(BadBundle):
        read_bundle(reading(data), len(data))


@pytest.mark.parametrize("size", [0, 1, 511, 512, 1024, 2000, 4608, 15872, 16383])
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


@pytest.mark.parametrize(
    ("size", "padded"),
    [
        (0, 16_384),
        (16_384, 16_384),
        (16_896, 17_408),
        (100_352, 100_352),
        (100_864, 102_400),
        ((1 << 30) + 512, (1 << 30) + (1 << 25)),
    ],
)
def test_a_bundle_has_one_of_few_sizes(size: int, padded: int) -> None:
    assert padded_size(size) == padded


def with_form(form: bytes) -> bytes:
    """A bundle of nothing but a form, written by somebody else."""
    data = member_header("form.json", len(form)) + form + bytes(-len(form) % 512)
    return data + bytes(padded_size(len(data) + 1024) - len(data))


FILE: dict[str, JsonValue] = {
    "member": "files/0001.bin",
    "name": "x",
    "media_type": "",
    "size_bytes": 0,
    "sha256": "0",
}


@pytest.mark.parametrize(
    "form",
    [
        b"{",
        b"[]",
        canonical({"kind": "price", "form": {}}),
        b'{"files": [],"form":{},"kind":"price"}',
        canonical({"kind": 1, "form": {}, "files": []}),
        canonical({"kind": "price", "form": [], "files": []}),
        canonical({"kind": "price", "form": {}, "files": [{}] * 2001}),
        canonical({"kind": "price", "form": {}, "files": ["x"]}),
        canonical({"kind": "price", "form": {}, "files": [{"member": "files/0001.bin"}]}),
        canonical({"kind": "price", "form": {}, "files": [FILE]}),
        canonical({"kind": "price", "form": {}, "files": [{**FILE, "member": "form.json"}]}),
        canonical({"kind": "price", "form": {}, "files": [{**FILE, "sha256": "0" * 64}]}),
    ],
)
def test_a_form_that_is_not_the_one_is_refused(form: bytes) -> None:
    data = with_form(form)

    with pytest.raises(BadBundle):
        read_bundle(reading(data), len(data))


def test_padding_after_the_form_is_zero_and_a_form_has_a_limit() -> None:
    data = bytearray(with_form(canonical({"kind": "price", "form": {}, "files": []})))
    data[1023] = 1

    with pytest.raises(BadBundle):
        read_bundle(reading(bytes(data)), len(data))
    with pytest.raises(BadBundle):
        list(bundle_chunks(replace(a_bundle(()), form={"x": "x" * (1 << 20)}), []))


def test_a_form_and_small_files_of_whatever_size_look_alike_from_outside() -> None:
    sizes = {len(written((b"x" * size,))) for size in (0, 1, 5_000, 13_000)}

    assert sizes == {BUNDLE_BYTES_MIN}


@pytest.mark.parametrize("place", [-1, -512, -10_000])
def test_anything_in_the_padding_is_refused(place: int) -> None:
    data = bytearray(written())
    data[place] = 1

    with pytest.raises(BadBundle):
        read_bundle(reading(bytes(data)), len(data))


def test_the_padding_of_a_large_bundle_is_never_in_memory_at_once() -> None:
    size = 300 << 20
    piece = bytes(1 << 20)
    bundle = a_bundle()
    large = replace(bundle, files=(replace(bundle.files[0], size_bytes=size),))

    longest = total = 0
    for chunk in bundle_chunks(large, [repeat(piece, 300)]):
        longest, total = max(longest, len(chunk)), total + len(chunk)

    assert total == bundle_size(large) == 304 << 20
    assert longest == 1 << 20
