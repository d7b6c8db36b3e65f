"""SQL of `tendering.draw_contributions` and `draw_records`."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from tendering.domain.contributions import Contribution
from tendering.storage.connection import Connection


async def list_of(connection: Connection, tender_id: UUID) -> tuple[Contribution, ...]:
    """All contributions to a draw, by organization."""
    rows = await connection.fetch(
        """SELECT organization_id, recipient, container, admitted, file_key
           FROM tendering.draw_contributions WHERE tender_id = $1 ORDER BY organization_id""",
        tender_id,
    )
    records = await connection.fetch(
        """SELECT organization_id, number, usable, share
           FROM tendering.draw_records WHERE tender_id = $1 ORDER BY organization_id, number""",
        tender_id,
    )
    return tuple(
        Contribution(
            row["organization_id"],
            row["recipient"],
            row["container"],
            records={
                one["number"]: one["usable"]
                for one in records
                if one["organization_id"] == row["organization_id"] and one["usable"] is not None
            },
            admitted=row["admitted"],
            file_key=row["file_key"],
            shares={
                one["number"]: one["share"]
                for one in records
                if one["organization_id"] == row["organization_id"] and one["share"] is not None
            },
        )
        for row in rows
    )


async def insert(
    connection: Connection, tender_id: UUID, contribution: Contribution, *, at: datetime
) -> None:
    """Keep a party's sealed contribution."""
    await connection.execute(
        """INSERT INTO tendering.draw_contributions
               (tender_id, organization_id, recipient, container, committed_at)
           VALUES ($1, $2, $3, $4, $5)""",
        tender_id,
        contribution.organization_id,
        contribution.recipient,
        contribution.container,
        at,
    )


async def insert_record(
    connection: Connection, tender_id: UUID, organization_id: UUID, *, number: int, usable: bool
) -> None:
    """Keep what a key holder said of its record."""
    await connection.execute(
        """INSERT INTO tendering.draw_records (tender_id, organization_id, number, usable)
           VALUES ($1, $2, $3, $4)""",
        tender_id,
        organization_id,
        number,
        usable,
    )


async def save_share(
    connection: Connection, tender_id: UUID, organization_id: UUID, *, number: int, share: bytes
) -> None:
    """Keep a key holder's share, whether or not it had said anything before."""
    await connection.execute(
        """INSERT INTO tendering.draw_records (tender_id, organization_id, number, share)
           VALUES ($1, $2, $3, $4)
           ON CONFLICT (tender_id, organization_id, number) DO UPDATE SET share = $4""",
        tender_id,
        organization_id,
        number,
        share,
    )


async def save_admitted(
    connection: Connection, tender_id: UUID, admitted: Collection[UUID]
) -> None:
    """Settle which contributions count."""
    await connection.execute(
        """UPDATE tendering.draw_contributions SET admitted = organization_id = ANY($2)
           WHERE tender_id = $1""",
        tender_id,
        list(admitted),
    )


async def save_file_key(
    connection: Connection, tender_id: UUID, organization_id: UUID, file_key: bytes, *, at: datetime
) -> None:
    """Keep the file key that a party revealed."""
    await connection.execute(
        """UPDATE tendering.draw_contributions SET file_key = $3, revealed_at = $4
           WHERE tender_id = $1 AND organization_id = $2 AND file_key IS NULL""",
        tender_id,
        organization_id,
        file_key,
        at,
    )
