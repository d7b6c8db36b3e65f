"""SQL of `insurance.discrepancies`: the queue of what must be looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from insurance_gateway.three_way import Discrepancy
from tendering.domain.refusals import NotFound
from tendering.storage.connection import Connection, Record

OPEN_MAX = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """A discrepancy in the queue; nobody owns it at first."""

    id: UUID
    guarantor_id: UUID
    day: date
    kind: str
    subject: str
    detail: str
    opened_at: datetime
    owner_id: UUID | None
    settled_at: datetime | None
    resolution: str


async def insert_all(
    connection: Connection,
    guarantor_id: UUID,
    day: date,
    found: Sequence[tuple[UUID, Discrepancy]],
    *,
    at: datetime,
) -> None:
    """Put what was found into the queue; what is there already stays as it is."""
    await connection.executemany(
        """INSERT INTO insurance.discrepancies
               (id, guarantor_id, day, kind, subject, detail, opened_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT ON CONSTRAINT discrepancies_once DO NOTHING""",
        [
            (new_id, guarantor_id, day, one.fault, str(one.order_id), one.detail[:300], at)
            for new_id, one in found
        ],
    )


async def list_open(connection: Connection) -> list[Kept]:
    """What nobody has settled, oldest first."""
    rows = await connection.fetch(
        """SELECT id, guarantor_id, day, kind, subject, detail, opened_at, owner_id, settled_at,
                  resolution
           FROM insurance.discrepancies WHERE settled_at IS NULL
           ORDER BY opened_at, id LIMIT $1""",
        OPEN_MAX,
    )
    return [_kept(row) for row in rows]


async def count_open(connection: Connection, *, before: datetime) -> int:
    """How many that were found before an instant nobody has settled."""
    found: int = await connection.fetchval(
        """SELECT count(*) FROM insurance.discrepancies
           WHERE settled_at IS NULL AND opened_at < $1""",
        before,
    )
    return found


async def take(connection: Connection, discrepancy_id: UUID, *, owner_id: UUID) -> Kept:
    """Somebody looks after it from now on. Raises NotFound, also when it is settled."""
    return _kept(
        await connection.fetchrow(
            """UPDATE insurance.discrepancies SET owner_id = $2
               WHERE id = $1 AND settled_at IS NULL
               RETURNING id, guarantor_id, day, kind, subject, detail, opened_at, owner_id,
                         settled_at, resolution""",
            discrepancy_id,
            owner_id,
        )
    )


async def settle(
    connection: Connection, discrepancy_id: UUID, *, owner_id: UUID, resolution: str, at: datetime
) -> Kept:
    """Its owner says how it ended. Raises NotFound: settled, or somebody else's."""
    return _kept(
        await connection.fetchrow(
            """UPDATE insurance.discrepancies SET settled_at = $4, resolution = $3
               WHERE id = $1 AND owner_id = $2 AND settled_at IS NULL
               RETURNING id, guarantor_id, day, kind, subject, detail, opened_at, owner_id,
                         settled_at, resolution""",
            discrepancy_id,
            owner_id,
            resolution,
            at,
        )
    )


def _kept(row: Record | None) -> Kept:
    if row is None:
        raise NotFound("no such discrepancy is open, or it is somebody else's")
    return Kept(
        row["id"],
        row["guarantor_id"],
        row["day"],
        row["kind"],
        row["subject"],
        row["detail"],
        row["opened_at"],
        row["owner_id"],
        row["settled_at"],
        row["resolution"],
    )
