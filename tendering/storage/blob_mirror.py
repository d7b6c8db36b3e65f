"""A second copy of the stored bytes, in a folder that should lie on another disk.

Files never change once they are whole, so a copy is made once; one that was copied while it was
still being written has another size or time and is copied again.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_HALF: Final = ".copying"


def mirror(source: Path, target: Path, *, wait: bool = True) -> int:
    """Copy each file below `source` that `target` lacks; how many. Blocks. Raises OSError.

    A file that goes away meanwhile is left out. Durable on return. While another process copies to
    the same folder it is waited for; without `wait`, BlockingIOError.
    """
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(target, wait=wait):
        return _copy_missing(source, target)


def _copy_missing(source: Path, target: Path) -> int:
    copied, folders = 0, set()
    for relative, status in _files(source):
        place = target / relative
        try:
            known = place.stat()
        except FileNotFoundError:
            known = None
        if known and (known.st_size, known.st_mtime_ns) == (status.st_size, status.st_mtime_ns):
            continue
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = place.with_name(place.name + _HALF)
        try:
            shutil.copy2(source / relative, half)
        except FileNotFoundError:
            half.unlink(missing_ok=True)
            continue
        _sync(half)
        half.rename(place)
        folders.add(place.parent)
        copied += 1
    for folder in folders:
        _sync(folder)
    return copied


def forget_gone(source: Path, target: Path) -> int:
    """Remove from `target` what is no longer in `source`; how many. Blocks. Raises OSError."""
    gone = [relative for relative, _ in _files(target) if not (source / relative).exists()]
    for relative in gone:
        (target / relative).unlink()
    return len(gone)


def bring_back(mirrored: Path, target: Path, *, by_link: bool = False) -> int:
    """Copy all of a mirror to where a platform keeps its bytes; how many files. Blocks.

    `by_link` shares the bytes on one file system: nobody writes to a whole file. Raises OSError.
    """
    count = 0
    for relative, _ in _files(mirrored):
        place = target / relative
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if by_link:
            place.hardlink_to(mirrored / relative)
        else:
            shutil.copy2(mirrored / relative, place)
            _sync(place)
        count += 1
    return count


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Each regular file one level down, with its status; nothing that is only on its way."""
    if not folder.is_dir():
        return
    for half in sorted(folder.iterdir()):
        if half.is_dir():
            for entry in os.scandir(half):
                if entry.is_file(follow_symlinks=False) and "." not in entry.name:
                    try:
                        yield half.relative_to(folder) / entry.name, entry.stat()
                    except FileNotFoundError:
                        continue


@contextmanager
def _alone(folder: Path, *, wait: bool) -> Iterator[None]:
    """Two that copy would cut one another's halves; the kernel drops the lock with its process."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
