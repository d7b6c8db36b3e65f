"""A file that takes its name only when it is complete: whoever sees it sees all of it.

Until then it has another name in the same folder, readable by its owner only, and goes away when
anything fails.
"""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

_MODE = 0o600


class FileOutput:
    """Bytes written at positions, from several threads if need be; `finish` gives it its name."""

    def __init__(self, target: Path) -> None:
        """`target` is replaced by `finish` if it exists; a link is followed."""
        # Only a link needs it: its own folder may be on another disk.
        self._target = target.resolve() if target.is_symlink() else target
        # Its name until then; whoever gives it another one need not `finish`.
        self.partial = self._target.with_name(f".{os.urandom(8).hex()}.partial")

    def __enter__(self) -> Self:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._descriptor = os.open(self.partial, flags, _MODE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)
        self.partial.unlink(missing_ok=True)

    def write_at(self, data: bytes | memoryview, offset: int) -> None:
        """Write all of `data` at `offset`."""
        view = memoryview(data)
        while view:
            written = os.pwrite(self._descriptor, view, offset)
            view = view[written:]
            offset += written

    def read_at(self, offset: int, count: int) -> bytes:
        """What was written, `count` bytes from `offset`; fewer only at the end."""
        return os.pread(self._descriptor, count, offset)

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return os.fstat(self._descriptor).st_size

    def finish(self, *, durable: bool) -> int:
        """Give the file its name and return its size; `durable` waits until both are on disk."""
        if durable:
            os.fsync(self._descriptor)
        size = self.size
        self.partial.replace(self._target)
        if durable:
            _sync_folder(self._target.parent)
        return size


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)  # or a crash may take the name away again
    finally:
        os.close(descriptor)
