"""Packing files and a form into the bundle of an envelope, without holding any file in memory."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from crypto.canonical import JsonValue
from tendering.domain.bundle import Bundle, BundleFile, bundle_chunks, member_name, read_bundle

READ_BYTES: Final = 1 << 20
PDF: Final = "application/pdf"
# What else a bid is made of; what is not here is plain bytes to whoever opens it.
MEDIA_TYPES: Final = {
    ".csv": "text/csv",
    ".pdf": PDF,
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".png": "image/png",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml",
    ".zip": "application/zip",
}
OTHER: Final = "application/octet-stream"


class FileChanged(Exception):
    """A file is not what it was when it was looked at: what was made of it must not be used."""


@dataclass(frozen=True, slots=True)
class EnvelopeContent:
    """What goes into one envelope: the form for the reading-out, and files in their order."""

    kind: str
    form: Mapping[str, JsonValue]
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class PackedEnvelope:
    """An envelope whose bundle is fixed, digests and all, and where its files lie."""

    bundle: Bundle
    files: tuple[Path, ...]


def pack(content: EnvelopeContent) -> PackedEnvelope:
    """Read every file once for its digest. Raises OSError."""
    files = tuple(_described(number, file) for number, file in enumerate(content.files, start=1))
    return PackedEnvelope(Bundle(content.kind, dict(content.form), files), content.files)


def packed_json(packed: PackedEnvelope) -> dict[str, JsonValue]:
    """A packed envelope as plain JSON."""
    files: list[JsonValue] = [
        {
            "path": str(path),
            "name": file.name,
            "size_bytes": file.size_bytes,
            "sha256": file.sha256,
        }
        for path, file in zip(packed.files, packed.bundle.files, strict=True)
    ]
    return {"kind": packed.bundle.kind, "form": dict(packed.bundle.form), "files": files}


def packed_from_json(value: dict[str, Any]) -> PackedEnvelope:
    """The inverse of `packed_json`. Raises KeyError, TypeError."""
    paths = tuple(Path(file["path"]) for file in value["files"])
    files = tuple(
        BundleFile(
            member_name(number, file["name"]),
            file["name"],
            media_type(path),
            file["size_bytes"],
            file["sha256"],
        )
        for number, (path, file) in enumerate(zip(paths, value["files"], strict=True), start=1)
    )
    return PackedEnvelope(Bundle(value["kind"], value["form"], files), paths)


def bundle_stream(packed: PackedEnvelope) -> BinaryIO:
    """The bundle as a stream to be sealed. Raises FileChanged, BadBundle, OSError as it is read."""
    pieces = bundle_chunks(packed.bundle, map(_pieces, packed.files, packed.bundle.files))
    return io.BufferedReader(_Pieces(pieces), buffer_size=READ_BYTES)


def read_bundle_file(file: Path) -> Bundle:
    """Form and index of a bundle on disk. Raises BadBundle, OSError."""
    with file.open("rb") as stream:

        def read_at(offset: int, count: int) -> bytes:
            stream.seek(offset)
            return stream.read(count)

        return read_bundle(read_at, file.stat().st_size)


def media_type(file: Path) -> str:
    """What a file is, by its name."""
    return MEDIA_TYPES.get(file.suffix.lower(), OTHER)


def _described(number: int, file: Path) -> BundleFile:
    with file.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    name = file.name
    return BundleFile(
        member_name(number, name), name, media_type(file), file.stat().st_size, sha256
    )


def _pieces(file: Path, described: BundleFile) -> Iterator[bytes]:
    sha256 = hashlib.sha256()
    with file.open("rb") as stream:
        while piece := stream.read(READ_BYTES):
            sha256.update(piece)
            yield piece
    if sha256.hexdigest() != described.sha256:
        raise FileChanged(file.name)


class _Pieces(io.RawIOBase):
    """An iterator of bytes as a raw stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        assert isinstance(buffer, memoryview | bytearray)
        while not self._left:
            try:
                self._left = memoryview(next(self._pieces))
            except StopIteration:
                return 0
        taken = self._left[: len(buffer)]
        buffer[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        return len(taken)
