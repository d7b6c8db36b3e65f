"""What key holders are asked at the opening, and how one says that it has nothing to give."""

import asyncio
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from tendering.actions import remedies
from tendering.actions.small_containers import place_containers
from tendering.api.context import Actor, Context
from tendering.api.fields import LotNumber
from tendering.domain.key_policy import released, version_of
from tendering.domain.opening import RECORD_UNUSABLE
from tendering.storage import bids, openings, tenders
from tendering.storage.bids import StoredBid
from tendering.storage.connection import Connection, reading
from tendering.unlocking import envelopes_in, header_digests, read_header


class RemedyEnvelope(Struct, frozen=True):
    """A container's header for a key holder to take its share from; context in hex."""

    kind: str
    context: str
    header: bytes


class Remedy(Struct, frozen=True):
    """A bid whose bidder declared its key lost; `policy_version`: whose key holders it names."""

    lot: str
    bidder_id: UUID
    counter: int
    envelopes: list[RemedyEnvelope]
    policy_version: int
    session: int


class RemedyList(Struct, frozen=True):
    """The bids that wait for this key holder's shares."""

    items: list[Remedy]


class PostShareRefusal(Struct, frozen=True, forbid_unknown_fields=True):
    """A key holder has no share to give: its record is unusable, or its own key is lost."""

    lot: LotNumber
    bidder_id: UUID
    reason: Literal["record-unusable", "key-lost"]
    statement: dict[str, Any]


async def get_remedies(context: Context, actor: Actor, tender_id: UUID) -> RemedyList:
    """The bids that wait for one's share."""
    waiting: list[tuple[StoredBid, int, list[RemedyEnvelope]]] = []
    async with reading(context.pool) as connection:
        tender = await tenders.get(connection, tender_id)
        number = tender.key_holder_of(actor.organization_id).number
        for lot in await openings.list_lots(connection, tender_id):
            opening = await openings.get(connection, tender_id, lot)
            for bidder_id in opening.bidders:
                if bidder_id not in opening.key_lost or bidder_id in opening.unlocked:
                    continue
                shares = await openings.shares_of(connection, tender_id, lot, bidder_id)
                kinds = tender.round.kinds_in(opening.session)
                if all(number in shares.get(kind, {}) for kind in kinds):
                    continue
                stored = await bids.standing(connection, tender_id, lot=lot, bidder_id=bidder_id)
                if number in released(tender, version_of(tender, stored.bid.manifest)):
                    continue
                await place_containers(connection, context.blobs, stored.bid)
                waiting.append((stored, opening.session, []))
    for stored, session, envelopes in waiting:
        for envelope in envelopes_in(stored.bid, tender, session):
            header = await asyncio.to_thread(read_header, context.blobs, envelope)
            envelopes.append(RemedyEnvelope(envelope.kind, envelope.context.hex(), header))
    return RemedyList(
        [
            Remedy(
                stored.bid.lot,
                stored.bid.bidder_id,
                stored.bid.counter,
                envelopes,
                version_of(tender, stored.bid.manifest),
                session,
            )
            for stored, session, envelopes in waiting
        ]
    )


async def post_share_refusal(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    body: PostShareRefusal,
) -> None:
    """Say under one's signature that one has no share of a bid to give, and why."""
    digests: dict[str, str] = {}
    if body.reason == RECORD_UNUSABLE:
        stored = await bids.standing(connection, tender_id, lot=body.lot, bidder_id=body.bidder_id)
        await place_containers(connection, context.blobs, stored.bid)
        tender = await tenders.get(connection, tender_id)
        opening = await openings.get(connection, tender_id, body.lot)
        envelopes = envelopes_in(stored.bid, tender, opening.session)
        digests = await asyncio.to_thread(header_digests, context.blobs, envelopes)
    await remedies.refuse_share(
        connection,
        context.keys,
        tender_id,
        body.lot,
        body.bidder_id,
        reason=body.reason,
        header_digests=digests,
        statement=body.statement,
        by=actor,
        at=received_at,
    )
