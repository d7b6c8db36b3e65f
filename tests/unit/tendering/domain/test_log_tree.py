"""The tree seen through its tiles gives what a tree in memory gives."""

import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.merkle import EMPTY_ROOT, Tree, root_of
from crypto.tlog import tile_path
from tendering.domain.log_tree import (
    BLOCK,
    Subtree,
    consistency_path,
    extend_frontier,
    frontier_root,
    inclusion_path,
    leaf_of,
    parse_tile_path,
    proof_of,
    split_hashes,
    tile_width,
    tiles_of,
)

SIZE = 67_000  # beyond 256 full tiles: three levels
TREE = Tree()
for _number in range(SIZE):
    TREE.append_hash(hashlib.sha256(_number.to_bytes(8, "big")).digest())


def tiles(wanted: list[tuple[int, int]], size: int) -> dict[tuple[int, int], bytes]:
    """Tiles of the tree in memory."""
    return {(level, n): TREE.tile(level, n, size) for level, n in wanted}


@given(st.data(), st.integers(1, SIZE))
def test_an_inclusion_proof_from_tiles_is_the_trees_own(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))

    path = inclusion_path(index, size)

    assert proof_of(path, tiles(tiles_of(path), size)) == TREE.inclusion_proof(index, size)


@given(st.data(), st.integers(0, SIZE))
def test_a_consistency_proof_from_tiles_is_the_trees_own(data: st.DataObject, size: int) -> None:
    old = data.draw(st.integers(0, size))

    path = consistency_path(old, size)

    assert proof_of(path, tiles(tiles_of(path), size)) == TREE.consistency_proof(old, size)


@given(st.integers(0, SIZE // BLOCK))
def test_a_proof_needs_few_tiles(blocks: int) -> None:
    path = consistency_path(blocks * BLOCK, SIZE // BLOCK * BLOCK)

    assert len(tiles_of(path)) <= 5


@given(st.lists(st.integers(0, 5), max_size=40))
def test_the_frontier_knows_the_root_after_any_batches(batches: list[int]) -> None:
    frontier: list[bytes] = []
    roots: list[bytes] = []
    for length in batches:
        fresh = [TREE.root(number + 1) for number in range(len(roots), len(roots) + length)]
        frontier = extend_frontier(frontier, len(roots), fresh)
        roots += fresh

        assert frontier_root(frontier) == root_of(roots)


def test_the_root_of_nothing_is_the_empty_root() -> None:
    assert frontier_root([]) == EMPTY_ROOT


def test_a_leaf_hides_its_record_behind_its_nonce() -> None:
    record = hashlib.sha256(b"record").digest()

    assert leaf_of(bytes(32), record) == hashlib.sha256(bytes(32) + record).digest()
    assert leaf_of(os.urandom(32), record) != leaf_of(os.urandom(32), record)


def test_a_tile_that_ends_too_early_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="ends before"):
        Subtree(2, 0).root(bytes(96))


@given(st.integers(0, 6), st.integers(0, 10**13), st.integers(1, 256))
def test_a_tile_path_reads_back(level: int, n: int, width: int) -> None:
    text = tile_path(level, n, width).removeprefix(f"tile/{level}/")

    assert parse_tile_path(level, text) == (n, width)


@pytest.mark.parametrize(
    "text",
    ["", "0", "0000", "x000/000", "x1/000", "001/002", "x001", "000.p/0", "000.p/256", "000.p/300",
     "000.p/08", "000.p/1.p/1", "٠٠٠", "x001/x002/x003", "000/", "/000", "-01"],
)  # fmt: skip
def test_there_is_one_way_to_write_a_tile_path(text: str) -> None:
    with pytest.raises(ValueError, match="not a tile path"):
        parse_tile_path(0, text)


def test_widths_follow_the_specifications_example() -> None:
    # C2SP tlog-tiles §Partial Tiles: a tree of 70,000.
    assert [tile_width(70_000, 0, n) for n in (272, 273, 274)] == [256, 112, 0]
    assert [tile_width(70_000, 1, n) for n in (0, 1, 2)] == [256, 17, 0]
    assert tile_width(70_000, 2, 0) == 1


def test_hashes_are_cut_apart() -> None:
    assert split_hashes(bytes(32) + b"\x01" * 32) == [bytes(32), b"\x01" * 32]
