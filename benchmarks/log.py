"""Do batches, proofs and tiles of the log cost as much at 10^6 leaves as at 10^4?

The whole way on a real database: a batch of 256 leaves with its tiles and its signed checkpoint,
committed; an inclusion proof; a consistency proof; a tile. Beside it the same tree in pymerkle's
memory, where it is installed (it is no dependency: `pip install pymerkle`); it keeps no tiles,
signs nothing and loses all at a restart. Growth is what the disk takes for a batch.
"""

import asyncio
import importlib
import importlib.util
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.report import Row, report
from crypto.keys import NoteKey
from server import MIGRATIONS
from tendering.actions.log import consistency_proof, inclusion_proof, sequence_batch
from tendering.storage import log
from tendering.storage.connection import Pool, open_connection, open_pool, reading, transaction
from tendering.storage.embedded_postgres import embedded_postgres
from tendering.storage.migrations import migrate

SMALL, LARGE = 10_240, 1_000_192
BATCH = 256
SAMPLES = 200
SIGNER = NoteKey.from_seed("benchmark.example/log", bytes(32))


def main() -> None:
    """Measure at both sizes, then the peer, and print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        # The system user that serves for root must reach the cluster inside.
        Path(folder).chmod(0o711)
        rows = asyncio.run(at_both_sizes(Path(folder)))
    for name, (small, large) in rows.items():
        beside = peer(name)
        report(
            name,
            unit="bytes" if name == "growth" else "µs",
            rows=[Row("10^4 leaves", small), Row("10^6 leaves", large), *beside],
            ours="10^6 leaves",
        )


async def at_both_sizes(folder: Path) -> dict[str, tuple[float, float]]:
    """Start a database of its own with durable settings, and measure in it."""
    async with embedded_postgres(folder / "database") as database:
        async with open_connection(database.owner_dsn) as connection:
            await migrate(connection, MIGRATIONS)
        async with open_pool(database.app_dsn, size=2) as pool:
            return await measured(pool)


async def measured(pool: Pool) -> dict[str, tuple[float, float]]:
    """Figures at both sizes, by what is measured."""
    await grow(pool, SMALL)
    small = await figures(pool)
    await grow(pool, LARGE)
    large = await figures(pool)
    return {name: (small[name], large[name]) for name in small}


async def grow(pool: Pool, size: int) -> None:
    """Batches until the tree has this size, as they would come: one submission in each."""
    while True:
        async with reading(pool) as connection:
            newest = await log.latest_checkpoint(connection)
        missing = size - (newest.size if newest else 0)
        if missing <= 0:
            return
        for _ in range(-(-missing // BATCH)):
            await batch(pool)


async def batch(pool: Pool) -> None:
    """One batch with one submission's leaf."""
    async with transaction(pool) as connection:
        await log.add_pending(connection, os.urandom(32))
    async with transaction(pool) as connection:
        made = await sequence_batch(
            connection,
            at=datetime.now(UTC),
            interval_seconds=0,
            signer=SIGNER,
            random=os.urandom,
        )
    assert made is not None


async def figures(pool: Pool) -> dict[str, float]:
    """Medians in microseconds of a batch, of proofs and of a tile, and bytes of disk a batch."""
    chance = random.Random(1)  # noqa: S311 - which leaf is asked about
    before = await disk_bytes(pool)
    appended = await median(lambda: batch(pool))
    growth = (await disk_bytes(pool) - before) / SAMPLES
    async with reading(pool) as connection:
        newest = await log.latest_checkpoint(connection)
        assert newest is not None
        size = newest.size
        return {
            "inclusion proof": await median(
                lambda: inclusion_proof(connection, chance.randrange(size), size)
            ),
            "consistency proof": await median(
                lambda: consistency_proof(connection, chance.randrange(size // BATCH) * BATCH, size)
            ),
            "tile": await median(
                lambda: log.tile(connection, 0, chance.randrange(size // BATCH), BATCH)
            ),
            "growth": growth,
            "append": appended,
        }


async def median(work: Callable[[], Awaitable[object]]) -> float:
    """The median of some runs, in microseconds."""
    times = []
    for _ in range(SAMPLES):
        start = time.perf_counter()
        await work()
        times.append(time.perf_counter() - start)
    return sorted(times)[SAMPLES // 2] * 1e6


async def disk_bytes(pool: Pool) -> int:
    """What the log's tables and indices take."""
    async with reading(pool) as connection:
        taken: int = await connection.fetchval(
            """SELECT sum(pg_total_relation_size(format('tendering.%I', tablename)::regclass))::int8
               FROM pg_tables WHERE schemaname = 'tendering' AND tablename LIKE 'log\\_%'"""
        )
    return taken


def peer(name: str) -> list[Row]:
    """Pymerkle's figure at 10^6 leaves, where it does the same and is installed."""
    if importlib.util.find_spec("pymerkle") is None or name not in {"append", "inclusion proof"}:
        return []
    tree = _peer_tree()
    chance = random.Random(1)  # noqa: S311
    times = []
    for _ in range(SAMPLES // 10):
        start = time.perf_counter()
        if name == "append":
            for _ in range(BATCH):
                tree.append_entry(os.urandom(32))
            tree.get_root()
        else:
            tree.prove_inclusion(chance.randrange(1, LARGE))
        times.append(time.perf_counter() - start)
    return [Row("pymerkle, in memory", sorted(times)[len(times) // 2] * 1e6)]


def _peer_tree() -> Any:
    if not _PEER:
        tree = importlib.import_module("pymerkle").InmemoryTree(algorithm="sha256")
        for _ in range(LARGE):
            tree.append_entry(os.urandom(32))
        _PEER.append(tree)
    return _PEER[0]


_PEER: list[Any] = []

if __name__ == "__main__":
    main()
