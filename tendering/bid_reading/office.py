"""Text and marks of .docx and .xlsx, by the standard library: a ZIP archive of XML parts.

Bounded in every direction: entries, bytes of a part and of all, depth. A document type declaration,
where entities that explode would stand, is refused. ECMA-376 part 1 (WordprocessingML,
SpreadsheetML), part 2 §11 (core properties).
"""

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.parsers import expat

from tendering.domain.similarity.marks import Mark
from tendering.domain.similarity.text import CHARACTERS_MAX

ENTRIES_MAX: Final = 10_000
PART_BYTES_MAX: Final = 64 << 20
ALL_BYTES_MAX: Final = 256 << 20
DEPTH_MAX: Final = 200
SHEETS_MAX: Final = 500
IMAGES_MAX: Final = 2000
# Smaller pictures are bullets and lines.
IMAGE_BYTES_MIN: Final = 2048
_PIECE: Final = 1 << 20
_BREAKS: Final = {"p": "\n", "br": "\n", "tab": " ", "row": "\n", "c": " ", "si": "\n"}
_PROPERTIES: Final = {
    "creator": "author",
    "lastModifiedBy": "last_author",
    "created": "created",
    "modified": "modified",
    "Company": "company",
    "docId": "document_id",
    "rsidRoot": "document_id",
}
# What Word writes into every new document of its own template says nothing about who made it.
_MARK_PARTS: Final = ("docProps/core.xml", "docProps/app.xml", "word/settings.xml")


class BadFile(Exception):
    """Not what its name says, or more than it may be."""


class _Parts:
    """The parts of a package, read with a budget for all of them together."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = [entry.filename for entry in archive.infolist()]
        self._left = ALL_BYTES_MAX
        if len(self.names) > ENTRIES_MAX:
            raise BadFile("too many parts")

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, as they are unpacked; raises BadFile when they do not end."""
        part_left = PART_BYTES_MAX
        with self._archive.open(name) as stream:
            while piece := stream.read(_PIECE):
                part_left -= len(piece)
                self._left -= len(piece)
                if min(part_left, self._left) < 0:
                    raise BadFile("it unpacks to more than it may")
                yield piece


def read_office(file: Path, name: str) -> tuple[list[str], list[Mark]]:
    """The pages (or sheets) of a file, and its marks. Raises BadFile."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = _Parts(archive)
            if "word/document.xml" in parts.names:
                pages = _word_pages(parts)
            elif "xl/workbook.xml" in parts.names:
                pages = _sheets(parts)
            else:
                raise BadFile("no document and no workbook in it")
            return pages, [*_marks(parts, name), *_images(parts, name)]
    except (zipfile.BadZipFile, expat.ExpatError, NotImplementedError, RuntimeError) as error:
        raise BadFile(str(error)) from None
    except (EOFError, KeyError, OSError, ValueError) as error:
        raise BadFile(type(error).__name__) from None


def _word_pages(parts: _Parts) -> list[str]:
    text = _Text({"t"}, page_breaks=True)
    _parse(parts, "word/document.xml", text)
    return text.pages()


def _sheets(parts: _Parts) -> list[str]:
    """The strings of a workbook, sheet by sheet: shared ones stand where they are referred to."""
    shared: list[str] = []
    if "xl/sharedStrings.xml" in parts.names:
        strings = _Strings()
        _parse(parts, "xl/sharedStrings.xml", strings)
        shared = strings.all
    sheets = sorted(
        (name for name in parts.names if name.startswith("xl/worksheets/sheet")),
        key=lambda name: (len(name), name),
    )
    pages = []
    for sheet in sheets[:SHEETS_MAX]:
        cells = _Cells(shared)
        _parse(parts, sheet, cells)
        pages.append("".join(cells.out))
    return pages


def _marks(parts: _Parts, name: str) -> Iterator[Mark]:
    for part in _MARK_PARTS:
        if part in parts.names:
            found = _Properties()
            _parse(parts, part, found)
            software = " ".join(
                found.values[key][0] for key in ("Application", "AppVersion") if key in found.values
            )
            if software:
                yield Mark("software", software, name)
            for key, kind in _PROPERTIES.items():
                for value in found.values.get(key, ()):
                    yield Mark(kind, value, name)
    if "docProps/custom.xml" in parts.names:
        custom = _Custom()
        _parse(parts, "docProps/custom.xml", custom)
        for key, value in custom.found:
            yield Mark("custom", f"{key}={value}", name)


def _images(parts: _Parts, name: str) -> Iterator[Mark]:
    media = [part for part in parts.names if "/media/" in part][:IMAGES_MAX]
    for part in media:
        digest, size = hashlib.sha256(), 0
        for piece in parts.pieces(part):
            digest.update(piece)
            size += len(piece)
        if size >= IMAGE_BYTES_MIN:
            yield Mark("image", digest.hexdigest(), f"{name}: {part}")


class _Handler:
    """What a part's parser tells: names without their namespace."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def data(self, text: str) -> None:
        """Text stands in the current element."""


class _Text(_Handler):
    """The text of the named elements, and where pages break."""

    def __init__(self, wanted: set[str], *, page_breaks: bool = False) -> None:
        self._wanted = wanted
        self._page_breaks = page_breaks
        self._inside = 0
        self._left = CHARACTERS_MAX
        self.out: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in self._wanted:
            self._inside += 1
        breaks = tag == "lastRenderedPageBreak" or (
            tag == "br" and "page" in (attributes.get("type"), attributes.get("w:type"))
        )
        if breaks and self._page_breaks:
            self.out.append("\f")

    def end(self, tag: str) -> None:
        if tag in self._wanted:
            self._inside -= 1
        if tag in _BREAKS:
            self.out.append(_BREAKS[tag])

    def data(self, text: str) -> None:
        if self._inside and self._left > 0:
            self.out.append(text[: self._left])
            self._left -= len(text)

    def pages(self) -> list[str]:
        """The text, cut where a page breaks. Two marks of one break make no empty page."""
        return [page for page in "".join(self.out).split("\f") if page.strip()]


class _Strings(_Text):
    """The shared strings of a workbook, one `si` each."""

    def __init__(self) -> None:
        super().__init__({"t"})
        self.all: list[str] = []

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "si":
            self.all.append("".join(self.out).strip())
            self.out.clear()


class _Cells(_Text):
    """The cells of a sheet: shared strings by their number, inline ones, and figures."""

    def __init__(self, shared: list[str]) -> None:
        super().__init__({"t", "v"})
        self._shared = shared
        self._is_shared = False
        self._characters = CHARACTERS_MAX

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        if tag == "c":
            self._is_shared = attributes.get("t") == "s"

    def data(self, text: str) -> None:
        if self._inside and self._is_shared:
            value = self._shared[int(text)][: max(0, self._characters)]
            self._characters -= len(value)
            self.out.append(value)
            return
        super().data(text)


class _Properties(_Handler):
    """The text of each property, or its attribute `val`, by name."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self.values: dict[str, list[str]] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._open.append(tag)
        value = next((attributes[key] for key in attributes if key.split(":")[-1] == "val"), "")
        if value:
            self.values.setdefault(tag, []).append(value)

    def end(self, tag: str) -> None:
        del tag
        self._open.pop()

    def data(self, text: str) -> None:
        if text.strip():
            self.values.setdefault(self._open[-1], []).append(text)


class _Custom(_Handler):
    """Custom properties: name and value. ECMA-376 part 1 §22.3."""

    def __init__(self) -> None:
        self._name = ""
        self.found: list[tuple[str, str]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "property":
            self._name = attributes.get("name", "")

    def data(self, text: str) -> None:
        if self._name and text.strip():
            self.found.append((self._name, text.strip()))


def _parse(parts: _Parts, name: str, handler: _Handler) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH_MAX:
            raise BadFile("elements stand too deep in one another")
        handler.start(tag.rsplit(":", maxsplit=1)[-1], attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(tag.rsplit(":", maxsplit=1)[-1])

    def doctype(*_: object) -> None:
        raise BadFile("it declares a document type")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handler.data
    parser.StartDoctypeDeclHandler = doctype
    for piece in parts.pieces(name):
        parser.Parse(piece, False)
    parser.Parse(b"", True)
