"""SQL of `rooms.matters`: what comes up in a room by number, each kind whole as one value.

Motions, refused signatures, questions to bidders, pauses, gaps and anonymous editions are few, are
read with the room and never looked for by what they say: a row is the JSON of the room's value.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias
from uuid import UUID

import msgspec

from evaluation_rooms.blind_events import BlindSearched, LeakDecided
from evaluation_rooms.course_events import Standstill, StepBack, TimeRequested
from evaluation_rooms.enquiry_events import Enquiry
from evaluation_rooms.media_events import Gap, MediaBegan
from evaluation_rooms.motion_events import Motion, ReportRefused
from evaluation_rooms.page_events import PageShown
from evaluation_rooms.room import Room
from tendering.storage.connection import Connection

Matters: TypeAlias = Mapping[str, Mapping[int, Any]]

KINDS: Final[Mapping[str, type[msgspec.Struct]]] = {
    "camera": MediaBegan,
    "edition": BlindSearched,
    "enquiry": Enquiry,
    "gap": Gap,
    "leak": LeakDecided,
    "motion": Motion,
    "page": PageShown,
    "pause": Standstill,
    "refusal": ReportRefused,
    "step_back": StepBack,
    "time": TimeRequested,
}


async def list_of_room(connection: Connection, tender_id: UUID, room_id: UUID) -> Matters:
    """Every matter of a room, by kind and number."""
    rows = await connection.fetch(
        """SELECT kind, number, body FROM rooms.matters
           WHERE tender_id = $1 AND room_id = $2 ORDER BY kind, number""",
        tender_id,
        room_id,
    )
    found: dict[str, dict[int, Any]] = {kind: {} for kind in KINDS}
    for row in rows:
        value = msgspec.json.decode(row["body"], type=KINDS[row["kind"]])
        found[row["kind"]][row["number"]] = value
    return found


async def save(connection: Connection, before: Room, after: Room) -> None:
    """Write what came or changed, remove what is void."""
    old, new = _of(before), _of(after)
    for kind in KINDS:
        if old[kind] is not new[kind]:
            await _save(connection, after, kind, old[kind], new[kind])


def _of(room: Room) -> Matters:
    return {
        "camera": room.cameras,
        "edition": room.editions,
        "enquiry": room.enquiries,
        "gap": room.gaps,
        "leak": room.leak_decisions,
        "motion": room.motions,
        "page": room.pages,
        "pause": room.pauses,
        "refusal": room.results.refusals,
        "step_back": {} if room.step_back is None else {1: room.step_back},
        "time": room.time_requests,
    }


async def _save(
    connection: Connection,
    room: Room,
    kind: str,
    before: Mapping[int, msgspec.Struct],
    after: Mapping[int, msgspec.Struct],
) -> None:
    changed = [
        (room.tender_id, room.id, kind, number, msgspec.json.encode(one).decode())
        for number, one in after.items()
        if before.get(number) != one
    ]
    if changed:
        await connection.executemany(
            """INSERT INTO rooms.matters (tender_id, room_id, kind, number, body)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (tender_id, room_id, kind, number) DO UPDATE
               SET body = EXCLUDED.body""",
            changed,
        )
    void = [(room.tender_id, room.id, kind, number) for number in before if number not in after]
    if void:
        await connection.executemany(
            """DELETE FROM rooms.matters
               WHERE tender_id = $1 AND room_id = $2 AND kind = $3 AND number = $4""",
            void,
        )
