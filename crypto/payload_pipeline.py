"""The payload of age files at the speed of the disk: blocks of 1 MiB, in several threads.

Each thread reads, encrypts and writes blocks of its own. Of a file it reads and to a file it writes
at positions, so that threads wait for nothing but the number of the next block; what comes or goes
as a stream keeps its order. The AEAD releases the interpreter, buffers are reused, and memory does
not grow with the payload.
"""

import io
import mmap
import os
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, Protocol

from crypto import suite
from crypto.aead import Aead
from crypto.age_payload import (
    CHUNK_BYTES,
    SEALED_CHUNK_BYTES,
    Readable,
    open_chunks,
    read_exactly,
    seal_chunks,
)
from crypto.errors import BadPayload
from crypto.file_output import FileOutput

CHUNKS_PER_BLOCK = 16
PLAIN_BLOCK_BYTES = CHUNKS_PER_BLOCK * CHUNK_BYTES  # 1 MiB, a leaf of the container digest
SEALED_BLOCK_BYTES = CHUNKS_PER_BLOCK * SEALED_CHUNK_BYTES
WORKERS = 2
WORKERS_MAX = 16

Progress = Callable[[int], None]
MakeAead = Callable[[bytes], Aead]


@dataclass(frozen=True, slots=True)
class Block:
    """Up to `CHUNKS_PER_BLOCK` chunks, fewer only in the last block; number `index` from 0."""

    index: int
    data: memoryview
    last: bool


class Source(Protocol):
    """Where blocks come from. Every thread asks; each block is handed out once."""

    def take(self, room: memoryview) -> Block | None:
        """The next block, in `room` or elsewhere; None when there is none. Raises OSError."""


class Target(Protocol):
    """Where finished blocks go. Every thread writes; `stop` lets those that wait go home."""

    def put(self, index: int, data: memoryview) -> None:
        """Take the result of block `index`. Raises OSError."""

    def stop(self) -> None:
        """Nothing more will come."""


class FileSource:
    """The blocks of an open file from a position to its present end."""

    def __init__(self, descriptor: int, *, start: int, block_bytes: int) -> None:
        """The file's own position is neither used nor moved."""
        self._descriptor = descriptor
        self.start = start
        self.size = max(0, os.fstat(descriptor).st_size - start)
        self._block_bytes = block_bytes
        self._count = max(1, -(-self.size // block_bytes))
        self._lock = threading.Lock()
        self._next = 0

    def take(self, room: memoryview) -> Block | None:
        """The next block, read into `room`. Raises OSError when the file has become shorter."""
        with self._lock:
            index = self._next
            self._next += 1
        if index >= self._count:
            return None
        offset = index * self._block_bytes
        data = room[: min(self._block_bytes, self.size - offset)]
        _read_at(self._descriptor, data, self.start + offset)
        return Block(index, data, last=index == self._count - 1)


class StreamSource:
    """The blocks of a stream, which says only at its end that the block before was the last."""

    def __init__(self, source: Readable, block_bytes: int) -> None:
        """`source` stands where the first block begins."""
        self._source = source
        self._block_bytes = block_bytes
        self._lock = threading.Lock()
        self._following: bytes | None = None
        self._next = 0
        self._ended = False

    def take(self, room: memoryview) -> Block | None:
        """The next block; `room` is not used."""
        del room
        with self._lock:
            if self._ended:
                return None
            self._ended = True  # should reading fail, nobody goes on after the gap
            data = self._following
            if data is None:
                data = read_exactly(self._source, self._block_bytes)
            full = len(data) == self._block_bytes
            self._following = read_exactly(self._source, self._block_bytes) if full else b""
            self._ended = not self._following
            self._next += 1
            return Block(self._next - 1, memoryview(data), last=self._ended)


class FileTarget:
    """Blocks at their positions in a file, in any order."""

    def __init__(self, output: FileOutput, *, start: int, block_bytes: int) -> None:
        """Block 0 goes to `start`; every block but the last has `block_bytes`."""
        self._output = output
        self._start = start
        self._block_bytes = block_bytes

    def put(self, index: int, data: memoryview) -> None:
        """Write at the block's position."""
        self._output.write_at(data, self._start + index * self._block_bytes)

    def stop(self) -> None:
        """Nobody waits here."""


class StreamTarget:
    """Blocks into a stream, in order: a thread waits until the block before its own is written."""

    def __init__(self, target: BinaryIO) -> None:
        """`target` stands where block 0 belongs."""
        self._target = target
        self._turn = threading.Condition()
        self._next = 0
        self._stopped = False

    def put(self, index: int, data: memoryview) -> None:
        """Write when it is this block's turn; nothing after `stop`."""
        with self._turn:
            self._turn.wait_for(lambda: self._stopped or self._next == index)
            if self._stopped:
                return
            _write_all(self._target, data)
            self._next += 1
            self._turn.notify_all()

    def stop(self) -> None:
        """Wake those that wait for a turn that will never come."""
        with self._turn:
            self._stopped = True
            self._turn.notify_all()


def source_of(stream: Readable, block_bytes: int) -> Source:
    """Blocks of what `stream` has not given yet: at positions where it is an ordinary file."""
    raw = stream.raw if isinstance(stream, io.BufferedReader) else stream
    if isinstance(stream, io.BufferedReader | io.FileIO) and isinstance(raw, io.FileIO):
        descriptor = stream.fileno()
        status = os.fstat(descriptor)
        # Files without a size, as in /proc, have content all the same.
        if stat.S_ISREG(status.st_mode) and status.st_size > 0:
            return FileSource(descriptor, start=stream.tell(), block_bytes=block_bytes)
    return StreamSource(stream, block_bytes)


def seal_blocks(
    source: Source,
    target: Target,
    key: bytes,
    *,
    workers: int = WORKERS,
    progress: Progress | None = None,
    digested: bool = False,
    aead: MakeAead = suite.Aead,
) -> list[bytes]:
    """Encrypt every block of `source` under the payload key.

    `progress` is told the plaintext bytes done so far. Returns the leaves of the plaintext's
    digest when it is to be `digested`. `aead` makes one object for each thread. Raises OSError.
    """

    def seal(block: Block, room: memoryview, aead: Aead) -> memoryview:
        first = block.index * CHUNKS_PER_BLOCK
        size = seal_chunks(aead, block.data, room, first=first, last=block.last)
        target.put(block.index, room[:size])
        return block.data

    run = _Run(source, target, seal, progress, digested=digested, aead=aead)
    return run.all_blocks(key, PLAIN_BLOCK_BYTES, SEALED_BLOCK_BYTES, workers)


def open_blocks(
    source: Source,
    target: Target,
    key: bytes,
    *,
    workers: int = WORKERS,
    progress: Progress | None = None,
    digested: bool = False,
    aead: MakeAead = suite.Aead,
) -> list[bytes]:
    """Decrypt every block of `source`; only what is authentic reaches the target.

    `progress` is told the sealed bytes done so far. Returns the leaves of the plaintext's digest
    when it is to be `digested`. Raises BadPayload, OSError.
    """

    def unseal(block: Block, room: memoryview, aead: Aead) -> memoryview:
        first = block.index * CHUNKS_PER_BLOCK
        try:
            size = open_chunks(aead, block.data, room, first=first, last=block.last)
        except BadPayload:
            target.put(block.index, room[: _authentic(aead, block, room)])
            raise
        target.put(block.index, room[:size])
        return room[:size]

    run = _Run(source, target, unseal, progress, digested=digested, aead=aead)
    return run.all_blocks(key, SEALED_BLOCK_BYTES, PLAIN_BLOCK_BYTES, workers)


class _Run:
    """One pass over all blocks, shared by its threads."""

    def __init__(
        self,
        source: Source,
        target: Target,
        work: Callable[[Block, memoryview, Aead], memoryview],
        progress: Progress | None,
        *,
        digested: bool,
        aead: MakeAead,
    ) -> None:
        self._source = source
        self._target = target
        self._work = work
        self._progress = progress
        self._digested = digested
        self._aead = aead
        self._lock = threading.Lock()
        self._leaves: dict[int, bytes] = {}
        self._done_bytes = 0
        self._stopped = False

    def all_blocks(self, key: bytes, in_bytes: int, out_bytes: int, workers: int) -> list[bytes]:
        assert 1 <= workers <= WORKERS_MAX

        def loop() -> None:
            with _own_room() as room:
                self._loop(self._aead(key), room[: in_bytes + out_bytes], in_bytes)

        if workers == 1:  # no thread is worth starting
            loop()
        else:
            with ThreadPoolExecutor(max_workers=workers) as pool:
                others = [pool.submit(loop) for _ in range(workers - 1)]
                loop()
                for other in others:
                    other.result()
        return [leaf for _, leaf in sorted(self._leaves.items()) if leaf]

    def _loop(self, aead: Aead, room: memoryview, in_bytes: int) -> None:
        with ExitStack() as on_failure:
            on_failure.callback(self._stop)
            while not self._stopped and (block := self._source.take(room[:in_bytes])) is not None:
                plaintext = self._work(block, room[in_bytes:], aead)
                if self._digested:
                    self._leaves[block.index] = _leaf(plaintext)
                self._report(len(block.data))
            on_failure.pop_all()

    def _stop(self) -> None:
        self._stopped = True
        self._target.stop()

    def _report(self, size: int) -> None:
        if self._progress is None:
            return
        with self._lock:
            self._done_bytes += size
            self._progress(self._done_bytes)


_own = threading.local()


@contextmanager
def _own_room() -> Iterator[memoryview]:
    """Memory of this thread for a block and what becomes of it, the same each time.

    Whoever opens many small files would spend more on fresh memory than on deciphering. Unlike a
    bytearray it takes no more memory, and no more time, than is used of it.
    """
    room: memoryview | None = getattr(_own, "room", None)
    if room is None:
        room = memoryview(mmap.mmap(-1, PLAIN_BLOCK_BYTES + SEALED_BLOCK_BYTES))
    _own.room = None  # nobody else's meanwhile
    try:
        yield room
    finally:
        _own.room = room


def _authentic(aead: Aead, block: Block, room: memoryview) -> int:
    """Open the chunks of a block up to the fault; the plaintext bytes now in `room`.

    A full chunk with the wrong mark is authentic too and ends what came before the fault: the last
    one with something behind it, or one that was not the last and has nothing behind it.
    """
    size = 0
    for number in range(CHUNKS_PER_BLOCK):
        chunk = block.data[number * SEALED_CHUNK_BYTES : (number + 1) * SEALED_CHUNK_BYTES]
        first = block.index * CHUNKS_PER_BLOCK + number
        for last in (False, True) if len(chunk) == SEALED_CHUNK_BYTES else (True,):
            try:
                opened = open_chunks(aead, chunk, room[size:], first=first, last=last)
            except BadPayload:
                continue
            size += opened
            break
        else:
            return size
        if last:
            return size
    return size


def _leaf(block: memoryview) -> bytes:
    if not block:
        return b""  # only the one block of an empty plaintext, which has no leaf
    hasher = sha256(b"\x00")
    hasher.update(block)
    return hasher.digest()


def _read_at(descriptor: int, room: memoryview, offset: int) -> None:
    while room:
        count = os.preadv(descriptor, [room], offset)
        if count == 0:
            raise OSError("the file became shorter while it was read")
        room = room[count:]
        offset += count


def _write_all(target: BinaryIO, data: memoryview) -> None:
    while data:  # an unbuffered stream may take less at a time
        data = data[target.write(data) :]
