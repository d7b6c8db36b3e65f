"""One BagIt bag in one ZIP file, framed as it streams: nothing is compressed, nothing is dated.

There is exactly one way to write a bag, so that a verifier can compare every byte of the framing
with what it must be; only the files' contents are free. BagIt 1.0: RFC 8493; ZIP: PKWARE
APPNOTE 6.3. Format: docs/specs/archive-v1.md.
"""

import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

BAGIT: Final = "bagit.txt"
BAG_INFO: Final = "bag-info.txt"
MANIFEST: Final = "manifest-sha256.txt"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"
DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD: Final = "data/"
FILES_MAX: Final = 200_000
NAME_BYTES_MAX: Final = 512

END_BYTES: Final = 22
END64_BYTES: Final = 56
LOCATOR_BYTES: Final = 20
DIRECTORY_ENTRY_BYTES: Final = 46
_LOCAL, _DESCRIPTOR, _CENTRAL = 0x04034B50, 0x08074B50, 0x02014B50
_END, _END64, _LOCATOR = 0x06054B50, 0x06064B50, 0x07064B50
_VERSION: Final = 45  # the first with sizes of 64 bits
_MADE_BY_UNIX: Final = 3 << 8 | _VERSION
_FLAGS: Final = 0x0808  # sizes and CRC follow the content; names are UTF-8
_DATE: Final = 0x0021  # 1980-01-01, the first day a ZIP file can name
_ATTRIBUTES: Final = 0o100644 << 16
_LONG: Final = 0xFFFFFFFF
_MANY: Final = 0xFFFF
_ZIP64: Final = 1
# What a path may be: relative, without dots that lead elsewhere, the same on every system.
_PATH: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S+)")


class BadBag(Exception):
    """The file is not a bag in its one form. `where` is the file inside, or a part of the ZIP."""

    def __init__(self, where: str, why: str) -> None:
        """Name the place and say what is wrong there."""
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the ZIP. `name` is its whole name, folder included; `offset` of its header."""

    name: str
    size_bytes: int
    crc: int
    offset: int

    @property
    def content_offset(self) -> int:
        """Where its bytes begin."""
        return self.offset + len(local_header(self.name))

    @property
    def end(self) -> int:
        """Where the next member begins."""
        return self.content_offset + self.size_bytes + len(descriptor(0, 0))


class BagWriter:
    """The framing of a bag, without any output: each method returns the bytes to write next.

    `begin`, `update` for each piece (which the caller writes itself), `end`; at last `finish`.
    """

    def __init__(self, folder: str) -> None:
        """All files stand in one folder, as RFC 8493 §4 has it for a bag in one file."""
        require_path(folder)
        self._folder = folder
        self._offset = 0
        self._members: list[Member] = []
        self._payload: dict[str, str] = {}
        self._tags: dict[str, str] = {}
        self._open: str | None = None
        self._size, self._crc, self._hash = 0, 0, sha256()

    def begin(self, path: str) -> bytes:
        """Begin a file. Raises BadBag for a path that is not one or that stands already."""
        assert self._open is None, "the file before has not ended"
        require_path(path)
        if path in self._payload or path in self._tags or len(self._members) >= FILES_MAX:
            raise BadBag(path, "the file stands twice, or there are too many")
        self._open = path
        self._size, self._crc, self._hash = 0, 0, sha256()
        return local_header(f"{self._folder}/{path}")

    def update(self, piece: bytes) -> None:
        """Take note of the next piece of the file."""
        self._size += len(piece)
        self._crc = zlib.crc32(piece, self._crc)
        self._hash.update(piece)

    def end(self) -> bytes:
        """End the file."""
        path = self._open
        assert path is not None, "no file was begun"
        self._open = None
        member = Member(f"{self._folder}/{path}", self._size, self._crc, self._offset)
        self._members.append(member)
        self._offset = member.end
        digests = self._payload if path.startswith(PAYLOAD) else self._tags
        digests[path] = self._hash.hexdigest()
        return descriptor(self._crc, self._size)

    def file(self, path: str, content: Iterable[bytes]) -> Iterator[bytes]:
        """A whole file: its framing and its pieces."""
        yield self.begin(path)
        for piece in content:
            self.update(piece)
            yield piece
        yield self.end()

    def manifest(self) -> bytes:
        """The digests of all payload files so far."""
        return manifest_text(self._payload)

    def finish(self, info: Sequence[tuple[str, str]]) -> Iterator[bytes]:
        """The tag files and the directory. `info`: labels and values of bag-info.txt."""
        payload = [one for one in self._members if one.name.startswith(f"{self._folder}/{PAYLOAD}")]
        oxum = f"{sum(one.size_bytes for one in payload)}.{len(payload)}"
        yield from self.file(BAGIT, [DECLARATION])
        yield from self.file(BAG_INFO, [info_text([*info, ("Payload-Oxum", oxum)])])
        yield from self.file(MANIFEST, [self.manifest()])
        yield from self.file(TAG_MANIFEST, [manifest_text(self._tags)])
        yield directory(self._members)


def require_path(path: str) -> None:
    """Raise BadBag unless the path is safe on every system."""
    if not _PATH.fullmatch(path) or len(path) > NAME_BYTES_MAX:
        raise BadBag(path[:80], "not a path that may stand in an archive")


def manifest_text(digests: Mapping[str, str]) -> bytes:
    """Digests (lower hex) by path, one a line, in the order of the paths. RFC 8493 §2.1.3."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode()


def parse_manifest(text: bytes, *, name: str) -> dict[str, str]:
    """The inverse of `manifest_text`. Raises BadBag unless it is exactly that."""
    digests = {}
    for number, line in enumerate(text.decode("utf-8", "replace").split("\n")[:-1], start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise BadBag(name, f"line {number} is not a digest and a path")
        require_path(match[2])
        digests[match[2]] = match[1]
    if manifest_text(digests) != text:
        raise BadBag(name, "the lines are not in their one order and form")
    return digests


def info_text(info: Sequence[tuple[str, str]]) -> bytes:
    """bag-info.txt (RFC 8493 §2.2.2); line breaks in values become spaces."""
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in info).encode()


def local_header(name: str) -> bytes:
    """What stands before a file's content: its name; sizes follow the content."""
    encoded = name.encode("ascii")
    return (
        struct.pack(
            "<IHHHHHIIIHH",
            *(_LOCAL, _VERSION, _FLAGS, 0, 0, _DATE, 0, _LONG, _LONG, len(encoded), 20),
        )
        + encoded
        + struct.pack("<HHQQ", _ZIP64, 16, 0, 0)
    )


def descriptor(crc: int, size_bytes: int) -> bytes:
    """What stands after a file's content."""
    return struct.pack("<IIQQ", _DESCRIPTOR, crc, size_bytes, size_bytes)


def directory(members: Sequence[Member]) -> bytes:
    """The central directory and the end of the ZIP file."""
    start = members[-1].end if members else 0
    entries = b"".join(map(_directory_entry, members))
    count, size = len(members), len(entries)
    end64 = struct.pack(
        "<IQHHIIQQQQ",
        *(_END64, END64_BYTES - 12, _MADE_BY_UNIX, _VERSION, 0, 0, count, count, size, start),
    ) + struct.pack("<IIQI", _LOCATOR, 0, start + size, 1)
    end = struct.pack(
        "<IHHHHIIH",
        *(_END, 0, 0, min(count, _MANY), min(count, _MANY)),
        *(min(size, _LONG), min(start, _LONG), 0),
    )
    return entries + end64 + end


def parse_directory(entries: bytes) -> list[Member]:
    """Read the directory's entries loosely: the caller compares with `directory`. BadBag."""
    members: list[Member] = []
    position = 0
    while position < len(entries):
        try:
            fields = struct.unpack_from("<IHHHHHHIIIHHHHHII", entries, position)
        except struct.error as error:
            raise BadBag("directory", "an entry is cut short") from error
        crc, size, name_bytes, extra_bytes, offset = *fields[7:8], *fields[9:12], fields[16]
        position += DIRECTORY_ENTRY_BYTES
        name = entries[position : position + name_bytes].decode("ascii", "replace")
        extra = entries[position + name_bytes : position + name_bytes + extra_bytes]
        if fields[0] != _CENTRAL or len(members) >= FILES_MAX:
            raise BadBag("directory", f"entry {len(members) + 1} is malformed")
        position += name_bytes + extra_bytes
        if len(extra) == _EXTRA64.size:
            _, _, size, _, offset = _EXTRA64.unpack(extra)
        members.append(Member(name, size, crc, offset))
    return members


def parse_end(end: bytes) -> tuple[int, int, int]:
    """Number, size and offset of the directory's entries, from the file's last 98 bytes. BadBag."""
    if len(end) != END64_BYTES + LOCATOR_BYTES + END_BYTES:
        raise BadBag("end of the file", "the file is too short")
    signature, *_, count, size, start = struct.unpack_from("<IQHHIIQQQQ", end)
    if signature != _END64 or count > FILES_MAX:
        raise BadBag("end of the file", "the directory's end is not where it belongs")
    return count, size, start


_EXTRA64: Final = struct.Struct("<HHQQQ")


def _directory_entry(member: Member) -> bytes:
    name = member.name.encode("ascii")
    extra = b""
    size, offset = member.size_bytes, member.offset
    if max(size, offset) >= _LONG:
        extra = _EXTRA64.pack(_ZIP64, 24, size, size, offset)
        size = offset = _LONG
    return (
        struct.pack(
            "<IHHHHHHIIIHHHHHII",
            *(_CENTRAL, _MADE_BY_UNIX, _VERSION, _FLAGS, 0, 0, _DATE, member.crc, size, size),
            *(len(name), len(extra), 0, 0, 0, _ATTRIBUTES, offset),
        )
        + name
        + extra
    )
