"""RFC 6962 hash trees: leaf and node hashes, a growing tree, proofs and their verification.

The log, the digest of a container and the root of a pool of experts are all this one tree; only
what a leaf is differs. Proof checks follow RFC 9162 §2.1.3 and §2.1.4.
"""

import hashlib
from collections.abc import Sequence

from crypto.errors import BadProof

HASH_BYTES = 32
TILE_WIDTH = 256  # C2SP tlog-tiles
PROOF_MAX = 64  # a tree of 2^63 leaves has proofs of 63 hashes

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Root over leaf hashes, or over the roots of equal complete subtrees of 2^k leaves.

    The last subtree may be smaller than the others: RFC 6962 splits at powers of two, so the
    result is the root of all the leaves.
    """
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        # A last node without a sibling moves up unchanged: that is RFC 6962's left-heavy split.
        odd = level[-1:] if len(level) % 2 else []
        pairs = range(0, len(level) - len(odd), 2)
        level = [node_hash(level[index], level[index + 1]) for index in pairs] + odd
    return level[0]


class Tree:
    """An append-only tree in memory that answers for every size it ever had.

    Keeps the hashes of all complete subtrees, level by level: 64 bytes a leaf.
    """

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, data: bytes) -> int:
        """Append a leaf; return its index."""
        return self.append_hash(leaf_hash(data))

    def append_hash(self, hashed: bytes) -> int:
        """Append a leaf whose leaf hash is known; return its index."""
        assert len(hashed) == HASH_BYTES
        self._levels[0].append(hashed)
        count = len(self._levels[0])
        height = 0
        while count % 2 == 0:
            below = self._levels[height]
            height += 1
            count //= 2
            if height == len(self._levels):
                self._levels.append([])
            self._levels[height].append(node_hash(below[-2], below[-1]))
        return len(self._levels[0]) - 1

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` leaves, of all when None."""
        size = len(self) if size is None else size
        assert 0 <= size <= len(self)
        return self._range_root(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Audit path of leaf `index` in the tree of `size` leaves (RFC 6962 §2.1.1)."""
        size = len(self) if size is None else size
        assert 0 <= index < size <= len(self)
        path: list[bytes] = []
        low, high = 0, size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._range_root(middle, high))
                high = middle
            else:
                path.append(self._range_root(low, middle))
                low = middle
        path.reverse()
        return path

    def consistency_proof(self, old: int, size: int | None = None) -> list[bytes]:
        """Proof that the tree of `size` leaves continues that of `old` (RFC 6962 §2.1.2)."""
        size = len(self) if size is None else size
        assert 0 <= old <= size <= len(self)
        if old in {0, size}:
            return []
        path: list[bytes] = []
        low, high = 0, size
        while high != old:
            middle = low + _split(high - low)
            if old <= middle:
                path.append(self._range_root(middle, high))
                high = middle
            else:
                path.append(self._range_root(low, middle))
                low = middle
        if low:  # at low == 0 the verifier has that hash already: it is the old root
            path.append(self._range_root(low, high))
        path.reverse()
        return path

    def tile(self, level: int, index: int, size: int) -> bytes:
        """Bytes of tile (level, index) of the tree of `size` leaves; up to 256 hashes (C2SP)."""
        assert 0 <= size <= len(self)
        start = index * TILE_WIDTH
        width = min(TILE_WIDTH, (size >> 8 * level) - start)
        assert width > 0, "no such tile"
        return b"".join(self._levels[8 * level][start : start + width])

    def _range_root(self, low: int, high: int) -> bytes:
        count = high - low
        height = count.bit_length() - 1
        if count == 1 << height and low % count == 0:
            return self._levels[height][low >> height]
        middle = low + _split(count)
        return node_hash(self._range_root(low, middle), self._range_root(middle, high))


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def verify_inclusion(
    *, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that leaf hash `leaf` stands at `index` under `root` (RFC 9162 §2.1.3.2).

    Raises BadProof.
    """
    if not 0 <= index < size or not _are_hashes([leaf, root, *proof]):
        raise BadProof("the proof is malformed")
    node, last = index, size - 1
    result = leaf
    for sibling in proof:
        if last == 0:
            raise BadProof("the proof is too long")
        if node % 2 or node == last:
            result = node_hash(sibling, result)
            while node and node % 2 == 0:
                node >>= 1
                last >>= 1
        else:
            result = node_hash(result, sibling)
        node >>= 1
        last >>= 1
    if last or result != root:
        raise BadProof("the leaf is not under this root")


def verify_consistency(
    *, old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of `size` continues the tree of `old_size` (RFC 9162 §2.1.4.2).

    Everything continues the empty tree, with an empty proof. Raises BadProof.
    """
    if not 0 <= old_size <= size or not _are_hashes([old_root, root, *proof]):
        raise BadProof("the proof is malformed")
    if old_size in {0, size}:
        expected = EMPTY_ROOT if old_size == 0 else root
        if proof or old_root != expected:
            raise BadProof("the trees do not agree")
        return
    hashes = list(proof)
    if old_size & (old_size - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        raise BadProof("the proof is too short")
    if _replay(old_size, size, hashes) != (old_root, root):
        raise BadProof("the later tree does not continue the earlier one")


def _replay(old_size: int, size: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The two roots that a consistency proof leads to. Raises BadProof for a wrong length."""
    node, last = old_size - 1, size - 1
    while node % 2:
        node >>= 1
        last >>= 1
    before = after = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise BadProof("the proof is too long")
        if node % 2 or node == last:
            before = node_hash(sibling, before)
            after = node_hash(sibling, after)
            while node and node % 2 == 0:
                node >>= 1
                last >>= 1
        else:
            after = node_hash(after, sibling)
        node >>= 1
        last >>= 1
    if last:
        raise BadProof("the proof is too short")
    return before, after


def _are_hashes(values: Sequence[bytes]) -> bool:
    return len(values) <= PROOF_MAX + 2 and all(len(value) == HASH_BYTES for value in values)
