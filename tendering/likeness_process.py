"""What bids have in common, found in a process of its own; each file is read in a further one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from crypto.canonical import canonical
from tendering.bid_reading.folder import Asked, compare_folder
from tendering.bid_reading.reading import READER
from tendering.bid_reading.unbundling import numbered_name, unbundle
from tendering.domain.similarity.report import report_json
from tendering.own_process import answer, ask_process


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


async def compare_in_process(material: Material, target: Path) -> tuple[bytes, int]:
    """Write the report to `target`; its SHA-256 and size. Raises ProcessFailed.

    The bids are called by their bidders' ids.
    """
    job = {
        "bundles": {
            str(bidder_id): {kind: str(path) for kind, path in one.items()}
            for bidder_id, one in material.bundles.items()
        },
        "documents": [[name, str(path)] for name, path in material.documents],
        "prices": {str(bidder_id): fen for bidder_id, fen in material.prices.items()},
        "ceiling_fen": material.ceiling_fen,
        "target": str(target),
    }
    told = await ask_process("tendering.likeness_process", job)
    return bytes.fromhex(told["digest"]), told["size_bytes"]


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Compare, in the process. Raises OSError, BadFolder."""
    target = Path(job["target"])
    with TemporaryDirectory(prefix="kaibiao-likeness-") as room:
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
    return {"digest": sha256(report).hexdigest(), "size_bytes": len(report)}


if __name__ == "__main__":
    answer(work)
