"""Restoring a platform from its backups, and the drill that does it beside the one that serves."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from crypto.errors import BadProof
from crypto.merkle import verify_consistency
from tendering.actions.log import consistency_proof
from tendering.actions.verification import DatabaseReport, verify_database
from tendering.backup import manifest as layout
from tendering.backup.manifest import BackupRefused, Manifest, backup_for, list_backups
from tendering.backup.taking import POSTGRES, backup_folder
from tendering.settings import Settings
from tendering.storage import blob_mirror, log, outages, postgres_backup
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Connection, open_pool, reading
from tendering.storage.embedded_postgres import embedded_postgres
from tendering.storage.migrations import require_migrated

RECOVERY_SECONDS: Final = 24 * 3600

Migrations = Sequence[tuple[str, Path]]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. `reached`: the last sign of life in it; `seconds` of each step."""

    backup: Manifest
    reached: datetime | None
    found: DatabaseReport
    log_goes_on: bool
    seconds: dict[str, float]

    @property
    def holds(self) -> bool:
        """Is everything there that is spoken of, and does the log go on from where it was?"""
        return self.found.holds and self.log_goes_on


async def restore(
    settings: Settings,
    folder: Path,
    *,
    until: datetime | None,
    migrations: Migrations,
    by_link: bool = False,
) -> Restored:
    """Build the platform of `settings` from the backups in `folder`, as it was at `until`.

    Without `until`, as far as the copied WAL reaches. Its place must be empty; keys are not brought
    back. Raises BackupRefused, EmbeddedPostgresFailed, NotMigrated, OSError.
    """
    if settings.database.dsn_file:
        raise BackupRefused("database.dsn_file: only the embedded database is restored here")
    postgres, blobs = settings.folder / POSTGRES, settings.folder / layout.BLOBS
    if blobs.exists() or postgres.exists():
        raise BackupRefused(f"{settings.folder} is not empty: restore into a folder of its own")
    backup = backup_for(list_backups(folder), until)
    base = folder / backup.name / layout.BASE
    steps: dict[str, float] = {}
    begun = time.monotonic()

    def done(step: str) -> None:
        steps[step] = round(time.monotonic() - begun - sum(steps.values()), 3)

    await asyncio.to_thread(postgres_backup.check_base, postgres, base)
    done("checked")
    place = postgres_backup.place_base
    await asyncio.to_thread(place, postgres, base, folder / layout.WAL, until=until)
    mirrored = folder / layout.BLOBS
    await asyncio.to_thread(blob_mirror.bring_back, mirrored, blobs, by_link=by_link)
    done("copied")
    async with embedded_postgres(postgres, start_seconds=RECOVERY_SECONDS) as database:
        await asyncio.to_thread(postgres_backup.forget_recovery, postgres)
        done("recovered")
        async with open_pool(database.app_dsn, size=2) as pool:
            await require_migrated(pool, migrations)
            async with reading(pool) as connection:
                reached = await outages.latest_beat(connection)
                goes_on = await _log_goes_on(connection, backup)
            found = await verify_database(pool, Blobs(blobs))
        done("verified")
    return Restored(backup, reached, found, goes_on, steps)


async def drill(settings: Settings, *, until: datetime | None, migrations: Migrations) -> Restored:
    """Restore beside the platform that serves, see whether all of it holds, and remove it again.

    Needs room for a second database below `backups.folder`; bytes are shared, not copied.
    """
    folder = backup_folder(settings)
    place = Path(tempfile.mkdtemp(prefix="drill-", dir=folder))
    beside = replace(settings, platform=replace(settings.platform, folder=str(place)))
    try:
        return await restore(beside, folder, until=until, migrations=migrations, by_link=True)
    finally:
        await asyncio.to_thread(_remove, place)


def _remove(place: Path) -> None:
    # The cluster may lie elsewhere, where its user can reach it.
    postgres_backup.remove_cluster(place / POSTGRES)
    shutil.rmtree(place)


async def _log_goes_on(connection: Connection, backup: Manifest) -> bool:
    """Is the restored log the one that the backup's checkpoint was of, and at least as long?"""
    last = await log.latest_checkpoint(connection)
    if backup.log_size == 0:
        return True
    if last is None or last.size < backup.log_size:
        return False
    proof = await consistency_proof(connection, backup.log_size, last.size)
    try:
        verify_consistency(
            old_size=backup.log_size,
            old_root=backup.log_root,
            size=last.size,
            root=last.root,
            proof=proof,
        )
    except BadProof:
        return False
    return True
