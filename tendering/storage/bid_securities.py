"""SQL of `tendering.bid_securities`: custody; only the submission rule reads it early."""

from datetime import datetime
from uuid import UUID

from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.storage.connection import Connection, Record


async def of(
    connection: Connection, tender_id: UUID, lot: str, bidder_id: UUID
) -> BidSecurity | None:
    """The bidder's security for a lot that has not been released."""
    row = await connection.fetchrow(
        """SELECT tender_id, lot, bidder_id, form, amount_fen, valid_until, guarantor_id, reference
           FROM tendering.bid_securities
           WHERE tender_id = $1 AND lot = $2 AND bidder_id = $3 AND released_at IS NULL""",
        tender_id,
        lot,
        bidder_id,
    )
    return None if row is None else _security(row)


async def put(connection: Connection, security: BidSecurity, *, at: datetime) -> None:
    """Put a security on record, in place of an earlier one of the bidder for the lot."""
    await connection.execute(
        """INSERT INTO tendering.bid_securities
               (tender_id, lot, bidder_id, form, amount_fen, valid_until, guarantor_id, reference,
                recorded_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (tender_id, lot, bidder_id) DO UPDATE
           SET form = excluded.form, amount_fen = excluded.amount_fen,
               valid_until = excluded.valid_until, guarantor_id = excluded.guarantor_id,
               reference = excluded.reference, recorded_at = excluded.recorded_at,
               released_at = NULL""",
        security.tender_id,
        security.lot,
        security.bidder_id,
        security.form,
        security.amount_fen,
        security.valid_until,
        security.guarantor_id,
        security.reference,
        at,
    )


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[BidSecurity]:
    """All securities of a tender, for the opening and afterwards."""
    rows = await connection.fetch(
        """SELECT tender_id, lot, bidder_id, form, amount_fen, valid_until, guarantor_id, reference
           FROM tendering.bid_securities WHERE tender_id = $1 ORDER BY lot, bidder_id""",
        tender_id,
    )
    return [_security(row) for row in rows]


def _security(row: Record) -> BidSecurity:
    return BidSecurity(
        row["tender_id"],
        row["lot"],
        row["bidder_id"],
        SecurityForm(row["form"]),
        row["amount_fen"],
        row["valid_until"],
        row["guarantor_id"],
        row["reference"],
    )
