"""When are 200 bids of 20 MB open after their last key? Target: 3 s; reveal whatever their size.

Worst case: all file keys arrive at the same instant. Each bid is opened as the platform does it:
headers derived again, everything decrypted and digested, bundles read, as many at once as the
platform opens; what they hold is written afterwards and told beside it. Then the same with keys
that come evenly, a little slower than bids open: when the last one arrives only its own bid is
left. The reveal is the deed on a database with so many unlocked bids; it reads what unlocking has
found and no file, so it knows no size.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from benchmarks.opening import Locked, bundle, lock
from benchmarks.report import Row, report
from tendering.actions import openings as deeds
from tendering.api.context import OPENINGS_AT_ONCE
from tendering.domain.opening import OpeningPhase
from tendering.domain.tender import ENVELOPES, Tender
from tendering.keys import load_keys
from tendering.storage import openings
from tendering.storage.blobs import Blobs
from tendering.storage.connection import open_pool, transaction
from tendering.unlocking import keep_bid, open_bid
from tests.support.make import a_tender
from tests.support.opened import OPENED, PUBLISHED, revealed_lot
from tests.support.postgres import cluster

BIDS: Final = 200
BID_BYTES: Final = 20_000_000
SLOWER: Final = 1.3
AFTER_LAST_SECONDS: Final = 3.0


def seconds_after_last_key(
    blobs: Blobs, tender: Tender, bids: Sequence[Locked], *, between_seconds: float
) -> float:
    """Open every bid when its key arrives; how long after the last key all are open."""

    def unlock(locked: Locked) -> None:
        assert open_bid(blobs, tender, locked.bid, locked.file_keys, session=1).fault is None

    opening: list[Future[None]] = []
    with ThreadPoolExecutor(OPENINGS_AT_ONCE) as pool:
        begun = time.perf_counter()
        for place, locked in enumerate(bids):
            time.sleep(max(0.0, begun + place * between_seconds - time.perf_counter()))
            opening.append(pool.submit(unlock, locked))
        last = time.perf_counter()
        for one in opening:
            one.result()
    return time.perf_counter() - last


def keep(blobs: Blobs, tender: Tender, bids: Sequence[Locked]) -> float:
    """Seconds to write and force what all bids hold, one after the other."""
    begun = time.perf_counter()
    for locked in bids:
        found = open_bid(blobs, tender, locked.bid, locked.file_keys, session=1)
        digests = {one.kind: one.plaintext_digest for one in found.envelopes}
        keep_bid(blobs, locked.bid, locked.file_keys, digests)
    return time.perf_counter() - begun


def contest(folder: Path, count: int, bid_bytes: int) -> tuple[float, float, float, float]:
    """Seconds after the last key: at one instant, evenly; processor seconds a bid; to keep all."""
    blobs, tender = Blobs(folder, free_bytes_min=0), a_tender()
    bundles = {kind: bundle(kind, bid_bytes // len(ENVELOPES)) for kind in ENVELOPES}
    bids = [lock(blobs, tender, bundles) for _ in range(count)]
    # What is in custody was forced to the disk when it came.
    for locked in bids:
        for envelope in locked.bid.envelopes:
            with blobs.path(envelope.upload_id).open("rb") as file:
                os.fsync(file.fileno())
    used = time.process_time()
    at_once = seconds_after_last_key(blobs, tender, bids, between_seconds=0.0)
    used = (time.process_time() - used) / count
    pace = at_once / count * SLOWER
    evenly = seconds_after_last_key(blobs, tender, bids, between_seconds=pace)
    return at_once, evenly, used, keep(blobs, tender, bids)


async def reveal_seconds(count: int, folder: Path) -> float:
    """The deed that shows all prices, with so many bids unlocked."""
    keys = load_keys(folder / "keys", name="kaibiao.localhost", create=True, at=PUBLISHED)
    async with (
        cluster() as running,
        running.migrated() as database,
        open_pool(database.app_dsn, size=2) as pool,
    ):
        lot = await revealed_lot(pool, keys, bidders=count)
        async with transaction(pool) as connection:
            await openings.set_phase(connection, lot.id, "1", OpeningPhase.UNLOCK, at=OPENED)
        begun = time.perf_counter()
        async with transaction(pool) as connection:
            await deeds.reveal(connection, lot.id, "1", faults={}, by=lot.host.actor, at=OPENED)
        return time.perf_counter() - begun


def main() -> None:
    """Measure in a folder that is thrown away."""
    parser = argparse.ArgumentParser(prog="unlocking")
    parser.add_argument("--count", type=int, default=BIDS)
    parser.add_argument("--bytes", type=int, default=BID_BYTES)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        at_once, evenly, used, kept = contest(Path(folder), options.count, options.bytes)
    with tempfile.TemporaryDirectory() as folder:
        revealed = asyncio.run(reveal_seconds(options.count, Path(folder)))
    rate = options.count * options.bytes / at_once / 1e6
    print(
        f"{options.count} bids of {options.bytes / 1e6:g} MB: {rate:,.0f} MB/s, "
        f"{used * 1000:.0f} ms CPU a bid; all written in {kept:.1f} s; "
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    ours = "keys evenly, and the reveal"
    rows = [
        Row("target", AFTER_LAST_SECONDS),
        Row("all keys at one instant, and the reveal", at_once + revealed),
        Row(ours, evenly + revealed),
        Row("the reveal alone", revealed),
    ]
    report("unlocking", unit="s", rows=rows, ours=ours)


if __name__ == "__main__":
    main()
