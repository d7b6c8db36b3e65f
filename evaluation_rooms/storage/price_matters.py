"""SQL of `rooms.price_matters`: what bidders said to their prices, by the number of the bid."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from evaluation_rooms.events import PriceAnswered, PriceExplained
from evaluation_rooms.room import Room
from tendering.storage.connection import Connection


async def list_of_room(
    connection: Connection, tender_id: UUID, room_id: UUID
) -> tuple[dict[int, PriceAnswered], dict[int, PriceExplained]]:
    """Answers to corrections, and explanations of low prices."""
    rows = await connection.fetch(
        """SELECT subject, bid, body FROM rooms.price_matters
           WHERE tender_id = $1 AND room_id = $2 ORDER BY subject, bid""",
        tender_id,
        room_id,
    )
    answers = {
        row["bid"]: msgspec.json.decode(row["body"], type=PriceAnswered)
        for row in rows
        if row["subject"] == "correction"
    }
    explanations = {
        row["bid"]: msgspec.json.decode(row["body"], type=PriceExplained)
        for row in rows
        if row["subject"] == "explanation"
    }
    return answers, explanations


async def save(connection: Connection, before: Room, after: Room) -> None:
    """Write what came; nothing of it is ever void."""
    pairs: tuple[tuple[str, Mapping[int, msgspec.Struct], Mapping[int, msgspec.Struct]], ...] = (
        ("correction", before.price_answers, after.price_answers),
        ("explanation", before.explanations, after.explanations),
    )
    said = [
        (after.tender_id, after.id, subject, bid, msgspec.json.encode(one).decode())
        for subject, old, new in pairs
        for bid, one in new.items()
        if old.get(bid) != one
    ]
    if said:
        await connection.executemany(
            """INSERT INTO rooms.price_matters (tender_id, room_id, subject, bid, body)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (tender_id, room_id, subject, bid) DO UPDATE
               SET body = EXCLUDED.body""",
            said,
        )
