"""A bid survives a killed process and a line that breaks at the worst moments."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from clients.sdk.workspace import Workspace
from tendering.domain.tender import Tender
from tendering.storage import uploads
from tendering.storage.connection import reading
from tests.support.bidding import (
    Cable,
    Clerk,
    a_clerk,
    cable,
    ended,
    killed,
    move_deadline,
)
from tests.support.platform import Platform

MIB = 1 << 20
TWO_PARTS = 12 * MIB
SECOND_PART = b"/parts/1?"
HAND_IN = b"/bids HTTP/1.1"
WITHDRAW = b"/bids/withdrawal HTTP/1.1"
SECONDS = 40


@pytest.fixture
async def line(platform: Platform) -> AsyncIterator[Cable]:
    """A line to the platform that can break."""
    async with cable(platform.running.address) as laid:
        yield laid


@pytest.fixture
async def clerk(platform: Platform, line: Cable, tmp_path: Path) -> Clerk:
    """A clerk who is logged in over that line."""
    clerk = a_clerk(platform, tmp_path / "bid", address=line.address)
    await clerk.log_in()
    return clerk


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    """Look until it has happened: what another process does sends no event."""
    async with asyncio.timeout(SECONDS):
        while not await happened():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def submissions(clerk: Clerk) -> list[tuple[int, str]]:
    """What the platform holds."""
    held = (await clerk.does("status"))["held"]
    return [(one["counter"], one["status"]) for one in held]


async def test_a_sealing_that_is_killed_leaves_no_bid_and_goes_through_the_next_time(
    clerk: Clerk, tender: Tender
) -> None:
    clerk.write_bid(tender, size_bytes=48 * MIB)
    await clerk.does("prepare")
    process = await clerk.start("seal")

    async def sealing() -> bool:
        begun = clerk.folder.glob(".kaibiao/bids/*.unfinished/qualification.age*")
        return any(await asyncio.to_thread(list, begun))

    await until(sealing)
    await killed(process)

    refused = await clerk.run("submit")
    left = Workspace(clerk.folder).bids()
    sealed = await clerk.does("seal")
    await clerk.does("rehearse")

    assert refused.said["code"] == "seal-first"
    assert left == []
    assert sealed["counter"] == 1
    assert [one.name for one in (clerk.folder / ".kaibiao" / "bids").iterdir()] == ["0001"]


async def test_an_upload_that_is_killed_goes_on_where_it_stopped(
    clerk: Clerk, platform: Platform, line: Cable, tender: Tender
) -> None:
    await clerk.seals(tender, size_bytes=TWO_PARTS)
    line.hold = SECOND_PART

    async def first_part_is_stored() -> bool:
        upload_id = Workspace(clerk.folder).latest().envelopes[1].upload_id
        if upload_id is None:
            return False
        async with reading(platform.running.context.pool) as connection:
            return bool((await uploads.get(connection, UUID(upload_id))).roots)

    process = await clerk.start("submit")
    await until(first_part_is_stored)
    await killed(process)
    line.hold = None
    line.sent_bytes = 0

    submitted = await clerk.does("submit")

    assert submitted["proof"]["complete"]
    assert line.sent_bytes < TWO_PARTS
    assert await submissions(clerk) == [(1, "submitted")]


async def test_a_line_that_breaks_in_the_middle_of_a_part_costs_only_time(
    clerk: Clerk, line: Cable, tender: Tender
) -> None:
    await clerk.seals(tender, size_bytes=TWO_PARTS)
    line.cut_after = MIB

    submitted = await clerk.does("submit")

    assert line.happened.is_set()
    assert submitted["proof"]["complete"]


async def test_a_submission_whose_answer_is_lost_gives_its_receipt_at_the_next_attempt(
    clerk: Clerk, line: Cable, tender: Tender
) -> None:
    await clerk.seals(tender)
    line.lose_answer_to = HAND_IN

    submitted = await clerk.does("submit")

    assert line.happened.is_set()
    assert submitted["counter"] == 1
    assert await submissions(clerk) == [(1, "submitted")]


async def test_a_submission_killed_before_its_answer_gives_its_receipt_even_after_the_deadline(
    clerk: Clerk, line: Cable, platform: Platform, tender: Tender
) -> None:
    await clerk.seals(tender)
    line.lose_answer_to = HAND_IN
    process = await clerk.start("submit")
    async with asyncio.timeout(SECONDS):
        await line.happened.wait()
    await killed(process)
    was_killed_in_time = not [*Workspace(clerk.folder).receipts.glob("*.json")]
    await move_deadline(platform, tender, platform.running.context.now())

    submitted = await clerk.does("submit")

    assert was_killed_in_time
    assert submitted["received_at"] < submitted["deadline"]


async def test_a_withdrawal_whose_answer_is_lost_is_done_once(
    clerk: Clerk, line: Cable, tender: Tender
) -> None:
    await clerk.seals(tender)
    await clerk.does("submit")
    line.lose_answer_to = WITHDRAW

    withdrawn = await clerk.does("withdraw", "--yes")

    assert line.happened.is_set()
    assert withdrawn["counter"] == 1
    assert await submissions(clerk) == [(1, "withdrawn")]


async def test_a_deadline_that_passes_during_the_upload_is_told_in_words(
    clerk: Clerk, line: Cable, platform: Platform, tender: Tender
) -> None:
    await clerk.seals(tender, size_bytes=TWO_PARTS)
    soon = platform.running.context.now() + timedelta(seconds=8)  # the first part is in by then
    await move_deadline(platform, tender, soon)
    line.hold = SECOND_PART

    # In a process of its own: what it could not send any more goes with it.
    done = await ended(await clerk.start("submit"))
    line.hold = None

    assert (done.status, done.said["code"]) == (1, "deadline-passed")
    assert "没有传完" in done.said["message"]
    assert await submissions(clerk) == []


async def test_a_deadline_that_is_moved_in_time_does_not_end_the_upload(
    clerk: Clerk, platform: Platform, tender: Tender
) -> None:
    await clerk.seals(tender)
    now = platform.running.context.now()
    await move_deadline(platform, tender, now + timedelta(seconds=1))
    await move_deadline(platform, tender, now + timedelta(days=26))

    assert (await clerk.does("submit"))["counter"] == 1


async def test_a_command_that_is_interrupted_says_that_it_can_go_on(
    clerk: Clerk, line: Cable, tender: Tender
) -> None:
    await clerk.seals(tender, size_bytes=TWO_PARTS)
    line.hold = SECOND_PART
    process = await clerk.start("submit")
    async with asyncio.timeout(SECONDS):
        await line.happened.wait()
    process.send_signal(signal.SIGINT)
    stopped = await ended(process)
    line.hold = None

    assert (stopped.status, stopped.said.get("code")) == (3, "stopped"), stopped.errors
    assert (await clerk.does("submit"))["counter"] == 1
