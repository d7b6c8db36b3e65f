"""One file of a bid, read in a process of its own: whatever is in it, at worst nothing is read."""

import hashlib
import json
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tendering.bid_reading.office import BadFile, read_office
from tendering.document_reading import (
    FILE_BYTES_MAX,
    MEMORY_BYTES_MAX,
    PATIENCE_SECONDS,
    PDF,
    SECONDS_MAX,
    read_document,
)
from tendering.domain.similarity.marks import MARKS_MAX, VALUE_MAX, Mark

READER: Final = "kaibiao/bid-reading/v1"
ZIP: Final = b"PK\x03\x04"
REFUSED_STATUS: Final = 3
TOO_SLOW: Final = "it takes too long to read"
_WHY_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What was read of a file; `pages` is None where `refused` says why there is no text."""

    name: str
    pages: tuple[str, ...] | None
    marks: tuple[Mark, ...]
    refused: str | None = None


def read_bid_file(file: Path, name: str) -> ReadFile:
    """Read a file of a bid. Blocks, at most PATIENCE_SECONDS. Raises OSError when it is away."""
    with file.open("rb") as stream:
        first = stream.read(len(PDF))
        size = stream.seek(0, 2)
        stream.seek(0)
        same = Mark("file", hashlib.file_digest(stream, "sha256").hexdigest(), name)
    marks = (same,) if size else ()
    if size > FILE_BYTES_MAX:
        return ReadFile(name, None, marks, "too large")
    if first != PDF and not first.startswith(ZIP):
        pages = read_document(file, name)
        if pages is None:
            return ReadFile(name, None, marks, "neither PDF nor DOCX, XLSX or text")
        return ReadFile(name, tuple(pages), marks)
    command = [sys.executable, "-m", "tendering.bid_reading.reading", str(file.absolute()), name]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            command, capture_output=True, check=True, timeout=PATIENCE_SECONDS
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace") if error.returncode == REFUSED_STATUS else ""
        return ReadFile(name, None, marks, said[:_WHY_MAX] or "it cannot be read")
    except subprocess.TimeoutExpired:
        return ReadFile(name, None, marks, TOO_SLOW)
    found = json.loads(done.stdout)
    read = (Mark(**mark) for mark in found["marks"])
    return ReadFile(name, tuple(found["pages"]), (*marks, *read))


def main() -> int:
    """Print text and marks of the file named on the command line; the second word is its name."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    file, name = Path(sys.argv[1]), sys.argv[2]
    try:
        pages, marks = _read(file, name)
    except BadFile as error:
        sys.stderr.write(str(error)[:_WHY_MAX])
        return REFUSED_STATUS
    kept = [
        {**asdict(mark), "value": mark.value[:VALUE_MAX]}
        for mark in marks[:MARKS_MAX]
        if mark.value.strip()
    ]
    sys.stdout.write(json.dumps({"pages": pages, "marks": kept}))
    return 0


def _read(file: Path, name: str) -> tuple[list[str], list[Mark]]:
    with file.open("rb") as stream:
        is_pdf = stream.read(len(PDF)) == PDF
    if not is_pdf:
        return read_office(file, name)
    # Loaded for PDFs only: a workbook needs no reader of pictures.
    from tendering.bid_reading.pdf import read_pdf  # noqa: PLC0415

    return read_pdf(file, name)


if __name__ == "__main__":
    sys.exit(main())
