"""The clearing report in the room of its lot: bids under their numbers, when names are shown.

While a room is blind prices stay away from its members and the host, and so does the report.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from crypto.canonical import JsonValue, parse
from evaluation_rooms.actions.reading import require_names, room_to_read
from evaluation_rooms.results import bid_key
from tendering.documents.clearing_report import ClearingHeading
from tendering.domain.parties import Actor
from tendering.domain.quantities.lot_clearing import with_numbers
from tendering.domain.refusals import NotFound
from tendering.storage import clearings, tenders
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class RoomClearing:
    """Which report a room has: its heading, and what its bids are called by bidder's id.

    `keys` are the bids' numbers in the room's results, `names` those with their bidders' names.
    """

    about: ClearingHeading
    keys: Mapping[str, str]
    names: Mapping[str, str]


async def find_clearing(
    connection: Connection, room_id: UUID, *, by: Actor, at: datetime
) -> RoomClearing:
    """The report that the asker may read in a room.

    Raises NotFound, NotYourPart, NotCheckedIn, RoomWindowClosed; WrongPhase while it is blind.
    """
    room, standing = await room_to_read(connection, room_id, by=by, at=at)
    require_names(room, standing)
    made = await clearings.find(connection, room.tender_id, room.lot)
    if made is None:
        raise NotFound("the lot has no clearing report", lot=room.lot)
    tender = await tenders.get(connection, room.tender_id)
    return RoomClearing(
        ClearingHeading(
            tender_number=tender.number,
            tender_title=tender.title,
            lot=room.lot,
            lot_title=tender.lot(room.lot).title,
            digest=made.digest.hex(),
            made_at=made.made_at,
            demonstration=tender.demonstration,
        ),
        {str(bid.bidder_id): bid_key(bid.number) for bid in room.bids},
        {str(bid.bidder_id): f"{bid.number} {bid.name}" for bid in room.bids},
    )


def read_report(path: Path, digest: str, named: Mapping[str, str]) -> dict[str, JsonValue]:
    """The report with its bids called so. Blocks. Raises OSError."""
    content = path.read_bytes()
    assert sha256(content).hexdigest() == digest, "a report is kept under its digest"
    report: Any = parse(content)
    return with_numbers(report, named)
