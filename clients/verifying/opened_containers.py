"""Opening a container of the archive again: its plaintext is read once and never stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from clients.verifying.archive_file import ArchiveFile
from crypto.age_payload import NONCE_BYTES, SEALED_CHUNK_BYTES
from crypto.canonical import JsonValue
from crypto.container_digest import DigestBuilder
from crypto.errors import BadPayload
from crypto.sealed_file import open_stream
from crypto.suite import TAG_BYTES
from tendering.domain.bundle import BadBundle, Bundle, BundleFile, read_bundle


@dataclass(frozen=True, slots=True)
class OpenedContainer:
    """What is in a container. `form` is empty when the plaintext is no bundle of this kind.

    `is_bundle`: the plaintext has the one canonical form, for this kind of envelope. `damaged` are
    files inside that are not those the bundle's own index speaks of.
    """

    plaintext_digest: bytes
    form: Mapping[str, JsonValue]
    damaged: tuple[str, ...]
    is_bundle: bool = True
    bundle: Bundle | None = None


def open_container(
    archive: ArchiveFile, path: str, file_key: bytes, *, kind: str, header_bytes: int
) -> OpenedContainer:
    """Decrypt a container, digest it and read its bundle. Raises BadHeader, BadMac, BadPayload."""
    size = _plaintext_bytes(archive.size_bytes(path) - header_bytes)
    with archive.stream(path) as source:
        plaintext = _Forwards(open_stream(source, file_key))
        bundle: Bundle | None
        try:
            bundle = read_bundle(plaintext.read_at, size)
        except BadBundle:
            bundle = None
        plaintext.drain()
    digest = plaintext.digest.digest()
    if bundle is None or bundle.kind != kind:
        return OpenedContainer(digest, {}, (), is_bundle=False)
    empty = sha256().hexdigest()
    damaged = tuple(
        file.name
        for file in bundle.files
        if plaintext.skipped.get(file.offset, empty) != file.sha256
    )
    return OpenedContainer(digest, bundle.form, damaged, bundle=bundle)


def read_file(archive: ArchiveFile, path: str, file_key: bytes, file: BundleFile) -> bytes | None:
    """A file of a container that was opened before; None where it is not what its index says.

    Decrypts up to its end and keeps nothing else. Raises BadHeader, BadMac, BadPayload.
    """
    wanted, position = bytearray(), 0
    end = file.offset + file.size_bytes
    with archive.stream(path) as source:
        for chunk in open_stream(source, file_key):
            wanted += chunk[max(0, file.offset - position) : max(0, end - position)]
            position += len(chunk)
            if position >= end:
                break
    content = bytes(wanted)
    return content if sha256(content).hexdigest() == file.sha256 else None


class _Forwards:
    """Chunks read at growing offsets; what is skipped on the way is hashed by where it begins."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._ahead = b""
        self._position = 0
        self.digest = DigestBuilder()
        self.skipped: dict[int, str] = {}

    def read_at(self, offset: int, count: int) -> bytes:
        assert offset >= self._position, "a bundle is read from its beginning to its end"
        if offset > self._position:
            start, hashed = self._position, sha256()
            for piece in self._take(offset - start):
                hashed.update(piece)
            self.skipped[start] = hashed.hexdigest()
        return b"".join(self._take(count))

    def drain(self) -> None:
        """Read to the end, so that the digest is that of everything and nothing is missing."""
        while self._fill():
            self._position += len(self._ahead)
            self._ahead = b""

    def _take(self, count: int) -> Iterator[bytes]:
        while count and self._fill():
            piece = self._ahead[:count]
            self._ahead = self._ahead[count:]
            self._position += len(piece)
            count -= len(piece)
            yield piece

    def _fill(self) -> bool:
        if not self._ahead:
            self._ahead = next(self._chunks, b"")
            self.digest.update(self._ahead)
        return bool(self._ahead)


def _plaintext_bytes(payload_bytes: int) -> int:
    sealed = payload_bytes - NONCE_BYTES
    chunks = -(-sealed // SEALED_CHUNK_BYTES)
    if sealed < TAG_BYTES:
        raise BadPayload("the payload is cut short")
    return sealed - chunks * TAG_BYTES
