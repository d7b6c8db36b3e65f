"""Reading a part of an upload: into memory that is used again, digested while it arrives."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, ParamSpec, TypeVar

from aiohttp import web

from crypto.container_digest import BLOCK_BYTES, PART_BYTES, block_hash
from crypto.merkle import root_of
from tendering.api.direct_receiving import receiving
from tendering.api.problems import BodyTooLarge

# Below, what aiohttp does with a body is cheaper than a connection that is closed.
DIRECT_BYTES_MIN: Final = 512 << 10

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


class PartBuffers:
    """Room for so many parts of 8 MiB at once, made when it is first needed and kept."""

    def __init__(self, count: int) -> None:
        """At most `count` parts are in memory."""
        self._room = asyncio.Semaphore(count)
        self._free: list[bytearray] = []

    @asynccontextmanager
    async def take(self) -> AsyncIterator[memoryview]:
        """8 MiB for the block, waited for if need be; old bytes are still in it."""
        async with self._room:
            buffer = self._free.pop() if self._free else bytearray(PART_BYTES)
            try:
                yield memoryview(buffer)
            finally:
                self._free.append(buffer)


async def read_part(
    request: web.Request, buffer: memoryview, *, bytes_max: int
) -> tuple[memoryview, bytes]:
    """The body as a piece of `buffer`, and its RFC 6962 root over 1 MiB blocks.

    Raises BodyTooLarge. Blocks are digested in threads while the next ones arrive.
    """
    length = request.content_length
    if length is None or length < DIRECT_BYTES_MIN or "Content-Encoding" in request.headers:
        data = await _read_chunks(request, buffer, bytes_max=bytes_max)
        return data, root_of(await in_thread(_block_hashes, data))
    if length > bytes_max:
        raise BodyTooLarge("the part is longer than announced")
    data, done = buffer[:length], 0
    hashes: list[bytes] = []
    async with receiving(request, data) as receiver:
        while done < length:
            # All whole blocks that have come while the former were digested.
            come = await receiver.until(min(done + BLOCK_BYTES, length))
            end = come if come == length else come - come % BLOCK_BYTES
            hashes += await in_thread(_block_hashes, data[done:end])
            done = end
    return data, root_of(hashes)


async def _read_chunks(request: web.Request, buffer: memoryview, *, bytes_max: int) -> memoryview:
    size = 0
    while chunk := await request.content.readany():
        if size + len(chunk) > bytes_max:
            raise BodyTooLarge("the part is longer than announced")
        buffer[size : size + len(chunk)] = chunk
        size += len(chunk)
    return buffer[:size]


def _block_hashes(data: memoryview) -> list[bytes]:
    starts = range(0, len(data), BLOCK_BYTES)
    return [block_hash(data[start : start + BLOCK_BYTES]) for start in starts]


async def in_thread(
    work: Callable[Arguments, Answer], *arguments: Arguments.args, **options: Arguments.kwargs
) -> Answer:
    """Do blocking work in a thread; whoever is cancelled meanwhile waits until it is done."""
    task = asyncio.create_task(asyncio.to_thread(work, *arguments, **options))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
