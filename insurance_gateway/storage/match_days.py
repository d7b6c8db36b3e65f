"""SQL of `insurance.match_days`: days to match, claimed as messages in the outbox are."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class DueDay:
    """A day whose lists are to be fetched; `attempts` counts this one."""

    guarantor_id: UUID
    day: date
    attempts: int


async def plan(connection: Connection, *, until: date, days_max: int) -> None:
    """Every day up to `until` is to be matched, for each live guarantor, from its first day on.

    Days on which no process ran are made up for, at most `days_max` of them.
    """
    await connection.execute(
        """INSERT INTO insurance.match_days (guarantor_id, day)
           SELECT g.id, d::date FROM insurance.guarantors g
           CROSS JOIN LATERAL generate_series(
               greatest(
                   $1::date - $2::integer + 1,
                   (g.live_since AT TIME ZONE 'Asia/Shanghai')::date),
               $1::date, interval '1 day') AS d
           WHERE g.live_since IS NOT NULL
           ON CONFLICT (guarantor_id, day) DO NOTHING""",
        until,
        days_max,
    )


async def claim(connection: Connection, *, limit: int, lease_seconds: float) -> list[DueDay]:
    """Take some days that are due; nobody else matches them before the lease ends."""
    rows = await connection.fetch(
        """WITH due AS (
               -- FOR UPDATE: two processes must not take the same row.
               SELECT guarantor_id, day FROM insurance.match_days
               WHERE matched_at IS NULL AND next_at <= now()
               ORDER BY next_at, day, guarantor_id LIMIT $1 FOR UPDATE SKIP LOCKED)
           UPDATE insurance.match_days m
           SET attempts = m.attempts + 1, next_at = now() + make_interval(secs => $2)
           FROM due WHERE m.guarantor_id = due.guarantor_id AND m.day = due.day
           RETURNING m.guarantor_id, m.day, m.attempts""",
        limit,
        lease_seconds,
    )
    return [DueDay(row["guarantor_id"], row["day"], row["attempts"]) for row in rows]


async def postpone(connection: Connection, due: DueDay, *, seconds: float) -> None:
    """Fetch its lists again after a pause."""
    await connection.execute(
        """UPDATE insurance.match_days SET next_at = now() + make_interval(secs => $3)
           WHERE guarantor_id = $1 AND day = $2""",
        due.guarantor_id,
        due.day,
        seconds,
    )


async def settle(connection: Connection, guarantor_id: UUID, day: date, *, at: datetime) -> None:
    """The day is matched, by whoever brought its lists."""
    await connection.execute(
        """INSERT INTO insurance.match_days (guarantor_id, day, matched_at) VALUES ($1, $2, $3)
           ON CONFLICT (guarantor_id, day) DO UPDATE SET matched_at = excluded.matched_at""",
        guarantor_id,
        day,
        at,
    )
