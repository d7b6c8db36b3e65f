"""What a backup says of itself, and which one to take for an instant.

A folder of backups: `wal/` and `blobs/` that the platform keeps up to date while it serves, and a
folder a backup, named after its instant, with `base/`, `manifest.json` and the sealed keys.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tendering.domain.journal import instant, parse_instant

FORMAT: Final = 1
FILE: Final = "manifest.json"
BASE: Final = "base"
WAL: Final = "wal"
BLOBS: Final = "blobs"
KEYS: Final = "keys.tar.age"


class BackupRefused(RuntimeError):
    """A backup cannot be taken or used; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup: when it was whole, of which release, where the log ended (no root: no leaf)."""

    taken_at: datetime
    version: str
    log_size: int
    log_root: bytes
    keys_sealed: bool

    @property
    def name(self) -> str:
        """Its folder: an instant that sorts."""
        return self.taken_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def write_manifest(manifest: Manifest) -> bytes:
    """The manifest as it lies in the folder."""
    content = {
        "format": FORMAT,
        "taken_at": instant(manifest.taken_at),
        "version": manifest.version,
        "log": {"size": manifest.log_size, "root": manifest.log_root.hex()},
        "keys_sealed": manifest.keys_sealed,
    }
    return json.dumps(content, indent=2).encode() + b"\n"


def read_manifest(file: Path) -> Manifest:
    """Read a manifest. Raises BackupRefused."""
    try:
        content: Any = json.loads(file.read_bytes())
        if content["format"] != FORMAT:
            raise BackupRefused(f"{file}: of another format, made by kaibiao {content['version']}")
        return Manifest(
            taken_at=parse_instant(content["taken_at"]),
            version=str(content["version"]),
            log_size=int(content["log"]["size"]),
            log_root=bytes.fromhex(content["log"]["root"]),
            keys_sealed=bool(content["keys_sealed"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupRefused(f"{file}: no manifest of a backup ({error})") from error


def list_backups(folder: Path) -> list[Manifest]:
    """All whole backups of a folder, the oldest first. Raises BackupRefused."""
    return sorted(
        (read_manifest(file) for file in folder.glob(f"*/{FILE}")), key=lambda one: one.taken_at
    )


def backup_for(backups: Iterable[Manifest], until: datetime | None) -> Manifest:
    """The newest that was whole at `until`, or the newest of all. Raises BackupRefused."""
    fitting = [one for one in backups if until is None or one.taken_at <= until]
    if not fitting:
        when = "" if until is None else f" from before {instant(until)}"
        raise BackupRefused(f"there is no backup{when}")
    return max(fitting, key=lambda one: one.taken_at)
