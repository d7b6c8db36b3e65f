"""SQL of `rooms.scores` and `rooms.objective_marks`."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from evaluation_rooms.room import Room
from evaluation_rooms.terms import ObjectiveMark
from tendering.storage.connection import Connection


async def list_of_room(
    connection: Connection, tender_id: UUID, room_id: UUID
) -> dict[tuple[int, int, str], Decimal]:
    """Points by (seat, bid, criterion)."""
    rows = await connection.fetch(
        """SELECT seat, bid, criterion, points FROM rooms.scores
           WHERE tender_id = $1 AND room_id = $2 ORDER BY seat, bid, criterion""",
        tender_id,
        room_id,
    )
    return {(row["seat"], row["bid"], row["criterion"]): row["points"] for row in rows}


async def list_objective(
    connection: Connection, tender_id: UUID, room_id: UUID
) -> dict[tuple[int, str], ObjectiveMark]:
    """Objective marks by (bid, criterion)."""
    rows = await connection.fetch(
        """SELECT bid, criterion, points, basis FROM rooms.objective_marks
           WHERE tender_id = $1 AND room_id = $2 ORDER BY bid, criterion""",
        tender_id,
        room_id,
    )
    return {
        (row["bid"], row["criterion"]): ObjectiveMark(
            row["bid"], row["criterion"], row["points"], row["basis"]
        )
        for row in rows
    }


async def save(connection: Connection, before: Room, after: Room) -> None:
    """Write the points that came or changed, remove those that are void."""
    if before.marks is after.marks:
        return
    changed = [
        (after.tender_id, after.id, *key, points)
        for key, points in after.marks.items()
        if before.marks.get(key) != points
    ]
    if changed:
        await connection.executemany(
            """INSERT INTO rooms.scores (tender_id, room_id, seat, bid, criterion, points)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (tender_id, room_id, seat, bid, criterion) DO UPDATE
               SET points = EXCLUDED.points""",
            changed,
        )
    void = [(after.tender_id, after.id, *key) for key in before.marks if key not in after.marks]
    if void:
        await connection.executemany(
            """DELETE FROM rooms.scores
               WHERE tender_id = $1 AND room_id = $2 AND seat = $3 AND bid = $4
                 AND criterion = $5""",
            void,
        )


async def save_objective(
    connection: Connection, room: Room, changed: Iterable[ObjectiveMark]
) -> None:
    """Insert or correct objective marks."""
    rows = [
        (room.tender_id, room.id, mark.bid, mark.criterion, mark.points, mark.basis)
        for mark in changed
    ]
    if not rows:
        return
    await connection.executemany(
        """INSERT INTO rooms.objective_marks (tender_id, room_id, bid, criterion, points, basis)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (tender_id, room_id, bid, criterion) DO UPDATE
           SET points = EXCLUDED.points, basis = EXCLUDED.basis""",
        rows,
    )
