"""What the bids have in common, in the room of their lot: bids under their numbers, as an aid.

It quotes the bids and knows their prices, so it stays away while the room is blind.
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
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.similarity.naming import with_names
from tendering.storage import likenesses
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class RoomLikeness:
    """Which report a room has, and what its bids are called there by bidder's id."""

    digest: str
    made_at: datetime
    keys: Mapping[str, str]


async def find_likeness(
    connection: Connection, room_id: UUID, *, by: Actor, at: datetime
) -> RoomLikeness:
    """The report that the asker may read in a room; there is none until the bids were compared.

    Raises NotFound, NotYourPart, NotCheckedIn, RoomWindowClosed; WrongPhase while it is blind.
    """
    room, standing = await room_to_read(connection, room_id, by=by, at=at)
    require_names(room, standing)
    made = await likenesses.find(connection, room.tender_id, room.lot)
    if made is None:
        raise NotFound("the bids were not compared yet", lot=room.lot)
    keys = {str(bid.bidder_id): bid_key(bid.number) for bid in room.bids}
    return RoomLikeness(made.digest.hex(), made.made_at, keys)


def read_likeness(path: Path, found: RoomLikeness) -> dict[str, JsonValue]:
    """The report with its bids as the room calls them. Blocks. Raises OSError."""
    content = path.read_bytes()
    assert sha256(content).hexdigest() == found.digest, "a report is kept under its digest"
    report: Any = parse(content)
    return with_names(report, found.keys)
