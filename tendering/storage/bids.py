"""SQL of `tendering.bids` and `ephemeral_keys`: every submission that custody ever took."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.bid import BidStatus, CustodyState, SealedBid, SealedEnvelope
from tendering.domain.custody import Place
from tendering.domain.opening import LockedBid
from tendering.domain.refusals.bids import EphemeralKeyReused, NoBid
from tendering.storage.connection import Connection, Record, UniqueViolation
from tendering.storage.json_columns import from_json, to_json

_COLUMNS = """b.tender_id, b.lot, b.bidder_id, b.counter, b.status, b.manifest, b.manifest_digest,
              b.envelopes, b.received_at"""

NOTHING_IN_CUSTODY = CustodyState(0, stands=False)


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
    place = (tender_id, lot, bidder_id)
    return (await custody_of_all(connection, [place])).get(place, NOTHING_IN_CUSTODY)


async def custody_of_all(
    connection: Connection, places: Sequence[Place]
) -> dict[Place, CustodyState]:
    """The same for many bidders in one statement; who has never submitted is left out."""
    rows = await connection.fetch(
        """SELECT p.tender_id, p.lot, p.bidder_id, last.counter, last.status
           FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS p (tender_id, lot, bidder_id),
                LATERAL (SELECT b.counter, b.status FROM tendering.bids b
                         WHERE b.tender_id = p.tender_id AND b.lot = p.lot
                           AND b.bidder_id = p.bidder_id
                         ORDER BY b.counter DESC LIMIT 1) AS last
           ORDER BY 1, 2, 3""",
        *_columns(places, 3),
    )
    return {
        (row["tender_id"], row["lot"], row["bidder_id"]): CustodyState(
            row["counter"], stands=row["status"] == BidStatus.SUBMITTED
        )
        for row in rows
    }


async def mark_replaced(connection: Connection, places: Sequence[Place]) -> None:
    """What stands at these places no longer does: a later bid follows."""
    await connection.execute(
        """UPDATE tendering.bids b SET status = 'replaced'
           FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS p (tender_id, lot, bidder_id)
           WHERE b.tender_id = p.tender_id AND b.lot = p.lot AND b.bidder_id = p.bidder_id
             AND b.status = 'submitted'""",
        *_columns(places, 3),
    )


async def insert_all(connection: Connection, taken: Sequence[StoredBid]) -> None:
    """Take bids in, in one statement. What they replace has been marked before."""
    await connection.execute(
        """INSERT INTO tendering.bids
               (tender_id, lot, bidder_id, counter, status, manifest, manifest_digest, envelopes,
                received_at)
           SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::integer[], $5::text[],
                                $6::text[], $7::bytea[], $8::text[], $9::timestamptz[])""",
        *_columns([_row(stored) for stored in taken], 9),
    )


async def seen_ephemeral_keys(connection: Connection, keys: Sequence[bytes]) -> set[bytes]:
    """Those of the keys that some container in custody has."""
    rows = await connection.fetch(
        "SELECT key FROM tendering.ephemeral_keys WHERE key = ANY($1)", list(keys)
    )
    return {row["key"] for row in rows}


async def add_ephemeral_keys(connection: Connection, keys: Sequence[bytes]) -> None:
    """Remember the containers' ephemeral keys. Raises EphemeralKeyReused when one was seen."""
    try:
        await connection.execute(
            "INSERT INTO tendering.ephemeral_keys (key) SELECT unnest($1::bytea[])",
            # In order: two transactions that share keys wait for one another, not in a circle.
            sorted(keys),
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


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    """Rows turned into one list a column, for `unnest`."""
    return [[row[column] for row in rows] for column in range(width)]


def _row(stored: StoredBid) -> tuple[object, ...]:
    bid = stored.bid
    return (
        bid.tender_id,
        bid.lot,
        bid.bidder_id,
        bid.counter,
        stored.status,
        to_json(dict(bid.manifest)),
        bid.manifest_digest,
        to_json([_envelope_json(envelope) for envelope in bid.envelopes]),
        stored.received_at,
    )


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
