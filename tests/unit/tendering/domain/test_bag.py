"""The bag in its one ZIP file: written as it streams, read by everybody, and no other way."""

import io
import zipfile

import pytest

from tendering.domain import bag
from tendering.domain.bag import BadBag, BagWriter, Member

FILES = {"data/a.txt": [b"hello ", b"world"], "data/bids/1/b.age": [bytes(100_000)], "note.txt": []}


def written(info: tuple[tuple[str, str], ...] = (("External-Identifier", "KB-1"),)) -> bytes:
    """A small bag."""
    writer, out = BagWriter("kaibiao-1"), io.BytesIO()
    for path, pieces in FILES.items():
        out.writelines(writer.file(path, pieces))
    out.writelines(writer.finish(info))
    return out.getvalue()


def test_any_zip_program_reads_it() -> None:
    with zipfile.ZipFile(io.BytesIO(written())) as archive:
        assert archive.testzip() is None
        assert archive.read("kaibiao-1/data/a.txt") == b"hello world"
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}


def test_the_bag_is_bagit_1_0() -> None:
    with zipfile.ZipFile(io.BytesIO(written())) as archive:
        read = {one: archive.read(one) for one in archive.namelist()}

    assert read["kaibiao-1/bagit.txt"].startswith(b"BagIt-Version: 1.0\n")
    assert b"Payload-Oxum: 100011.2\n" in read["kaibiao-1/bag-info.txt"]
    assert len(read["kaibiao-1/manifest-sha256.txt"].splitlines()) == 2
    listed = read["kaibiao-1/tagmanifest-sha256.txt"].decode()
    assert [line.split("  ")[1] for line in listed.splitlines()] == [
        "bag-info.txt",
        "bagit.txt",
        "manifest-sha256.txt",
        "note.txt",
    ]


def test_the_same_files_make_the_same_bytes() -> None:
    assert written() == written()


def test_a_value_cannot_bring_in_a_second_line() -> None:
    assert bag.info_text([("Title", "one\nPayload-Oxum: 0.0")]) == b"Title: one Payload-Oxum: 0.0\n"


@pytest.mark.parametrize(
    "path", ["../x", "/x", "data//x", "data/./x", "data/.hidden", "a\\b", "", "data/é", "x" * 600]
)
def test_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(BadBag):
        BagWriter("kaibiao-1").begin(path)


def test_a_file_cannot_stand_twice() -> None:
    writer = BagWriter("kaibiao-1")
    list(writer.file("data/a", [b"1"]))

    with pytest.raises(BadBag, match="twice"):
        writer.begin("data/a")


def test_a_directory_beyond_4_gib_is_written_with_64_bits_and_read_back() -> None:
    members = [Member("k/data/a", 5 << 30, 7, 0), Member("k/data/b", 1, 8, 5 << 30)]
    directory = bag.directory(members)
    tail = bag.END64_BYTES + bag.LOCATOR_BYTES + bag.END_BYTES

    count, size, start = bag.parse_end(directory[-tail:])

    assert (count, start) == (2, members[-1].end)
    assert bag.parse_directory(directory[:size]) == members


@pytest.mark.parametrize(
    "text",
    [
        b"xyz  data/a\n",
        b"%s  data/b\n%s  data/a\n" % (b"0" * 64, b"0" * 64),
        b"%s data/a\n" % (b"0" * 64),
        b"%s  data/a" % (b"0" * 64),
        b"%s  ../a\n" % (b"0" * 64),
    ],
)
def test_a_manifest_in_any_other_form_is_refused(text: bytes) -> None:
    with pytest.raises(BadBag):
        bag.parse_manifest(text, name="manifest-sha256.txt")


def test_a_directory_that_is_cut_short_is_refused() -> None:
    with pytest.raises(BadBag):
        bag.parse_directory(b"PK\x01\x02")


def test_a_file_that_is_no_zip_is_refused() -> None:
    with pytest.raises(BadBag):
        bag.parse_end(bytes(98))
