"""The files of the opened bids, for those in the room who judge or watch over it.

While a room is blind those who judge read the anonymous edition of the technical part alone, and
that once it is released: anything else would tell whose bid it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from evaluation_rooms.actions.reading import is_blind_to, room_to_read
from evaluation_rooms.blindness import is_released, withheld
from tendering.domain.bundle import BadBundle, Bundle, BundleFile, read_bundle
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.rooms import DocumentsNotReleased
from tendering.edition_process import KIND as EDITED_KIND
from tendering.storage import openings
from tendering.storage.connection import Connection

_BLIND_KINDS = frozenset({EDITED_KIND})


@dataclass(frozen=True, slots=True)
class OpenedBundles:
    """The bundles of a bid that the asker may read: kind → digest, lower hex.

    `withheld`: files, by number, that are not shown.
    """

    digests: Mapping[str, str]
    names_hidden: bool
    withheld: frozenset[int] = frozenset()


async def find_bundles(
    connection: Connection, room_id: UUID, number: int, *, by: Actor, at: datetime
) -> OpenedBundles:
    """What of the bid with this number the asker may read.

    Raises NotFound, NotYourPart, NotCheckedIn, RoomWindowClosed, DocumentsNotReleased.
    """
    room, standing = await room_to_read(connection, room_id, by=by, at=at)
    bid = room.bid(number)
    blind = is_blind_to(room, standing)
    if blind and room.terms.editions:
        if not is_released(room):
            raise DocumentsNotReleased
        digests = {EDITED_KIND: room.editions[number].digest}
        return OpenedBundles(digests, names_hidden=True, withheld=withheld(room, number))
    unlocked = await openings.revealed_unlocks(connection, room.tender_id, room.lot)
    envelopes = [
        envelope
        for one in unlocked
        if one.bidder_id == bid.bidder_id
        for envelope in one.envelopes
        if not blind or envelope.kind in _BLIND_KINDS
    ]
    return OpenedBundles({one.kind: one.plaintext_digest.hex() for one in envelopes}, blind)


def read_index(path: Path, *, names_hidden: bool) -> Bundle:
    """The index of an opened bundle. Blocks for the disk. Empty when it is no sound bundle."""
    with path.open("rb") as file:

        def read_at(offset: int, count: int) -> bytes:
            file.seek(offset)
            return file.read(count)

        try:
            bundle = read_bundle(read_at, path.stat().st_size)
        except BadBundle:
            return Bundle("", {}, ())
    if not names_hidden:
        return bundle
    return replace(bundle, files=tuple(replace(one, name=one.member) for one in bundle.files))


def file_of(bundle: Bundle, number: int) -> BundleFile:
    """The file of that number, from 1. Raises NotFound."""
    if not 1 <= number <= len(bundle.files):
        raise NotFound("no such file")
    return bundle.files[number - 1]
