"""SQL of `tendering.demonstration_clock`: how far a demonstration's clock is ahead of real time."""

from datetime import timedelta

from tendering.storage.connection import Connection


async def ahead(connection: Connection) -> timedelta:
    """How far the clock has jumped so far."""
    microseconds = await connection.fetchval(
        "SELECT ahead_microseconds FROM tendering.demonstration_clock"
    )
    return timedelta(microseconds=microseconds or 0)


async def jump_by(connection: Connection, step: timedelta) -> timedelta:
    """Add a jump; how far the clock is ahead afterwards. Two jumps at once follow each other."""
    microseconds: int = await connection.fetchval(
        """INSERT INTO tendering.demonstration_clock (ahead_microseconds) VALUES ($1)
           ON CONFLICT (id) DO UPDATE
           SET ahead_microseconds = demonstration_clock.ahead_microseconds + $1
           RETURNING ahead_microseconds""",
        step // timedelta(microseconds=1),
    )
    return timedelta(microseconds=microseconds)
