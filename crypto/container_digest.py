"""The digest of a container: the RFC 6962 root over its blocks of 1 MiB.

Unlike a plain hash it can be computed in threads, resumed after a crash, and put together from
parts of 8 MiB that arrived in any order. A leaf is one block, the last one shorter; the digest of
no bytes is SHA-256 of nothing. docs/specs/sealed-bid-v1.md §7.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from crypto.merkle import EMPTY_ROOT, node_hash, root_of

BLOCK_BYTES = 1 << 20
PART_BYTES = 8 * BLOCK_BYTES  # a power of two of blocks, so a part is a complete subtree

_READ_BYTES = 256 << 10


def container_digest(
    source: Path | Iterable[bytes],
    *,
    workers: int = 2,
    progress: Callable[[int], None] | None = None,
) -> bytes:
    """Digest a file, in `workers` threads, or chunks of any size in order: 32 bytes.

    `progress` is told the number of bytes of each part when it is done, from any thread.
    """
    if isinstance(source, Path):
        return _file_digest(source, workers, progress)
    builder = DigestBuilder()
    for chunk in source:
        builder.update(chunk)
    return builder.digest()


def part_root(data: bytes | memoryview) -> bytes:
    """Root of one part of at most PART_BYTES; not empty."""
    assert 0 < len(data) <= PART_BYTES
    view = memoryview(data)
    starts = range(0, len(view), BLOCK_BYTES)
    return root_of([block_hash(view[start : start + BLOCK_BYTES]) for start in starts])


def digest_from_parts(part_roots: Sequence[bytes]) -> bytes:
    """Digest of a container from the `part_root` of its parts in order.

    Every part but the last must have had exactly PART_BYTES: the caller has seen their sizes.
    """
    return root_of(part_roots)


class DigestBuilder:
    """Digest of bytes that arrive in order, in memory that does not grow with them.

    Also serves as the part root of a part that is streamed.
    """

    def __init__(self) -> None:
        self._block = hashlib.sha256(b"\x00")
        self._room = BLOCK_BYTES
        self._blocks = 0
        self._peaks: list[bytes] = []  # roots of complete subtrees, largest first

    def update(self, data: bytes | memoryview) -> None:
        """Take in the next bytes."""
        view = memoryview(data)
        while view:
            taken = view[: self._room]
            self._block.update(taken)
            self._room -= len(taken)
            view = view[len(taken) :]
            if self._room == 0:
                self._finish_block()

    def digest(self) -> bytes:
        """The digest of all bytes so far; more may follow."""
        peaks = list(self._peaks)
        if self._room < BLOCK_BYTES:
            peaks.append(self._block.digest())
        if not peaks:
            return EMPTY_ROOT
        root = peaks.pop()
        while peaks:
            root = node_hash(peaks.pop(), root)
        return root

    def _finish_block(self) -> None:
        peak = self._block.digest()
        self._blocks += 1
        merges = self._blocks
        while merges % 2 == 0:
            peak = node_hash(self._peaks.pop(), peak)
            merges //= 2
        self._peaks.append(peak)
        self._block = hashlib.sha256(b"\x00")
        self._room = BLOCK_BYTES


def block_hash(block: memoryview) -> bytes:
    """The leaf hash of one block, 32 bytes; releases the interpreter for blocks of 1 MiB."""
    hasher = hashlib.sha256(b"\x00")
    hasher.update(block)
    return hasher.digest()


def _file_digest(path: Path, workers: int, progress: Callable[[int], None] | None) -> bytes:
    size = path.stat().st_size
    offsets = range(0, size, PART_BYTES)

    def one_part(offset: int) -> bytes:
        builder = DigestBuilder()
        wanted = min(PART_BYTES, size - offset)
        with path.open("rb", buffering=0) as file:
            file.seek(offset)
            left = wanted
            while left and (chunk := file.read(min(left, _READ_BYTES))):
                builder.update(chunk)
                left -= len(chunk)
        if left:
            raise EOFError("the file became shorter while it was read")
        if progress is not None:
            progress(wanted)
        return builder.digest()

    if size <= PART_BYTES:  # no thread is worth starting
        return digest_from_parts([one_part(offset) for offset in offsets])
    with ThreadPoolExecutor(max_workers=workers) as pool:
        return digest_from_parts(list(pool.map(one_part, offsets)))
