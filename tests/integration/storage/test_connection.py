"""Pool, transaction and listener on a real server."""

import asyncio
from datetime import UTC

import pytest
from asyncpg.exceptions import InternalClientError

from tendering.storage.connection import (
    Pool,
    UniqueViolation,
    constraint_name,
    open_connection,
    open_listener,
    reading,
    transaction,
)
from tests.support.postgres import Database

HINT_SECONDS_MAX = 10


@pytest.fixture
async def things(database: Database) -> None:
    """A table of the application's own."""
    async with open_connection(database.owner_dsn) as owner:
        await owner.execute(
            "CREATE TABLE tendering.things (name text CONSTRAINT things_name_key UNIQUE)"
        )


@pytest.mark.usefixtures("things")
async def test_a_transaction_commits_at_its_end(pool: Pool) -> None:
    async with transaction(pool) as connection:
        await connection.execute("INSERT INTO tendering.things VALUES ('one')")

    async with reading(pool) as connection:
        assert await connection.fetchval("SELECT count(*) FROM tendering.things") == 1


@pytest.mark.usefixtures("things")
async def test_a_transaction_that_raises_leaves_nothing(pool: Pool) -> None:
    with pytest.raises(UniqueViolation):
        await _insert_one_by_one(pool, "one", "one")

    async with reading(pool) as connection:
        assert await connection.fetchval("SELECT count(*) FROM tendering.things") == 0


@pytest.mark.usefixtures("things")
async def test_a_violation_names_its_constraint(pool: Pool) -> None:
    with pytest.raises(UniqueViolation) as caught:
        async with transaction(pool) as connection:
            await connection.execute("INSERT INTO tendering.things VALUES ('one'), ('one')")

    assert constraint_name(caught.value) == "things_name_key"


async def test_another_error_names_no_constraint() -> None:
    assert constraint_name(LookupError()) is None


async def test_who_is_cancelled_hears_that_and_no_outage_when_the_driver_stumbles_over_it(
    pool: Pool,
) -> None:
    begun = asyncio.Event()

    async def read() -> None:
        async with reading(pool):
            begun.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise InternalClientError("cannot switch to state 15") from None

    task = asyncio.create_task(read())
    await begun.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    async with reading(pool) as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def test_limits_and_time_zone_are_set_for_each_connection(pool: Pool) -> None:
    async with reading(pool) as connection:
        lock_timeout = await connection.fetchval("SHOW lock_timeout")
        statement_timeout = await connection.fetchval("SHOW statement_timeout")
        now = await connection.fetchval("SELECT now()")

    assert (lock_timeout, statement_timeout) == ("5s", "30s")
    assert now.tzinfo is UTC


async def test_a_listener_hears_each_payload(database: Database, pool: Pool) -> None:
    hints: asyncio.Queue[str] = asyncio.Queue()

    async with open_listener(database.app_dsn, "bids", hints.put_nowait):
        async with transaction(pool) as connection:
            await connection.execute("SELECT pg_notify('bids', 'tender-1')")
        async with asyncio.timeout(HINT_SECONDS_MAX):
            heard = [await hints.get(), await hints.get()]

    assert heard == ["", "tender-1"]


async def test_a_listener_that_lost_its_line_says_look_at_everything(database: Database) -> None:
    hints: asyncio.Queue[str] = asyncio.Queue()
    async with open_listener(database.app_dsn, "bids", hints.put_nowait):
        await hints.get()

        async with open_connection(database.app_dsn) as connection:
            await connection.execute(
                """
                SELECT pg_terminate_backend(pid)
                FROM pg_stat_activity
                WHERE application_name = 'kaibiao listens to bids' AND datname = current_database()
                """
            )
            async with asyncio.timeout(HINT_SECONDS_MAX):
                again = await hints.get()
            await connection.execute("SELECT pg_notify('bids', 'tender-2')")
            async with asyncio.timeout(HINT_SECONDS_MAX):
                after = await hints.get()

    assert (again, after) == ("", "tender-2")


async def test_an_error_inside_the_block_passes_a_listener_unchanged(database: Database) -> None:
    with pytest.raises(LookupError):
        async with open_listener(database.app_dsn, "bids", lambda _: None):
            raise LookupError


async def _insert_one_by_one(pool: Pool, *names: str) -> None:
    async with transaction(pool) as connection:
        for name in names:
            await connection.execute("INSERT INTO tendering.things VALUES ($1)", name)
