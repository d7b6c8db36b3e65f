"""The anonymous edition of a bid's technical part (暗标), made in a process of its own.

Files get numbers for names and lose what their software wrote into them; what cannot be cleaned
is left out. Then texts and what properties are left are searched for who the bidders are.
"""

import hashlib
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tendering.bid_reading.anonymizing import REFUSED_STATUS
from tendering.bid_reading.reading import read_bid_file
from tendering.bid_reading.unbundling import PIECE_BYTES, unbundle
from tendering.document_reading import PATIENCE_SECONDS
from tendering.domain.bundle import Bundle, BundleFile, bundle_chunks, member_name
from tendering.domain.identity_leaks import Text, Words, leaks_in
from tendering.own_process import answer, ask_process

KIND: Final = "technical"
WHY_MAX: Final = 200
_MEDIA: Final = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".txt": "text/plain",
}


async def edit_in_process(bundle: Path, target: Path, words: Words) -> dict[str, Any]:
    """Write the edition of a bundle to `target`; its digest, `left_out` and `leaks`.

    Raises ProcessFailed.
    """
    job = {"bundle": str(bundle), "target": str(target), "words": asdict(words)}
    return await ask_process("tendering.edition_process", job)


def work(job: dict[str, Any]) -> Mapping[str, Any]:
    """Edit, in the process. Raises OSError."""
    told = job["words"]
    own, others = (tuple((kind, word) for kind, word in told[key]) for key in ("own", "others"))
    words = Words(own, others)
    with TemporaryDirectory(prefix="kaibiao-edition-") as room:
        given, clean = Path(room) / "given", Path(room) / "clean"
        given.mkdir()
        clean.mkdir()
        unbundle(Path(job["bundle"]), given, KIND)
        kept: list[Path] = []
        left_out = []
        for number, file in enumerate(sorted(given.iterdir()), start=1):
            suffix, why = _cleaned(file, clean / "file")
            if why:
                left_out.append({"file": number, "why": why})
                continue
            kept.append((clean / "file").rename(clean / f"{len(kept) + 1:04d}{suffix}"))
        texts = [text for number, file in enumerate(kept, start=1) for text in _read(file, number)]
        silent = _silent(texts, len(kept))
        digest = _write(kept, Path(job["target"]))
    found = [asdict(one) for one in leaks_in(texts, words)]
    # Nobody can search what has no text: somebody has to look.
    found += [
        {"file": number, "page": 0, "kind": "no_text", "about": "", "excerpt": ""}
        for number in silent
    ]
    return {"digest": digest, "files": len(kept), "left_out": left_out, "leaks": found}


def _cleaned(file: Path, target: Path) -> tuple[str, str]:
    command = [sys.executable, "-m", "tendering.bid_reading.anonymizing", str(file), str(target)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            command, capture_output=True, check=False, timeout=PATIENCE_SECONDS, text=True
        )
    except subprocess.TimeoutExpired:
        return "", "it takes too long to clean"
    if done.returncode == 0:
        return done.stdout, ""
    said = done.stdout if done.returncode == REFUSED_STATUS else ""
    target.unlink(missing_ok=True)
    return "", said[:WHY_MAX] or "it cannot be cleaned"


def _read(file: Path, number: int) -> Iterator[Text]:
    read = read_bid_file(file, file.name)
    for page, text in enumerate(read.pages or (), start=1):
        yield Text(number, page, text)
    properties = " ".join(f"{mark.value}" for mark in read.marks)
    yield Text(number, 0, properties)


def _silent(texts: Sequence[Text], count: int) -> list[int]:
    speaking = {one.file for one in texts if one.page and one.text.strip()}
    return [number for number in range(1, count + 1) if number not in speaking]


def _write(files: Sequence[Path], target: Path) -> str:
    inside = []
    for number, file in enumerate(files, start=1):
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        name = member_name(number, file.name)
        size = file.stat().st_size
        inside.append(BundleFile(name, name, _MEDIA[file.suffix], size, digest))
    whole = hashlib.sha256()
    with target.open("wb") as out:
        for piece in bundle_chunks(Bundle(KIND, {}, tuple(inside)), map(_pieces, files)):
            whole.update(piece)
            out.write(piece)
    return whole.hexdigest()


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while piece := stream.read(PIECE_BYTES):
            yield piece


if __name__ == "__main__":
    answer(work)
