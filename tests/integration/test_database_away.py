"""The database goes away under a running platform and comes back: outages, never bugs."""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tendering.domain.roles import Role
from tendering.storage.connection import (
    OUTAGES,
    Connection,
    InterfaceError,
    Pool,
    open_connection,
    reading,
    transaction,
)
from tendering.storage.embedded_postgres import embedded_postgres
from tendering.storage.migrations import migrate
from tests.support.platform import Answer, Platform, serving
from tests.support.postgres import MIGRATION_FOLDERS, Database

ASKING = 4
SECONDS_MAX = 60
UPLOAD = json.dumps({"size_bytes": 1}).encode()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's user can reach, which pytest's own folders are not for root."""
    with tempfile.TemporaryDirectory(prefix="kaibiao-test-") as parent:
        Path(parent).chmod(0o711)
        yield Path(parent)


@asynccontextmanager
async def database(folder: Path) -> AsyncIterator[Database]:
    """A server of the test's own. Its socket is always at the same place, however often started."""
    async with embedded_postgres(folder / "database", fast=True) as running:
        sockets = parse_qs(urlsplit(running.app_dsn).query)["host"][0]
        place = folder / "sockets"
        place.unlink(missing_ok=True)
        place.symlink_to(sockets)
        dsns = (running.owner_dsn, running.app_dsn, running.audit_dsn)
        yield Database("kaibiao", *(_at(dsn, place) for dsn in dsns))


def _at(dsn: str, place: Path) -> str:
    return f"{dsn.partition('?')[0]}?host={place}"


async def ask(platform: Platform, number: int) -> Answer:
    """A read or a deed, in turn."""
    if number % 2:
        return await platform.request("GET", "/api/v1/tenders")
    headers = {"Idempotency-Key": os.urandom(16).hex(), "Content-Type": "application/json"}
    return await platform.request(
        "POST", "/api/v1/uploads", role=Role.BIDDER, data=UPLOAD, headers=headers
    )


async def until(platform: Platform, status: int, answers: list[Answer]) -> None:
    """Ask reads and deeds until each is answered so."""
    while True:
        latest = [await ask(platform, number) for number in range(2)]
        answers += latest
        if [answer.status // 100 for answer in latest] == [status // 100] * 2:
            return


@pytest.mark.timeout(SECONDS_MAX * 2)
async def test_without_its_database_the_platform_is_unavailable_and_then_recovers(
    folder: Path,
) -> None:
    answers: list[Answer] = []
    stopped = asyncio.Event()
    begun = asyncio.Event()

    async def go_on_asking(platform: Platform) -> None:
        number = 0
        while not stopped.is_set():
            answers.append(await ask(platform, number))
            number += 1
            if number > 5:
                begun.set()

    first = database(folder)
    served = await first.__aenter__()
    try:
        async with open_connection(served.owner_dsn) as owner:
            await migrate(owner, MIGRATION_FOLDERS)
        async with serving(served, folder) as platform, asyncio.timeout(SECONDS_MAX):
            async with asyncio.TaskGroup() as group:
                for _ in range(ASKING):
                    group.create_task(go_on_asking(platform))
                await begun.wait()
                await first.__aexit__(None, None, None)
                await until(platform, 503, answers)
                stopped.set()
            away = await platform.request("GET", "/health/ready")
            async with database(folder):
                await until(platform, 200, answers)
                ready = await platform.request("GET", "/health/ready")
            ended = platform.running.ended.is_set()
    finally:
        stopped.set()

    assert {answer.status for answer in answers} == {200, 201, 503}
    assert {answer.code for answer in answers if answer.status == 503} == {"unavailable"}
    assert (away.status, ready.status) == (503, 200)
    assert not ended


async def end_sessions(pool: Pool) -> None:
    """As an administrator would."""
    async with reading(pool) as connection:
        await connection.fetch(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND state = 'idle in transaction'"""
        )


async def cut(connection: Connection) -> None:
    """As a network would."""
    connection.terminate()


async def test_a_line_that_breaks_in_a_transaction_is_an_outage(pool: Pool) -> None:
    async def use(meanwhile: Callable[[Connection], Awaitable[None]]) -> None:
        async with transaction(pool) as connection:
            await connection.execute("SELECT 1")
            await meanwhile(connection)
            await connection.execute("SELECT 1")

    with pytest.raises(OUTAGES):
        await use(lambda _: end_sessions(pool))
    with pytest.raises(OUTAGES):
        await use(cut)


async def test_a_wrong_use_of_a_connection_stays_a_bug(pool: Pool) -> None:
    async def begin_twice() -> None:
        async with reading(pool) as connection:
            begun = connection.transaction()
            await begun.start()
            await begun.start()

    with pytest.raises(InterfaceError) as caught:
        await begin_twice()

    assert not isinstance(caught.value, OUTAGES)
