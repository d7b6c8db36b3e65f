"""A platform does not start by a clock that is behind what its log has signed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tendering.platform_clock import ClockBehind
from tendering.storage import log
from tendering.storage.connection import Pool, transaction
from tests.support.platform import serving
from tests.support.postgres import Database


async def test_a_platform_whose_clock_was_set_back_says_so_and_does_not_start(
    database: Database, pool: Pool, tmp_path: Path
) -> None:
    signed = datetime.now(UTC) + timedelta(hours=1)
    async with transaction(pool) as connection:
        checkpoint = log.Checkpoint(256, b"\1" * 32, "signed", signed)
        await log.insert_checkpoint(connection, checkpoint)

    with pytest.raises(ClockBehind):
        async with serving(database, tmp_path):
            pass
