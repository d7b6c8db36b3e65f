"""Batches of the log: what the public sees, what survives a crash, who may make one."""

import asyncio
import contextlib
import os
from dataclasses import replace
from typing import Any

import pytest
from asyncpg.exceptions import InterfaceError

from crypto.errors import BadProof
from crypto.merkle import (
    Tree,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from crypto.tlog import verify_checkpoint
from tendering.actions.log import consistency_proof, inclusion_proof, sequence_batch
from tendering.domain.log_tree import split_hashes, tile_width
from tendering.log_loop import make_due_batch
from tendering.storage import log
from tendering.storage.connection import (
    Connection,
    DatabaseError,
    Pool,
    RaiseException,
    reading,
    transaction,
)
from tests.integration.log.conftest import NOON, TheLog

BLOCK = 256


class Died(Exception):
    """The process died here."""


class DyingConnection:
    """A connection whose process dies before its statement number `last` + 1."""

    def __init__(self, connection: Connection, last: int) -> None:
        """Count the statements of `connection`."""
        self._connection, self._left, self.done = connection, last, 0

    def _count(self) -> None:
        if self._left == 0:
            raise Died
        self._left -= 1
        self.done += 1

    async def fetchrow(self, *arguments: Any) -> Any:
        """One statement."""
        self._count()
        return await self._connection.fetchrow(*arguments)

    async def fetchval(self, *arguments: Any) -> Any:
        """One statement."""
        self._count()
        return await self._connection.fetchval(*arguments)

    async def fetch(self, *arguments: Any) -> Any:
        """One statement."""
        self._count()
        return await self._connection.fetch(*arguments)

    async def execute(self, *arguments: Any) -> Any:
        """One statement."""
        self._count()
        return await self._connection.execute(*arguments)

    async def executemany(self, *arguments: Any) -> Any:
        """One statement."""
        self._count()
        return await self._connection.executemany(*arguments)


async def add(pool: Pool, count: int) -> list[bytes]:
    """Leaves that wait."""
    leaves = [os.urandom(32) for _ in range(count)]
    async with transaction(pool) as connection:
        for leaf in leaves:
            await log.add_pending(connection, leaf)
    return leaves


async def public_tree(pool: Pool) -> tuple[int, Tree]:
    """The tree rebuilt from nothing but what the public may fetch."""
    async with reading(pool) as connection:
        newest = await log.latest_checkpoint(connection)
        assert newest is not None
        tree = Tree()
        for n in range(newest.size // BLOCK):
            tile = await log.tile(connection, 0, n, BLOCK)
            assert tile is not None
            for hashed in split_hashes(tile):
                tree.append_hash(hashed)
    return newest.size, tree


async def contents(pool: Pool) -> dict[str, list[Any]]:
    """Every row of the log's tables."""
    tables = ["pending", "head", "tiles", "blocks", "leaves", "checkpoints", "evidence"]
    async with reading(pool) as connection:
        return {
            table: [tuple(row) for row in await connection.fetch(f"TABLE tendering.log_{table}")]
            for table in tables
        }


@pytest.mark.parametrize("bids", [0, 1, 20])
async def test_the_public_sees_the_same_sizes_with_no_bid_one_and_twenty(
    the_log: TheLog, bids: int
) -> None:
    checkpoints = []
    for _ in range(3):
        await add(the_log.pool, bids)
        checkpoints.append(await the_log.made())

    size, tree = await public_tree(the_log.pool)
    tables = await contents(the_log.pool)
    assert [checkpoint.size for checkpoint in checkpoints] == [256, 512, 768]
    assert {len(checkpoint.text.encode()) for checkpoint in checkpoints} == {
        len(checkpoints[0].text.encode())
    }
    assert (size, len(tree)) == (768, 768)
    assert len({tree.tile(0, n, size) for n in range(3)}) == 3
    assert len({each for n in range(3) for each in split_hashes(tree.tile(0, n, size))}) == 768
    assert [row[3] for row in tables["tiles"]] == [None] * 3


@pytest.mark.parametrize("bids", [1, 20])
async def test_proofs_have_the_same_length_whatever_the_number_of_bids(
    the_log: TheLog, bids: int
) -> None:
    leaves = await add(the_log.pool, bids)
    await the_log.made()
    newest = await the_log.made()

    async with reading(the_log.pool) as connection:
        for leaf in leaves:
            index = await log.index_of(connection, leaf)
            assert index is not None
            proof = await inclusion_proof(connection, index, newest.size)
            assert len(proof) == 9
            verify_inclusion(
                index=index,
                size=newest.size,
                leaf=leaf_hash(leaf),
                proof=proof,
                root=newest.root,
            )


async def test_a_batch_makes_as_many_statements_with_no_bid_as_with_twenty(
    the_log: TheLog,
) -> None:
    counts = []
    for bids in (0, 1, 20):
        await add(the_log.pool, bids)
        async with transaction(the_log.pool) as connection:
            counted = DyingConnection(connection, 1000)
            await sequence_batch(
                counted,  # type: ignore[arg-type]  # has all that a batch asks for
                at=NOON,
                interval_seconds=0,
                signer=the_log.signer,
                random=os.urandom,
            )
        counts.append(counted.done)

    assert len(set(counts)) == 1


async def test_leaves_are_shuffled_among_the_padding(the_log: TheLog) -> None:
    leaves = await add(the_log.pool, 200)
    await the_log.made()

    async with reading(the_log.pool) as connection:
        places = [await log.index_of(connection, leaf) for leaf in leaves]
    assert places != sorted(places, key=lambda place: place or 0)
    assert max(place or 0 for place in places) > 200


async def test_more_than_a_block_of_leaves_fills_whole_blocks(the_log: TheLog) -> None:
    leaves = await add(the_log.pool, 300)
    checkpoint = await the_log.made()

    assert checkpoint.size == 512
    async with reading(the_log.pool) as connection:
        places = {await log.index_of(connection, leaf) for leaf in leaves}
    assert len(places) == 300


async def test_the_checkpoint_is_the_root_of_the_published_tiles(the_log: TheLog) -> None:
    for _ in range(5):
        newest = await the_log.made()

    _, tree = await public_tree(the_log.pool)
    checkpoint = verify_checkpoint(newest.text, the_log.signer.verifier)
    assert checkpoint.root == newest.root == tree.root()


async def test_upper_tiles_and_proofs_hold_across_a_full_tile_of_tiles(the_log: TheLog) -> None:
    marked = await add(the_log.pool, 3)
    first = await the_log.made()
    for _ in range(4):
        await add(the_log.pool, 64 * BLOCK + 1)
        await the_log.made()
    marked += await add(the_log.pool, 3)
    newest = await the_log.made()

    size, tree = await public_tree(the_log.pool)
    assert size > BLOCK * BLOCK
    assert tree.root() == newest.root
    async with reading(the_log.pool) as connection:
        for level, n in ((1, 0), (1, 1), (2, 0)):
            width = tile_width(size, level, n)
            assert await log.tile(connection, level, n, width) == tree.tile(level, n, size)
        for leaf in marked:
            index = await log.index_of(connection, leaf)
            assert index is not None
            proof = await inclusion_proof(connection, index, size)
            assert proof == tree.inclusion_proof(index, size)
        consistency = await consistency_proof(connection, first.size, size)
    assert consistency == tree.consistency_proof(first.size, size)


async def test_each_batch_continues_every_earlier_one(the_log: TheLog) -> None:
    made = [await the_log.made() for _ in range(4)]

    async with reading(the_log.pool) as connection:
        for old in made:
            for new in made[made.index(old) :]:
                proof = await consistency_proof(connection, old.size, new.size)
                verify_consistency(
                    old_size=old.size,
                    old_root=old.root,
                    size=new.size,
                    root=new.root,
                    proof=proof,
                )
        with pytest.raises(BadProof):
            verify_consistency(
                old_size=256, old_root=os.urandom(32), size=512, root=made[1].root, proof=[]
            )


async def statements_before_dying(the_log: TheLog, last: int) -> int:
    """Begin a batch, die before statement `last` + 1 or else before the commit; how many ran."""
    done = 0
    with contextlib.suppress(Died):
        async with transaction(the_log.pool) as connection:
            dying = DyingConnection(connection, last)
            try:
                await sequence_batch(
                    dying,  # type: ignore[arg-type]  # has all that a batch asks for
                    at=NOON,
                    interval_seconds=0,
                    signer=the_log.signer,
                    random=os.urandom,
                )
            finally:
                done = dying.done
            raise Died
    return done


async def test_dying_before_any_statement_or_the_commit_leaves_everything_as_it_was(
    the_log: TheLog,
) -> None:
    await the_log.made()
    leaves = await add(the_log.pool, 2)
    before = await contents(the_log.pool)

    total = await statements_before_dying(the_log, 1000)
    for last in range(total + 1):
        assert await statements_before_dying(the_log, last) == last
        assert await contents(the_log.pool) == before

    assert total == 7
    checkpoint = await the_log.made()
    assert checkpoint.size == 512
    async with reading(the_log.pool) as connection:
        assert None not in [await log.index_of(connection, leaf) for leaf in leaves]


async def test_a_sequencer_cut_off_by_the_database_leaves_its_leaves_waiting(
    the_log: TheLog,
) -> None:
    leaves = await add(the_log.pool, 1)

    with contextlib.suppress(OSError, DatabaseError, InterfaceError):
        async with transaction(the_log.pool) as connection:
            await log.lock_head(connection, interval_seconds=0)
            assert await log.take_pending(connection, 10) == leaves
            pid = await connection.fetchval("SELECT pg_backend_pid()")
            async with reading(the_log.pool) as other:
                await other.execute("SELECT pg_terminate_backend($1)", pid)
            await connection.fetchval("SELECT 1")
            raise AssertionError("the connection still lives")

    await the_log.made()
    async with reading(the_log.pool) as connection:
        assert await log.index_of(connection, leaves[0]) is not None


async def test_a_leaf_of_a_rolled_back_deed_never_reaches_the_log(the_log: TheLog) -> None:
    leaf = os.urandom(32)

    with contextlib.suppress(Died):
        async with transaction(the_log.pool) as connection:
            await log.add_pending(connection, leaf)
            raise Died
    await the_log.made()

    async with reading(the_log.pool) as connection:
        assert await log.index_of(connection, leaf) is None


async def test_a_leaf_whose_deed_commits_late_comes_with_the_next_batch(the_log: TheLog) -> None:
    leaf = os.urandom(32)

    async with transaction(the_log.pool) as connection:
        await log.add_pending(connection, leaf)
        await the_log.made()
    async with reading(the_log.pool) as connection:
        assert await log.index_of(connection, leaf) is None
    await the_log.made()

    async with reading(the_log.pool) as connection:
        index = await log.index_of(connection, leaf)
    assert index is not None
    assert index >= 256


async def test_a_second_sequencer_neither_waits_nor_makes_a_batch(the_log: TheLog) -> None:
    async with asyncio.timeout(5), transaction(the_log.pool) as connection:
        assert await log.lock_head(connection, interval_seconds=0) is not None

        assert await the_log.batch() is None


async def test_many_sequencers_at_once_make_one_line_of_batches(the_log: TheLog) -> None:
    leaves = await add(the_log.pool, 50)

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        tasks = [group.create_task(the_log.batch()) for _ in range(24)]
    made = sorted(batch.size for task in tasks if (batch := task.result()) is not None)

    assert made == [256 * (number + 1) for number in range(len(made))]
    size, tree = await public_tree(the_log.pool)
    assert size == len(tree) == made[-1]
    async with reading(the_log.pool) as connection:
        assert None not in [await log.index_of(connection, leaf) for leaf in leaves]


async def test_a_log_without_any_tender_is_idle_and_keeps_the_longer_interval(
    the_log: TheLog,
) -> None:
    keeper = replace(the_log.keeper(), is_busy=log.is_busy, idle_interval_seconds=3600)

    made: list[log.Checkpoint] = []
    pauses = [await make_due_batch(keeper, made.append) for _ in range(3)]

    assert len(made) == 1
    assert max(pauses) <= keeper.interval_seconds


@pytest.mark.parametrize("table", ["tiles", "blocks", "leaves", "checkpoints"])
async def test_what_was_published_cannot_be_deleted_even_by_the_owner(
    the_log: TheLog, owner: Connection, table: str
) -> None:
    await add(the_log.pool, 1)
    await the_log.made()

    with pytest.raises(RaiseException, match="append-only"):
        await owner.execute(f"DELETE FROM tendering.log_{table}")
