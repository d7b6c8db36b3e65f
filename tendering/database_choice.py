"""Which database the platform works on: one of the operator's own, or the embedded one."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path

from tendering.settings import Settings
from tendering.storage.embedded_postgres import embedded_postgres


async def open_database(
    stack: AsyncExitStack, settings: Settings
) -> tuple[str, str, Callable[[], Coroutine[None, None, None]]]:
    """Owner's and application's address, and what watches over an embedded server.

    The owner's is empty where its file is not named. Raises OSError, EmbeddedPostgresFailed.
    """
    chosen = settings.database
    if chosen.dsn_file:
        owner_dsn = read_secret(chosen.owner_dsn_file) if chosen.owner_dsn_file else ""
        return owner_dsn, read_secret(chosen.dsn_file), _nothing
    database = await stack.enter_async_context(embedded_postgres(settings.folder / "postgres"))
    return database.owner_dsn, database.app_dsn, database.watch


def read_secret(file: str) -> str:
    """What a file holds that has one secret. Blocks. Raises OSError."""
    return Path(file).read_text("utf-8").strip()


async def _nothing() -> None:
    await asyncio.Event().wait()
