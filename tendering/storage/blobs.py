"""Bytes on the local disk: sealed containers as they were uploaded, bundles as they were opened.

A file is durable before anything in the database speaks of it. A part is written only after its
digest was claimed, so whoever writes it twice writes the same bytes.
"""

import os
import re
import secrets
import shutil
from pathlib import Path
from uuid import UUID

from crypto.container_digest import part_root

PART_BYTES = 8 << 20
FREE_BYTES_MIN = 256 << 20
FREE_STEP_BYTES = 1 << 30


class DiskFull(Exception):
    """The disk has no room for what was announced; nothing that is stored is affected."""


class WrongRoot(Exception):
    """The bytes are not those whose root was announced."""


class Blobs:
    """One folder, below it `sealed/` by upload and `opened/` by plaintext digest."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which is made with its two halves when it is not there."""
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

    def make_room(self, upload_id: UUID, size_bytes: int) -> None:
        """Make the file of an upload, empty. Blocks. Raises DiskFull."""
        # In large steps: otherwise whoever announces many sizes measures what others upload.
        free = shutil.disk_usage(self._sealed).free // FREE_STEP_BYTES * FREE_STEP_BYTES
        if free < size_bytes + FREE_BYTES_MIN:
            raise DiskFull
        with self.path(upload_id).open("xb"):
            pass
        _sync_folder(self._sealed)

    def write_part(self, upload_id: UUID, part: int, data: bytes, root: bytes) -> None:
        """Write a part in its place, durable on return. Blocks. Raises WrongRoot, DiskFull."""
        require_root(data, root)
        try:
            with self.path(upload_id).open("r+b") as file:
                file.seek(part * PART_BYTES)
                file.write(data)
                file.flush()
                os.fdatasync(file.fileno())
        except OSError as error:
            raise DiskFull from error

    def write_copy(self, container_id: UUID, content: bytes) -> None:
        """Make a file of what the database holds, whole or not at all. Blocks. Raises DiskFull."""
        temporary = self._sealed / f"{container_id}.{secrets.token_hex(8)}"
        try:
            temporary.write_bytes(content)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise DiskFull from error
        temporary.rename(self.path(container_id))

    def keep_opened(self, temporary: Path, plaintext_digest: str) -> None:
        """Move an opened bundle to where its digest says, durable on return. Blocks."""
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.rename(self.opened_path(plaintext_digest))
        _sync_folder(self._opened)

    def temporary(self, name: str) -> Path:
        """A place for a bundle that is being opened, on the same file system."""
        return self._opened / f"{name}.opening"

    def delete(self, upload_id: UUID) -> None:
        """Remove the bytes of an abandoned upload. Blocks."""
        self.path(upload_id).unlink(missing_ok=True)


def require_root(data: bytes, root: bytes) -> None:
    """Blocks for the digest. Raises WrongRoot unless the RFC 6962 root of `data` is `root`."""
    if part_root(data) != root:
        raise WrongRoot


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
