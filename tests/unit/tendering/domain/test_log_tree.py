"""The tree seen through its tiles gives what a tree in memory gives."""

import hashlib
import os

import pytest

from crypto.merkle import EMPTY_ROOT
from tendering.domain.log_tree import (
    Subtree,
    frontier_root,
    leaf_of,
    parse_tile_path,
    split_hashes,
    tile_width,
)


def test_the_root_of_nothing_is_the_empty_root() -> None:
    assert frontier_root([]) == EMPTY_ROOT


def test_a_leaf_hides_its_record_behind_its_nonce() -> None:
    record = hashlib.sha256(b"record").digest()

    assert leaf_of(bytes(32), record) == hashlib.sha256(bytes(32) + record).digest()
    assert leaf_of(os.urandom(32), record) != leaf_of(os.urandom(32), record)


def test_a_tile_that_ends_too_early_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="ends before"):
        Subtree(2, 0).root(bytes(96))


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
