"""Run the embedded PostgreSQL of a folder until killed: a process of its own for tests.

Prints the owner's connection string once the server is ready, or the error that kept it from it.
"""

import asyncio
import sys
from pathlib import Path

from tendering.storage.embedded_postgres import EmbeddedPostgresFailed, embedded_postgres


async def hold(folder: Path) -> None:
    """Serve until this process is killed or its server ends."""
    async with embedded_postgres(folder, fast=True) as database:
        print(database.owner_dsn, flush=True)  # noqa: T201 - read by the test
        await database.watch()


if __name__ == "__main__":
    try:
        asyncio.run(hold(Path(sys.argv[1])))
    except EmbeddedPostgresFailed as error:
        sys.exit(str(error))
