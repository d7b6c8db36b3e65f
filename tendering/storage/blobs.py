"""Bytes on the local disk: sealed containers as they were uploaded, bundles as they were opened.

A file is durable before anything in the database speaks of it. A part that is not marked as stored
may hold anything; one that is, is never written again.
"""

import contextlib
import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID

from tendering.storage.part_files import PartFile

PART_BYTES = 8 << 20
FREE_BYTES_MIN = 256 << 20
FREE_STEP_BYTES = 1 << 30


class DiskFull(Exception):
    """The disk has no room for what was announced; nothing that is stored is affected."""


class Blobs:
    """One folder, below it `sealed/` by upload and `opened/` by plaintext digest."""

    def __init__(self, folder: Path, *, free_bytes_min: int = FREE_BYTES_MIN) -> None:
        """Use `folder`, which is made with its two halves when it is not there.

        `free_bytes_min` stay free on its disk for everything else that writes there.
        """
        self._free_bytes_min = free_bytes_min
        self._sealed = folder / "sealed"
        self._opened = folder / "opened"
        for half in (self._sealed, self._opened):
            half.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, upload_id: UUID) -> Path:
        """Where the bytes of an upload lie."""
        return self._sealed / str(upload_id)

    def opened_path(self, plaintext_digest: str) -> Path:
        """Where the bundle with this digest (lower hex) lies once it was opened."""
        assert re.fullmatch(r"[0-9a-f]{64}", plaintext_digest)
        return self._opened / plaintext_digest

    @property
    def is_full(self) -> bool:
        """Is less free than must stay free? What is stored is not affected."""
        return shutil.disk_usage(self._sealed).free < self._free_bytes_min

    def make_room(self, upload_id: UUID, size_bytes: int) -> None:
        """Make the file of an upload, empty. Blocks. Raises DiskFull."""
        # In large steps: otherwise whoever announces many sizes measures what others upload.
        free = shutil.disk_usage(self._sealed).free // FREE_STEP_BYTES * FREE_STEP_BYTES
        if free < size_bytes + self._free_bytes_min:
            raise DiskFull
        with full_disks(), self.path(upload_id).open("xb"):
            pass
        _sync_folder(self._sealed)

    def open_part(self, upload_id: UUID, part: int, size_bytes: int) -> PartFile:
        """The place of a part in its file, alone and with room for it. Blocks.

        Raises DiskFull, PartTaken, FileNotFoundError.
        """
        if self.is_full:
            raise DiskFull
        with full_disks():
            return PartFile(self.path(upload_id), start=part * PART_BYTES, size=size_bytes)

    def write_copy(self, container_id: UUID, content: bytes) -> None:
        """Make a file of what the database holds, whole or not at all. Blocks. Raises DiskFull."""
        temporary = self._sealed / f"{container_id}.{secrets.token_hex(8)}"
        try:
            with full_disks():
                temporary.write_bytes(content)
            temporary.rename(self.path(container_id))
        finally:
            temporary.unlink(missing_ok=True)

    def keep_opened(self, bundles: Mapping[Path, str]) -> None:
        """Move opened bundles to where their digests say, durable on return. Blocks."""
        for temporary, plaintext_digest in bundles.items():
            with temporary.open("rb") as file:
                os.fdatasync(file.fileno())
            temporary.rename(self.opened_path(plaintext_digest))
        _sync_folder(self._opened)

    def temporary(self, name: str) -> Path:
        """A place for a bundle that is being opened, on the same file system."""
        return self._opened / f"{name}.opening"

    def list_old(self, *, before: datetime, limit: int) -> list[UUID]:
        """Ids of files that nobody has written to since `before`, at most `limit`. Blocks."""
        old: list[UUID] = []
        for entry in os.scandir(self._sealed):
            if len(old) < limit and entry.stat().st_mtime < before.timestamp():
                with contextlib.suppress(ValueError):
                    old.append(UUID(entry.name))
        return old

    def delete(self, upload_id: UUID) -> None:
        """Remove the bytes of an abandoned upload. Blocks."""
        self.path(upload_id).unlink(missing_ok=True)


@contextlib.contextmanager
def full_disks() -> Iterator[None]:
    """No room, by the disk's or a quota's word, is DiskFull; whatever else goes wrong is not."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull from error
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
