"""The headers of one's own standing bids: all that a page needs to compute file keys.

A bid may be a hundred megabytes; its file keys stand in the few kilobytes before the first chunk.
With those and the bidder's opening key the browser unlocks, and nothing but file keys leaves it.
"""

import asyncio
from typing import Final
from uuid import UUID

from msgspec import Struct

from tendering.actions.small_containers import place_containers
from tendering.api.context import Actor, Context
from tendering.domain.bid import BidStatus
from tendering.storage import bids
from tendering.storage.bids import StoredBid
from tendering.storage.connection import reading
from tendering.unlocking import read_header

_LAST_LINE: Final = b"\n--- "
_GONE: Final = frozenset({BidStatus.REPLACED, BidStatus.WITHDRAWN})


class OwnEnvelope(Struct, frozen=True):
    """One container: whose opening key it asks for, its context in hex, its header."""

    kind: str
    recipient: str
    context: str
    header: bytes


class OwnHeaders(Struct, frozen=True):
    """The headers of a standing bid, in the order of the envelopes."""

    lot: str
    counter: int
    envelopes: list[OwnEnvelope]


class OwnHeaderList(Struct, frozen=True):
    """One's own bids that stand, one for each lot."""

    items: list[OwnHeaders]


async def get_own_headers(context: Context, actor: Actor, tender_id: UUID) -> OwnHeaderList:
    """The headers of one's own standing bids: of nobody else's, at any time."""
    async with reading(context.pool) as connection:
        found = await bids.list_of_bidder(connection, tender_id, actor.organization_id)
        standing = [one for one in found if one.status not in _GONE]
        for stored in standing:
            await place_containers(connection, context.blobs, stored.bid)
    return OwnHeaderList([await _headers(context, stored) for stored in standing])


async def _headers(context: Context, stored: StoredBid) -> OwnHeaders:
    envelopes = [
        OwnEnvelope(
            envelope.kind,
            envelope.recipient,
            envelope.context.hex(),
            header_part(await asyncio.to_thread(read_header, context.blobs, envelope)),
        )
        for envelope in stored.bid.envelopes
    ]
    return OwnHeaders(stored.bid.lot, stored.bid.counter, envelopes)


def header_part(head: bytes) -> bytes:
    """The header that a container's first bytes begin with, its MAC line included.

    What does not look like one, damaged in custody perhaps, comes back whole, for whoever asks to
    see that it is none.
    """
    start = head.find(_LAST_LINE)
    end = head.find(b"\n", start + len(_LAST_LINE)) if start >= 0 else -1
    return head[: end + 1] if end >= 0 else head
