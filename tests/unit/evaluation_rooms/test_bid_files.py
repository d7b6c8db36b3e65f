"""The index of an opened bundle, as a room's reader may see it."""

import hashlib
from pathlib import Path

import pytest

from evaluation_rooms.actions.bid_files import file_of, read_index
from tendering.domain.bundle import Bundle, BundleFile, bundle_chunks, member_name
from tendering.domain.refusals import NotFound

CONTENT = b"%PDF-1.7"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A bundle with one file that tells whose it is."""
    file = BundleFile(
        member_name(1, "示范建设01.pdf"),
        "示范建设01.pdf",
        "application/pdf",
        len(CONTENT),
        hashlib.sha256(CONTENT).hexdigest(),
    )
    written = tmp_path / "bundle"
    written.write_bytes(b"".join(bundle_chunks(Bundle("technical", {}, (file,)), [[CONTENT]])))
    return written


def test_names_are_hidden_where_the_room_is_blind(path: Path) -> None:
    shown = read_index(path, names_hidden=False).files[0]
    hidden = read_index(path, names_hidden=True).files[0]

    assert shown.name == "示范建设01.pdf"
    assert (hidden.name, hidden.offset) == ("files/0001.pdf", shown.offset)


def test_what_is_no_bundle_has_no_files(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"x" * 2048)

    assert read_index(broken, names_hidden=False).files == ()


@pytest.mark.parametrize("number", [0, 2])
def test_files_are_numbered_from_one(path: Path, number: int) -> None:
    with pytest.raises(NotFound):
        file_of(read_index(path, names_hidden=False), number)
