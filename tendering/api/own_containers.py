"""One's own sealed containers back, byte for byte: whoever handed them in owns them.

When a lot has failed for too few bids nothing was unlocked and the key holders' keys are destroyed;
what was handed in goes back to its bidder here (招标投标法 第二十八条), and to nobody else.
"""

from typing import Literal
from uuid import UUID

from aiohttp import web

from tendering.actions.small_containers import place_containers
from tendering.api.bids import Counter
from tendering.api.context import Actor, Context
from tendering.api.fields import LotNumber
from tendering.domain.refusals import NotFound
from tendering.storage import bids
from tendering.storage.connection import reading


async def get_own_container(
    context: Context,
    actor: Actor,
    tender_id: UUID,
    *,
    lot: LotNumber,
    counter: Counter,
    kind: Literal["qualification", "technical", "price"],
) -> web.FileResponse:
    """A container of one's own as it was handed in, at any time; replaced ones, too."""
    async with reading(context.pool) as connection:
        for stored in await bids.list_of_bidder(connection, tender_id, actor.organization_id):
            for envelope in stored.bid.envelopes:
                if (stored.bid.lot, stored.bid.counter, envelope.kind) == (lot, counter, kind):
                    await place_containers(connection, context.blobs, stored.bid)
                    return web.FileResponse(
                        context.blobs.path(envelope.upload_id),
                        headers={
                            "Content-Type": "application/octet-stream",
                            "Content-Disposition": "attachment",
                        },
                    )
    raise NotFound
