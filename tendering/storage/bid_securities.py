"""SQL of `tendering.bid_securities`: custody; only the submission rule reads it early."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.storage.connection import Connection, Record


async def of_all(
    connection: Connection, places: Sequence[tuple[UUID, str, UUID]]
) -> dict[tuple[UUID, str, UUID], BidSecurity]:
    """Securities that have not been released, by (tender, lot, bidder). One statement."""
    rows = await connection.fetch(
        """SELECT s.tender_id, s.lot, s.bidder_id, s.form, s.amount_fen, s.valid_until,
                  s.guarantor_id, s.reference
           FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS p (tender_id, lot, bidder_id)
           JOIN tendering.bid_securities s USING (tender_id, lot, bidder_id)
           WHERE s.released_at IS NULL ORDER BY 1, 2, 3""",
        [tender_id for tender_id, _, _ in places],
        [lot for _, lot, _ in places],
        [bidder_id for _, _, bidder_id in places],
    )
    return {(row["tender_id"], row["lot"], row["bidder_id"]): _security(row) for row in rows}


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
