"""The log's tree seen through its tiles: which hashes a root, a batch or a proof needs.

The tree grows by whole blocks of 256 leaves, so every level-0 tile is full and the right edge is
a short list of subtree roots, the frontier. Nothing here reads the whole tree: a batch costs as
much in the second year as on the first day. Formats: RFC 6962, C2SP tlog-tiles.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crypto.merkle import EMPTY_ROOT, HASH_BYTES, TILE_WIDTH, leaf_hash, node_hash
from crypto.tlog import tile_path

BLOCK: Final = TILE_WIDTH  # leaves a level-0 tile
TILE_HEIGHT: Final = 8
LEVEL_MAX: Final = 6  # 256^7 leaves: more than a bigint of them would need

_PADDING_LABEL: Final = b"kaibiao/log/padding/v1\0"
_SHUFFLE_BYTES: Final = 16
_TILE_PATH: Final = re.compile(r"((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


def leaf_of(nonce: bytes, record_digest: bytes) -> bytes:
    """SHA-256(32-byte nonce ‖ record digest): a leaf that tells nothing without its nonce."""
    assert len(nonce) == HASH_BYTES
    assert len(record_digest) == HASH_BYTES
    return hashlib.sha256(nonce + record_digest).digest()


@dataclass(frozen=True, slots=True)
class Block:
    """The 256 leaves of a level-0 tile, as they are kept: `seed` has 32 bytes of chance.

    Padding follows from the seed; it looks like any other hash to whoever has not got the seed.
    `real` are leaves with their place in the block, 0 to 255.
    """

    seed: bytes
    real: tuple[tuple[int, bytes], ...] = ()

    def leaves(self) -> list[bytes]:
        """All 256, in order."""
        start = hashlib.sha256(_PADDING_LABEL + self.seed)
        leaves = []
        for place in range(BLOCK):
            padding = start.copy()
            padding.update(bytes([place]))
            leaves.append(padding.digest())
        for place, leaf in self.real:
            leaves[place] = leaf
        return leaves

    def hashes(self) -> list[bytes]:
        """The level-0 hashes, 256 of 32 bytes."""
        return [leaf_hash(leaf) for leaf in self.leaves()]


def place_among_padding(
    waiting: Sequence[bytes], random: Callable[[int], bytes]
) -> tuple[list[Block], dict[bytes, int]]:
    """Blocks enough for all that waits, one at least, and the place of each leaf in them.

    `random(n)` gives n unpredictable bytes.
    """
    count = max(1, -(-len(waiting) // BLOCK))
    # Sorting by fresh random keys is a uniform shuffle, but for collisions of 128 bits.
    shuffled = sorted(range(count * BLOCK), key=lambda _: random(_SHUFFLE_BYTES))
    places = dict(zip(waiting, shuffled, strict=False))
    real: list[list[tuple[int, bytes]]] = [[] for _ in range(count)]
    for leaf, place in places.items():
        real[place // BLOCK].append((place % BLOCK, leaf))
    return [Block(random(HASH_BYTES), tuple(sorted(each))) for each in real], places


# --- the right edge ------------------------------------------------------------------------------


def extend_frontier(frontier: Sequence[bytes], count: int, roots: Sequence[bytes]) -> list[bytes]:
    """The frontier after appending equal complete subtrees to a tree that consists of `count`.

    A frontier lists the roots of the largest complete subtrees, left to right: one for each one
    bit of `count`.
    """
    assert len(frontier) == count.bit_count()
    edge = list(frontier)
    for root in roots:
        merged = root
        carry = count
        while carry % 2:
            merged = node_hash(edge.pop(), merged)
            carry >>= 1
        edge.append(merged)
        count += 1
    return edge


def frontier_root(frontier: Sequence[bytes]) -> bytes:
    """The root of the tree whose right edge is `frontier`."""
    if not frontier:
        return EMPTY_ROOT
    root = frontier[-1]
    for left in reversed(frontier[:-1]):
        root = node_hash(left, root)
    return root


def split_hashes(data: bytes) -> list[bytes]:
    """Cut a concatenation of hashes."""
    assert len(data) % HASH_BYTES == 0
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


# --- proofs --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subtree:
    """The complete subtree over the leaves `index`·2^`height` up to the next."""

    height: int
    index: int

    @property
    def tile(self) -> tuple[int, int]:
        """Level and number of the tile whose hashes give this subtree's root."""
        level, above = divmod(self.height, TILE_HEIGHT)
        return level, (self.index << above) // TILE_WIDTH

    def root(self, tile: bytes) -> bytes:
        """The subtree's root from the bytes of its tile, partial or full."""
        above = self.height % TILE_HEIGHT
        start = (self.index << above) % TILE_WIDTH
        level = split_hashes(tile[start * HASH_BYTES : (start + (1 << above)) * HASH_BYTES])
        assert len(level) == 1 << above, "the tile ends before this subtree does"
        while len(level) > 1:
            level = [node_hash(*level[pair : pair + 2]) for pair in range(0, len(level), 2)]
        return level[0]


# One hash of a proof: the subtrees that make it up, left to right (several at the right edge).
ProofHash = tuple[Subtree, ...]


def inclusion_path(index: int, size: int) -> list[ProofHash]:
    """What the audit path of leaf `index` in the tree of `size` consists of (RFC 6962 §2.1.1)."""
    assert 0 <= index < size
    path: list[ProofHash] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_subtrees(middle, high))
            high = middle
        else:
            path.append(_subtrees(low, middle))
            low = middle
    path.reverse()
    return path


def consistency_path(old: int, size: int) -> list[ProofHash]:
    """What the proof that `size` continues `old` consists of (RFC 6962 §2.1.2)."""
    assert 0 <= old <= size
    if old in {0, size}:
        return []
    path: list[ProofHash] = []
    low, high = 0, size
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_subtrees(middle, high))
            high = middle
        else:
            path.append(_subtrees(low, middle))
            low = middle
    if low:  # at low == 0 the verifier knows that hash: it is the old root
        path.append(_subtrees(low, high))
    path.reverse()
    return path


def tiles_of(path: Sequence[ProofHash]) -> list[tuple[int, int]]:
    """Level and number of every tile that `path` needs, each once, in order."""
    return sorted({subtree.tile for hashed in path for subtree in hashed})


def proof_of(path: Sequence[ProofHash], tiles: Mapping[tuple[int, int], bytes]) -> list[bytes]:
    """The hashes of the proof, from the bytes of the tiles that `tiles_of` names."""
    return [
        frontier_root([subtree.root(tiles[subtree.tile]) for subtree in hashed]) for hashed in path
    ]


def _subtrees(low: int, high: int) -> ProofHash:
    """The largest complete subtrees that make up the leaves from `low` to `high`."""
    found: list[Subtree] = []
    while low < high:
        height = (high - low).bit_length() - 1
        assert low % (1 << height) == 0, "RFC 6962 splits where this holds"
        found.append(Subtree(height, low >> height))
        low += 1 << height
    return tuple(found)


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << ((count - 1).bit_length() - 1)


# --- what is published ---------------------------------------------------------------------------


def tile_width(size: int, level: int, n: int) -> int:
    """How many hashes tile (level, n) has in the tree of `size` leaves: 0 to 256."""
    return max(0, min(TILE_WIDTH, (size >> TILE_HEIGHT * level) - n * TILE_WIDTH))


def parse_tile_path(level: int, text: str) -> tuple[int, int]:
    """Number and width from what follows the level in a tile's path, `x001/x234/067.p/8`.

    Raises ValueError for any other than the one way to write it (C2SP tlog-tiles §Merkle Tree).
    """
    match = _TILE_PATH.fullmatch(text)
    if match is None:
        raise ValueError("not a tile path")
    n = int(match[1].replace("/", "").replace("x", ""))
    width = int(match[2] or TILE_WIDTH)
    if width > TILE_WIDTH or tile_path(level, n, width) != f"tile/{level}/{text}":
        raise ValueError("not a tile path")
    return n, width
