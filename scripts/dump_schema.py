"""Write docs/schema.sql: what the migrations of all packages add up to, for people to read.

`python -m scripts.dump_schema`. A test compares the file with a database migrated from empty.
"""

import asyncio
from pathlib import Path
from typing import Final

from tests.support.postgres import ROOT, cluster
from tests.support.schema import dump_schema

TARGET: Final = ROOT / "docs" / "schema.sql"


async def current_schema() -> str:
    """Migrate an empty database and dump it."""
    async with cluster() as running, running.migrated() as database:
        return await dump_schema(database)


def write(target: Path, text: str) -> None:
    """Write the file, with the folder if need be."""
    target.parent.mkdir(exist_ok=True)
    target.write_text(text)


if __name__ == "__main__":
    write(TARGET, asyncio.run(current_schema()))
