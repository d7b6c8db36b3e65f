"""Taking a backup of a platform that serves, or of one that is stopped."""

import asyncio
import fcntl
import io
import shutil
import tarfile
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path

from crypto.age_file import seal_plain
from crypto.errors import BadKey
from tendering.backup import manifest as layout
from tendering.backup.manifest import BackupRefused, Manifest, list_backups, write_manifest
from tendering.settings import Settings
from tendering.storage import blob_mirror, log, postgres_backup
from tendering.storage.connection import open_pool, reading
from tendering.storage.embedded_postgres import (
    EmbeddedPostgresFailed,
    embedded_postgres,
    running_database,
)

POSTGRES = "postgres"


async def take_backup(settings: Settings, *, now: Callable[[], datetime], version: str) -> Manifest:
    """Copy database, bytes and sealed keys into a new folder, and forget what is too old.

    The folder has its name only when all of it is there and was compared with its checksums.
    Raises BackupRefused, EmbeddedPostgresFailed, OSError.
    """
    folder = backup_folder(settings)
    with _alone(folder):
        taken = await _take(settings, folder, now=now, version=version)
        await asyncio.to_thread(_forget_old, settings, folder)
    return taken


async def _take(
    settings: Settings, folder: Path, *, now: Callable[[], datetime], version: str
) -> Manifest:
    postgres, blobs = settings.folder / POSTGRES, settings.folder / layout.BLOBS
    fresh = await asyncio.to_thread(_fresh, folder)
    base = fresh / layout.BASE
    async with _running(postgres) as dsn:
        # Before the base is begun, so that the base has it.
        async with open_pool(dsn, size=1) as pool, reading(pool) as connection:
            last = await log.latest_checkpoint(connection)
        await asyncio.to_thread(postgres_backup.copy_base, postgres, base)
        taken_at = now()
    taken = Manifest(
        taken_at=taken_at,
        version=version,
        log_size=0 if last is None else last.size,
        log_root=b"" if last is None else last.root,
        keys_sealed=bool(settings.backups.recipients),
    )
    await asyncio.to_thread(postgres_backup.check_base, postgres, base)
    # After the base, so that every file it speaks of was there already.
    await asyncio.to_thread(blob_mirror.mirror, blobs, folder / layout.BLOBS)
    await asyncio.to_thread(_finish, settings, fresh, taken)
    return taken


def backup_folder(settings: Settings) -> Path:
    """Where this platform's backups lie. Raises BackupRefused where it has none."""
    if not settings.backups.folder:
        raise BackupRefused("backups.folder: name a folder, best on another disk")
    if settings.database.dsn_file:
        raise BackupRefused(
            "database.dsn_file: a database of one's own is backed up by its own tools, see "
            "docs/operating/backup.md"
        )
    return Path(settings.backups.folder).absolute()


@asynccontextmanager
async def _running(postgres: Path) -> AsyncIterator[str]:
    """The application's address at the server that runs, or at one started for this."""
    try:
        dsn = (await asyncio.to_thread(running_database, postgres))[1]
    except EmbeddedPostgresFailed:
        async with embedded_postgres(postgres) as database:
            yield database.app_dsn
    else:
        yield dsn


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one is taken at a time, so that what an interrupted one left can be removed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupRefused(f"{folder}: another backup is being taken") from None
        yield


def _fresh(folder: Path) -> Path:
    for left in (*folder.glob("taking-*"), *folder.glob("gone-*")):
        shutil.rmtree(left)
    return Path(tempfile.mkdtemp(prefix="taking-", dir=folder))


def _finish(settings: Settings, fresh: Path, taken: Manifest) -> None:
    if taken.keys_sealed:
        _seal_keys(settings, fresh / layout.KEYS)
    (fresh / layout.FILE).write_bytes(write_manifest(taken))
    fresh.rename(fresh.with_name(taken.name))


def _seal_keys(settings: Settings, target: Path) -> None:
    """Keep all keys, sealed; in the open they are in memory only. Raises BackupRefused, OSError."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        archive.add(settings.keys_folder, "keys")
        for file in sorted(settings.folder.glob("*.key")):
            archive.add(file, file.name)
    plain.seek(0)
    try:
        seal_plain(plain, target, settings.backups.recipients)
    except BadKey as error:
        raise BackupRefused(f"backups.recipients: {error}") from error


def _forget_old(settings: Settings, folder: Path) -> None:
    backups = list_backups(folder)
    for old in backups[: -settings.backups.keep]:
        gone = (folder / old.name).rename(folder / f"gone-{old.name}")
        (gone / layout.FILE).unlink()
        shutil.rmtree(gone)
    wal, oldest = folder / layout.WAL, backups[-settings.backups.keep :][0]
    if wal.is_dir():
        segment = postgres_backup.first_segment(folder / oldest.name / layout.BASE)
        postgres_backup.forget_wal_before(settings.folder / POSTGRES, wal, segment)
    blob_mirror.forget_gone(settings.folder / layout.BLOBS, folder / layout.BLOBS)
