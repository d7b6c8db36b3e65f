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
from evaluation_rooms.actions.entering import entered
from evaluation_rooms.results import bid_key
from evaluation_rooms.seating import require_member
from evaluation_rooms.standing import Viewer
from evaluation_rooms.storage import rooms
from tendering.documents.clearing_report import ClearingHeading
from tendering.domain.parties import Actor
from tendering.domain.quantities.lot_clearing import with_numbers
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.rooms import NotYourPart, RoomWindowClosed
from tendering.domain.refusals.tenders import WrongPhase
from tendering.storage import clearings, tenders
from tendering.storage.connection import Connection

_READERS = frozenset({Viewer.MEMBER, Viewer.HOST, Viewer.SUPERVISOR})


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
    admission = await entered(connection, room_id, by, at=at)
    standing = admission.standing
    if standing.viewer not in _READERS:
        raise NotYourPart
    room = await rooms.load(connection, admission.tender_id, room_id)
    if standing.seat is not None:
        require_member(room, standing.seat)
        if not room.is_open_at(at):
            raise RoomWindowClosed
    if room.terms.blind and not room.named and standing.viewer is not Viewer.SUPERVISOR:
        raise WrongPhase(phase=room.phase)
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
