"""Room for uploads: refused when the disk is nearly full, but no measure of what others upload."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest

from tendering.storage.blobs import FREE_BYTES_MIN, FREE_STEP_BYTES, Blobs, DiskFull


def takes(blobs: Blobs, size_bytes: int) -> bool:
    """Is there room for an upload of this size?"""
    try:
        blobs.make_room(uuid4(), size_bytes)
    except DiskFull:
        return False
    return True


def largest(blobs: Blobs) -> int:
    """The largest size that is taken, found by trying, as somebody curious would."""
    low, high = 0, 1 << 40
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if takes(blobs, middle) else (low, middle)
    return low


def with_free(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """A disk with so many bytes left."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))


def test_announcing_sizes_does_not_measure_what_others_upload(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = Blobs(tmp_path)
    with_free(monkeypatch, 10 * FREE_STEP_BYTES - 1)
    before = largest(blobs)
    with_free(monkeypatch, 10 * FREE_STEP_BYTES - (200 << 20))
    after = largest(blobs)

    assert before == after == 9 * FREE_STEP_BYTES - FREE_BYTES_MIN


def test_a_full_disk_takes_no_upload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_free(monkeypatch, FREE_BYTES_MIN)

    assert not takes(Blobs(tmp_path), 1)
