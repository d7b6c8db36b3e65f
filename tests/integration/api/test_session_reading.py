"""Sessions read for all who ask at once: each gets its own, and nobody an older one."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tendering.api.auth import token_digest
from tendering.api.session_reading import SessionReader
from tendering.domain.roles import Role
from tendering.storage import sessions
from tendering.storage.connection import transaction
from tests.support.platform import Platform, serving
from tests.support.postgres import Database

WAIT_SECONDS = 20


@pytest.fixture
async def platform(database: Database, tmp_path: Path) -> AsyncIterator[Platform]:
    """A platform with somebody in every role."""
    async with serving(database, tmp_path) as served:
        yield served


async def test_each_of_many_gets_the_session_of_its_own_token(platform: Platform) -> None:
    pool, reader, at = platform.running.context.pool, SessionReader(), datetime.now(UTC)
    tokens = {role: token_digest(token) for role, token in platform.tokens.items()}

    asked = [*tokens.values(), bytes(32)] * 5
    async with asyncio.timeout(WAIT_SECONDS):
        found = await asyncio.gather(*(reader.get(pool, each, at=at) for each in asked))

    expected: list[Role | None] = [*tokens, None] * 5
    assert [None if one is None else one.actor.role for one in found] == expected


async def test_who_logs_out_is_nobody_for_whoever_asks_then(platform: Platform) -> None:
    pool, reader, at = platform.running.context.pool, SessionReader(), datetime.now(UTC)
    digest = token_digest(platform.tokens[Role.BIDDER])
    assert await reader.get(pool, digest, at=at) is not None

    async with transaction(pool) as connection:
        await sessions.delete(connection, digest)

    assert await reader.get(pool, digest, at=at) is None


async def test_who_is_cut_off_while_reading_keeps_nobody_waiting(platform: Platform) -> None:
    pool, reader, at = platform.running.context.pool, SessionReader(), datetime.now(UTC)
    digest = token_digest(platform.tokens[Role.BIDDER])
    first, *others = [asyncio.create_task(reader.get(pool, digest, at=at)) for _ in range(4)]
    await asyncio.sleep(0)

    first.cancel()

    async with asyncio.timeout(WAIT_SECONDS):
        assert all([await other for other in others])
    assert first.cancelled()
