"""When a batch is made: once an interval, whatever waits and whatever was missed."""

from tendering.storage import log
from tendering.storage.connection import Connection, reading
from tests.integration.log.conftest import TheLog
from tests.integration.log.test_batches import BLOCK, add


async def test_no_batch_is_made_before_the_interval_has_passed(the_log: TheLog) -> None:
    assert await the_log.batch(interval_seconds=3600) is not None
    assert await the_log.batch(interval_seconds=3600) is None

    async with reading(the_log.pool) as connection:
        seconds = await log.seconds_until_due(connection, interval_seconds=3600)
    assert 0 < seconds <= 3600


async def test_missed_intervals_are_made_up_for_by_one_batch_that_carries_all(
    the_log: TheLog, owner: Connection
) -> None:
    await the_log.batch(interval_seconds=3600)
    leaves = await add(the_log.pool, 300)
    await owner.execute("UPDATE tendering.log_head SET sequenced_at = now() - interval '1 day'")

    late = await the_log.batch(interval_seconds=3600)
    again = await the_log.batch(interval_seconds=3600)

    assert late is not None
    assert (late.size, again) == (3 * BLOCK, None)
    async with reading(the_log.pool) as connection:
        assert None not in [await log.index_of(connection, leaf) for leaf in leaves]
