"""What open bids hold is written after their verdicts, whatever happens in between."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from tendering.actions.openings import record_unlock
from tendering.api import openings as doors
from tendering.domain.journal import Stream
from tendering.domain.opening import UnlockedBy
from tendering.domain.roles import Role
from tendering.keeping import keep_opened_bids
from tendering.processor_turns import ProcessorTurns
from tendering.storage import bids, openings, tenders
from tendering.storage.connection import Pool, reading, transaction
from tendering.unlocking import open_bid
from tests.integration.tendering.locked_bids import Opened, damage, opened

SECONDS = 20


async def written(tender: Opened) -> list[bytes | None]:
    """What is there of the bundles of the open bids; None for one that is not."""
    async with reading(tender.pool) as connection:
        unlocks = await openings.unlocks(connection, tender.id, "1")
    digests = [one.plaintext_digest.hex() for unlock in unlocks for one in unlock.envelopes]
    paths = [tender.context.blobs.opened_path(digest) for digest in digests]
    return [path.read_bytes() if path.is_file() else None for path in paths]


def plaintexts(tender: Opened, count: int) -> list[bytes]:
    return [content for _, made in tender.bids[:count] for content in made.plaintexts.values()]


async def enter_verdict_and_die(tender: Opened, number: int) -> None:
    """A platform that entered the verdict on a bid, and did nothing after it."""
    bidder, made = tender.bids[number]
    async with reading(tender.pool) as connection:
        about = await tenders.get(connection, tender.id)
        stored = await bids.standing(connection, tender.id, lot="1", bidder_id=bidder.id)
    found = open_bid(tender.context.blobs, about, stored.bid, made.file_keys, session=1)
    by, at = UnlockedBy.BIDDER, tender.at
    async with transaction(tender.pool) as connection:
        await record_unlock(connection, tender.id, found, by=by, received_at=at, at=at)


async def test_bids_are_unlocked_and_read_out_before_anything_is_written(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path)
    verdicts: asyncio.Queue[UUID] = asyncio.Queue()
    tender.context = replace(tender.context, touched=verdicts.put_nowait)

    async def unlock(number: int) -> doors.UnlockAnswer:
        bidder, made = tender.bids[number]
        body = doors.PostUnlock("1", doors.FileKeys(**made.file_keys))
        actor = tender.actor(bidder, Role.BIDDER)
        return await doors.post_unlock(tender.context, actor, tender.at, tender.id, body)

    # Somebody else is opening: one of the two places is left.
    someone = tender.context.opening.now()
    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group, someone:
        unlocking = [group.create_task(unlock(number)) for number in range(3)]
        for _ in unlocking:
            await verdicts.get()
        await tender.reveal(tender.at)
        assert await written(tender) == [None] * 9
        assert not any(task.done() for task in unlocking)

    assert await written(tender) == plaintexts(tender, 3)
    assert len(await tender.entries(Stream.PUBLIC, "prices.revealed")) == 1


async def test_what_a_killed_platform_has_not_written_is_written_from_custody(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path)
    for number in range(2):
        await enter_verdict_and_die(tender, number)
    assert await written(tender) == [None] * 6

    for _ in range(2):
        await keep_opened_bids(tender.context, tender.id, "1")

    assert await written(tender) == plaintexts(tender, 2)
    assert len(list((tmp_path / "blobs" / "opened").iterdir())) == 6


async def test_what_custody_has_lost_since_the_verdict_holds_up_nobody(
    pool: Pool, tmp_path: Path
) -> None:
    tender = await opened(pool, tmp_path)
    await enter_verdict_and_die(tender, 2)
    await damage(tender)
    await enter_verdict_and_die(tender, 0)

    await keep_opened_bids(tender.context, tender.id, "1")

    assert [content is None for content in await written(tender)] == [False] * 3 + [True] * 3


async def test_what_can_wait_begins_when_nothing_urgent_is_there() -> None:
    turns, seen = ProcessorTurns(2), list[str]()

    async def other(name: str) -> None:
        async with turns.when_idle():
            seen.append(name)
            await asyncio.sleep(0)
            seen.append(name)

    async with (
        asyncio.timeout(SECONDS),
        asyncio.TaskGroup() as group,
        AsyncExitStack() as stack,
    ):
        await stack.enter_async_context(turns.now())
        waiting = group.create_task(other("a"))
        group.create_task(other("b"))
        await asyncio.sleep(0)
        # One urgent deed follows another: what can wait waits for both.
        async with turns.now():
            await stack.aclose()
            await asyncio.sleep(0)
            assert not waiting.done()
            seen.append("urgent")

    assert seen == ["urgent", "a", "a", "b", "b"]
