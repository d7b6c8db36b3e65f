"""Opening a bid with its key holders' shares, and judging what did not open: disk, rule, deed.

Shares are stored first and opened afterwards, by whoever comes by: the request that brought the
last one, the clockwork, or the reveal. So a platform that is killed in between leaves nothing
locked that could be opened.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from crypto.errors import BadHeader
from crypto.sealed_file import file_key_from_shares
from tendering.actions import openings as deeds
from tendering.actions import remedies
from tendering.actions.small_containers import place_containers
from tendering.api.context import Context
from tendering.domain.bid import SealedBid, SealedEnvelope
from tendering.domain.fault import BidFault
from tendering.domain.opening import OpeningPhase, UnlockedBy
from tendering.domain.refusals import Refused
from tendering.domain.refusals.openings import BidDoesNotOpen, WrongFileKey
from tendering.domain.tender import Tender
from tendering.keeping import keep_after_verdict
from tendering.storage import bids, openings, tenders
from tendering.storage.blobs import Blobs
from tendering.storage.connection import reading, transaction
from tendering.unlocking import OpenedBid, envelopes_in, find_fault, open_bid, read_header

logger = logging.getLogger(__name__)

Tried = set[tuple[tuple[UUID, str, int, UUID], int]]


async def open_in_thread(
    context: Context,
    tender: Tender,
    bid: SealedBid,
    file_keys: dict[str, bytes],
    *,
    session: int,
) -> OpenedBid:
    """Decrypt what a session opens of a bid, in a thread. Raises WrongFileKey, BidDoesNotOpen."""
    async with context.opening.now():
        return await asyncio.to_thread(
            open_bid, context.blobs, tender, bid, file_keys, session=session
        )


async def open_with_shares(
    context: Context, tender_id: UUID, lot: str, bidder_id: UUID, *, tried: Tried | None = None
) -> bool:
    """Open a bid if its shares at hand suffice; is it open now? Doing it twice is harmless.

    `tried` remembers what was opened in vain, with how many shares: one more may open it.
    """
    async with reading(context.pool) as connection:
        tender = await tenders.get(connection, tender_id)
        session = (await openings.get(connection, tender_id, lot)).session
        complete_at = await openings.shares_complete_at(
            connection,
            tender_id,
            lot,
            bidder_id,
            threshold=tender.threshold,
            envelopes=len(tender.round.kinds_in(session)),
        )
        shares = await openings.shares_of(connection, tender_id, lot, bidder_id)
        stored = await bids.standing(connection, tender_id, lot=lot, bidder_id=bidder_id)
        await place_containers(connection, context.blobs, stored.bid)
    attempt = ((tender_id, lot, session, bidder_id), sum(map(len, shares.values())))
    if complete_at is None or (tried is not None and attempt in tried):
        return False
    try:
        envelopes = envelopes_in(stored.bid, tender, session)
        file_keys = await asyncio.to_thread(_combined, context.blobs, envelopes, shares)
        opened = await open_in_thread(context, tender, stored.bid, file_keys, session=session)
        async with transaction(context.pool) as connection:
            await deeds.record_unlock(
                connection,
                tender_id,
                opened,
                by=UnlockedBy.KEY_HOLDERS,
                received_at=complete_at,
                at=context.now(),
            )
    except (WrongFileKey, BidDoesNotOpen) as refused:
        # Nobody who handed in a share has done wrong; the verdict comes with the reveal.
        if tried is not None:
            tried.add(attempt)
        logger.warning("a bid does not open with its key holders' shares: %s", refused.code)
        return False
    except Refused:
        # Another process was first, or the shares had come too late.
        return await _is_open(context, tender_id, lot, bidder_id)
    context.touched(tender_id)
    await keep_after_verdict(context, stored.bid, opened)
    return True


async def open_pending(
    context: Context, only: UUID | None = None, *, tried: Tried | None = None
) -> int:
    """Open whatever shares at hand can open, of one tender or of all; how many it were."""
    async with reading(context.pool) as connection:
        openable = await openings.list_openable(connection)
    done = 0
    for tender_id, lot, bidder_id in openable:
        if only in {None, tender_id}:
            done += await open_with_shares(context, tender_id, lot, bidder_id, tried=tried)
    return done


async def judge(context: Context, tender_id: UUID, lot: str, bidder_id: UUID) -> BidFault:
    """Whose fault it is that a bid is not open."""
    async with reading(context.pool) as connection:
        tender = await tenders.get(connection, tender_id)
        stored = await bids.standing(connection, tender_id, lot=lot, bidder_id=bidder_id)
        session = (await openings.get(connection, tender_id, lot)).session
        await place_containers(connection, context.blobs, stored.bid)
        handed = await remedies.handed_in(connection, tender_id, lot, bidder_id)
    async with context.opening.now():
        return await asyncio.to_thread(
            find_fault, context.blobs, tender, stored.bid, handed, session=session
        )


async def judge_locked(
    context: Context, tender_id: UUID, lot: str, *, at: datetime
) -> dict[UUID, BidFault]:
    """The verdicts on all bids of a lot that nothing can open any longer; none before that."""
    await open_pending(context, tender_id)
    async with reading(context.pool) as connection:
        opening = await openings.get(connection, tender_id, lot)
    if opening.phase is not OpeningPhase.UNLOCK or at < opening.unlock_until:
        return {}
    locked = [bidder for bidder in opening.bidders if bidder not in opening.unlocked]
    return {bidder: await judge(context, tender_id, lot, bidder) for bidder in locked}


def _combined(
    blobs: Blobs, envelopes: Sequence[SealedEnvelope], shares: dict[str, dict[int, bytes]]
) -> dict[str, bytes]:
    keys = {}
    for envelope in envelopes:
        header = read_header(blobs, envelope)
        try:
            key, _ = file_key_from_shares(header, shares[envelope.kind], envelope.context)
        except BadHeader as error:
            raise WrongFileKey(str(error), kind=envelope.kind) from error
        if key is None:
            raise WrongFileKey("the shares do not give the file key", kind=envelope.kind)
        keys[envelope.kind] = key
    return keys


async def _is_open(context: Context, tender_id: UUID, lot: str, bidder_id: UUID) -> bool:
    async with reading(context.pool) as connection:
        opening = await openings.get(connection, tender_id, lot)
    return bidder_id in opening.unlocked
