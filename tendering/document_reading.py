"""The text of a file of tender documents, page by page, read in a process of its own.

A PDF comes from somebody else, and its reader is C++ code: whatever is in the file, the worst that
happens is that nothing is read. The process has no more than MEMORY_BYTES_MAX and SECONDS_MAX.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Final

import pypdfium2  # type: ignore[import-untyped]  # it ships no types

from tendering.domain.document_text import CHARACTERS_MAX, PAGES_MAX

PDF: Final = b"%PDF-"
FILE_BYTES_MAX: Final = 256 << 20
MEMORY_BYTES_MAX: Final = 2 << 30
SECONDS_MAX: Final = 60
PATIENCE_SECONDS: Final = 90
_TEXTS: Final = (".txt", ".md", ".csv")


def read_document(file: Path, name: str) -> list[str] | None:
    """The text of each page; None for what is no readable PDF and no text. Blocks.

    Raises OSError when the file is not there.
    """
    with file.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(0)
        if size > FILE_BYTES_MAX:
            return None
        if stream.read(len(PDF)) != PDF:
            stream.seek(0)
            return [_decoded(stream.read())] if name.lower().endswith(_TEXTS) else None
    command = [sys.executable, "-m", "tendering.document_reading", str(file.absolute())]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            command, capture_output=True, check=True, timeout=PATIENCE_SECONDS
        )
    except subprocess.SubprocessError:
        return None
    pages: list[str] = json.loads(done.stdout)
    return pages


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data[:CHARACTERS_MAX].decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


def main() -> None:
    """Print the text of the PDF named on the command line, a JSON list of pages."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    pages: list[str] = []
    document = pypdfium2.PdfDocument(sys.argv[1])
    left = CHARACTERS_MAX
    for number in range(min(len(document), PAGES_MAX)):
        text = document[number].get_textpage().get_text_bounded()[:left]
        pages.append(text.encode(errors="replace").decode())
        left -= len(text)
    sys.stdout.write(json.dumps(pages))


if __name__ == "__main__":
    main()
