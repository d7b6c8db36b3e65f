"""SQL of `rooms.scores` and `rooms.objective_marks`."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from uuid import UUID

from evaluation_rooms.room import Change, Room
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


async def save(connection: Connection, changes: Sequence[Change]) -> None:
    """Write the points that came or changed, remove those that are void, of several rooms."""
    changes = [one for one in changes if one.before.marks is not one.after.marks]
    changed = [
        (one.after.tender_id, one.after.id, *key, points)
        for one in changes
        for key, points in one.after.marks.items()
        if one.before.marks.get(key) != points
    ]
    if changed:
        await connection.execute(
            """INSERT INTO rooms.scores (tender_id, room_id, seat, bid, criterion, points)
               SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::smallint[],
                                    $5::text[], $6::numeric[])
               ON CONFLICT (tender_id, room_id, seat, bid, criterion) DO UPDATE
               SET points = EXCLUDED.points""",
            *map(list, zip(*changed, strict=True)),
        )
    void = [
        (one.after.tender_id, one.after.id, *key)
        for one in changes
        for key in one.before.marks
        if key not in one.after.marks
    ]
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
