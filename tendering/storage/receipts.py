"""SQL of `tendering.receipts`: every receipt ever given, as it was signed."""

from collections.abc import Sequence
from uuid import UUID

from tendering.domain.receipts import Receipt, parse_receipt, receipt_json
from tendering.storage.connection import Connection
from tendering.storage.json_columns import from_json, to_json


async def save(connection: Connection, receipt: Receipt) -> None:
    """Keep a receipt and put its leaf into the next batch. One statement, part of the deed."""
    await save_all(connection, [receipt])


async def save_all(connection: Connection, given: Sequence[Receipt]) -> None:
    """Keep receipts and put their leaves into the next batch. One statement, part of the deeds."""
    leaves = [receipt.leaf for receipt in given]
    await connection.execute(
        """WITH waiting AS (
             INSERT INTO tendering.log_pending (leaf) SELECT unnest($4::bytea[])
             ON CONFLICT (leaf) DO NOTHING)
           INSERT INTO tendering.receipts (
             tender_id, manifest_digest, bidder_id, leaf, act, receipt)
           SELECT * FROM unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::bytea[], $5::text[],
                                $6::text[])""",
        [receipt.submission.tender_id for receipt in given],
        [receipt.submission.manifest_digest for receipt in given],
        [receipt.submission.bidder_id for receipt in given],
        leaves,
        [receipt.submission.act for receipt in given],
        [to_json(receipt_json(receipt)) for receipt in given],
    )


async def of_bidder(
    connection: Connection, *, bidder_id: UUID, manifest_digest: bytes, act: str
) -> Receipt | None:
    """The bidder's own receipt for a manifest, as it was signed; None when there is none.

    `act` tells the receipt of the submission from that of its withdrawal.
    """
    found = await of_bidders(connection, [(bidder_id, manifest_digest)], act=act)
    return found.get((bidder_id, manifest_digest))


async def of_bidders(
    connection: Connection, asked: Sequence[tuple[UUID, bytes]], *, act: str
) -> dict[tuple[UUID, bytes], Receipt]:
    """Receipts by bidder and manifest digest, one statement; what was never given is left out."""
    rows = await connection.fetch(
        """SELECT r.bidder_id, r.manifest_digest, r.receipt
           FROM unnest($1::uuid[], $2::bytea[]) AS asked (bidder_id, manifest_digest)
           JOIN tendering.receipts r USING (bidder_id, manifest_digest)
           WHERE r.act = $3 ORDER BY r.tender_id DESC""",
        [bidder_id for bidder_id, _ in asked],
        [manifest_digest for _, manifest_digest in asked],
        act,
    )
    return {
        (row["bidder_id"], row["manifest_digest"]): parse_receipt(from_json(row["receipt"]))
        for row in rows
    }


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[Receipt]:
    """All receipts of a tender, as they were received: at the opening their nonces are revealed."""
    rows = await connection.fetch(
        "SELECT receipt FROM tendering.receipts WHERE tender_id = $1 ORDER BY manifest_digest",
        tender_id,
    )
    receipts = [parse_receipt(from_json(row["receipt"])) for row in rows]
    return sorted(receipts, key=lambda receipt: receipt.submission.received_at)
