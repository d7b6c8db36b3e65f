"""The deadline passes while a submission is on its way: what counts is when all of it had come."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tendering.domain.roles import Role
from tendering.storage import key_holders, tenders
from tendering.storage.connection import transaction
from tests.integration.tendering.test_group_writer import until_blocked
from tests.integration.tendering.test_small_bids import Hall, a_signer, secure
from tests.support.platform import serving
from tests.support.postgres import Database
from tests.support.published import published_tender
from tests.support.sealing import seal_bid

ANSWER_SECONDS = 30


@pytest.fixture
async def hall(database: Database, tmp_path: Path) -> AsyncIterator[Hall]:
    """A tender that takes bids, on a clock that can be set ahead."""
    async with serving(database, tmp_path, demonstration=True) as platform:
        context, bidder = platform.running.context, platform.accounts[Role.BIDDER]
        tender = await published_tender(platform)
        async with transaction(context.pool) as connection:
            for holder in tender.key_holders:
                await key_holders.announce_key(
                    connection,
                    tender.id,
                    holder.number,
                    public_key=holder.public_key or b"",
                    announcement=dict(holder.announcement or {}),
                )
            await secure(connection, tender, bidder, context.now())
        yield Hall(platform, tender, a_signer(platform, bidder), platform.tokens[Role.BIDDER])


def pass_deadline(hall: Hall) -> None:
    """One second later than the deadline, long before the opening."""
    context = hall.platform.running.context
    assert context.set_ahead is not None
    context.set_ahead(hall.tender.deadline - context.now() + timedelta(seconds=1))


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
async def test_a_bid_whose_last_byte_comes_late_is_refused(hall: Hall, share: float) -> None:
    body = seal_bid(hall.tender, hall.signer).body()
    where = urlsplit(hall.platform.running.address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    head = (
        f"POST /api/v1/tenders/{hall.tender.id}/bids HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Authorization: Bearer {hall.token}\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: {uuid4().hex}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    early = int(len(body) * share)
    writer.write(head.encode() + body[:early])
    await writer.drain()

    pass_deadline(hall)
    writer.write(body[early:])
    async with asyncio.timeout(ANSWER_SECONDS):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()

    assert b"deadline-passed" in answer
    assert await hall.standing() == []


async def test_a_bid_that_waited_for_the_lock_over_the_deadline_was_in_time(hall: Hall) -> None:
    pool = hall.platform.running.context.pool
    async with transaction(pool) as connection:
        await tenders.lock(connection, hall.tender.id)
        waiting = asyncio.create_task(hall.send(seal_bid(hall.tender, hall.signer).body()))
        await until_blocked(pool)
        pass_deadline(hall)

    answer = await waiting

    assert answer.status == 201, answer.problem
    assert await hall.standing() == [1]


async def test_of_a_group_over_the_deadline_only_those_in_time_are_taken(hall: Hall) -> None:
    pool = hall.platform.running.context.pool
    first, second, late = (
        hall.send(seal_bid(hall.tender, hall.signer, counter=counter).body())
        for counter in (1, 2, 3)
    )
    async with asyncio.TaskGroup() as sending, transaction(pool) as connection:
        await tenders.lock(connection, hall.tender.id)
        # The first waits for the lock by itself; what comes now waits behind it as one group.
        alone = sending.create_task(first)
        await until_blocked(pool)
        in_time = sending.create_task(second)
        await until_queued(hall, 1)
        pass_deadline(hall)
        too_late = sending.create_task(late)
        await until_queued(hall, 2)

    answers = [task.result() for task in (alone, in_time, too_late)]
    assert [answer.status for answer in answers[:2]] == [201, 201]
    assert answers[2].code == "deadline-passed"
    assert await hall.standing() == [1, 2]


async def until_queued(hall: Hall, count: int) -> None:
    """Wait until so many submissions wait behind the one that waits for the lock."""
    intake = hall.platform.running.context.intake
    async with asyncio.timeout(ANSWER_SECONDS):
        while len(intake._apart.get(hall.tender.id, [])) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_a_clock_that_is_set_back_over_the_deadline_reopens_nothing(hall: Hall) -> None:
    set_ahead = hall.platform.running.context.set_ahead
    assert set_ahead is not None
    pass_deadline(hall)

    set_ahead(timedelta())
    answer = await hall.send(seal_bid(hall.tender, hall.signer).body())

    assert answer.code == "deadline-passed"
