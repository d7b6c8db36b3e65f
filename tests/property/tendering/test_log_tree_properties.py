"""Any proof and any frontier made from tiles is that of a tree in memory."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from crypto.merkle import Tree, root_of
from crypto.tlog import tile_path
from tendering.domain.log_tree import (
    BLOCK,
    consistency_path,
    extend_frontier,
    frontier_root,
    inclusion_path,
    parse_tile_path,
    proof_of,
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


@given(st.integers(0, 6), st.integers(0, 10**13), st.integers(1, 256))
def test_a_tile_path_reads_back(level: int, n: int, width: int) -> None:
    text = tile_path(level, n, width).removeprefix(f"tile/{level}/")

    assert parse_tile_path(level, text) == (n, width)
