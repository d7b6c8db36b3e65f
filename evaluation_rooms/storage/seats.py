"""SQL of `rooms.seats`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from evaluation_rooms.room import Room, Seat, SeatRole
from tendering.storage.connection import Connection


async def list_of_room(connection: Connection, tender_id: UUID, room_id: UUID) -> tuple[Seat, ...]:
    """The seats of a room by number."""
    rows = await connection.fetch(
        """SELECT number, role, site, name, expert_id, person_id, checked_in, recused, locked,
                  statements
           FROM rooms.seats WHERE tender_id = $1 AND room_id = $2 ORDER BY number""",
        tender_id,
        room_id,
    )
    return tuple(
        Seat(
            number=row["number"],
            role=SeatRole(row["role"]),
            site=row["site"],
            name=row["name"],
            expert_id=row["expert_id"],
            person_id=row["person_id"],
            checked_in=row["checked_in"],
            recused=row["recused"],
            locked=row["locked"],
            statements=msgspec.json.decode(row["statements"], type=tuple[dict[str, Any], ...]),
        )
        for row in rows
    )


async def save(connection: Connection, room: Room, changed: Sequence[Seat]) -> None:
    """Insert seats, or replace what changes about them."""
    if not changed:
        return
    await connection.executemany(
        """INSERT INTO rooms.seats (tender_id, room_id, number, role, site, name, expert_id,
               person_id, checked_in, recused, locked, statements)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
           ON CONFLICT (tender_id, room_id, number) DO UPDATE
           SET site = EXCLUDED.site, name = EXCLUDED.name, expert_id = EXCLUDED.expert_id,
               person_id = EXCLUDED.person_id, checked_in = EXCLUDED.checked_in,
               recused = EXCLUDED.recused, locked = EXCLUDED.locked,
               statements = EXCLUDED.statements""",
        [
            (
                room.tender_id,
                room.id,
                seat.number,
                seat.role,
                seat.site,
                seat.name,
                seat.expert_id,
                seat.person_id,
                seat.checked_in,
                seat.recused,
                seat.locked,
                msgspec.json.encode(seat.statements).decode(),
            )
            for seat in changed
        ],
    )
