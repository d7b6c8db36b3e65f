"""While the platform serves: the WAL and the stored bytes are copied as they come."""

import asyncio
import logging
from collections.abc import Coroutine
from pathlib import Path

from tendering.backup import manifest as layout
from tendering.backup.taking import POSTGRES
from tendering.settings import Settings
from tendering.storage.blob_mirror import mirror
from tendering.storage.postgres_backup import receive_wal

log = logging.getLogger(__name__)


def keeping_up(settings: Settings) -> list[Coroutine[None, None, None]]:
    """The loops that keep the folder of backups up to date; none where there is no folder.

    A database of one's own has its own tools; its platform's bytes are copied all the same.
    """
    if not settings.backups.folder:
        return []
    folder = Path(settings.backups.folder).absolute()
    seconds = settings.backups.mirror_seconds
    loops = [_mirror(settings.folder / layout.BLOBS, folder / layout.BLOBS, seconds)]
    if not settings.database.dsn_file:
        loops += [receive_wal(settings.folder / POSTGRES, folder / layout.WAL)]
    return loops


async def _mirror(source: Path, target: Path, seconds: int) -> None:
    while True:
        try:
            await asyncio.to_thread(mirror, source, target, wait=False)
        except BlockingIOError:
            log.debug("another process copies the stored bytes")
        except OSError as error:
            # Not a file's name: it would tell that somebody hands in.
            log.warning("backup of the stored bytes: %s", error.strerror)
        await asyncio.sleep(seconds)
