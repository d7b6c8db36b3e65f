"""Taking a bid in by itself, as the group writer takes in many."""

from collections.abc import Sequence
from datetime import datetime

from tendering.actions.bids import ReceiptTerms, submit_bids
from tendering.domain.bid import BidStatus, SealedBid
from tendering.domain.custody import Arrived
from tendering.domain.key_policy import policy_digest
from tendering.domain.receipts import Receipt
from tendering.domain.refusals import Refused
from tendering.storage import bids, tenders
from tendering.storage.bids import StoredBid
from tendering.storage.connection import Connection


async def submit_bid(
    connection: Connection,
    bid: SealedBid,
    ephemeral_keys: Sequence[bytes],
    terms: ReceiptTerms,
    *,
    received_at: datetime,
) -> Receipt:
    """Take a bid in that has passed the door. Raises what it is refused for."""
    tender = await tenders.lock(connection, bid.tender_id)
    arrived = Arrived(
        bid=bid,
        ephemeral_keys=tuple(ephemeral_keys),
        key_policy_digest=policy_digest(tender),
        received_at=received_at,
    )
    (outcome,) = await submit_bids(connection, {tender.id: tender}, [arrived], terms)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


async def insert_bid(connection: Connection, bid: SealedBid, *, received_at: datetime) -> None:
    """Write a bid into its table alone, in place of the bidder's earlier one."""
    await bids.mark_replaced(connection, [(bid.tender_id, bid.lot, bid.bidder_id)])
    await bids.insert_all(connection, [StoredBid(bid, BidStatus.SUBMITTED, received_at)])
