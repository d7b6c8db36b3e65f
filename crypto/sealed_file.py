"""Sealed bids as files: seal one, open one, in constant memory, with their digests.

A container is an age v1 file whose header `seal_header` builds; any age tool opens it with the
bidder's identity. This module is where the sealed-bid format is imported from: it gathers the names
of the header, the opening and the plain age files. docs/specs/sealed-bid-v1.md.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from crypto import suite
from crypto.age_file import (
    open_plain,
    opened,
    payload_blocks,
    read_header,
    seal_plain,
)
from crypto.age_header import FILE_KEY_BYTES, Header, check_mac
from crypto.age_payload import NONCE_BYTES, Readable
from crypto.age_payload import open_stream as open_payload_stream
from crypto.algorithms import AGE, NATIONAL
from crypto.container_digest import container_digest
from crypto.file_output import FileOutput
from crypto.merkle import root_of
from crypto.payload_pipeline import (
    PLAIN_BLOCK_BYTES,
    SEALED_BLOCK_BYTES,
    WORKERS,
    FileTarget,
    Progress,
    open_blocks,
    seal_blocks,
    source_of,
)
from crypto.seal_header import (
    SEALED_HEADER_BYTES_MAX,
    SealedHeader,
    SealPolicy,
    derive_header,
    header_digest,
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
    "header_digest",
    "open_file",
    "open_into",
    "open_plain",
    "open_stream",
    "parse_sealed_header",
    "read_sealed_header",
    "seal_context",
    "seal_file",
    "seal_plain",
    "unwrap_share",
    "unwrap_with_opening_key",
    "verify_file_key",
]


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
    workers: int = WORKERS,
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
    algorithms = policy.suite.algorithms
    with ExitStack() as stack:
        blocks = source_of(opened(stack, source), PLAIN_BLOCK_BYTES)
        output = stack.enter_context(FileOutput(target))
        output.write_at(preamble, 0)
        leaves = seal_blocks(
            blocks,
            FileTarget(output, start=len(preamble), block_bytes=SEALED_BLOCK_BYTES),
            algorithms.payload_key(file_key, nonce),
            workers=workers,
            progress=progress,
            digested=True,
            aead=algorithms.aead,
        )
        size = output.finish(durable=True)
    return SealedSummary(
        file_key=file_key,
        plaintext_root=root_of(leaves),
        container_digest=container_digest(target, workers=workers),
        size=size,
    )


def open_file(
    source: Path,
    target: Path,
    file_key: bytes,
    *,
    workers: int = WORKERS,
    progress: Progress | None = None,
) -> OpenedSummary:
    """Decrypt a container with its file key into the file `target`.

    The target appears only when every chunk has proved authentic; it is not forced to the disk.
    `progress` is told the sealed bytes done so far. Raises BadHeader, BadMac, BadPayload, OSError.
    """
    with FileOutput(target) as output:
        summary = open_into(source, output, file_key, workers=workers, progress=progress)
        output.finish(durable=False)
    return summary


def open_into(
    source: Path,
    output: FileOutput,
    file_key: bytes,
    *,
    workers: int = WORKERS,
    progress: Progress | None = None,
) -> OpenedSummary:
    """The same into an output that the caller finishes. Raises the same."""
    with source.open("rb", buffering=0) as file:
        # There is nothing to share out of a single block.
        workers = min(workers, -(-os.fstat(file.fileno()).st_size // SEALED_BLOCK_BYTES) or 1)
        header, payload = checked_header(file, file_key)
        blocks, key = payload_blocks(payload, file_key, header.algorithms)
        leaves = open_blocks(
            blocks,
            FileTarget(output, start=0, block_bytes=PLAIN_BLOCK_BYTES),
            key,
            workers=workers,
            progress=progress,
            digested=True,
            aead=header.algorithms.aead,
        )
    return OpenedSummary(plaintext_root=root_of(leaves), size=output.size)


def open_stream(source: BinaryIO, file_key: bytes) -> Iterator[bytes]:
    """Yield the plaintext of a container in chunks of 64 KiB, in constant memory.

    Header and MAC are checked before the first chunk is asked for. Each chunk is authentic when it
    comes; that none is missing is certain only when the iterator has ended. Raises BadHeader,
    BadMac, BadPayload.
    """
    header, payload = checked_header(source, file_key)
    return open_payload_stream(file_key, payload, header.algorithms)


def checked_header(source: Readable, file_key: bytes) -> tuple[Header, Readable]:
    """Read the header of a container and check its MAC; the payload follows in what is returned.

    Raises BadHeader, BadMac.
    """
    header, payload = read_header(
        source, bytes_max=SEALED_HEADER_BYTES_MAX, accepted=(AGE, NATIONAL)
    )
    # Without this check one file could open to two contents under two keys (spec §2).
    check_mac(header, file_key)
    return header, payload
