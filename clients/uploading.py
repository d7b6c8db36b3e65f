"""Putting a file of any size on the platform: in parts, several at once, again where it stopped."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from clients.platform import Platform, PlatformRefused
from crypto.container_digest import part_root

PARALLEL_MAX: Final = 3


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


async def begin_upload(platform: Platform, size_bytes: int) -> Upload:
    """Ask for room for so many bytes. Raises PlatformRefused."""
    answer = await platform.post("/uploads", {"size_bytes": size_bytes})
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


async def send_parts(platform: Platform, upload: Upload, file: Path) -> None:
    """Send the parts that are missing."""
    waiting = iter(upload.missing)

    async def send() -> None:
        for number in waiting:
            content = await asyncio.to_thread(
                _read_part, file, number * upload.part_bytes, upload.part_bytes
            )
            root = await asyncio.to_thread(part_root, content)
            await platform.put_bytes(
                f"/uploads/{upload.id}/parts/{number}", content, {"root": root.hex()}
            )

    async with asyncio.TaskGroup() as group:
        for _ in range(PARALLEL_MAX):
            group.create_task(send())


def _read_part(file: Path, offset: int, size: int) -> bytes:
    with file.open("rb") as stream:
        stream.seek(offset)
        return stream.read(size)
