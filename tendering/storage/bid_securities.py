"""SQL of `tendering.bid_securities`: custody; only the submission rule reads it early."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tendering.domain.bid import BidStatus
from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.domain.security_release import HeldSecurity, ReleaseCase
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


async def put(
    connection: Connection,
    security: BidSecurity,
    *,
    at: datetime,
    account_digest: bytes | None = None,
) -> None:
    """Put a security on record, in place of an earlier one of the bidder for the lot.

    `account_digest`: of the account that cash came from, 32 bytes.
    """
    await connection.execute(
        """INSERT INTO tendering.bid_securities
               (tender_id, lot, bidder_id, form, amount_fen, valid_until, guarantor_id, reference,
                recorded_at, account_digest)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           ON CONFLICT (tender_id, lot, bidder_id) DO UPDATE
           SET form = excluded.form, amount_fen = excluded.amount_fen,
               valid_until = excluded.valid_until, guarantor_id = excluded.guarantor_id,
               reference = excluded.reference, recorded_at = excluded.recorded_at,
               account_digest = excluded.account_digest, release_case = NULL,
               release_since = NULL, release_due = NULL, released_at = NULL, kept_because = ''""",
        security.tender_id,
        security.lot,
        security.bidder_id,
        security.form,
        security.amount_fen,
        security.valid_until,
        security.guarantor_id,
        security.reference,
        at,
        account_digest,
    )


async def prolong(connection: Connection, security: BidSecurity) -> None:
    """Write what a security covers by now; what became of it stays as it is."""
    await connection.execute(
        """UPDATE tendering.bid_securities SET amount_fen = $4, valid_until = $5, reference = $6
           WHERE tender_id = $1 AND lot = $2 AND bidder_id = $3""",
        security.tender_id,
        security.lot,
        security.bidder_id,
        security.amount_fen,
        security.valid_until,
        security.reference,
    )


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[BidSecurity]:
    """All securities of a tender, for the opening and afterwards."""
    rows = await connection.fetch(
        """SELECT tender_id, lot, bidder_id, form, amount_fen, valid_until, guarantor_id, reference
           FROM tendering.bid_securities WHERE tender_id = $1 ORDER BY lot, bidder_id""",
        tender_id,
    )
    return [_security(row) for row in rows]


async def list_held(connection: Connection, tender_id: UUID) -> list[HeldSecurity]:
    """All securities of a tender with what became of them and of the bids they stand behind."""
    rows = await connection.fetch(
        """SELECT s.tender_id, s.lot, s.bidder_id, s.form, s.amount_fen, s.valid_until,
                  s.guarantor_id, s.reference, s.recorded_at, s.release_case, s.release_since,
                  s.release_due, s.released_at, s.kept_because, last.status AS bid
           FROM tendering.bid_securities s
           LEFT JOIN LATERAL (SELECT b.status FROM tendering.bids b
                              WHERE b.tender_id = s.tender_id AND b.lot = s.lot
                                AND b.bidder_id = s.bidder_id
                              ORDER BY b.counter DESC LIMIT 1) AS last ON true
           WHERE s.tender_id = $1 ORDER BY s.lot, s.bidder_id""",
        tender_id,
    )
    return [_held(row) for row in rows]


async def accounts_of(connection: Connection, tender_id: UUID) -> dict[str, dict[UUID, bytes]]:
    """By lot and bidder, the digests of the accounts that cash came from."""
    rows = await connection.fetch(
        """SELECT lot, bidder_id, account_digest FROM tendering.bid_securities
           WHERE tender_id = $1 AND account_digest IS NOT NULL ORDER BY lot, bidder_id""",
        tender_id,
    )
    found: dict[str, dict[UUID, bytes]] = {}
    for row in rows:
        found.setdefault(row["lot"], {})[row["bidder_id"]] = row["account_digest"]
    return found


async def save_fate(connection: Connection, held: HeldSecurity) -> None:
    """Write whether a security is to go back, has gone back or is kept."""
    await connection.execute(
        """UPDATE tendering.bid_securities
           SET release_case = $4, release_since = $5, release_due = $6, released_at = $7,
               kept_because = $8
           WHERE tender_id = $1 AND lot = $2 AND bidder_id = $3""",
        held.security.tender_id,
        held.security.lot,
        held.security.bidder_id,
        held.case,
        held.since,
        held.due,
        held.released_at,
        held.kept_because,
    )


def _held(row: Record) -> HeldSecurity:
    return HeldSecurity(
        _security(row),
        row["recorded_at"],
        None if row["bid"] is None else BidStatus(row["bid"]),
        None if row["release_case"] is None else ReleaseCase(row["release_case"]),
        row["release_since"],
        row["release_due"],
        row["released_at"],
        row["kept_because"],
    )


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
