"""The draw of experts: commitments, the pool's root, the seed, and the order that follows from it.

The construction of RFC 3797 with SHA-256: publish the pool, then the seed, then everybody computes
the same order; whoever cannot come is replaced by the next in the order, never by a new draw.
docs/specs/draw-v1.md.
"""

import hashlib
from collections.abc import Callable, Sequence

from crypto.merkle import leaf_hash, root_of
from crypto.vrf import vrf_output, vrf_prove, vrf_public, vrf_verify

__all__ = [
    "POOL_MAX",
    "SALT_BYTES",
    "commitment",
    "permutation",
    "pool_root",
    "rfc3797_md5_selection",
    "seed",
    "vrf_output",
    "vrf_prove",
    "vrf_public",
    "vrf_verify",
]

POOL_MAX = 0xFFFF  # RFC 3797 §4 numbers the steps with two bytes
SALT_BYTES = 32
SEED_BYTES = 32


def commitment(label: str, salt: bytes, value: bytes) -> bytes:
    """SHA-256(label ‖ 0x00 ‖ salt ‖ value), 32 bytes: says nothing of `value` until both are shown.

    `salt` has 32 random bytes and is used once.
    """
    assert len(salt) == SALT_BYTES
    return hashlib.sha256(label.encode("utf-8") + b"\x00" + salt + value).digest()


def pool_root(entries: Sequence[bytes]) -> bytes:
    """Root of the RFC 6962 tree over the commitments of the pool's members, in their order."""
    return root_of([leaf_hash(entry) for entry in entries])


def seed(*, label: str, parts: Sequence[bytes]) -> bytes:
    """SHA-256 over the label and all contributions, each with its length before it; 32 bytes."""
    material = hashlib.sha256(label.encode("utf-8") + b"\x00")
    for part in parts:
        material.update(len(part).to_bytes(8, "big") + part)
    return material.digest()


def permutation(seed: bytes, pool_size: int) -> list[int]:
    """The pool's indices 0..pool_size-1 in the order of the draw.

    `seed` has 32 bytes. Step i takes the member at SHA-256(i ‖ seed ‖ i) mod (members left), i in
    two bytes, big endian; the bias of a 256-bit number is below 2^-240.
    """
    assert len(seed) == SEED_BYTES
    return _select(seed, pool_size, pool_size, _sha256)


def rfc3797_md5_selection(key: bytes, pool_size: int, count: int) -> list[int]:
    """RFC 3797 as published, with MD5, for its test vector only; numbers from 1 as there."""
    return [index + 1 for index in _select(key, pool_size, count, _md5)]


def _select(key: bytes, pool_size: int, count: int, hashed: Callable[[bytes], bytes]) -> list[int]:
    assert 0 <= count <= pool_size <= POOL_MAX
    left = list(range(pool_size))
    chosen: list[int] = []
    for step in range(count):
        number = step.to_bytes(2, "big")
        value = int.from_bytes(hashed(number + key + number), "big")
        chosen.append(left.pop(value % len(left)))
    return chosen


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
