"""A server of rooms on the test's own database, with a tender whose bids are open."""

from collections.abc import AsyncIterator

import pytest

from tendering.storage.connection import Pool, transaction
from tests.support.evaluation_tender import insert_tender
from tests.support.postgres import Database
from tests.support.room_server import RoomServer, room_server


@pytest.fixture
async def tender_pool(pool: Pool) -> Pool:
    """A pool on a database that has the tender."""
    async with transaction(pool) as connection:
        await insert_tender(connection)
    return pool


@pytest.fixture
async def rooms(tender_pool: Pool, database: Database) -> AsyncIterator[RoomServer]:
    """The server; its evaluation room is not open yet."""
    async with room_server(tender_pool, database.app_dsn) as server:
        yield server
