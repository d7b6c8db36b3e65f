"""What bids have in common, found in a process of its own that yields to everything else.

The files come from bidders: each is read in a further process with bounds
(`bid_reading.reading`), and this one has no more than MEMORY_BYTES_MAX and SECONDS_MAX.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

from crypto.canonical import canonical
from tendering.bid_reading.folder import Asked, compare_folder
from tendering.bid_reading.reading import READER
from tendering.bid_reading.unbundling import numbered_name, unbundle
from tendering.domain.similarity.report import report_json

MEMORY_BYTES_MAX: Final = 6 << 30
SECONDS_MAX: Final = 1800
PATIENCE_SECONDS: Final = 3600
NICENESS: Final = 19
ERROR_MAX: Final = 500


class LikenessFailed(Exception):
    """The process came to no report; the sentence says what it said last."""


@dataclass(frozen=True, slots=True)
class Material:
    """What is compared: bundles by bidder and kind, tender documents in order, prices in fen."""

    bundles: Mapping[UUID, Mapping[str, Path]]
    documents: Sequence[tuple[str, Path]]
    prices: Mapping[UUID, int]
    ceiling_fen: int | None


def reader() -> str:
    """By what texts are read: only the same reader surely makes the same report again."""
    return f"{READER} pdfium {version('pypdfium2')} qpdf {version('pikepdf')}"


def compare_in_process(material: Material, target: Path) -> tuple[bytes, int]:
    """Write the report to `target`; its SHA-256 and size. Blocks. Raises OSError, LikenessFailed.

    The bids are called by their bidders' ids.
    """
    job = {
        "bundles": {
            str(bidder_id): {kind: str(path.absolute()) for kind, path in one.items()}
            for bidder_id, one in material.bundles.items()
        },
        "documents": [[name, str(path.absolute())] for name, path in material.documents],
        "prices": {str(bidder_id): fen for bidder_id, fen in material.prices.items()},
        "ceiling_fen": material.ceiling_fen,
        "target": str(target.absolute()),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tendering.likeness_process"],
            input=json.dumps(job).encode(),
            capture_output=True,
            check=True,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.CalledProcessError as error:
        raise LikenessFailed(error.stderr.decode(errors="replace")[-ERROR_MAX:]) from error
    except subprocess.TimeoutExpired as error:
        raise LikenessFailed("it takes too long") from error
    answer = json.loads(done.stdout)
    return bytes.fromhex(answer["digest"]), answer["size_bytes"]


def main() -> None:
    """Do the job on standard input and print what came of it, both JSON."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    job: dict[str, Any] = json.load(sys.stdin)
    target = Path(job["target"])
    # Beside the bundles: there is room for what was opened, and after a crash it is found there.
    with TemporaryDirectory(prefix="likeness-", dir=target.parent) as room:
        folder = Path(room)
        for bidder_id, bundles in job["bundles"].items():
            own = folder / "bids" / bidder_id
            own.mkdir(parents=True)
            for kind, path in sorted(bundles.items()):
                unbundle(Path(path), own, kind)
        documents = []
        (folder / "tender").mkdir()
        for number, (name, path) in enumerate(job["documents"], start=1):
            documents.append(folder / "tender" / numbered_name(number, name))
            documents[-1].symlink_to(path)
        asked = Asked(folder / "bids", tuple(documents), job["prices"], job["ceiling_fen"])
        report = canonical(report_json(compare_folder(asked, lambda *_: None)))
    target.write_bytes(report)
    sys.stdout.write(json.dumps({"digest": sha256(report).hexdigest(), "size_bytes": len(report)}))


if __name__ == "__main__":
    main()
