"""SQL of `tendering.rate_limits`: token buckets that all processes share, by real time (GCRA).

A row says when its bucket will be full again; each attempt moves that instant on.
"""

from datetime import timedelta

from tendering.storage.connection import Connection


async def take(
    connection: Connection, bucket: bytes, *, refill: timedelta, burst: int
) -> timedelta | None:
    """Take a token; None when there was one, else how long until the next. `bucket`: 32 bytes."""
    taken = await connection.fetchval(
        """INSERT INTO tendering.rate_limits AS r (bucket, full_at)
           VALUES ($1, clock_timestamp() + $2::interval)
           ON CONFLICT (bucket) DO UPDATE
           SET full_at = greatest(r.full_at, clock_timestamp()) + $2::interval
           WHERE r.full_at <= clock_timestamp() + $3::interval RETURNING true""",
        bucket,
        refill,
        refill * (burst - 1),
    )
    if taken is not None:
        return None
    wait: timedelta | None = await connection.fetchval(
        """SELECT full_at - clock_timestamp() - $2::interval
           FROM tendering.rate_limits WHERE bucket = $1""",
        bucket,
        refill * (burst - 1),
    )
    return refill if wait is None else wait


async def give_back(connection: Connection, bucket: bytes, *, refill: timedelta) -> None:
    """Put one token back: the attempt was an honest one."""
    await connection.execute(
        "UPDATE tendering.rate_limits SET full_at = full_at - $2::interval WHERE bucket = $1",
        bucket,
        refill,
    )


async def delete_full(connection: Connection) -> None:
    """Forget the buckets that are full again."""
    await connection.execute(
        """DELETE FROM tendering.rate_limits WHERE bucket IN (
               SELECT bucket FROM tendering.rate_limits WHERE full_at <= now()
               ORDER BY bucket FOR UPDATE SKIP LOCKED)"""
    )
