"""Migrations: numbered SQL files, forward only, each applied once and never edited afterwards.

Each package keeps its own in `storage/migrations/NNNN_what_it_does.sql`; they run in the order of
the packages given, each file in a transaction of its own, and are recorded with their SHA-256 in
`tendering.migrations`. A program whose files differ from what is recorded refuses to start.

Processes of two releases work on one database while they are exchanged one by one: a program takes
a database that has more migrations than it knows, as long as those only add. One that takes away,
renames or narrows says so in a line `-- contracts: ...`, and belongs into a later release than the
last one that needs what it takes away.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tendering.storage.connection import Connection, Pool, reading

LOCK_SECONDS: Final = 10
STATEMENT_SECONDS: Final = 600
# Any constant will do, as long as every migrator of a database uses the same.
ADVISORY_LOCK: Final = 0x6B61_6962_6961_6F01

_FILE_NAME: Final = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_CONTRACTS: Final = re.compile(r"^-- contracts: \S", re.MULTILINE)


class MigrationEdited(RuntimeError):
    """A migration file is not the one that was applied to this database."""


class MigrationUnknown(RuntimeError):
    """The database has a migration that this program has not and cannot work with.

    A newer release took something away, or what was applied is not what this program continues.
    """


class NotMigrated(RuntimeError):
    """The database lacks migrations that this program needs."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file; `sha256` is the lower-case hex digest of its bytes."""

    package: str
    number: int
    name: str
    sql: str
    sha256: str

    @property
    def contracts(self) -> bool:
        """Does it take from the schema what an earlier release may use?"""
        return _CONTRACTS.search(self.sql) is not None


@dataclass(frozen=True, slots=True)
class Applied:
    """A migration as the database has recorded it."""

    name: str
    sha256: str
    contracts: bool


async def migrate(connection: Connection, folders: Sequence[tuple[str, Path]]) -> list[str]:
    """Apply what is missing, in order; return the names of it, as in `tendering/0001_roles.sql`.

    `folders` are pairs of package name and folder. Connect as `tendering_owner`, outside a
    transaction. Raises `MigrationEdited` or `MigrationUnknown` before anything is changed.
    """
    wanted = read_migrations(folders)
    async with _alone(connection):
        await connection.execute(_CREATE_TABLE)
        missing = _missing(wanted, await _applied(connection))
        for migration in missing:
            await _apply(connection, migration)
    return [f"{migration.package}/{migration.name}" for migration in missing]


async def require_migrated(pool: Pool, folders: Sequence[tuple[str, Path]]) -> None:
    """Refuse to start on a database that lacks what this program needs.

    What a newer release has added is none of its business. Raises `NotMigrated`,
    `MigrationEdited` or `MigrationUnknown`.
    """
    wanted = read_migrations(folders)
    async with reading(pool) as connection:
        exists = await connection.fetchval("SELECT to_regclass('tendering.migrations') IS NOT NULL")
        applied = await _applied(connection) if exists else {}
    missing = _missing(wanted, applied)
    if missing:
        raise NotMigrated(
            f"{len(missing)} migrations are not applied, first {missing[0].package}/"
            f"{missing[0].name}: run `kaibiao migrate`"
        )


def read_migrations(folders: Sequence[tuple[str, Path]]) -> list[Migration]:
    """Read the files in order; a misnamed file or a gap in the numbers is a fault of ours."""
    migrations = []
    for package, folder in folders:
        files = sorted(folder.glob("*.sql"))
        assert files, f"no migrations in {folder}"
        for number, file in enumerate(files, start=1):
            match = _FILE_NAME.fullmatch(file.name)
            assert match, f"{file} is not called NNNN_what_it_does.sql"
            assert int(match[1]) == number, f"{file} should be number {number:04}"
            content = file.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            migrations.append(Migration(package, number, file.name, content.decode(), digest))
    return migrations


def _missing(
    wanted: Sequence[Migration], applied: dict[tuple[str, int], Applied]
) -> list[Migration]:
    known = {(migration.package, migration.number) for migration in wanted}
    packages = {migration.package for migration in wanted}
    for (package, number), found in sorted(applied.items()):
        if package in packages and (package, number) not in known and found.contracts:
            raise MigrationUnknown(
                f"{package}/{found.name} of a newer release took away what this one may use"
            )
    missing = []
    for migration in wanted:
        before = applied.get((migration.package, migration.number))
        if before is None:
            missing.append(migration)
        elif before.sha256 != migration.sha256:
            raise MigrationEdited(
                f"{migration.package}/{migration.name} differs from {before.name} as it was "
                "applied; migrations are never edited, add a new one"
            )
    return missing


async def _applied(connection: Connection) -> dict[tuple[str, int], Applied]:
    rows = await connection.fetch(
        """
        SELECT package, number, name, sha256, contracts
        FROM tendering.migrations
        ORDER BY package, number
        """
    )
    return {
        (row["package"], row["number"]): Applied(row["name"], row["sha256"], row["contracts"])
        for row in rows
    }


async def _apply(connection: Connection, migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute(
            f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s';"
            f"SET LOCAL statement_timeout = '{STATEMENT_SECONDS}s'"
        )
        await connection.execute(migration.sql)
        await connection.execute(
            """
            INSERT INTO tendering.migrations (package, number, name, sha256, contracts)
            VALUES ($1, $2, $3, $4, $5)
            """,
            migration.package,
            migration.number,
            migration.name,
            migration.sha256,
            migration.contracts,
        )


@asynccontextmanager
async def _alone(connection: Connection) -> AsyncIterator[None]:
    """Let a second migrator of the same database wait until this one has finished."""
    await connection.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
    try:
        yield
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", ADVISORY_LOCK)


_CREATE_TABLE: Final = """
SET client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS tendering;
CREATE TABLE IF NOT EXISTS tendering.migrations (
    package text NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    name text NOT NULL,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    contracts boolean NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (package, number)
);
"""
