"""Anonymous editions of a blind room's bids: made by the platform, decided by the supervisor."""

import asyncio
import secrets
from datetime import datetime
from uuid import UUID

import msgspec

from evaluation_rooms.actions.pausing import supervisor_and_name
from evaluation_rooms.actions.rooms import Done, act
from evaluation_rooms.blind_events import LeftOut
from evaluation_rooms.commands import DecideLeak, EnterEdition
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import rooms
from evaluation_rooms.storage.rooms import DueEdition
from tendering.domain.identity_leaks import FoundLeak, Words, words_of
from tendering.domain.parties import Actor
from tendering.domain.refusals.tenders import WrongPhase
from tendering.edition_process import KIND, edit_in_process
from tendering.storage import openings
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Connection, Pool, reading, transaction

_PLATFORM = Standing(Viewer.PUBLIC)


async def make_edition(pool: Pool, blobs: Blobs, due: DueEdition, *, at: datetime) -> None:
    """Make and enter the edition of a bid; who is second among several processes is refused.

    Killed at any moment it leaves nothing, and the bid is due again. Raises OSError,
    ProcessFailed, and what keeps the room from going on.
    """
    async with reading(pool) as connection:
        room = await rooms.load(connection, due.tender_id, due.room_id)
        unlocked = await openings.revealed_unlocks(connection, due.tender_id, room.lot)
    own = room.bid(due.bid).bidder_id
    words: dict[UUID, dict[tuple[str, str], None]] = {}
    for one in unlocked:
        told = words_of(one.bidder_name, one.uscc, one.forms.values())
        words.setdefault(one.bidder_id, {}).update(dict.fromkeys(told))
    digest = next(
        digest
        for one in unlocked
        if one.bidder_id == own and (digest := one.plaintext_digest(KIND)) is not None
    )
    others = tuple(word for bidder, told in words.items() if bidder != own for word in told)
    temporary = blobs.temporary(secrets.token_hex(8))
    try:
        made = await edit_in_process(
            blobs.opened_path(digest.hex()), temporary, Words(tuple(words[own]), others)
        )
        await asyncio.to_thread(blobs.keep_opened, {temporary: made["digest"]})
    finally:
        await asyncio.to_thread(temporary.unlink, missing_ok=True)
    command = EnterEdition(
        due.bid,
        made["digest"],
        made["files"],
        msgspec.convert(made["left_out"], tuple[LeftOut, ...]),
        tuple(FoundLeak(**one) for one in made["leaks"]),
    )
    async with transaction(pool) as connection:
        try:
            await act(connection, due.room_id, command, _PLATFORM, at=at)
        except WrongPhase:
            # Another process was first.
            return


async def decide_leak(
    connection: Connection,
    room_id: UUID,
    number: int,
    *,
    shown: bool,
    reason: str,
    by: Actor,
    at: datetime,
) -> Done:
    """Decide a finding (supervisor). Raises NotFound, NotYourPart, WrongPhase, ReasonMissing."""
    standing, name = await supervisor_and_name(connection, room_id, by)
    return await act(connection, room_id, DecideLeak(number, name, shown, reason), standing, at=at)
