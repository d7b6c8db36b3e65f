"""Putting a file of any size on the platform: in parts, several at once, again where it stopped."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from clients.platform import Platform, PlatformRefused
from crypto.container_digest import part_root

PARALLEL_MAX: Final = 3

Moved = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload on the platform. `received`: the numbers of the parts that are there, from 0."""

    id: UUID
    size_bytes: int
    part_bytes: int
    received: frozenset[int]

    @property
    def missing(self) -> list[int]:
        """The numbers of the parts that have to go up, in order."""
        count = -(-self.size_bytes // self.part_bytes)
        return [number for number in range(count) if number not in self.received]

    def part_size(self, number: int) -> int:
        """How many bytes a part has."""
        return min(self.part_bytes, self.size_bytes - number * self.part_bytes)


async def begin_upload(platform: Platform, size_bytes: int, *, key: UUID | None = None) -> Upload:
    """Ask for room for so many bytes; the same `key` gives the same room. PlatformRefused."""
    answer = await platform.post("/uploads", {"size_bytes": size_bytes}, key=key)
    return Upload(UUID(answer["id"]), size_bytes, answer["part_bytes"], frozenset())


async def resume_upload(platform: Platform, upload_id: UUID, size_bytes: int) -> Upload | None:
    """How far an earlier upload has come; None when the platform knows none of this size."""
    try:
        answer = await platform.get(f"/uploads/{upload_id}")
    except PlatformRefused as refusal:
        if refusal.code == "not-found":
            return None
        raise
    if answer["size_bytes"] != size_bytes:
        return None
    return Upload(upload_id, size_bytes, answer["part_bytes"], frozenset(answer["received"]))


async def upload_file(platform: Platform, file: Path, *, earlier: UUID | None = None) -> UUID:
    """Put a whole file on the platform, going on where `earlier` stopped; the upload's id.

    Raises PlatformRefused, PlatformUnreachable, OSError.
    """
    size = (await asyncio.to_thread(file.stat)).st_size
    upload = None if earlier is None else await resume_upload(platform, earlier, size)
    if upload is None:
        upload = await begin_upload(platform, size)
    await send_parts(platform, upload, file)
    return upload.id


async def send_parts(
    platform: Platform, upload: Upload, file: Path, *, moved: Moved | None = None
) -> None:
    """Send the parts that are missing, several at once.

    `moved` is told how many bytes more are up, those of earlier attempts first; less than 0 when a
    part has to go again. Raises PlatformRefused, PlatformUnreachable, OSError.
    """
    waiting = iter(upload.missing)
    if moved is not None:
        moved(sum(map(upload.part_size, upload.received)))

    async def send() -> None:
        for number in waiting:
            content = await asyncio.to_thread(
                _read_part, file, number * upload.part_bytes, upload.part_bytes
            )
            root = await asyncio.to_thread(part_root, content)
            path = f"/uploads/{upload.id}/parts/{number}"
            await platform.put_bytes(path, content, {"root": root.hex()}, moved=moved)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(PARALLEL_MAX):
                group.create_task(send())
    except ExceptionGroup as failed:
        # The first has ended the others; one reason is what a caller can act upon.
        raise failed.exceptions[0] from failed


def _read_part(file: Path, offset: int, size: int) -> bytes:
    with file.open("rb") as stream:
        stream.seek(offset)
        return stream.read(size)
