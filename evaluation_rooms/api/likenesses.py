"""What the bids of a room have in common, over HTTP."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from evaluation_rooms.actions.likenesses import find_likeness, read_likeness
from tendering.api.context import Actor, Context
from tendering.storage.connection import reading


class LikenessView(Struct, frozen=True):
    """`report`: `kaibiao/similarity/v1`, bids under their numbers in the room.

    `digest`: SHA-256 (hex) of the report as custody has it, with bidders' ids.
    """

    digest: str
    made_at: datetime
    report: dict[str, Any]


async def get_likeness(context: Context, actor: Actor, room_id: UUID) -> LikenessView:
    """Read what the bids have in common: leads for the committee, which decide nothing."""
    async with reading(context.pool) as connection:
        found = await find_likeness(connection, room_id, by=actor, at=context.now())
    path = context.blobs.opened_path(found.digest)
    report = await asyncio.to_thread(read_likeness, path, found)
    return LikenessView(found.digest, found.made_at, report)
