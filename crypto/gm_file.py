"""Sealed bids under the national algorithms as files: the same writer and reader, other algorithms.

docs/specs/sealed-bid-gm-v1.md.
"""

from functools import partial
from pathlib import Path
from typing import BinaryIO

from crypto.age_file import payload_blocks, read_header
from crypto.age_header import FILE_KEY_BYTES
from crypto.age_payload import NONCE_BYTES
from crypto.container_digest import container_digest
from crypto.gm_header import (
    GM_HEADER_BYTES_MAX,
    SOFTWARE,
    VERSION_LINE,
    GmPolicy,
    SealingProvider,
    derive_gm_header,
)
from crypto.gm_opening import check_gm_mac
from crypto.payload_pipeline import WORKERS, Progress
from crypto.sealed_file import OpenedSummary, SealedSummary, read_container, write_container


def seal_gm_file(
    source: BinaryIO | Path,
    target: Path,
    policy: GmPolicy,
    *,
    file_key: bytes | None = None,
    payload_nonce: bytes | None = None,
    progress: Progress | None = None,
    workers: int = WORKERS,
    provider: SealingProvider = SOFTWARE,
) -> SealedSummary:
    """Seal everything `source` gives into the file `target`; as `seal_file`. Raises OSError."""
    file_key = provider.random(FILE_KEY_BYTES) if file_key is None else file_key
    nonce = provider.random(NONCE_BYTES) if payload_nonce is None else payload_nonce
    preamble = derive_gm_header(file_key, policy, provider=provider) + nonce
    root, size = write_container(
        source,
        target,
        preamble,
        gm_payload_key(provider, file_key, nonce),
        aead=provider.aead,
        workers=workers,
        progress=progress,
    )
    return SealedSummary(
        file_key=file_key,
        plaintext_root=root,
        container_digest=container_digest(target, workers=workers),
        size=size,
    )


def open_gm_file(
    source: Path,
    target: Path,
    file_key: bytes,
    *,
    workers: int = WORKERS,
    progress: Progress | None = None,
    provider: SealingProvider = SOFTWARE,
) -> OpenedSummary:
    """Decrypt a container with its file key into the file `target`; as `open_file`.

    Raises BadHeader, BadMac, BadPayload, OSError.
    """
    with source.open("rb") as file:
        header, payload = read_header(file, bytes_max=GM_HEADER_BYTES_MAX, version=VERSION_LINE)
        check_gm_mac(header, file_key, provider=provider)
        key_of = partial(gm_payload_key, provider)
        blocks, key = payload_blocks(payload, file_key, key_of=key_of)
        return read_container(
            blocks, target, key, aead=provider.aead, workers=workers, progress=progress
        )


def gm_payload_key(provider: SealingProvider, file_key: bytes, nonce: bytes) -> bytes:
    """HKDF(file key, salt = nonce, info = "payload"), as long as the provider's AEAD wants it."""
    assert len(nonce) == NONCE_BYTES
    length = provider.aead_key_bytes
    return provider.kdf(file_key, salt=nonce, info=b"payload", length=length)
