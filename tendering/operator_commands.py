"""Commands of the operator that open the database or the keys and do one thing."""

import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

from tendering.actions.verification import verify_database
from tendering.database_choice import open_database
from tendering.keys import load_keys
from tendering.settings import Settings, SettingsRefused
from tendering.storage.blobs import Blobs
from tendering.storage.connection import open_connection, open_pool
from tendering.storage.migrations import migrate


async def migrate_database(settings: Settings, migrations: Sequence[tuple[str, Path]]) -> int:
    """Apply what migrations are missing, as the owner."""
    async with AsyncExitStack() as stack:
        owner_dsn, _, _ = await open_database(stack, settings)
        if not owner_dsn:
            raise SettingsRefused("database.owner_dsn_file: needed to migrate")
        async with open_connection(owner_dsn) as connection:
            for name in await migrate(connection, migrations):
                print(name)  # noqa: T201
    return 0


async def verify_stored(settings: Settings) -> int:
    """Recompute every chain and digest that the database and the disk hold. 1 if one is wrong."""
    async with AsyncExitStack() as stack:
        _, dsn, _ = await open_database(stack, settings)
        pool = await stack.enter_async_context(open_pool(dsn, size=2))
        report = await verify_database(pool, Blobs(settings.folder / "blobs"))
    for wrong in report.wrong:
        print(wrong)  # noqa: T201
    told = f"{report.tenders} tenders, {report.entries} entries, {report.files} files"
    print(f"{told}: {'hold' if report.holds else 'DO NOT HOLD'}")  # noqa: T201
    return int(not report.holds)


def show_keys(settings: Settings, *, at: datetime) -> int:
    """Make the platform's keys if there are none, and print their public halves."""
    keys = load_keys(settings.keys_folder, name=settings.platform.host_name, create=True, at=at)
    shown = {
        "origin": keys.log.name,
        "log_key": keys.log.verifier,
        "receipt_key": keys.receipt.verifier,
    }
    print(json.dumps(shown))  # noqa: T201
    return 0
