"""Reading a part of an upload: into memory that is used again, digested while it arrives."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from aiohttp import web

from crypto.container_digest import BLOCK_BYTES, PART_BYTES, block_hash
from crypto.merkle import root_of
from tendering.api.problems import BodyTooLarge

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
    size = 0
    digests: list[asyncio.Task[bytes]] = []
    try:
        while chunk := await request.content.readany():
            if size + len(chunk) > bytes_max:
                raise BodyTooLarge("the part is longer than announced")
            buffer[size : size + len(chunk)] = chunk
            size += len(chunk)
            while size >= (len(digests) + 1) * BLOCK_BYTES:
                digests.append(_digest(buffer, len(digests), size))
        if size > len(digests) * BLOCK_BYTES:
            digests.append(_digest(buffer, len(digests), size))
        hashes = [await asyncio.shield(digest) for digest in digests]
    finally:
        # Nobody may have the buffer while a thread still reads it.
        if digests:
            await asyncio.wait(digests)
    return buffer[:size], root_of(hashes)


def _digest(buffer: memoryview, block: int, size: int) -> asyncio.Task[bytes]:
    piece = buffer[block * BLOCK_BYTES : min((block + 1) * BLOCK_BYTES, size)]
    return asyncio.create_task(asyncio.to_thread(block_hash, piece))


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
