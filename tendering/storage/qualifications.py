"""SQL of `tendering.qualifications`: what the procuring entity's check came to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tendering.domain.qualification import Verdict
from tendering.storage.connection import Connection


async def insert_all(
    connection: Connection, tender_id: UUID, lot: str, verdicts: Sequence[Verdict], *, at: datetime
) -> None:
    """Keep the verdicts of a lot."""
    await connection.executemany(
        """INSERT INTO tendering.qualifications
               (tender_id, lot, bidder_id, passes, reason, checked_at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        [(tender_id, lot, one.bidder_id, one.passes, one.reason, at) for one in verdicts],
    )


async def list_of_lot(connection: Connection, tender_id: UUID, lot: str) -> list[Verdict]:
    """The verdicts of a lot; empty before the check."""
    rows = await connection.fetch(
        """SELECT bidder_id, passes, reason FROM tendering.qualifications
           WHERE tender_id = $1 AND lot = $2 ORDER BY bidder_id""",
        tender_id,
        lot,
    )
    return [Verdict(row["bidder_id"], row["passes"], row["reason"]) for row in rows]
