"""Real PDF files of a wanted size, made fast: pages of text, and pictures that do not compress.

ISO 32000-1. The text is set in a font that every reader brings along for Chinese (STSong-Light with
UniGB-UCS2-H, §9.7.5.2), so that nothing need be embedded; the pictures are noise.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

HEADER: Final = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
PAGE_WIDTH: Final = 595
PAGE_HEIGHT: Final = 842
PICTURE_SIDE: Final = 1024
PICTURE_BYTES_MAX: Final = 2 * PICTURE_SIDE * PICTURE_SIDE
LINES_A_PAGE: Final = 30
CHARACTERS_A_LINE: Final = 32
_CATALOG, _PAGES, _FONT, _FONT_OF_CHARACTERS, _FONT_FACTS = 1, 2, 3, 4, 5
_FIRST_FREE: Final = 6
# What a page costs besides its picture, roughly; the last picture makes up for it.
_TAIL_BYTES: Final = 2048


@dataclass(slots=True)
class _Writer:
    """Objects one after another, and where each begins."""

    stream: BinaryIO
    at: int = 0
    offsets: dict[int, int] = field(default_factory=dict)

    def write(self, data: bytes) -> None:
        self.stream.write(data)
        self.at += len(data)

    def write_object(self, number: int, dictionary: str, content: bytes | None = None) -> None:
        self.offsets[number] = self.at
        self.write(f"{number} 0 obj\n{dictionary}".encode("ascii"))
        if content is not None:
            self.write(b"\nstream\n")
            self.write(content)
            self.write(b"\nendstream")
        self.write(b"\nendobj\n")


def make_pdf(target: Path, *, title: str, paragraphs: Sequence[str], size_bytes: int) -> int:
    """Write a PDF of about `size_bytes`, never below what the text needs; its size in bytes.

    `title` heads every page. Noise is fresh each time. Raises OSError.
    """
    with target.open("wb") as stream:
        writer = _Writer(stream)
        writer.write(HEADER)
        pages: list[int] = []
        number = _FIRST_FREE
        for lines in _pages_of(paragraphs):
            number = _write_text_page(writer, pages, number, title, lines)
        while size_bytes - writer.at > 2 * _TAIL_BYTES:
            room = size_bytes - writer.at - _TAIL_BYTES
            number = _write_picture_page(writer, pages, number, title, room)
        _write_tail(writer, pages)
        return writer.at


def _write_text_page(
    writer: _Writer, pages: list[int], number: int, title: str, lines: Sequence[str]
) -> int:
    text = [f"BT /F1 16 Tf 60 780 Td {_shown(title)} Tj ET"]
    text += [
        f"BT /F1 12 Tf 60 {740 - 22 * row} Td {_shown(line)} Tj ET"
        for row, line in enumerate(lines)
    ]
    content = "\n".join(text).encode("ascii")
    writer.write_object(number, f"<< /Length {len(content)} >>", content)
    writer.write_object(number + 1, _page(number, ""))
    pages.append(number + 1)
    return number + 2


def _write_picture_page(
    writer: _Writer, pages: list[int], number: int, title: str, room: int
) -> int:
    height = max(1, min(room, PICTURE_BYTES_MAX) // PICTURE_SIDE)
    noise = os.urandom(height * PICTURE_SIDE)
    writer.write_object(
        number,
        f"<< /Type /XObject /Subtype /Image /Width {PICTURE_SIDE} /Height {height} "
        f"/ColorSpace /DeviceGray /BitsPerComponent 8 /Length {len(noise)} >>",
        noise,
    )
    shown = f"q 475 0 0 640 60 100 cm /Im1 Do Q BT /F1 12 Tf 60 780 Td {_shown(title)} Tj ET"
    content = shown.encode("ascii")
    writer.write_object(number + 1, f"<< /Length {len(content)} >>", content)
    writer.write_object(number + 2, _page(number + 1, f"/XObject << /Im1 {number} 0 R >> "))
    pages.append(number + 2)
    return number + 3


def _page(content: int, resources: str) -> str:
    return (
        f"<< /Type /Page /Parent {_PAGES} 0 R /MediaBox [0 0 {PAGE_WIDTH} {PAGE_HEIGHT}] "
        f"/Resources << {resources}/Font << /F1 {_FONT} 0 R >> >> /Contents {content} 0 R >>"
    )


def _write_tail(writer: _Writer, pages: Sequence[int]) -> None:
    kids = " ".join(f"{page} 0 R" for page in pages)
    writer.write_object(_CATALOG, f"<< /Type /Catalog /Pages {_PAGES} 0 R >>")
    writer.write_object(_PAGES, f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>")
    writer.write_object(
        _FONT,
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
        f"/DescendantFonts [{_FONT_OF_CHARACTERS} 0 R] >>",
    )
    writer.write_object(
        _FONT_OF_CHARACTERS,
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> "
        f"/FontDescriptor {_FONT_FACTS} 0 R >>",
    )
    writer.write_object(
        _FONT_FACTS,
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /ItalicAngle 0 "
        "/FontBBox [-25 -254 1000 880] /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    )
    start, size = writer.at, max(writer.offsets) + 1
    rows = "".join(f"{writer.offsets[number]:010d} 00000 n \n" for number in range(1, size))
    writer.write(f"xref\n0 {size}\n0000000000 65535 f \n{rows}".encode("ascii"))
    trailer = f"trailer\n<< /Size {size} /Root {_CATALOG} 0 R >>\nstartxref\n{start}\n%%EOF\n"
    writer.write(trailer.encode("ascii"))


def _pages_of(paragraphs: Sequence[str]) -> list[list[str]]:
    lines = [
        paragraph[start : start + CHARACTERS_A_LINE]
        for paragraph in paragraphs
        for start in range(0, max(len(paragraph), 1), CHARACTERS_A_LINE)
    ]
    starts = range(0, max(len(lines), 1), LINES_A_PAGE)
    return [lines[start : start + LINES_A_PAGE] for start in starts]


def _shown(text: str) -> str:
    return f"<{text.encode('utf-16-be').hex()}>"
