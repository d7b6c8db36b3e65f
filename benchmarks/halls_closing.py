"""Do 300 halls close at one instant? Target: closing 2 s after deadline, unlock 2 s after drain.

One whole platform with its own loops, in one process with whoever watches; three bids in each
tender. What counts is when an entry can be read, not its date: the journals are polled. The
baseline is one hall alone, in the same run.
"""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from benchmarks.report import Row, report
from tendering.domain import timetable as dates
from tendering.domain.tender import Tender
from tendering.storage.connection import Connection, Pool, open_connection, reading
from tendering.storage.json_columns import to_json
from tests.support.law import CALENDAR, CONSTRUCTION
from tests.support.platform import Platform, serving
from tests.support.postgres import cluster
from tests.support.published import published_tender

HALLS: Final = 300
BIDDERS: Final = 3
AHEAD: Final = timedelta(seconds=20)
DRAIN: Final = timedelta(seconds=10)
POLL_SECONDS: Final = 0.05
WAIT_SECONDS_MAX: Final = 120
# Name of the phase → kind of its entry, and what its body holds.
PHASES: Final = {
    "closing": ("hall.phase_began", "closing"),
    "unlock": ("submission.closed", ""),
}
_COPIED: Final = (
    "title, description, regime, region, status, procuring_entity_id, agency_id, supervisor_id, "
    "threshold, method, committee, bid_validity_days, unlock_minutes, drain_seconds, published_at, "
    "source, version, demonstration, created_at, suite, round, circumstances, procedure, "
    "estimate_fen, search_text, search_marks"
)


async def main() -> None:
    """Close one hall, then all of them, and say how late the last one was."""
    halls = int(sys.argv[1]) if len(sys.argv) > 1 else HALLS
    late: dict[int, dict[str, float]] = {}
    async with cluster() as postgres:
        for count in (1, halls):
            with tempfile.TemporaryDirectory() as folder:
                async with (
                    postgres.migrated() as database,
                    serving(database, Path(folder)) as platform,
                    open_connection(database.owner_dsn) as owner,
                ):
                    late[count] = await _close(platform, owner, count)
    for phase in PHASES:
        report(
            f"the last of {halls} halls enters {phase}",
            unit="seconds late",
            rows=[Row("one hall", late[1][phase]), Row(f"{halls} halls", late[halls][phase])],
            ours=f"{halls} halls",
        )


async def _close(platform: Platform, owner: Connection, count: int) -> dict[str, float]:
    """Seconds between the instant and the last hall that follows, by phase."""
    tender = await published_tender(platform)
    deadline = datetime.now(UTC) + AHEAD
    await _multiply(owner, tender, count, deadline)
    instants = {"closing": deadline, "unlock": deadline + DRAIN}
    pool = platform.running.context.pool
    async with asyncio.timeout(WAIT_SECONDS_MAX), asyncio.TaskGroup() as group:
        tasks = {
            phase: group.create_task(_last(pool, *PHASES[phase], count=count)) for phase in PHASES
        }
    return {
        phase: (task.result() - instants[phase]).total_seconds() for phase, task in tasks.items()
    }


async def _multiply(owner: Connection, tender: Tender, count: int, deadline: datetime) -> None:
    """Copies of a tender, each with lot, key holders and bids, all due at one instant."""
    plan = dates.plan(
        CONSTRUCTION,
        CALENDAR,
        published_at=tender.published_at or deadline,
        deadline=deadline,
        drain=DRAIN,
    )
    ids = [UUID(int=10**9 + number) for number in range(count)]
    await owner.execute(
        f"""INSERT INTO tendering.tenders (id, number, deadline, timetable, {_COPIED})
            SELECT n.id, 'KB-' || n.id, $3, $4, {_COPIED}
            FROM tendering.tenders t, unnest($1::uuid[]) AS n (id) WHERE t.id = $2""",  # noqa: S608
        ids,
        tender.id,
        deadline,
        to_json(dates.to_json(plan)),
    )
    await owner.execute(
        """INSERT INTO tendering.lots
               (tender_id, lot, title, estimate_fen, ceiling_price_fen, bid_security_fen, items)
           SELECT n.id, lot, title, estimate_fen, ceiling_price_fen, bid_security_fen, items
           FROM tendering.lots l, unnest($1::uuid[]) AS n (id) WHERE l.tender_id = $2""",
        ids,
        tender.id,
    )
    await owner.execute(
        """INSERT INTO tendering.key_holders
               (tender_id, number, organization_id, public_key, announcement)
           SELECT n.id, number, organization_id, sha256(number::text::bytea), '{}'
           FROM tendering.key_holders k, unnest($1::uuid[]) AS n (id) WHERE k.tender_id = $2""",
        ids,
        tender.id,
    )
    await owner.execute(
        """INSERT INTO tendering.bids
               (tender_id, lot, bidder_id, counter, status, manifest, manifest_digest, envelopes,
                received_at)
           SELECT n.id, '1', o.id, 1, 'submitted', '{}', sha256((n.id::text || o.id)::bytea), '[]',
                  now()
           FROM unnest($1::uuid[]) AS n (id),
                (SELECT id FROM tendering.organizations ORDER BY id LIMIT $2) AS o""",
        ids,
        BIDDERS,
    )


async def _last(pool: Pool, kind: str, phase: str, *, count: int) -> datetime:
    """When the last of so many entries could be read."""
    while True:
        async with reading(pool) as connection:
            found = await connection.fetchval(
                """SELECT count(*) FROM tendering.journal
                   WHERE stream = 'public' AND kind = $1
                     AND body LIKE '%' || $2 || '%'""",
                kind,
                phase,
            )
        if found >= count:
            return datetime.now(UTC)
        await asyncio.sleep(POLL_SECONDS)


if __name__ == "__main__":
    asyncio.run(main())
