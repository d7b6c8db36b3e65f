"""A part of an upload on its way to the disk: in its place in the file, alone, past the page cache.

Bytes go to the disk while the next ones arrive, so that little is left to force when the last is
there. Whole pages are written with O_DIRECT: on the disks this was measured on, writing through the
page cache and forcing it out then takes seven times as long and twenty times the processor time.

Nobody else writes a part meanwhile: its range of the file is locked, for other processes too, and
the kernel drops the lock with the process. Who holds it has looked whether the part is stored.
"""

import errno
import fcntl
import mmap
import os
import struct
from pathlib import Path
from types import TracebackType
from typing import Final, Self

PAGE_BYTES: Final = mmap.PAGESIZE
# Below, a system call that waits for the disk costs more than the page cache.
DIRECT_BYTES_MIN: Final = 64 << 10
# Larger writes make the kernel allocate its cache in pages of 2 MiB and more, which takes ten times
# as long where the machine is a virtual one: 24 ms a part instead of 2.
CACHED_BYTES_MAX: Final = 512 << 10

# The kernel's struct flock: kind, whence, start, length, process.
_FLOCK: Final = struct.Struct("hhqqi4x")


class PartTaken(Exception):
    """Somebody else is writing this part."""


class PartFile:
    """A place of `size` bytes from `start`, filled in order. Everything here blocks.

    `start` is a multiple of the page size. What `append` is given begins at a page boundary in
    memory, too, and `rest` is what the next call has to begin with.
    """

    def __init__(self, path: Path, *, start: int, size: int) -> None:
        """Take the place for oneself and see to it that the disk has room for it.

        Raises FileNotFoundError, PartTaken, OSError when there is no room.
        """
        self.left = size
        self.rest = b""
        self._at = start
        self._cached = self._direct = -1
        self._cached = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            self._lock(start, size)
            os.posix_fallocate(self._cached, start, size)
            self._direct = _open_direct(path)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        # Whoever asked for it may have been cancelled before it was there.
        self.close()

    def append(self, data: memoryview) -> None:
        """Write what comes next: `rest`, and what has arrived since. At most what is left."""
        assert len(data) <= self.left
        is_last = len(data) == self.left
        end = len(data) if is_last else len(data) - len(data) % PAGE_BYTES
        self._write(data[:end])
        self.left -= end
        self.rest = bytes(data[end:])

    def sync(self) -> None:
        """Durable on return."""
        os.fdatasync(self._cached)

    def close(self) -> None:
        """Give the place back."""
        for descriptor in (self._cached, self._direct):
            if descriptor >= 0:
                os.close(descriptor)
        self._cached = self._direct = -1

    def _lock(self, start: int, size: int) -> None:
        # Of the open file, not of the process: two requests of one process exclude one another.
        place = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, start, size, 0)
        try:
            fcntl.fcntl(self._cached, fcntl.F_OFD_SETLK, place)
        except OSError as error:
            if error.errno in {errno.EAGAIN, errno.EACCES}:
                raise PartTaken from error
            raise

    def _write(self, data: memoryview) -> None:
        whole = len(data) - len(data) % PAGE_BYTES
        while self._direct >= 0 and whole >= DIRECT_BYTES_MIN:
            try:
                written = os.pwrite(self._direct, data[:whole], self._at)
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise
                written = 0
            # A file system that will not, or half of a page: the cache takes everything.
            if written % PAGE_BYTES or not written:
                os.close(self._direct)
                self._direct = -1
                break
            self._at += written
            data, whole = data[written:], whole - written
        while data:
            written = os.pwrite(self._cached, data[:CACHED_BYTES_MAX], self._at)
            self._at += written
            data = data[written:]


def _open_direct(path: Path) -> int:
    """A descriptor past the page cache; -1 where the file system has no such thing."""
    flag = getattr(os, "O_DIRECT", 0)
    if not flag:
        return -1
    try:
        return os.open(path, os.O_WRONLY | os.O_CLOEXEC | flag)
    except OSError as error:
        if error.errno == errno.EINVAL:
            return -1
        raise
