"""Reading an archive strictly: every byte of the file is either content or what it must be.

Whatever two programs could read differently in a ZIP file is refused, so what is checked here is
what everybody sees.
"""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from crypto.canonical import JsonValue, parse
from tendering.domain import bag
from tendering.domain.bag import BadBag, Member

READ_BYTES: Final = 1 << 20
SMALL_FILE_BYTES_MAX: Final = 256 << 20
DIRECTORY_BYTES_MAX: Final = 256 << 20
_TAIL_BYTES: Final = bag.END64_BYTES + bag.LOCATOR_BYTES + bag.END_BYTES


@dataclass(slots=True)
class ArchiveFile:
    """An archive on disk, opened for reading. `members` by path below the one folder."""

    file: BinaryIO = field(repr=False)
    folder: str
    members: dict[str, Member]
    read: set[str] = field(default_factory=set)

    @classmethod
    def open(cls, file: BinaryIO) -> "ArchiveFile":
        """Read the directory. Raises BadBag."""
        members = _directory(file)
        folders = {member.name.partition("/")[0] for member in members}
        if len(folders) != 1:
            raise BadBag("directory", "there is not exactly one folder")
        folder = folders.pop()
        by_path = {member.name.partition("/")[2]: member for member in members}
        if len(by_path) != len(members):
            raise BadBag("directory", "a file stands twice")
        for path in by_path:
            bag.require_path(path)
        return cls(file, folder, by_path)

    def __contains__(self, path: str) -> bool:
        """Is there such a file?"""
        return path in self.members

    def chunks(self, path: str) -> Iterator[bytes]:
        """The content of a file in pieces. Raises BadBag when it is not there or cut short."""
        member = self._member(path)
        self.read.add(path)
        position, left = member.content_offset, member.size_bytes
        while left:
            self.file.seek(position)
            piece = self.file.read(min(left, READ_BYTES))
            if not piece:
                raise BadBag(path, "the archive ends before this file does")
            yield piece
            position += len(piece)
            left -= len(piece)

    def bytes(self, path: str) -> bytes:
        """A file that is small enough to be held. Raises BadBag."""
        if self._member(path).size_bytes > SMALL_FILE_BYTES_MAX:
            raise BadBag(path, "the file is too large")
        return b"".join(self.chunks(path))

    def json(self, path: str) -> dict[str, JsonValue]:
        """A JSON object. Raises BadBag."""
        try:
            value = parse(self.bytes(path))
        except ValueError as error:
            raise BadBag(path, str(error)) from error
        if not isinstance(value, dict):
            raise BadBag(path, "no JSON object")
        return value

    def size_bytes(self, path: str) -> int:
        """How large a file is."""
        return self._member(path).size_bytes

    def below(self, folder: str) -> list[str]:
        """The paths below a folder, in order."""
        return sorted(path for path in self.members if path.startswith(f"{folder}/"))

    def stream(self, path: str) -> BinaryIO:
        """The content of a file to be read as a stream. Raises BadBag."""
        self._member(path)
        return io.BufferedReader(_Content(self.chunks(path)), READ_BYTES)

    def _member(self, path: str) -> Member:
        if path not in self.members:
            raise BadBag(path, "the file is missing")
        return self.members[path]


class _Content(io.RawIOBase):
    """Pieces as a raw stream, forwards only."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        assert isinstance(buffer, memoryview | bytearray)
        if not self._left:
            self._left = memoryview(next(self._pieces, b""))
        taken = self._left[: len(buffer)]
        buffer[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        return len(taken)


def check_framing(archive: ArchiveFile) -> dict[str, str]:
    """Read the whole file once: framing, CRCs. Returns SHA-256 (hex) by path. Raises BadBag."""
    digests = {}
    position = 0
    for path, member in sorted(archive.members.items(), key=lambda one: one[1].offset):
        if member.offset != position:
            raise BadBag(path, "the file does not stand where the one before ends")
        _expect(archive.file, position, bag.local_header(member.name), path)
        hashed, crc = sha256(), 0
        for piece in archive.chunks(path):
            hashed.update(piece)
            crc = zlib.crc32(piece, crc)
        digests[path] = hashed.hexdigest()
        if crc != member.crc:
            raise BadBag(path, "the content is not that of the checksum in the directory")
        ending = bag.descriptor(member.crc, member.size_bytes)
        _expect(archive.file, member.end - len(ending), ending, path)
        position = member.end
    archive.read.clear()
    ordered = sorted(archive.members.values(), key=lambda one: one.offset)
    expected = bag.directory(ordered)
    _expect(archive.file, position, expected, "directory")
    if archive.file.read(1):
        raise BadBag("end of the file", "something follows")
    return digests


def check_bag(archive: ArchiveFile, digests: dict[str, str]) -> None:
    """RFC 8493: every file is in a manifest with its digest, and no file is missing. BadBag."""
    tags = _manifest(archive, bag.TAG_MANIFEST)
    payload = _manifest(archive, bag.MANIFEST)
    for manifest, name in ((tags, bag.TAG_MANIFEST), (payload, bag.MANIFEST)):
        for path, digest in manifest.items():
            if path not in digests:
                raise BadBag(path, f"the file is missing though {name} lists it")
            if digests[path] != digest:
                raise BadBag(path, f"the content is not that of the digest in {name}")
    listed = set(tags) | set(payload) | {bag.TAG_MANIFEST}
    for path in sorted(digests):
        if path not in listed or path.startswith(bag.PAYLOAD) != (path in payload):
            raise BadBag(path, "no manifest lists this file")
    if archive.bytes(bag.BAGIT) != bag.DECLARATION:
        raise BadBag(bag.BAGIT, "not the declaration of BagIt 1.0")
    sizes = [archive.size_bytes(path) for path in payload]
    oxum = f"Payload-Oxum: {sum(sizes)}.{len(sizes)}\n".encode()
    if not archive.bytes(bag.BAG_INFO).endswith(oxum):
        raise BadBag(bag.BAG_INFO, "the sum of sizes and files is another")


def open_path(path: Path) -> BinaryIO:
    """The file, to be closed by the caller. Raises OSError."""
    return path.open("rb")


def _manifest(archive: ArchiveFile, name: str) -> dict[str, str]:
    return bag.parse_manifest(archive.bytes(name), name=name)


def _directory(file: BinaryIO) -> list[Member]:
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL_BYTES))
    count, directory_bytes, start = bag.parse_end(file.read(_TAIL_BYTES))
    if directory_bytes > DIRECTORY_BYTES_MAX or start + directory_bytes + _TAIL_BYTES != size:
        raise BadBag("end of the file", "the directory is not where its end says")
    file.seek(start)
    members = bag.parse_directory(file.read(directory_bytes))
    if len(members) != count or not members:
        raise BadBag("directory", "it has another number of files than it says")
    return members


def _expect(file: BinaryIO, offset: int, expected: bytes, where: str) -> None:
    file.seek(offset)
    if file.read(len(expected)) != expected:
        raise BadBag(where, "the framing in the ZIP file is not what it must be")
