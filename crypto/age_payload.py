"""The payload of an age v1 file: 64 KiB chunks under ChaCha20-Poly1305, numbered, the last marked.

The payload key comes from the file key and a 16-byte nonce that precedes the chunks. Numbering and
mark make reordering, cutting and extending visible (the STREAM construction, C2SP age.md).
"""

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag

from crypto import suite
from crypto.aead import Aead
from crypto.algorithms import AGE, Algorithms
from crypto.errors import BadHeader, BadPayload

CHUNK_BYTES = 64 << 10
SEALED_CHUNK_BYTES = CHUNK_BYTES + suite.TAG_BYTES
NONCE_BYTES = 16


class Readable(Protocol):
    """All that is asked of a source: up to `size` bytes at a time, none at the end."""

    def read(self, size: int, /) -> bytes:
        """The next bytes."""


def chunk_nonce(index: int, *, last: bool) -> bytes:
    """11 bytes counter, big endian, and a byte that is 1 for the last chunk."""
    return index.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def sealed_size(plaintext_bytes: int) -> int:
    """Size of the payload, nonce included; an empty plaintext still has one chunk."""
    chunks = max(1, -(-plaintext_bytes // CHUNK_BYTES))
    return NONCE_BYTES + plaintext_bytes + chunks * suite.TAG_BYTES


def seal_chunks(
    aead: Aead, block: memoryview, target: memoryview, *, first: int, last: bool
) -> int:
    """Encrypt whole chunks of `block` into `target`; return the bytes written.

    `first` is the number of the first chunk. `last` says that the plaintext ends with this block;
    otherwise the block must be a multiple of CHUNK_BYTES.
    """
    count = max(1, -(-len(block) // CHUNK_BYTES))
    written = 0
    for index in range(count):
        chunk = block[index * CHUNK_BYTES : (index + 1) * CHUNK_BYTES]
        nonce = chunk_nonce(first + index, last=last and index == count - 1)
        room = target[written : written + len(chunk) + suite.TAG_BYTES]
        written += aead.encrypt_into(nonce, chunk, None, room)
    return written


def open_chunks(
    aead: Aead, block: memoryview, target: memoryview, *, first: int, last: bool
) -> int:
    """Decrypt whole sealed chunks of `block` into `target`; return the bytes written.

    Raises BadPayload, also for a last chunk that is empty though it is not the only one.
    """
    count = max(1, -(-len(block) // SEALED_CHUNK_BYTES))
    written = 0
    for index in range(count):
        chunk = block[index * SEALED_CHUNK_BYTES : (index + 1) * SEALED_CHUNK_BYTES]
        size = len(chunk) - suite.TAG_BYTES
        if size < 0 or (size == 0 and first + index > 0):
            raise BadPayload("the payload is cut short")
        nonce = chunk_nonce(first + index, last=last and index == count - 1)
        try:
            written += aead.decrypt_into(nonce, chunk, None, target[written : written + size])
        except InvalidTag as error:
            raise BadPayload(f"chunk {first + index} does not authenticate") from error
    return written


def seal_stream(
    file_key: bytes,
    nonce: bytes,
    source: Readable,
    target: BinaryIO,
    algorithms: Algorithms = AGE,
) -> None:
    """Write nonce and chunks for everything `source` gives, in constant memory."""
    assert len(nonce) == NONCE_BYTES
    aead = algorithms.aead(algorithms.payload_key(file_key, nonce))
    room = memoryview(bytearray(SEALED_CHUNK_BYTES))
    target.write(nonce)
    for index, chunk, last in _numbered(source, CHUNK_BYTES):
        size = seal_chunks(aead, memoryview(chunk), room, first=index, last=last)
        target.write(room[:size])


def open_stream(file_key: bytes, source: Readable, algorithms: Algorithms = AGE) -> Iterator[bytes]:
    """Yield the plaintext chunk by chunk; `source` stands at the payload's nonce.

    Each chunk is authentic when it comes, but that none is missing is certain only at the end.
    Raises BadHeader when not even the nonce is there, BadPayload.
    """
    nonce = read_exactly(source, NONCE_BYTES)
    if len(nonce) < NONCE_BYTES:
        raise BadHeader("the file ends before its payload")
    aead = algorithms.aead(algorithms.payload_key(file_key, nonce))
    room = memoryview(bytearray(CHUNK_BYTES))
    for index, chunk, last in _numbered(source, SEALED_CHUNK_BYTES):
        size = open_chunks(aead, memoryview(chunk), room, first=index, last=last)
        yield bytes(room[:size])


def read_exactly(source: Readable, count: int) -> bytes:
    """Read `count` bytes, fewer only at the end: a pipe or socket may give less at a time."""
    pieces: list[bytes] = []
    while count and (piece := source.read(count)):
        pieces.append(piece)
        count -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _numbered(source: Readable, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Pieces of `size` bytes with their number and whether nothing follows; at least one."""
    current = read_exactly(source, size)
    index = 0
    last = False
    while not last:
        following = read_exactly(source, size) if len(current) == size else b""
        last = not following
        yield index, current, last
        current = following
        index += 1
