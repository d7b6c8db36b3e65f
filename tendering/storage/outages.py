"""SQL of `tendering.heartbeats`, `tendering.outages` and `tendering.outage_tenders`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tendering.domain.outages import NEAR_MAX
from tendering.domain.suspension import Pause
from tendering.storage.connection import Connection

# Whoever holds it looks for a gap. Any number that no other lock of ours has.
_WATCH = 0x6B62_6F75_7467


@dataclass(frozen=True, slots=True)
class Outage:
    """An outage by the platform's clock, and how long a gap counted as one when it was noticed."""

    id: UUID
    since: datetime
    until: datetime
    trigger: timedelta

    @property
    def pause(self) -> Pause:
        """From when to when."""
        return Pause(self.since, self.until)


async def lock(connection: Connection) -> None:
    """Become the one that looks for a gap, to the end of the transaction."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _WATCH)


async def silence(connection: Connection) -> timedelta | None:
    """How long no process has given a sign of life; None if none ever has.

    A statement of its own after the lock, to see the sign of who held it before.
    """
    found: timedelta | None = await connection.fetchval(
        "SELECT clock_timestamp() - max(beat_at) FROM tendering.heartbeats"
    )
    return found


async def latest_beat(connection: Connection) -> datetime | None:
    """The last sign of life of any process, by real time; None if none ever gave one."""
    found: datetime | None = await connection.fetchval(
        "SELECT max(beat_at) FROM tendering.heartbeats"
    )
    return found


async def beat(connection: Connection, process_id: UUID) -> None:
    """Give a sign of life."""
    await connection.execute(
        """INSERT INTO tendering.heartbeats (process_id, beat_at) VALUES ($1, clock_timestamp())
           ON CONFLICT (process_id) DO UPDATE SET beat_at = excluded.beat_at""",
        process_id,
    )


async def forget_silent(connection: Connection, process_id: UUID) -> None:
    """Forget the processes of yesterday, but never oneself."""
    await connection.execute(
        """DELETE FROM tendering.heartbeats
           WHERE process_id <> $1 AND beat_at < clock_timestamp() - interval '1 day'""",
        process_id,
    )


async def insert(connection: Connection, outage: Outage) -> None:
    """Write down an outage that is over; no tender has been looked at."""
    await connection.execute(
        """INSERT INTO tendering.outages (id, since, until, trigger_seconds)
           VALUES ($1, $2, $3, $4)""",
        outage.id,
        outage.since,
        outage.until,
        outage.trigger // timedelta(seconds=1),
    )


async def list_unsettled(connection: Connection) -> list[Outage]:
    """Outages that some tender may still have to be told of, oldest first."""
    rows = await connection.fetch(
        """SELECT id, since, until, trigger_seconds FROM tendering.outages
           WHERE NOT is_settled ORDER BY since, id"""
    )
    return [
        Outage(row["id"], row["since"], row["until"], timedelta(seconds=row["trigger_seconds"]))
        for row in rows
    ]


async def list_touched(connection: Connection, outage: Outage, *, limit: int) -> list[UUID]:
    """Tenders under way that were not looked at yet: deadline to come, opening or evaluation."""
    rows = await connection.fetch(
        """SELECT t.id FROM tendering.tenders t
           WHERE (t.status IN ('opening', 'evaluating')
                  OR (t.status = 'published' AND t.deadline > $2 AND t.deadline < $4))
             AND NOT EXISTS (SELECT FROM tendering.outage_tenders o
                             WHERE o.outage_id = $1 AND o.tender_id = t.id)
           ORDER BY t.deadline, t.id LIMIT $3""",
        outage.id,
        outage.since,
        limit,
        outage.until + NEAR_MAX,
    )
    return [row["id"] for row in rows]


async def take(connection: Connection, outage_id: UUID, tender_id: UUID) -> bool:
    """Note that a locked tender was looked at; False if somebody did so before."""
    taken = await connection.execute(
        """INSERT INTO tendering.outage_tenders (outage_id, tender_id) VALUES ($1, $2)
           ON CONFLICT DO NOTHING""",
        outage_id,
        tender_id,
    )
    return taken == "INSERT 0 1"


async def set_settled(connection: Connection, outage_id: UUID) -> None:
    """Every tender was looked at."""
    await connection.execute(
        "UPDATE tendering.outages SET is_settled = true WHERE id = $1", outage_id
    )
