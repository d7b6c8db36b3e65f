"""Sealed files: sealing, opening, and everything that may happen to the bytes in between."""

import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from crypto.age_payload import SEALED_CHUNK_BYTES, sealed_size
from crypto.container_digest import BLOCK_BYTES, container_digest
from crypto.errors import BadHeader, BadMac, BadPayload, NoMatchingIdentity
from crypto.keys import OpeningKey
from crypto.seal_header import SEALED_HEADER_BYTES_MAX
from crypto.sealed_file import (
    SealPolicy,
    open_file,
    open_plain,
    open_stream,
    read_sealed_header,
    seal_file,
    seal_plain,
    unwrap_with_opening_key,
    verify_file_key,
)

BIDDER = OpeningKey(b"\x77" * 32)
HOLDERS = tuple(OpeningKey(bytes([number]) * 32).public for number in (1, 2, 3))
POLICY = SealPolicy(bytes(32), 2, HOLDERS, BIDDER.public)
FILE_KEY = bytes(range(16))
NONCE = bytes(16)
CHUNK = 65_536
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, BLOCK_BYTES - 1, BLOCK_BYTES, 3 * BLOCK_BYTES + 5]


def _plaintext(size: int) -> bytes:
    return (b"0123456789abcde" * (size // 15 + 1))[:size]


def _sealed(folder: Path, plaintext: bytes) -> bytes:
    target = folder / "container"
    seal_file(io.BytesIO(plaintext), target, POLICY, file_key=FILE_KEY, payload_nonce=NONCE)
    return target.read_bytes()


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_opens_to_the_same_bytes(tmp_path: Path, size: int) -> None:
    source = tmp_path / "source"
    source.write_bytes(_plaintext(size))

    sealed = seal_file(source, tmp_path / "container", POLICY)
    opened = open_file(tmp_path / "container", tmp_path / "opened", sealed.file_key)

    assert (tmp_path / "opened").read_bytes() == source.read_bytes()
    assert opened.size == size
    assert opened.plaintext_root == sealed.plaintext_root == container_digest(source)


@pytest.mark.parametrize("size", SIZES)
def test_the_summary_speaks_of_the_file_on_disk(tmp_path: Path, size: int) -> None:
    container = tmp_path / "container"

    sealed = seal_file(io.BytesIO(_plaintext(size)), container, POLICY)

    header = read_sealed_header(container.read_bytes())
    assert sealed.size == container.stat().st_size == header.header_length + sealed_size(size)
    assert sealed.container_digest == container_digest(container)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_number_of_threads_does_not_change_the_file(tmp_path: Path, workers: int) -> None:
    plaintext = _plaintext(3 * BLOCK_BYTES + 5)

    seal_file(
        io.BytesIO(plaintext),
        tmp_path / "container",
        POLICY,
        file_key=FILE_KEY,
        payload_nonce=NONCE,
        workers=workers,
    )

    assert (tmp_path / "container").read_bytes() == _sealed(tmp_path, plaintext)


def test_two_sealings_of_the_same_bytes_differ_everywhere(tmp_path: Path) -> None:
    first = seal_file(io.BytesIO(b"x"), tmp_path / "first", POLICY)
    second = seal_file(io.BytesIO(b"x"), tmp_path / "second", POLICY)

    one, two = (
        set(read_sealed_header((tmp_path / name).read_bytes()).ephemeral_keys)
        for name in ("first", "second")
    )
    assert first.file_key != second.file_key
    assert not one & two


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    _sealed(tmp_path, b"x")

    assert (tmp_path / "container").stat().st_mode & 0o777 == 0o600


def test_a_pipe_that_gives_little_at_a_time_is_sealed_whole(tmp_path: Path) -> None:
    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 10_000))

    plaintext = _plaintext(2 * BLOCK_BYTES + 7)
    sealed = seal_file(Trickle(plaintext), tmp_path / "container", POLICY)

    with (tmp_path / "container").open("rb") as container:
        assert b"".join(open_stream(container, sealed.file_key)) == plaintext


def test_progress_ends_with_the_size_of_the_source(tmp_path: Path) -> None:
    seen: list[int] = []

    seal_file(
        io.BytesIO(_plaintext(2 * BLOCK_BYTES + 7)),
        tmp_path / "container",
        POLICY,
        progress=seen.append,
    )

    assert seen == sorted(seen)
    assert seen[-1] == 2 * BLOCK_BYTES + 7


def test_a_source_that_fails_leaves_no_file(tmp_path: Path) -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        seal_file(Failing(), tmp_path / "container", POLICY)

    assert list(tmp_path.iterdir()) == []


ALTERATIONS: dict[str, Callable[[bytes, int], bytes]] = {
    "the last byte cut": lambda data, _: data[:-1],
    "the last chunk cut": lambda data, start: data[: start + 2 * SEALED_CHUNK_BYTES],
    "everything after the nonce cut": lambda data, start: data[:start],
    "a byte appended": lambda data, _: data + b"x",
    "an old chunk appended": lambda data, start: data + data[start : start + SEALED_CHUNK_BYTES],
    "a bit flipped in the first chunk": lambda data, start: (
        data[:start] + bytes([data[start] ^ 1]) + data[start + 1 :]
    ),
    "a bit flipped in the last tag": lambda data, _: data[:-1] + bytes([data[-1] ^ 1]),
    "two chunks swapped": lambda data, start: (
        data[:start]
        + data[start + SEALED_CHUNK_BYTES : start + 2 * SEALED_CHUNK_BYTES]
        + data[start : start + SEALED_CHUNK_BYTES]
        + data[start + 2 * SEALED_CHUNK_BYTES :]
    ),
    "a chunk left out": lambda data, start: data[:start] + data[start + SEALED_CHUNK_BYTES :],
    "the nonce altered": lambda data, start: data[: start - 1] + b"\x01" + data[start:],
}


@pytest.mark.parametrize("alter", ALTERATIONS.values(), ids=ALTERATIONS.keys())
def test_an_altered_payload_is_refused_on_both_ways(
    tmp_path: Path, alter: Callable[[bytes, int], bytes]
) -> None:
    data = _sealed(tmp_path, _plaintext(2 * CHUNK + 100))
    altered = alter(data, read_sealed_header(data).header_length + len(NONCE))
    (tmp_path / "container").write_bytes(altered)

    with pytest.raises(BadPayload):
        b"".join(open_stream(io.BytesIO(altered), FILE_KEY))
    with pytest.raises(BadPayload):
        open_file(tmp_path / "container", tmp_path / "opened", FILE_KEY)

    assert not (tmp_path / "opened").exists()
    assert not (tmp_path / "opened.partial").exists()


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_a_file_cut_at_a_block_is_refused(tmp_path: Path, blocks: int) -> None:
    data = _sealed(tmp_path, _plaintext(3 * BLOCK_BYTES + 5))
    start = read_sealed_header(data).header_length + len(NONCE)
    (tmp_path / "container").write_bytes(data[: start + blocks * 16 * SEALED_CHUNK_BYTES])

    with pytest.raises(BadPayload):
        open_file(tmp_path / "container", tmp_path / "opened", FILE_KEY)


def test_a_file_without_even_a_nonce_is_refused(tmp_path: Path) -> None:
    data = _sealed(tmp_path, b"x")
    (tmp_path / "container").write_bytes(data[: read_sealed_header(data).header_length + 15])

    with pytest.raises(BadHeader):
        open_file(tmp_path / "container", tmp_path / "opened", FILE_KEY)


@pytest.mark.parametrize("file_key", [bytes(16), FILE_KEY + b"\x00", FILE_KEY[:15], b""])
def test_a_wrong_file_key_is_refused_by_the_mac_before_any_payload(
    tmp_path: Path, file_key: bytes
) -> None:
    data = _sealed(tmp_path, b"x")

    with pytest.raises(BadMac):
        open_stream(io.BytesIO(data), file_key)
    with pytest.raises(BadMac):
        open_file(tmp_path / "container", tmp_path / "opened", file_key)


def test_a_header_that_never_ends_is_refused_without_reading_it_all() -> None:
    endless = io.BytesIO(b"age-encryption.org/v1\n" + b"-> x\n\n" * 100_000)

    with pytest.raises(BadHeader):
        open_stream(endless, FILE_KEY)

    assert endless.tell() < 2 * SEALED_HEADER_BYTES_MAX


def test_something_else_than_age_is_refused_at_once() -> None:
    with pytest.raises(BadHeader):
        open_stream(io.BytesIO(b"%PDF-1.7\n" * 1000), FILE_KEY)


def test_a_sealed_file_rederives(tmp_path: Path) -> None:
    data = _sealed(tmp_path, b"x")

    assert verify_file_key(data, unwrap_with_opening_key(data, BIDDER), POLICY).valid


@pytest.mark.needs("age")
@pytest.mark.parametrize("size", [0, 1, CHUNK, 2 * BLOCK_BYTES + 7])
def test_the_stock_age_tool_opens_a_sealed_file_with_the_bidders_identity(
    tmp_path: Path, size: int
) -> None:
    _sealed(tmp_path, _plaintext(size))
    (tmp_path / "identity").write_text(BIDDER.identity + "\n")

    command = ["age", "--decrypt", "-i", "identity", "container"]
    opened = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=30)

    assert opened.stdout == _plaintext(size)


@pytest.mark.needs("age")
@pytest.mark.parametrize("options", [[], ["--armor"]])
def test_what_the_stock_age_tool_writes_opens_here(tmp_path: Path, options: list[str]) -> None:
    plaintext = os.urandom(200_000)
    command = ["age", "--encrypt", *options, "-r", BIDDER.recipient]
    written = subprocess.run(
        command, input=plaintext, check=True, capture_output=True, timeout=30, cwd=tmp_path
    )
    target = io.BytesIO()

    open_plain(io.BytesIO(written.stdout), target, [OpeningKey(bytes(32)), BIDDER])

    assert target.getvalue() == plaintext


@pytest.mark.parametrize("size", SIZES)
def test_a_plain_age_file_opens_for_each_of_its_recipients(size: int) -> None:
    other = OpeningKey(b"\x11" * 32)
    file = io.BytesIO()
    seal_plain(io.BytesIO(_plaintext(size)), file, [BIDDER.recipient, other.recipient])

    for key in (BIDDER, other):
        target = io.BytesIO()
        open_plain(io.BytesIO(file.getvalue()), target, [key])
        assert target.getvalue() == _plaintext(size)


def test_a_plain_age_file_does_not_open_for_another_key() -> None:
    file = io.BytesIO()
    seal_plain(io.BytesIO(b"x"), file, [BIDDER.recipient])

    with pytest.raises(NoMatchingIdentity):
        open_plain(io.BytesIO(file.getvalue()), io.BytesIO(), [OpeningKey(b"\x11" * 32)])
