"""Parts of uploads over a bare line: in odd pieces, cut off, longer than they say."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from crypto.container_digest import part_root
from tendering.api.context import PARTS_AT_ONCE
from tendering.domain.roles import Role
from tendering.storage.blobs import PART_BYTES
from tests.integration.tendering.test_uploads import (
    FIRST,
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

    # More often than there is room for parts: whoever is cut off gives his room back.
    for _ in range(PARTS_AT_ONCE + 1):
        async with line(platform, upload_id, 0, FIRST) as (_, writer):
            writer.write(FIRST[:arrived])
            await writer.drain()
            writer.transport.abort()

    assert content(platform, upload_id) == b""
    async with asyncio.timeout(ANSWER_SECONDS):
        assert (await put(platform, upload_id, 0, FIRST)).status == 204
    assert await received(platform, upload_id) == [0]


async def test_a_half_closed_line_is_no_whole_part(platform: Platform) -> None:
    upload_id = await upload(platform)

    async with line(platform, upload_id, 0, FIRST) as (reader, writer):
        writer.write(FIRST[:-1])
        writer.write_eof()
        answer = await everything(reader)

    assert answer == b""
    assert content(platform, upload_id) == b""


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
    assert content(platform, upload_id) == b""
