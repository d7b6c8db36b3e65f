"""SQL of `rooms.bids`: which bidder stands behind which number."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from evaluation_rooms.room import Room
from evaluation_rooms.terms import NamedBid
from tendering.storage.connection import Connection


async def list_of_room(
    connection: Connection, tender_id: UUID, room_id: UUID
) -> tuple[tuple[NamedBid, ...], frozenset[int], frozenset[int]]:
    """The bids of a room by number, and the numbers of the rejected and the unopened ones."""
    rows = await connection.fetch(
        """SELECT number, bidder_id, name, price_fen, form, bill_fen, rejected, unopened
           FROM rooms.bids WHERE tender_id = $1 AND room_id = $2 ORDER BY number""",
        tender_id,
        room_id,
    )
    named = tuple(
        NamedBid(
            row["number"],
            row["bidder_id"],
            row["name"],
            row["price_fen"],
            msgspec.json.decode(row["form"], type=dict[str, Any]),
            msgspec.json.decode(row["bill_fen"], type=dict[str, int]),
        )
        for row in rows
    )
    rejected = frozenset(row["number"] for row in rows if row["rejected"])
    return named, rejected, frozenset(row["number"] for row in rows if row["unopened"])


async def save(connection: Connection, room: Room, changed: Sequence[NamedBid]) -> None:
    """Insert bids, or replace what was read out of them and whether they are left."""
    if not changed:
        return
    await connection.executemany(
        """INSERT INTO rooms.bids (tender_id, room_id, number, bidder_id, name, price_fen, form,
               bill_fen, rejected, unopened)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           ON CONFLICT (tender_id, room_id, number) DO UPDATE
           SET price_fen = EXCLUDED.price_fen, form = EXCLUDED.form,
               bill_fen = EXCLUDED.bill_fen,
               rejected = EXCLUDED.rejected, unopened = EXCLUDED.unopened""",
        [
            (
                room.tender_id,
                room.id,
                bid.number,
                bid.bidder_id,
                bid.name,
                bid.price_fen,
                msgspec.json.encode(bid.form).decode(),
                msgspec.json.encode(bid.bill_fen).decode(),
                bid.number in room.rejected,
                bid.number in room.unopened,
            )
            for bid in changed
        ],
    )
