"""The plaintext of a container, looked at without being written: its digest, and pieces of it.

Writing costs more than deciphering and digesting together, and waits for the disk. Who only wants
to know what a container holds asks here; `open_into` writes it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from crypto.aead import Aead
from crypto.age_file import payload_blocks
from crypto.age_payload import CHUNK_BYTES, SEALED_CHUNK_BYTES, open_chunks
from crypto.merkle import root_of
from crypto.payload_pipeline import WORKERS, FileSource, open_blocks
from crypto.sealed_file import checked_header
from crypto.suite import TAG_BYTES

# Up to here a second thread takes more processor time than it saves waiting.
ALONE_BYTES_MAX: Final = 64 << 20


class OpenedView:
    """The plaintext of `size` bytes behind an open container. Only what is authentic comes out."""

    def __init__(self, descriptor: int, blocks: FileSource, aead: Aead) -> None:
        """Made by `opened_view`."""
        self._descriptor = descriptor
        self._blocks = blocks
        self._aead = aead
        self._chunks = max(1, -(-blocks.size // SEALED_CHUNK_BYTES))
        self.size: Final = blocks.size - self._chunks * TAG_BYTES
        self._held = (-1, b"")

    def read_at(self, offset: int, count: int) -> bytes:
        """`count` bytes from `offset`, fewer only at the end. Raises BadPayload, OSError."""
        pieces = []
        end = min(offset + count, self.size)
        while offset < end:
            number, within = divmod(offset, CHUNK_BYTES)
            piece = self._chunk(number)[within : within + end - offset]
            pieces.append(piece)
            offset += len(piece)
        return b"".join(pieces)

    def _chunk(self, number: int) -> bytes:
        held, content = self._held
        if held != number:
            start = self._blocks.start + number * SEALED_CHUNK_BYTES
            sealed = os.pread(self._descriptor, SEALED_CHUNK_BYTES, start)
            room = memoryview(bytearray(CHUNK_BYTES))
            last = number == self._chunks - 1
            size = open_chunks(self._aead, memoryview(sealed), room, first=number, last=last)
            content = bytes(room[:size])
            self._held = (number, content)
        return content


@contextmanager
def opened_view(source: Path, file_key: bytes) -> Iterator[tuple[OpenedView, bytes]]:
    """Decipher all of a container; its plaintext to look at, and the digest of it.

    Every chunk has proved authentic when the block begins. Raises BadHeader, BadMac, BadPayload,
    OSError.
    """
    with source.open("rb", buffering=0) as file:
        header, payload = checked_header(file, file_key)
        blocks, key = payload_blocks(payload, file_key, header.algorithms)
        assert isinstance(blocks, FileSource), "a container lies in an ordinary file"
        aead = header.algorithms.aead
        workers = WORKERS if blocks.size > ALONE_BYTES_MAX else 1
        leaves = open_blocks(blocks, _Nowhere(), key, workers=workers, digested=True, aead=aead)
        yield OpenedView(file.fileno(), blocks, aead(key)), root_of(leaves)


class _Nowhere:
    """A target that keeps nothing."""

    def put(self, index: int, data: memoryview) -> None:
        """Forget it."""

    def stop(self) -> None:
        """Nobody waits here."""
