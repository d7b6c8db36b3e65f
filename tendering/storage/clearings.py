"""SQL of `tendering.clearings`: which report was made of a lot's bills of quantities."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from tendering.storage.connection import Connection
from tendering.storage.json_columns import from_json, to_json


@dataclass(frozen=True, slots=True)
class MadeClearing:
    """A report: its SHA-256 (32 bytes), and by bidder `stated` and `total` of its bill in fen."""

    lot: str
    digest: bytes
    size_bytes: int
    bill_fen: Mapping[UUID, Mapping[str, int]]
    made_at: datetime


async def insert(connection: Connection, tender_id: UUID, made: MadeClearing) -> None:
    """Keep a report that was made."""
    by_bidder = {str(bidder_id): dict(one) for bidder_id, one in made.bill_fen.items()}
    await connection.execute(
        """INSERT INTO tendering.clearings (tender_id, lot, digest, size_bytes, bill_fen, made_at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        tender_id,
        made.lot,
        made.digest,
        made.size_bytes,
        to_json(by_bidder),
        made.made_at,
    )


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[MadeClearing]:
    """The reports of a tender, by lot."""
    rows = await connection.fetch(
        """SELECT lot, digest, size_bytes, bill_fen, made_at FROM tendering.clearings
           WHERE tender_id = $1 ORDER BY lot""",
        tender_id,
    )
    return [
        MadeClearing(
            row["lot"],
            row["digest"],
            row["size_bytes"],
            {
                UUID(key): cast("dict[str, int]", one)
                for key, one in from_json(row["bill_fen"]).items()
            },
            row["made_at"],
        )
        for row in rows
    ]


async def find(connection: Connection, tender_id: UUID, lot: str) -> MadeClearing | None:
    """The report of a lot, once it was made."""
    found = await list_of_tender(connection, tender_id)
    return next((one for one in found if one.lot == lot), None)
