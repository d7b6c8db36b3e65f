"""The digest of a container: one value, however the bytes arrive."""

import hashlib
import json
from functools import cache
from pathlib import Path

import pytest

from crypto.container_digest import (
    BLOCK_BYTES,
    PART_BYTES,
    DigestBuilder,
    container_digest,
    digest_from_parts,
    part_root,
)
from crypto.merkle import Tree

VECTORS = Path(__file__).parents[2] / "vectors" / "container-digest.json"
SIZES = [
    0,
    1,
    BLOCK_BYTES,
    BLOCK_BYTES + 1,
    3 * BLOCK_BYTES,
    PART_BYTES - 1,
    PART_BYTES,
    PART_BYTES + 1,
]


def _repeated(pattern: bytes, size: int) -> bytes:
    return (pattern * (size // len(pattern) + 1))[:size]


@cache
def _bytes(size: int) -> bytes:
    return _repeated(bytes(range(251)), size)


@cache
def _blockwise(data: bytes) -> bytes:
    tree = Tree()
    for start in range(0, len(data), BLOCK_BYTES):
        tree.append(data[start : start + BLOCK_BYTES])
    return tree.root()


def _parts(data: bytes) -> list[bytes]:
    return [data[start : start + PART_BYTES] for start in range(0, len(data), PART_BYTES)]


@pytest.mark.parametrize("size", SIZES)
def test_parts_digested_apart_combine_to_the_digest_of_the_whole(size: int) -> None:
    data = _bytes(size)

    assert digest_from_parts([part_root(part) for part in _parts(data)]) == _blockwise(data)


@pytest.mark.parametrize("size", SIZES)
def test_a_streamed_part_has_the_root_of_the_part(size: int) -> None:
    roots = []
    for part in _parts(_bytes(size)):
        builder = DigestBuilder()
        builder.update(part)
        roots.append(builder.digest())

    assert digest_from_parts(roots) == _blockwise(_bytes(size))


@pytest.mark.parametrize("step", [1 << 20, 65_536, 777_777])
def test_the_size_of_the_chunks_does_not_matter(step: int) -> None:
    data = _bytes(PART_BYTES + 12_345)
    chunks = [data[start : start + step] for start in range(0, len(data), step)]

    assert container_digest(chunks) == _blockwise(data)


def test_a_digest_may_be_asked_for_before_the_end() -> None:
    builder = DigestBuilder()
    builder.update(b"a")
    early = builder.digest()
    builder.update(b"b")

    assert early == container_digest([b"a"])
    assert builder.digest() == container_digest([b"ab"])


def test_no_bytes_have_the_digest_of_nothing() -> None:
    assert container_digest([]) == hashlib.sha256(b"").digest()


def test_the_published_vectors_are_reproduced() -> None:
    vectors = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    assert vectors

    for vector in vectors:
        data = _repeated(bytes.fromhex(vector["pattern"]), vector["size"])
        assert container_digest([data]).hex() == vector["digest"]
