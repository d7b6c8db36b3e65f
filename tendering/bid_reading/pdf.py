"""Text and marks of a PDF: pages by PDFium, properties and identifiers by qpdf.

Only to be called in a process of its own (`tendering.bid_reading.reading`): both are C++ code.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # it ships no types
from pypdfium2 import raw

from tendering.bid_reading.office import IMAGE_BYTES_MIN, IMAGES_MAX, BadFile
from tendering.domain.document_text import CHARACTERS_MAX, PAGES_MAX
from tendering.domain.similarity.marks import Mark

_XMP_BYTES_MAX: Final = 1 << 20
_KINDS: Final = {
    "/Author": "author",
    "/CreationDate": "created",
    "/ModDate": "modified",
    "/Company": "company",
}
_KNOWN: Final = {*_KINDS, "/Producer", "/Creator", "/Title", "/Subject", "/Keywords", "/Trapped"}
_XMP_ID: Final = re.compile(
    rb"xmpMM:(?:Original)?DocumentID(?:>|=[\"'])\s*(?:uuid:|xmp\.did:)?([\w-]{16,64})"
)


def read_pdf(file: Path, name: str) -> tuple[list[str], list[Mark]]:
    """The text of each page, and the marks. Raises BadFile."""
    try:
        document = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        raise BadFile(str(error)) from None
    pages: list[str] = []
    marks: list[Mark] = []
    left = CHARACTERS_MAX
    seen: set[str] = set()
    for number in range(min(len(document), PAGES_MAX)):
        try:
            page = document[number]
            text = page.get_textpage().get_text_bounded()[:left]
            marks += _images(page, name, number + 1, seen)
        except pypdfium2.PdfiumError:
            text = ""
        pages.append(text.encode(errors="replace").decode())
        left -= len(text)
    return pages, [*_properties(file, name), *marks]


def _images(page: "pypdfium2.PdfPage", name: str, number: int, seen: set[str]) -> Iterator[Mark]:
    """Pictures by the digest of their bytes as they lie in the file, each once."""
    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        if len(seen) >= IMAGES_MAX:
            return
        data = bytes(picture.get_data(decode_simple=False))
        digest = hashlib.sha256(data).hexdigest()
        if len(data) >= IMAGE_BYTES_MIN and digest not in seen:
            seen.add(digest)
            yield Mark("image", digest, name, number)


def _properties(file: Path, name: str) -> Iterator[Mark]:
    try:
        with pikepdf.open(file) as document:
            properties = {key: str(value) for key, value in document.docinfo.items()}
            identifiers = _identifiers(document)
    except (pikepdf.PdfError, ValueError, TypeError):
        # PDFium mends what qpdf does not: the text is there, the properties are not.
        return
    software = " / ".join(properties[key] for key in ("/Creator", "/Producer") if key in properties)
    if software:
        yield Mark("software", software, name)
    for key, value in properties.items():
        if key in _KINDS:
            yield Mark(_KINDS[key], value, name)
        elif key not in _KNOWN:
            yield Mark("custom", f"{key[1:]}={value}", name)
    for identifier in identifiers:
        yield Mark("document_id", identifier, name)


def _identifiers(document: pikepdf.Pdf) -> list[str]:
    """The first half of /ID, which stays through changes (ISO 32000-1 §14.4), and those of XMP."""
    found = []
    if "/ID" in document.trailer:
        found.append(bytes(document.trailer.ID[0]).hex())
    if "/Metadata" in document.Root:
        data = document.Root.Metadata.read_bytes()[:_XMP_BYTES_MAX]
        found += [match.decode("ascii") for match in _XMP_ID.findall(data)]
    return [one for one in dict.fromkeys(found) if one.strip("0-")]
