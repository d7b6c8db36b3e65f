"""Migrations: applied once, in order, never edited, and the roles they leave behind."""

from pathlib import Path

import pytest

from tendering.storage.connection import InsufficientPrivilege, Pool, open_connection, open_pool
from tendering.storage.migrations import (
    MigrationEdited,
    MigrationUnknown,
    NotMigrated,
    migrate,
    require_migrated,
)
from tests.support.postgres import MIGRATION_FOLDERS, Cluster, Database


async def test_a_second_run_applies_nothing(database: Database) -> None:
    async with open_connection(database.owner_dsn) as connection:
        applied = await migrate(connection, MIGRATION_FOLDERS)

    assert applied == []


async def test_a_migrated_database_is_accepted(pool: Pool) -> None:
    await require_migrated(pool, MIGRATION_FOLDERS)


async def test_an_empty_database_is_refused(postgres: Cluster) -> None:
    async with postgres.empty() as empty, open_pool(empty.owner_dsn, size=1) as pool:
        with pytest.raises(NotMigrated):
            await require_migrated(pool, MIGRATION_FOLDERS)


async def test_an_edited_migration_is_refused(postgres: Cluster, tmp_path: Path) -> None:
    file = tmp_path / "0001_first.sql"
    file.write_text("CREATE SCHEMA first;")
    async with postgres.empty() as empty, open_connection(empty.owner_dsn) as connection:
        await migrate(connection, [("first", tmp_path)])
        file.write_text("CREATE SCHEMA second;")

        with pytest.raises(MigrationEdited):
            await migrate(connection, [("first", tmp_path)])


async def test_a_program_works_on_what_a_newer_release_has_added_not_on_what_it_took_away(
    postgres: Cluster, tmp_path: Path
) -> None:
    (tmp_path / "0001_first.sql").write_text("CREATE SCHEMA first;")
    newer, newest = tmp_path / "0002_second.sql", tmp_path / "0003_third.sql"
    newer.write_text("CREATE SCHEMA second;")
    folders = [("first", tmp_path)]
    async with (
        postgres.empty() as empty,
        open_connection(empty.owner_dsn) as connection,
        open_pool(empty.owner_dsn, size=1) as pool,
    ):
        await migrate(connection, folders)
        newer.unlink()

        assert await migrate(connection, folders) == []
        await require_migrated(pool, folders)

        newer.write_text("CREATE SCHEMA second;")
        newest.write_text("-- Third.\n-- contracts: schema second, unused.\nDROP SCHEMA second;")
        await migrate(connection, folders)
        await require_migrated(pool, folders)
        newest.unlink()
        for look in (migrate(connection, folders), require_migrated(pool, folders)):
            with pytest.raises(MigrationUnknown, match="0003_third"):
                await look


async def test_a_failing_migration_leaves_nothing_of_itself(
    postgres: Cluster, tmp_path: Path
) -> None:
    (tmp_path / "0001_first.sql").write_text("CREATE SCHEMA first; SELECT 1 / 0;")
    async with postgres.empty() as empty, open_connection(empty.owner_dsn) as connection:
        with pytest.raises(Exception, match="division by zero"):
            await migrate(connection, [("first", tmp_path)])

        assert await connection.fetchval("SELECT to_regnamespace('first') IS NULL")


async def test_the_application_cannot_change_what_is_recorded(pool: Pool) -> None:
    async with pool.acquire() as connection:
        with pytest.raises(InsufficientPrivilege):
            await connection.execute("DELETE FROM tendering.migrations")


async def test_the_auditor_reads_and_does_not_write(database: Database) -> None:
    async with open_connection(database.audit_dsn) as auditor:
        assert await auditor.fetchval("SELECT count(*) FROM tendering.migrations") > 0

        with pytest.raises(InsufficientPrivilege):
            await auditor.execute("DELETE FROM tendering.migrations")
