"""SQL of `tendering.bids` and `ephemeral_keys`: every submission that custody ever took."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.bid import BidStatus, CustodyState, SealedBid, SealedEnvelope
from tendering.domain.opening import LockedBid
from tendering.domain.refusals import EphemeralKeyReused, NoBid
from tendering.storage.connection import Connection, Record, UniqueViolation
from tendering.storage.json_columns import from_json, to_json

_COLUMNS = """b.tender_id, b.lot, b.bidder_id, b.counter, b.status, b.manifest, b.manifest_digest,
              b.envelopes, b.received_at"""


@dataclass(frozen=True, slots=True)
class StoredBid:
    """A submission as custody holds it."""

    bid: SealedBid
    status: BidStatus
    received_at: datetime


async def custody_of(
    connection: Connection, tender_id: UUID, *, lot: str, bidder_id: UUID
) -> CustodyState:
    """The bidder's last counter for the lot and whether a bid of it stands."""
    row = await connection.fetchrow(
        """SELECT counter, status FROM tendering.bids
           WHERE tender_id = $1 AND lot = $2 AND bidder_id = $3 ORDER BY counter DESC LIMIT 1""",
        tender_id,
        lot,
        bidder_id,
    )
    if row is None:
        return CustodyState(0, stands=False)
    return CustodyState(row["counter"], stands=row["status"] == BidStatus.SUBMITTED)


async def insert(connection: Connection, bid: SealedBid, *, received_at: datetime) -> None:
    """Take a bid in, in place of the bidder's earlier one, and keep its uploads. One statement."""
    await connection.execute(
        """WITH replaced AS (
               UPDATE tendering.bids SET status = 'replaced'
               WHERE tender_id = $1 AND lot = $2 AND bidder_id = $3 AND status = 'submitted'
               RETURNING 1),
           kept AS (
               UPDATE tendering.uploads SET kept = true WHERE id = ANY($8) RETURNING 1)
           INSERT INTO tendering.bids
               (tender_id, lot, bidder_id, counter, status, manifest, manifest_digest, envelopes,
                received_at)
           SELECT $1, $2, $3, $4, 'submitted', $5, $6, $7, $9
           FROM (SELECT count(*) FROM replaced) AS earlier, (SELECT count(*) FROM kept) AS files""",
        bid.tender_id,
        bid.lot,
        bid.bidder_id,
        bid.counter,
        to_json(dict(bid.manifest)),
        bid.manifest_digest,
        to_json([_envelope_json(envelope) for envelope in bid.envelopes]),
        [envelope.upload_id for envelope in bid.envelopes],
        received_at,
    )


async def add_ephemeral_keys(connection: Connection, keys: Sequence[bytes]) -> None:
    """Remember the containers' ephemeral keys. Raises EphemeralKeyReused when one was seen."""
    try:
        await connection.execute(
            "INSERT INTO tendering.ephemeral_keys (key) SELECT unnest($1::bytea[])", list(keys)
        )
    except UniqueViolation as error:
        raise EphemeralKeyReused from error


async def set_status(
    connection: Connection,
    tender_id: UUID,
    *,
    lot: str,
    bidder_id: UUID,
    status: BidStatus,
) -> None:
    """Change what has become of the bidder's standing bid."""
    await connection.execute(
        """UPDATE tendering.bids SET status = $4
           WHERE tender_id = $1 AND lot = $2 AND bidder_id = $3
             AND status NOT IN ('replaced', 'withdrawn')""",
        tender_id,
        lot,
        bidder_id,
        status,
    )


async def standing(
    connection: Connection, tender_id: UUID, *, lot: str, bidder_id: UUID
) -> StoredBid:
    """The bidder's standing bid. Raises NoBid."""
    row = await connection.fetchrow(
        f"""SELECT {_COLUMNS} FROM tendering.bids b
            WHERE tender_id = $1 AND lot = $2 AND bidder_id = $3
              AND status NOT IN ('replaced', 'withdrawn')""",  # noqa: S608 - a constant
        tender_id,
        lot,
        bidder_id,
    )
    if row is None:
        raise NoBid
    return _stored(row)


async def list_all(connection: Connection, tender_id: UUID) -> list[StoredBid]:
    """Every submission of a tender, replaced and withdrawn ones too, in order of arrival."""
    rows = await connection.fetch(
        f"""SELECT {_COLUMNS} FROM tendering.bids b
            WHERE tender_id = $1 ORDER BY received_at, bidder_id, counter""",  # noqa: S608
        tender_id,
    )
    return [_stored(row) for row in rows]


async def list_of_bidder(
    connection: Connection, tender_id: UUID, bidder_id: UUID
) -> list[StoredBid]:
    """A bidder's own submissions, oldest first."""
    rows = await connection.fetch(
        f"""SELECT {_COLUMNS} FROM tendering.bids b
            WHERE tender_id = $1 AND bidder_id = $2 ORDER BY lot, counter""",  # noqa: S608
        tender_id,
        bidder_id,
    )
    return [_stored(row) for row in rows]


async def list_standing(connection: Connection, tender_id: UUID) -> list[LockedBid]:
    """The bids that stand at the deadline, by lot, in order of arrival."""
    rows = await connection.fetch(
        """SELECT b.lot, b.bidder_id, b.counter, o.name, o.uscc, b.manifest_digest, b.envelopes,
                  b.received_at
           FROM tendering.bids b JOIN tendering.organizations o ON o.id = b.bidder_id
           WHERE b.tender_id = $1 AND b.status NOT IN ('replaced', 'withdrawn')
           ORDER BY b.lot, b.received_at, b.bidder_id""",
        tender_id,
    )
    return [
        LockedBid(
            lot=row["lot"],
            bidder_id=row["bidder_id"],
            counter=row["counter"],
            bidder_name=row["name"],
            uscc=row["uscc"],
            manifest_digest=row["manifest_digest"],
            container_digests={
                envelope["kind"]: envelope["digest"] for envelope in json.loads(row["envelopes"])
            },
            received_at=row["received_at"],
        )
        for row in rows
    ]


def _envelope_json(envelope: SealedEnvelope) -> dict[str, JsonValue]:
    return {
        "kind": envelope.kind,
        "upload_id": str(envelope.upload_id),
        "context": envelope.context.hex(),
        "digest": envelope.digest.hex(),
        "size_bytes": envelope.size_bytes,
        "recipient": envelope.recipient,
    }


def _stored(row: Record) -> StoredBid:
    envelopes = tuple(
        SealedEnvelope(
            envelope["kind"],
            UUID(envelope["upload_id"]),
            bytes.fromhex(envelope["context"]),
            bytes.fromhex(envelope["digest"]),
            envelope["size_bytes"],
            envelope["recipient"],
        )
        for envelope in json.loads(row["envelopes"])
    )
    bid = SealedBid(
        row["tender_id"],
        row["lot"],
        row["bidder_id"],
        row["counter"],
        envelopes,
        from_json(row["manifest"]),
    )
    return StoredBid(bid, BidStatus(row["status"]), row["received_at"])
