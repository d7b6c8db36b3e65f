"""Sealed bids as files: seal one, open one, in two threads and constant memory.

A container is an age v1 file whose header `seal_header` builds; any age tool opens it with the
bidder's identity. This module is where the sealed-bid format is imported from: it gathers the names
of the header, the opening and the plain age files. docs/specs/sealed-bid-v1.md.
"""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from crypto import suite
from crypto.age_file import open_plain, read_header, seal_plain, stream_plain
from crypto.age_header import FILE_KEY_BYTES, check_mac
from crypto.age_payload import (
    CHUNK_BYTES,
    NONCE_BYTES,
    SEALED_CHUNK_BYTES,
    Readable,
    open_chunks,
    payload_key,
    read_exactly,
    seal_chunks,
)
from crypto.age_payload import open_stream as open_payload_stream
from crypto.container_digest import BLOCK_BYTES, container_digest
from crypto.errors import BadHeader
from crypto.merkle import root_of
from crypto.seal_header import (
    SEALED_HEADER_BYTES_MAX,
    SealedHeader,
    SealPolicy,
    derive_header,
    parse_sealed_header,
    read_sealed_header,
    seal_context,
)
from crypto.seal_opening import (
    HeaderVerdict,
    ShareVerdict,
    check_share,
    file_key_from_shares,
    unwrap_share,
    unwrap_with_opening_key,
    verify_file_key,
)

__all__ = [
    "SEALED_HEADER_BYTES_MAX",
    "HeaderVerdict",
    "OpenedSummary",
    "SealPolicy",
    "SealedHeader",
    "SealedSummary",
    "ShareVerdict",
    "check_share",
    "derive_header",
    "file_key_from_shares",
    "open_file",
    "open_plain",
    "open_stream",
    "parse_sealed_header",
    "read_sealed_header",
    "seal_context",
    "seal_file",
    "seal_plain",
    "stream_plain",
    "unwrap_share",
    "unwrap_with_opening_key",
    "verify_file_key",
]

_CHUNKS_PER_BLOCK = BLOCK_BYTES // CHUNK_BYTES
_SEALED_BLOCK_BYTES = _CHUNKS_PER_BLOCK * SEALED_CHUNK_BYTES
_WORKERS_MAX = 16

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class SealedSummary:
    """What the bidder has to keep or to sign.

    `plaintext_root` is the container digest of the plaintext, `container_digest` that of the file
    written; `size` is the latter's size in bytes.
    """

    file_key: bytes = field(repr=False)
    plaintext_root: bytes
    container_digest: bytes
    size: int


@dataclass(frozen=True, slots=True)
class OpenedSummary:
    """`plaintext_root` is comparable with `SealedSummary`'s; `size` in bytes of the plaintext."""

    plaintext_root: bytes
    size: int


def seal_file(
    source: BinaryIO | Path,
    target: Path,
    policy: SealPolicy,
    *,
    file_key: bytes | None = None,
    payload_nonce: bytes | None = None,
    progress: Progress | None = None,
    workers: int = 2,
) -> SealedSummary:
    """Seal everything `source` gives into the file `target`.

    The target appears only when it is complete and on disk. `progress` is told the plaintext bytes
    done so far. `file_key` and `payload_nonce`, 16 bytes each, are drawn fresh unless a test gives
    them: a file key must never serve two containers. Raises BadKey, OSError.
    """
    file_key = suite.random_bytes(FILE_KEY_BYTES) if file_key is None else file_key
    nonce = suite.random_bytes(NONCE_BYTES) if payload_nonce is None else payload_nonce
    assert len(nonce) == NONCE_BYTES
    preamble = derive_header(file_key, policy) + nonce
    key = payload_key(file_key, nonce)
    with ExitStack() as stack:
        reader = _opened(stack, source)
        output = stack.enter_context(_Output(target))
        output.write_at(preamble, 0)

        def seal_block(block: "_Block", room: memoryview, aead: suite.Aead) -> bytes:
            first = block.index * _CHUNKS_PER_BLOCK
            size = seal_chunks(aead, memoryview(block.data), room, first=first, last=block.last)
            output.write_at(room[:size], len(preamble) + block.index * _SEALED_BLOCK_BYTES)
            return _leaf(block.data)

        blocks = _Blocks(reader, BLOCK_BYTES, progress)
        leaves = _run(blocks, seal_block, key, room_bytes=_SEALED_BLOCK_BYTES, workers=workers)
        output.finish()
    return SealedSummary(
        file_key=file_key,
        plaintext_root=_root(leaves),
        container_digest=container_digest(target, workers=workers),
        size=target.stat().st_size,
    )


def open_file(
    source: Path,
    target: Path,
    file_key: bytes,
    *,
    workers: int = 2,
    progress: Progress | None = None,
) -> OpenedSummary:
    """Decrypt a container with its file key into the file `target`.

    The target appears only when every chunk has proved authentic. `progress` is told the sealed
    bytes done so far. Raises BadHeader, BadMac, BadPayload, OSError.
    """
    with ExitStack() as stack:
        payload = _checked_payload(stack.enter_context(source.open("rb")), file_key)
        nonce = read_exactly(payload, NONCE_BYTES)
        if len(nonce) < NONCE_BYTES:
            raise BadHeader("the file ends before its payload")
        key = payload_key(file_key, nonce)
        output = stack.enter_context(_Output(target))

        def open_block(block: "_Block", room: memoryview, aead: suite.Aead) -> bytes:
            first = block.index * _CHUNKS_PER_BLOCK
            size = open_chunks(aead, memoryview(block.data), room, first=first, last=block.last)
            output.write_at(room[:size], block.index * BLOCK_BYTES)
            return _leaf(room[:size])

        blocks = _Blocks(payload, _SEALED_BLOCK_BYTES, progress)
        leaves = _run(blocks, open_block, key, room_bytes=BLOCK_BYTES, workers=workers)
        output.finish()
    return OpenedSummary(plaintext_root=_root(leaves), size=target.stat().st_size)


def open_stream(source: BinaryIO, file_key: bytes) -> Iterator[bytes]:
    """Yield the plaintext of a container in chunks of 64 KiB, in constant memory.

    Header and MAC are checked before the first chunk is asked for. Each chunk is authentic when it
    comes; that none is missing is certain only when the iterator has ended. Raises BadHeader,
    BadMac, BadPayload.
    """
    return open_payload_stream(file_key, _checked_payload(source, file_key))


def _checked_payload(source: Readable, file_key: bytes) -> Readable:
    header, payload = read_header(source, bytes_max=SEALED_HEADER_BYTES_MAX)
    # Without this check one file could open to two contents under two keys (spec §2).
    check_mac(header, file_key)
    return payload


@dataclass(frozen=True, slots=True)
class _Block:
    index: int
    data: bytes
    last: bool


class _Blocks:
    """Hands out the source's blocks in order, to several threads, knowing which is the last."""

    def __init__(self, source: Readable, size: int, progress: Progress | None) -> None:
        self._source = source
        self._size = size
        self._progress = progress
        self._lock = threading.Lock()
        self._following: bytes | None = None
        self._index = 0
        self._done_bytes = 0
        self._ended = False

    def take(self) -> _Block | None:
        """The next block; None when there is none or another thread has failed."""
        with self._lock:
            if self._ended:
                return None
            data = self._following
            if data is None:
                data = read_exactly(self._source, self._size)
            full = len(data) == self._size
            self._following = read_exactly(self._source, self._size) if full else b""
            self._ended = not self._following
            self._index += 1
            return _Block(self._index - 1, data, last=self._ended)

    def stop(self) -> None:
        """Let the other threads end after their present block."""
        with self._lock:
            self._ended = True

    def report(self, block: _Block) -> None:
        """Count a finished block."""
        with self._lock:
            self._done_bytes += len(block.data)
            if self._progress is not None:
                self._progress(self._done_bytes)


def _run(
    blocks: _Blocks,
    work: Callable[[_Block, memoryview, suite.Aead], bytes],
    key: bytes,
    *,
    room_bytes: int,
    workers: int,
) -> dict[int, bytes]:
    """Do `work` on every block; return the results by block number."""
    assert 1 <= workers <= _WORKERS_MAX
    results: dict[int, bytes] = {}

    def loop() -> None:
        aead = suite.Aead(key)
        room = memoryview(bytearray(room_bytes))
        with ExitStack() as on_failure:
            on_failure.callback(blocks.stop)
            while (block := blocks.take()) is not None:
                results[block.index] = work(block, room, aead)
                blocks.report(block)
            on_failure.pop_all()

    with ThreadPoolExecutor(max_workers=workers) as pool:
        for future in [pool.submit(loop) for _ in range(workers)]:
            future.result()
    return results


class _Output:
    """A file written at positions, which takes its name only when `finish` was reached."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._partial = target.with_name(target.name + ".partial")

    def __enter__(self) -> "_Output":
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        self._descriptor = os.open(self._partial, flags, 0o600)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)
        self._partial.unlink(missing_ok=True)

    def write_at(self, data: bytes | memoryview, offset: int) -> None:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._descriptor, view, offset)
            view = view[written:]
            offset += written

    def finish(self) -> None:
        os.fsync(self._descriptor)
        self._partial.replace(self._target)
        folder = os.open(self._target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)  # or a crash may take the name away again
        finally:
            os.close(folder)


def _opened(stack: ExitStack, source: BinaryIO | Path) -> BinaryIO:
    if isinstance(source, Path):
        return stack.enter_context(source.open("rb"))
    return source


def _leaf(block: bytes | memoryview) -> bytes:
    if not block:
        return b""  # only the one block of an empty plaintext, which has no leaf
    hasher = sha256(b"\x00")
    hasher.update(block)
    return hasher.digest()


def _root(leaves: dict[int, bytes]) -> bytes:
    return root_of([leaf for _, leaf in sorted(leaves.items()) if leaf])
