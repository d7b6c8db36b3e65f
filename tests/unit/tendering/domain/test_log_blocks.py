"""Batches as they are kept: real leaves among padding that follows from a seed."""

import random

import pytest

from crypto.merkle import leaf_hash
from tendering.domain.log_tree import BLOCK, Block, place_among_padding


def chance(seed: int = 1) -> random.Random:
    """Chance that repeats."""
    return random.Random(seed)


def leaves_of(count: int) -> list[bytes]:
    """Leaves that wait."""
    made = chance(7)
    return [made.randbytes(32) for _ in range(count)]


@pytest.mark.parametrize(
    ("waiting", "blocks"), [(0, 1), (1, 1), (256, 1), (257, 2), (300, 2), (512, 2), (513, 3)]
)
def test_a_batch_takes_the_next_step_of_256_and_one_at_least(waiting: int, blocks: int) -> None:
    made, places = place_among_padding(leaves_of(waiting), chance().randbytes)

    assert (len(made), len(places)) == (blocks, waiting)
    assert {len(block.leaves()) for block in made} == {BLOCK}


def test_every_real_leaf_stands_where_it_is_said_to_and_the_rest_is_padding() -> None:
    waiting = leaves_of(300)
    blocks, places = place_among_padding(waiting, chance().randbytes)
    leaves = [leaf for block in blocks for leaf in block.leaves()]

    assert [leaves[places[leaf]] for leaf in waiting] == waiting
    assert len(set(leaves)) == len(leaves) == 512


def test_all_leaves_have_one_length_and_padding_repeats_in_no_block() -> None:
    blocks = [place_among_padding([], chance(seed).randbytes)[0][0] for seed in range(4)]
    leaves = [leaf for block in blocks for leaf in block.leaves()]

    assert {len(leaf) for leaf in leaves} == {32}
    assert len(set(leaves)) == 4 * BLOCK


def test_places_are_shuffled_over_all_blocks() -> None:
    waiting = leaves_of(257)
    _, places = place_among_padding(waiting, chance().randbytes)

    found = [places[leaf] for leaf in waiting]
    assert found != sorted(found)
    assert min(found) < BLOCK <= max(found)


def test_the_hashes_are_those_of_the_leaves() -> None:
    block = Block(bytes(32), ((3, bytes([9]) * 32),))

    assert block.leaves()[3] == bytes([9]) * 32
    assert block.hashes() == [leaf_hash(leaf) for leaf in block.leaves()]
