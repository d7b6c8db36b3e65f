"""The digest of large containers, and of files: read in parts, by several threads."""

import os
from pathlib import Path

import pytest

from crypto.container_digest import (
    BLOCK_BYTES,
    PART_BYTES,
    container_digest,
    digest_from_parts,
    part_root,
)
from crypto.merkle import Tree

SIZES = [
    0,
    1,
    BLOCK_BYTES,
    BLOCK_BYTES + 1,
    3 * BLOCK_BYTES,
    PART_BYTES - 1,
    PART_BYTES,
    PART_BYTES + 1,
    2 * PART_BYTES + 3 * BLOCK_BYTES + 9,
    3 * PART_BYTES,
]


def _bytes(size: int) -> bytes:
    pattern = bytes(range(251))
    return (pattern * (size // len(pattern) + 1))[:size]


def _blockwise(data: bytes) -> bytes:
    tree = Tree()
    for start in range(0, len(data), BLOCK_BYTES):
        tree.append(data[start : start + BLOCK_BYTES])
    return tree.root()


def _parts(data: bytes) -> list[bytes]:
    return [data[start : start + PART_BYTES] for start in range(0, len(data), PART_BYTES)]


@pytest.mark.parametrize("size", SIZES)
def test_a_file_has_the_root_of_its_blocks(tmp_path: Path, size: int) -> None:
    (tmp_path / "file").write_bytes(_bytes(size))

    assert container_digest(tmp_path / "file") == _blockwise(_bytes(size))


@pytest.mark.parametrize("size", SIZES[-2:])
def test_many_parts_digested_apart_combine_to_the_digest_of_the_whole(size: int) -> None:
    data = _bytes(size)

    assert digest_from_parts([part_root(part) for part in _parts(data)]) == _blockwise(data)


def test_progress_adds_up_to_the_size(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(_bytes(PART_BYTES + 5))
    seen: list[int] = []

    container_digest(tmp_path / "file", progress=seen.append)

    assert sorted(seen) == [5, PART_BYTES]


def test_a_file_that_becomes_shorter_meanwhile_has_no_digest(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(_bytes(3 * PART_BYTES))

    def shorten(_: int) -> None:
        os.truncate(path, PART_BYTES)

    with pytest.raises(EOFError):
        container_digest(path, workers=1, progress=shorten)
