"""Writing what open bids hold, after their verdicts: nobody who opens a bid waits for the disk.

The sealed container and its file key, both in custody, make the contents again at any time. So a
verdict needs none of them on the disk, and what a platform that was killed has not written is
written before anybody reads it: by whoever compares the bids, or issues the opening record.
docs/decisions/0022-verdicts-wait-for-no-disk.md
"""

import asyncio
import base64
import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tendering.actions.small_containers import place_containers
from tendering.api.context import Context
from tendering.domain.bid import SealedBid
from tendering.domain.journal import Stream
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.openings import BidDoesNotOpen
from tendering.storage import bids, journal, openings
from tendering.storage.connection import Connection, reading
from tendering.storage.openings import Unlock
from tendering.unlocking import OpenedBid, keep_bid

logger = logging.getLogger(__name__)

Keys = Mapping[tuple[int, str], Mapping[str, bytes]]


async def keep_after_verdict(context: Context, bid: SealedBid, opened: OpenedBid) -> None:
    """Write what a bid holds whose verdict was just entered. What fails is left for later."""
    digests = {one.kind: one.plaintext_digest for one in opened.envelopes}
    try:
        await _keep(context, bid, opened.file_keys, digests)
    except OSError:
        logger.exception("the contents of a bid are not written yet")


async def keep_opened_bids(context: Context, tender_id: UUID, lot: str) -> None:
    """Write what is not written yet of the open bids of a lot. Raises OSError."""
    async with reading(context.pool) as connection:
        missing = await _missing(connection, context, tender_id, lot)
        if not missing:
            return
        keys = await _file_keys(connection, tender_id, lot)
        stored = []
        for unlock in missing:
            try:
                one = await bids.standing(
                    connection, tender_id, lot=lot, bidder_id=unlock.bidder_id
                )
            except NotFound:
                continue
            await place_containers(connection, context.blobs, one.bid)
            stored.append((unlock, one.bid))
    for unlock, bid in stored:
        file_keys = keys.get((unlock.session, str(unlock.bidder_id)))
        if file_keys is not None:
            digests = {one.kind: one.plaintext_digest for one in unlock.envelopes}
            await _keep(context, bid, file_keys, digests)


async def _keep(
    context: Context,
    bid: SealedBid,
    file_keys: Mapping[str, bytes],
    digests: Mapping[str, bytes],
) -> None:
    async with context.opening.when_idle():
        try:
            await asyncio.to_thread(keep_bid, context.blobs, bid, file_keys, digests)
        except (BidDoesNotOpen, FileNotFoundError):
            # It did when it had its verdict: custody has lost it since, and says so when checked.
            logger.exception("what an open bid holds can no longer be made")


async def _missing(
    connection: Connection, context: Context, tender_id: UUID, lot: str
) -> list[Unlock]:
    found = []
    for session in await openings.sessions(connection, tender_id, lot):
        for unlock in await openings.unlocks(connection, tender_id, lot, session=session):
            paths = [
                context.blobs.opened_path(one.plaintext_digest.hex()) for one in unlock.envelopes
            ]
            if unlock.session == session and not all(path.is_file() for path in paths):
                found.append(unlock)
    return found


async def _file_keys(connection: Connection, tender_id: UUID, lot: str) -> Keys:
    """By session and bidder, what opened the containers; from custody."""
    keys = {}
    for entry in await journal.list_of_kinds(
        connection, tender_id, Stream.CUSTODY, ["file_key.received"]
    ):
        body: Any = entry.body
        if body["lot"] == lot:
            keys[body["session"], body["bidder_id"]] = {
                kind: base64.b64decode(key) for kind, key in body["file_keys"].items()
            }
    return keys
