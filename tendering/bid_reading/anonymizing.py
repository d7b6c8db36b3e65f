"""A file without what its software wrote into it: who made it, when, with which licence.

Run as a process of its own for each file (`python -m tendering.bid_reading.anonymizing FILE
TARGET`): qpdf is C++ code, and the files come from bidders. What cannot be cleaned is refused; text
and pictures that people see on its pages stay as they are.
"""

import re
import resource
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from tendering.bid_reading.office import ALL_BYTES_MAX, ENTRIES_MAX, BadFile
from tendering.document_reading import MEMORY_BYTES_MAX, PDF, SECONDS_MAX

REFUSED_STATUS: Final = 3
ZIP: Final = b"PK\x03\x04"
PLAIN: Final = (".txt", ".md", ".csv")
_EMPTY: Final = {
    "docProps/core.xml": (
        b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
        b'metadata/core-properties"/>'
    ),
    "docProps/app.xml": (
        b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'extended-properties"/>'
    ),
    "docProps/custom.xml": (
        b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'custom-properties"/>'
    ),
}
# Authors of comments and changes, and the numbers of Word's sessions.
_TRACES: Final = re.compile(
    rb" (?:w(?:1[0-9])?:(?:author|initials|rsid\w*|paraId|textId|userId|providerId)|userName)"
    rb'="[^"]*"'
)
_SESSIONS: Final = re.compile(rb"<w:rsids>.*?</w:rsids>|<w1[0-9]:docId [^>]*/>", re.DOTALL)
_XLSX_AUTHORS: Final = re.compile(rb"<author>[^<]*</author>")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
# Of a page: what is not drawn on it.
_OF_PAGES: Final = ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb", "/Annots", "/AA")
# Pictures and forms may have properties of their own.
_OF_OBJECTS: Final = ("/Metadata", "/PieceInfo", "/LastModified")
_OF_ROOT: Final = (
    *("/Metadata", "/Outlines", "/Names", "/AcroForm", "/OpenAction", "/AA", "/PieceInfo"),
    *("/Collection", "/AF", "/Dests", "/PageLabels", "/StructTreeRoot", "/SpiderInfo", "/Perms"),
)


def anonymize(file: Path, target: Path) -> str:
    """Write the clean file to `target`; its suffix. Raises BadFile, OSError."""
    with file.open("rb") as stream:
        first = stream.read(len(PDF))
    if first == PDF:
        _clean_pdf(file, target)
        return ".pdf"
    if first.startswith(ZIP):
        return _clean_office(file, target)
    if file.suffix.lower() in PLAIN:
        target.write_bytes(file.read_bytes())
        return ".txt"
    raise BadFile("neither PDF nor DOCX, XLSX or text")


def _clean_pdf(file: Path, target: Path) -> None:
    # Loaded for PDFs only.
    import pikepdf  # noqa: PLC0415

    try:
        with pikepdf.open(file) as source, pikepdf.new() as clean:
            clean.pages.extend(source.pages)
            for page in clean.pages:
                _without(page.obj, _OF_PAGES)
            _without(clean.Root, _OF_ROOT)
            for one in clean.objects:
                if isinstance(one, pikepdf.Stream | pikepdf.Dictionary):
                    _without(one, _OF_OBJECTS)
            clean.remove_unreferenced_resources()
            clean.save(target, deterministic_id=True)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError) as error:
        raise BadFile(type(error).__name__) from None


def _without(one: Any, keys: Iterable[str]) -> None:
    for key in keys:
        if key in one:
            del one[key]


def _clean_office(file: Path, target: Path) -> str:
    try:
        with zipfile.ZipFile(file) as source:
            names = [entry.filename for entry in source.infolist()]
            suffix = _office_suffix(names)
            if len(names) > ENTRIES_MAX or len(set(names)) < len(names):
                raise BadFile("too many parts, or one twice")
            left = ALL_BYTES_MAX
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as clean:
                for entry in source.infolist():
                    with source.open(entry) as part:
                        data = part.read(left + 1)
                    left -= len(data)
                    if left < 0:
                        raise BadFile("it unpacks to more than it may")
                    if entry.filename.lower().endswith((".bin", ".exe")):
                        raise BadFile("something embedded that cannot be cleaned")
                    clean.writestr(zipfile.ZipInfo(entry.filename, _EPOCH), _clean(entry, data))
            return suffix
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadFile(type(error).__name__) from None


def _office_suffix(names: list[str]) -> str:
    if "word/document.xml" in names:
        return ".docx"
    if "xl/workbook.xml" in names:
        return ".xlsx"
    raise BadFile("no document and no workbook in it")


def _clean(entry: zipfile.ZipInfo, data: bytes) -> bytes:
    name = entry.filename
    if name in _EMPTY:
        return _EMPTY[name]
    if name.startswith("docProps/"):
        # Pictures of the first page.
        return b""
    if name.startswith(("word/", "xl/")) and name.endswith(".xml"):
        data = _SESSIONS.sub(b"", _TRACES.sub(b"", data))
        return _XLSX_AUTHORS.sub(b"<author></author>", data)
    return data


def main() -> int:
    """Print the suffix of what was written, or why nothing was."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    try:
        sys.stdout.write(anonymize(Path(sys.argv[1]), Path(sys.argv[2])))
    except BadFile as error:
        sys.stdout.write(str(error))
        return REFUSED_STATUS
    return 0


if __name__ == "__main__":
    sys.exit(main())
