"""Parts of uploads over a bare line: in odd pieces, cut off, longer than they say."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from crypto.container_digest import part_root
from tendering.api.receiving import THREADS, Pace
from tendering.domain.roles import Role
from tendering.storage.blobs import PART_BYTES
from tests.integration.tendering.test_uploads import (
    FIRST,
    LAST,
    content,
    platform,
    put,
    received,
    upload,
)
from tests.support.platform import Platform

__all__ = ["platform"]

SEED = 20261123
ANSWER_SECONDS = 30
SLOW = 500
# Sockets and tasks of both ends, and what has come; a part has 8 MiB.
SLOW_BYTES_MAX = 320 << 10


def resident_bytes() -> int:
    """Memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


@asynccontextmanager
async def line(
    platform: Platform, upload_id: str, part: int, data: bytes
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection on which the head of a PUT has been sent."""
    where = urlsplit(platform.running.address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    path = f"/api/v1/uploads/{upload_id}/parts/{part}?root={part_root(data).hex()}"
    head = (
        f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}\r\n"
        "Content-Type: application/octet-stream\r\n"
        f"Authorization: Bearer {platform.tokens[Role.BIDDER]}\r\n"
        f"Idempotency-Key: {uuid4().hex}\r\n\r\n"
    )
    writer.write(head.encode())
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def everything(reader: asyncio.StreamReader) -> bytes:
    """What comes until the platform closes the connection."""
    async with asyncio.timeout(ANSWER_SECONDS):
        return await reader.read()


async def test_a_part_may_come_in_pieces_of_any_length(platform: Platform) -> None:
    upload_id, chance = await upload(platform), random.Random(SEED)

    async with line(platform, upload_id, 0, FIRST) as (reader, writer):
        sent = 0
        while sent < PART_BYTES:
            piece = chance.choice([1, 100, 65_536, 1 << 20, (1 << 20) + 1])
            writer.write(FIRST[sent : sent + piece])
            await writer.drain()
            sent += piece
        answer = await everything(reader)

    assert answer.startswith(b"HTTP/1.1 204 ")
    assert b"\r\nConnection: close\r\n" in answer
    assert content(platform, upload_id) == FIRST


@pytest.mark.parametrize("arrived", [0, 1, 70_000, (1 << 20) + 5, PART_BYTES - 1])
async def test_a_line_cut_in_the_middle_of_a_part_leaves_nothing(
    platform: Platform, arrived: int
) -> None:
    upload_id = await upload(platform)

    # More often than there are threads: whoever is cut off gives back what it had.
    for _ in range(THREADS + 1):
        async with line(platform, upload_id, 0, FIRST) as (_, writer):
            writer.write(FIRST[:arrived])
            await writer.drain()
            writer.transport.abort()

    assert await received(platform, upload_id) == []
    async with asyncio.timeout(ANSWER_SECONDS):
        assert (await put(platform, upload_id, 0, FIRST)).status == 204
    assert await received(platform, upload_id) == [0]


async def test_a_half_closed_line_is_no_whole_part(platform: Platform) -> None:
    upload_id = await upload(platform)

    async with line(platform, upload_id, 0, FIRST) as (reader, writer):
        writer.write(FIRST[:-1])
        writer.write_eof()
        answer = await everything(reader)

    assert b"part-mismatch" in answer
    assert await received(platform, upload_id) == []


async def test_what_follows_a_part_on_its_line_is_not_read(platform: Platform) -> None:
    upload_id = await upload(platform)
    smuggled = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"

    async with line(platform, upload_id, 0, FIRST) as (reader, writer):
        writer.write(FIRST + smuggled)
        answer = b""
        # The platform closes over what it has not read, which a line may report as an error.
        with suppress(ConnectionResetError):
            answer = await everything(reader)

    assert answer.count(b"HTTP/1.1 ") <= 1
    assert platform.running.context.blobs.path(UUID(upload_id)).read_bytes() == FIRST


async def test_a_refused_part_closes_its_line_and_says_so(platform: Platform) -> None:
    upload_id = await upload(platform)
    other = bytes(PART_BYTES)

    async with line(platform, upload_id, 0, FIRST) as (reader, writer):
        writer.write(other)
        answer = await everything(reader)

    assert b"part-mismatch" in answer
    assert b"\r\nConnection: close\r\n" in answer
    assert await received(platform, upload_id) == []


@asynccontextmanager
async def slow_lines(platform: Platform, upload_id: str, count: int) -> AsyncIterator[None]:
    """So many lines that have each sent a little more than nothing of a part, and now wait."""
    async with AsyncExitStack() as stack:
        for _ in range(count):
            opened = line(platform, upload_id, 0, FIRST)
            _, writer = await stack.enter_async_context(opened)
            writer.write(FIRST[:70_000])
            await writer.drain()
        yield


async def test_many_slow_senders_keep_nobody_waiting_and_take_no_memory(
    platform: Platform,
) -> None:
    ids = [await upload(platform) for _ in range(SLOW)]
    async with AsyncExitStack() as stack:
        before = resident_bytes()
        for slow in ids:
            await stack.enter_async_context(slow_lines(platform, slow, 1))
        quick = await upload(platform)

        async with asyncio.timeout(ANSWER_SECONDS):
            assert (await put(platform, quick, 0, FIRST)).status == 204

        assert content(platform, quick)[:PART_BYTES] == FIRST
        # Both ends of every line are in this process.
        assert resident_bytes() - before < SLOW * SLOW_BYTES_MAX + (8 << 20)


async def test_a_line_that_is_silent_gives_way_to_whoever_sends_its_part_again(
    platform: Platform,
) -> None:
    upload_id = await upload(platform)

    async with slow_lines(platform, upload_id, 1), asyncio.timeout(ANSWER_SECONDS):
        assert (await put(platform, upload_id, 0, FIRST)).status == 204

    assert content(platform, upload_id) == FIRST


@pytest.mark.parametrize("sent", [70_000, PART_BYTES - 1])
async def test_who_is_slower_than_the_least_pace_is_sent_away(
    platform: Platform, sent: int
) -> None:
    upload_id = await upload(platform)
    platform.running.context.receivers.pace = Pace(window_seconds=0.2, window_bytes_min=1 << 20)

    async with line(platform, upload_id, 0, FIRST) as (reader, writer):
        writer.write(FIRST[:sent])
        answer = await everything(reader)

    assert b"request-timeout" in answer
    assert await received(platform, upload_id) == []


async def test_a_part_that_another_process_receives_is_not_written_by_two(
    platform: Platform,
) -> None:
    upload_id = await upload(platform)

    with platform.running.context.blobs.open_part(UUID(upload_id), 0, PART_BYTES):
        busy = await put(platform, upload_id, 0, FIRST)
        beside = await put(platform, upload_id, 1, LAST)

    assert (busy.status, beside.status) == (503, 204)
    assert (await put(platform, upload_id, 0, FIRST)).status == 204
    assert content(platform, upload_id) == FIRST + LAST


async def test_of_two_contents_at_once_for_one_part_the_stored_one_stays(
    platform: Platform,
) -> None:
    upload_id, other = await upload(platform), bytes(PART_BYTES)

    answers = await asyncio.gather(
        *(put(platform, upload_id, 0, data) for data in (FIRST, other, FIRST, other))
    )

    stored = content(platform, upload_id)[:PART_BYTES]
    assert sorted(answer.status for answer in answers) == [204, 204, 409, 409]
    assert stored in {FIRST, other}
    assert answers[0 if stored == FIRST else 1].status == 204
