"""SQL of `tendering.receipts`: every receipt ever given, as it was signed."""

from uuid import UUID

from tendering.domain.receipts import Receipt, parse_receipt, receipt_json
from tendering.storage.connection import Connection
from tendering.storage.json_columns import from_json, to_json


async def save(connection: Connection, receipt: Receipt) -> None:
    """Keep a receipt and put its leaf into the next batch. One statement, part of the deed."""
    submission = receipt.submission
    await connection.execute(
        """WITH waiting AS (
             INSERT INTO tendering.log_pending (leaf) VALUES ($4) ON CONFLICT (leaf) DO NOTHING)
           INSERT INTO tendering.receipts (
             tender_id, manifest_digest, act, bidder_id, leaf, receipt)
           VALUES ($1, $2, $5, $3, $4, $6)""",
        submission.tender_id,
        submission.manifest_digest,
        submission.bidder_id,
        receipt.leaf,
        submission.act,
        to_json(receipt_json(receipt)),
    )


async def of_bidder(
    connection: Connection, *, bidder_id: UUID, manifest_digest: bytes, act: str
) -> Receipt | None:
    """The bidder's own receipt for a manifest, as it was signed; None when there is none.

    `act` tells the receipt of the submission from that of its withdrawal.
    """
    text = await connection.fetchval(
        """SELECT receipt FROM tendering.receipts
           WHERE manifest_digest = $1 AND bidder_id = $2 AND act = $3
           ORDER BY tender_id LIMIT 1""",
        manifest_digest,
        bidder_id,
        act,
    )
    return None if text is None else parse_receipt(from_json(text))


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[Receipt]:
    """All receipts of a tender, as they were received: at the opening their nonces are revealed."""
    rows = await connection.fetch(
        "SELECT receipt FROM tendering.receipts WHERE tender_id = $1 ORDER BY manifest_digest",
        tender_id,
    )
    receipts = [parse_receipt(from_json(row["receipt"])) for row in rows]
    return sorted(receipts, key=lambda receipt: receipt.submission.received_at)
