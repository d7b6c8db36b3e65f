"""The draw: published vectors, and an order that only the seed decides."""

import json
from collections import Counter
from pathlib import Path

import pytest

from crypto.draw import (
    POOL_MAX,
    commitment,
    permutation,
    pool_root,
    rfc3797_md5_selection,
    seed,
    vrf_prove,
    vrf_public,
    vrf_verify,
)
from crypto.errors import BadKey, BadProof
from crypto.merkle import EMPTY_ROOT, Tree

VECTORS = Path(__file__).parents[2] / "vectors" / "draw.json"
SALT = bytes(range(32))

# RFC 9381 appendix B.3, examples 16 to 18: secret key, public key, alpha, pi, beta.
RFC_9381 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "8657106690b5526245a92b003bb079ccd1a92130477671f6fc01ad16f26f723f"
            "26f8a57ccaed74ee1b190bed1f479d9727d2d0f9b005a6e456a35d4fb0daab12"
            "68a1b0db10836d9826a528ca76567805"
        ),
        (
            "90cf1df3b703cce59e2a35b925d411164068269d7b2d29f3301c03dd757876ff"
            "66b71dda49d2de59d03450451af026798e8f81cd2e333de5cdf4f3e140fdd8ae"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "f3141cd382dc42909d19ec5110469e4feae18300e94f304590abdced48aed593"
            "3bf0864a62558b3ed7f2fea45c92a465301b3bbf5e3e54ddf2d935be3b67926d"
            "a3ef39226bbc355bdc9850112c8f4b02"
        ),
        (
            "eb4440665d3891d668e7e0fcaf587f1b4bd7fbfe99d0eb2211ccec90496310eb"
            "5e33821bc613efb94db5e5b54c70a848a0bef4553a41befc57663b56373a5031"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "9bc0f79119cc5604bf02d23b4caede71393cedfbb191434dd016d30177ccbf80"
            "96bb474e53895c362d8628ee9f9ea3c0e52c7a5c691b6c18c9979866568add7a"
            "2d41b00b05081ed0f58ee5e31b3a970e"
        ),
        (
            "645427e5d00c62a23fb703732fa5d892940935942101e456ecca7bb217c61c45"
            "2118fec1219202a0edcf038bb6373241578be7217ba85a2687f7a0310b2df19f"
        ),
    ),
]


def test_the_example_of_rfc_3797_is_reproduced() -> None:
    key = b"9319./2.5.8.10.12./9.18.26.34.41.45./"

    assert rfc3797_md5_selection(key, 25, 10) == [17, 7, 2, 16, 25, 23, 8, 24, 19, 13]


def test_the_published_vectors_are_reproduced() -> None:
    published = json.loads(VECTORS.read_text("utf-8"))

    for vector in published["vectors"]:
        entries = [
            commitment(vector["entry_label"], bytes.fromhex(salt), value.encode())
            for salt, value in vector["pool"]
        ]
        parts = [bytes.fromhex(part) for part in vector["parts"]]
        found = seed(label=vector["seed_label"], parts=[pool_root(entries), *parts])

        assert [entry.hex() for entry in entries] == vector["entries"]
        assert pool_root(entries).hex() == vector["pool_root"]
        assert found.hex() == vector["seed"]
        assert permutation(found, len(entries)) == vector["order"]


@pytest.mark.parametrize("size", [0, 1, 2, 7, 300])
def test_the_order_holds_every_member_once(size: int) -> None:
    assert sorted(permutation(bytes(32), size)) == list(range(size))


def test_every_order_comes_up_about_as_often() -> None:
    orders = Counter(
        tuple(permutation(seed(label="test", parts=[number.to_bytes(4, "big")]), 3))
        for number in range(6000)
    )

    assert len(orders) == 6
    assert all(850 < count < 1150 for count in orders.values())


def test_the_largest_pool_is_that_of_two_bytes() -> None:
    with pytest.raises(AssertionError):
        permutation(bytes(32), POOL_MAX + 1)


def test_every_part_and_its_place_counts_for_the_seed() -> None:
    seeds = {
        seed(label="a", parts=[b"x", b"y"]),
        seed(label="b", parts=[b"x", b"y"]),
        seed(label="a", parts=[b"y", b"x"]),
        seed(label="a", parts=[b"xy"]),
        seed(label="a", parts=[b"xy", b""]),
        seed(label="a", parts=[]),
    }

    assert len(seeds) == 6


def test_a_commitment_depends_on_label_salt_and_value() -> None:
    commitments = {
        commitment("a", SALT, b"x"),
        commitment("b", SALT, b"x"),
        commitment("a", bytes(32), b"x"),
        commitment("a", SALT, b"y"),
    }

    assert len(commitments) == 4


def test_a_short_salt_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError):
        commitment("a", b"short", b"x")


def test_the_pools_root_is_that_of_the_log_tree() -> None:
    tree = Tree()
    for entry in (b"a", b"b", b"c"):
        tree.append(entry)

    assert pool_root([b"a", b"b", b"c"]) == tree.root()
    assert pool_root([]) == EMPTY_ROOT


@pytest.mark.parametrize(("secret", "public", "alpha", "proof", "output"), RFC_9381)
def test_the_examples_of_rfc_9381_are_reproduced(
    secret: str, public: str, alpha: str, proof: str, output: str
) -> None:
    key, message = bytes.fromhex(secret), bytes.fromhex(alpha)

    assert vrf_public(key).hex() == public
    assert vrf_prove(key, message).hex() == proof
    found = vrf_verify(bytes.fromhex(public), message, bytes.fromhex(proof))
    assert found.hex() == output


def test_a_vrf_proof_for_another_input_or_key_is_refused() -> None:
    key, other = bytes(32), b"\x01" * 32
    proof = vrf_prove(key, b"a")

    with pytest.raises(BadProof):
        vrf_verify(vrf_public(key), b"b", proof)
    with pytest.raises(BadProof):
        vrf_verify(vrf_public(other), b"a", proof)


@pytest.mark.parametrize("position", [0, 31, 32, 47, 48, 78])
def test_an_altered_vrf_proof_is_refused(position: int) -> None:
    proof = bytearray(vrf_prove(bytes(32), b"a"))
    proof[position] ^= 1

    with pytest.raises(BadProof):
        vrf_verify(vrf_public(bytes(32)), b"a", bytes(proof))


@pytest.mark.parametrize("proof", [b"", bytes(79), bytes(80), b"\x01" + bytes(79), b"\xff" * 80])
def test_a_malformed_vrf_proof_is_refused(proof: bytes) -> None:
    with pytest.raises(BadProof):
        vrf_verify(vrf_public(bytes(32)), b"a", proof)


def test_a_vrf_proof_of_nothing_but_zeros_as_scalars_is_refused() -> None:
    gamma = vrf_prove(bytes(32), b"a")[:32]

    with pytest.raises(BadProof):
        vrf_verify(vrf_public(bytes(32)), b"a", gamma + bytes(48))


@pytest.mark.parametrize("public", [b"", bytes(32), b"\x01" + bytes(31), b"\xff" * 32])
def test_an_unusable_vrf_key_is_refused(public: bytes) -> None:
    with pytest.raises(BadKey):
        vrf_verify(public, b"a", bytes(80))
