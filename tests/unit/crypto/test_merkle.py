"""The hash tree of RFC 6962: known roots, and proofs that cannot be bent."""

import pytest

from crypto.errors import BadProof
from crypto.merkle import (
    EMPTY_ROOT,
    Tree,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The test tree of the certificate-transparency reference implementation.
LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]


def _tree(size: int) -> Tree:
    tree = Tree()
    for number in range(size):
        tree.append(number.to_bytes(4, "big"))
    return tree


@pytest.fixture(scope="module")
def reference() -> Tree:
    tree = Tree()
    for leaf in LEAVES:
        tree.append(bytes.fromhex(leaf))
    return tree


@pytest.mark.parametrize(("size", "root"), list(enumerate(ROOTS)))
def test_the_reference_tree_has_the_published_roots(reference: Tree, size: int, root: str) -> None:
    assert reference.root(size).hex() == root
    assert root_of(HASHES[:size]).hex() == root


def test_an_appended_leaf_gets_the_next_index() -> None:
    tree = Tree()

    assert (tree.append(b"a"), tree.append(b"b"), len(tree)) == (0, 1, 2)


def test_an_altered_proof_of_inclusion_is_refused(reference: Tree) -> None:
    proof = reference.inclusion_proof(5)
    root = reference.root()
    right: dict[str, object] = {
        "index": 5,
        "size": 8,
        "leaf": HASHES[5],
        "proof": proof,
        "root": root,
    }
    wrong: list[dict[str, object]] = [
        {"index": 4},
        {"index": 8},
        {"index": -1},
        {"size": 5},
        {"size": 9},
        {"size": 16},
        {"leaf": HASHES[4]},
        {"leaf": b"x"},
        {"root": bytes(32)},
        {"proof": []},
        {"proof": proof[:-1]},
        {"proof": [*proof, bytes(32)]},
        {"proof": [*proof[:-1], b"x"]},
        {"proof": list(reversed(proof))},
        {"proof": [bytes(32)] * 100},
    ]

    verify_inclusion(**right)  # type: ignore[arg-type]
    for change in wrong:
        with pytest.raises(BadProof):
            verify_inclusion(**{**right, **change})  # type: ignore[arg-type]


@pytest.mark.parametrize("old", [3, 4, 6, 7])
def test_an_altered_proof_of_consistency_is_refused(reference: Tree, old: int) -> None:
    proof = reference.consistency_proof(old)
    right: dict[str, object] = {
        "old_size": old,
        "old_root": reference.root(old),
        "size": 8,
        "root": reference.root(),
        "proof": proof,
    }
    wrong: list[dict[str, object]] = [
        {"old_size": 9},
        {"old_size": -1},
        {"old_size": 0},
        {"old_size": 8},
        {"size": 4 * 8},
        {"old_root": bytes(32)},
        {"root": bytes(32)},
        {"root": b""},
        {"proof": []},
        {"proof": proof[:-1]},
        {"proof": [*proof, bytes(32)]},
        {"proof": [bytes(32), *proof]},
    ]

    verify_consistency(**right)  # type: ignore[arg-type]
    for change in wrong:
        with pytest.raises(BadProof):
            verify_consistency(**{**right, **change})  # type: ignore[arg-type]


def test_every_tree_continues_the_empty_one() -> None:
    verify_consistency(old_size=0, old_root=EMPTY_ROOT, size=3, root=_tree(3).root(), proof=[])


def test_a_tree_continues_itself_with_an_empty_proof() -> None:
    root = _tree(3).root()

    verify_consistency(old_size=3, old_root=root, size=3, root=root, proof=[])
    with pytest.raises(BadProof):
        verify_consistency(old_size=3, old_root=root, size=3, root=root, proof=[root])


def test_a_tile_holds_the_hashes_below_it() -> None:
    tree = _tree(600)

    assert tree.tile(0, 1, 600) == b"".join(
        leaf_hash(number.to_bytes(4, "big")) for number in range(256, 512)
    )
    assert len(tree.tile(0, 2, 600)) == 88 * 32
    assert len(tree.tile(0, 2, 520)) == 8 * 32
    assert tree.tile(1, 0, 600) == _tree(256).root() + root_of(
        [leaf_hash(number.to_bytes(4, "big")) for number in range(256, 512)]
    )


def test_a_leaf_cannot_pass_for_a_node() -> None:
    left, right = HASHES[:2]

    assert leaf_hash(left + right) != node_hash(left, right)
