"""The clearing report made in a process of its own: seconds of work that nobody else waits for.

The bills come from bidders. The process has no more than MEMORY_BYTES_MAX and SECONDS_MAX; what a
bill may be is said where it is read (`quantities/stored_bill.py`).
"""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from crypto.canonical import canonical
from tendering.domain.bundle import BadBundle, read_bundle
from tendering.domain.quantities.lot_bill import LotBill, lot_bill_from_json, lot_bill_json
from tendering.domain.quantities.lot_clearing import OpenedPrice, bill_in, clear_lot

MEMORY_BYTES_MAX: Final = 6 << 30
SECONDS_MAX: Final = 600
PATIENCE_SECONDS: Final = 900


@dataclass(frozen=True, slots=True)
class PriceBundle:
    """The opened price envelope of a bid, and the price that was read out."""

    bidder_id: UUID
    path: Path
    opening_fen: int | None


@dataclass(frozen=True, slots=True)
class ClearedLot:
    """What was written: SHA-256 (32 bytes) and size of the report, and the bills' totals."""

    digest: bytes
    size_bytes: int
    bill_fen: dict[UUID, dict[str, int]]


def clear_in_process(
    lot: str, asked: Path, terms: LotBill, bids: Sequence[PriceBundle], target: Path
) -> ClearedLot:
    """Write the report of a lot to `target`. Blocks. Raises OSError, subprocess.SubprocessError."""
    job = {
        "lot": lot,
        "asked": str(asked.absolute()),
        "bill": lot_bill_json(terms),
        "bids": [
            {"bidder": str(one.bidder_id), "path": str(one.path.absolute()), "fen": one.opening_fen}
            for one in bids
        ],
        "target": str(target.absolute()),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tendering.clearing_process"],
        input=json.dumps(job).encode(),
        capture_output=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    answer = json.loads(done.stdout)
    bill_fen = {UUID(bidder): one for bidder, one in answer["bill_fen"].items()}
    return ClearedLot(bytes.fromhex(answer["digest"]), answer["size_bytes"], bill_fen)


def priced_bill(path: Path) -> bytes | None:
    """The priced bill in an opened bundle; None where none can be read. Blocks. Raises OSError."""
    with path.open("rb") as file:

        def read_at(offset: int, count: int) -> bytes:
            file.seek(offset)
            return file.read(count)

        try:
            bundle = read_bundle(read_at, path.stat().st_size)
        except BadBundle:
            return None
        found = bill_in(bundle)
        if found is None:
            return None
        content = read_at(found.offset, found.size_bytes)
    # The index of a bundle is the bidder's word; other bytes than it speaks of are no bill.
    return content if sha256(content).hexdigest() == found.sha256 else None


def main() -> None:
    """Do the job on standard input and print what came of it, both JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    job: dict[str, Any] = json.load(sys.stdin)
    terms = lot_bill_from_json(job["bill"])
    assert terms is not None

    def opened() -> Iterator[OpenedPrice]:
        # Sorted here, so that one bill at a time is in memory.
        for one in sorted(job["bids"], key=lambda bid: UUID(bid["bidder"]).bytes):
            yield OpenedPrice(UUID(one["bidder"]), priced_bill(Path(one["path"])), one["fen"])

    cleared = clear_lot(job["lot"], Path(job["asked"]).read_bytes(), terms, opened())
    report = canonical(cleared.report)
    Path(job["target"]).write_bytes(report)
    answer = {
        "digest": sha256(report).hexdigest(),
        "size_bytes": len(report),
        "bill_fen": {str(bidder): dict(one) for bidder, one in cleared.bill_fen.items()},
    }
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
