"""Deeds of the sealed intake: take a bid into custody, give it back.

Bytes are stored and signatures checked before the tender is locked; the lock is held for
milliseconds. Everything here goes into the custody stream, which nobody reads before the opening.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from crypto.errors import BadHeader, BadKey
from crypto.keys import NoteKey, recipient_public
from crypto.sealed_file import parse_sealed_header
from tendering.domain.bid import (
    BidStatus,
    SealedBid,
    decide_submission,
    decide_withdrawal,
    require_manifest,
)
from tendering.domain.bid_security import covers
from tendering.domain.journal import Entry, Event, Stream, blinded
from tendering.domain.receipts import Receipt, Submission, issue_receipt
from tendering.domain.refusals import ContainerRefused
from tendering.domain.tender import Tender
from tendering.storage import bid_securities, bids, journal, receipts, tenders
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class ReceiptTerms:
    """What a receipt needs besides the deed: the key, the log's origin, the promise, chance.

    `leaf_nonce` goes to the bidder, `custody_nonce` stays in custody; 32 bytes each.
    """

    key: NoteKey
    origin: str
    within_seconds: int
    leaf_nonce: bytes
    custody_nonce: bytes


def check_containers(
    tender: Tender, bid: SealedBid, headers: Mapping[str, bytes], statement: Mapping[str, JsonValue]
) -> list[bytes]:
    """The door checks that need no key; the ephemeral keys of all containers.

    `headers` are the first bytes of each container by kind. Raises ManifestMismatch,
    ContainerRefused.
    """
    require_manifest(tender, bid, statement)
    ephemeral: list[bytes] = []
    for envelope in bid.envelopes:
        try:
            recipient_public(envelope.recipient)
            header = parse_sealed_header(
                headers[envelope.kind],
                expected_context=envelope.context,
                threshold=tender.threshold,
                n=len(tender.key_holders),
                suite_name=tender.suite,
            )
        except (BadHeader, BadKey) as error:
            raise ContainerRefused(str(error), kind=envelope.kind) from error
        ephemeral.extend(header.ephemeral_keys)
    if len(set(ephemeral)) != len(ephemeral):
        raise ContainerRefused("the containers share an ephemeral key")
    return ephemeral


async def submit_bid(
    connection: Connection,
    bid: SealedBid,
    ephemeral_keys: list[bytes],
    terms: ReceiptTerms,
    *,
    received_at: datetime,
) -> Receipt:
    """Take a sealed bid into custody. The caller has stored its bytes and checked its form.

    Raises DeadlinePassed, NotAcceptingBids, BidSecurityMissing, CounterNotFresh,
    EphemeralKeyReused. Eight statements, one commit.
    """
    tender = await tenders.lock(connection, bid.tender_id)
    lot = tender.lot(bid.lot)
    security = await bid_securities.of(connection, bid.tender_id, bid.lot, bid.bidder_id)
    custody = await bids.custody_of(connection, bid.tender_id, lot=bid.lot, bidder_id=bid.bidder_id)
    has_bid_security = lot.bid_security_fen == 0 or (
        security is not None
        and covers(
            security,
            lot,
            deadline=tender.deadline,
            validity_days=tender.terms.bid_validity_days,
        )
    )
    taken = decide_submission(
        tender,
        bid,
        received_at=received_at,
        has_bid_security=has_bid_security,
        custody=custody,
    )
    event = blinded(taken, terms.custody_nonce)
    await bids.insert(connection, bid, received_at=received_at)
    await bids.add_ephemeral_keys(connection, ephemeral_keys)
    entry = await journal.append(connection, bid.tender_id, Stream.CUSTODY, event, at=received_at)
    containers = tuple((envelope.kind, envelope.digest) for envelope in bid.envelopes)
    return await _acknowledge(
        connection, bid, event, entry, terms, containers=containers, received_at=received_at
    )


async def withdraw_bid(
    connection: Connection,
    tender_id: UUID,
    terms: ReceiptTerms,
    *,
    lot: str,
    bidder_id: UUID,
    counter: int,
    received_at: datetime,
) -> Receipt:
    """Give a bid back before the deadline. Raises DeadlinePassed, NotAcceptingBids, NoBid."""
    tender = await tenders.lock(connection, tender_id)
    custody = await bids.custody_of(connection, tender_id, lot=lot, bidder_id=bidder_id)
    given_back = decide_withdrawal(
        tender,
        lot=lot,
        bidder_id=bidder_id,
        counter=counter,
        received_at=received_at,
        custody=custody,
    )
    event = blinded(given_back, terms.custody_nonce)
    standing = await bids.standing(connection, tender_id, lot=lot, bidder_id=bidder_id)
    await bids.set_status(
        connection, tender_id, lot=lot, bidder_id=bidder_id, status=BidStatus.WITHDRAWN
    )
    entry = await journal.append(connection, tender_id, Stream.CUSTODY, event, at=received_at)
    return await _acknowledge(
        connection, standing.bid, event, entry, terms, containers=(), received_at=received_at
    )


async def _acknowledge(
    connection: Connection,
    bid: SealedBid,
    event: Event,
    entry: Entry,
    terms: ReceiptTerms,
    *,
    containers: tuple[tuple[str, bytes], ...],
    received_at: datetime,
) -> Receipt:
    submission = Submission(
        act=event.kind,
        tender_id=bid.tender_id,
        lot=bid.lot,
        bidder_id=bid.bidder_id,
        counter=bid.counter,
        manifest_digest=bid.manifest_digest,
        container_digests=containers,
        received_at=received_at,
        custody_head=entry.head,
    )
    receipt = issue_receipt(
        submission,
        leaf_nonce=terms.leaf_nonce,
        origin=terms.origin,
        within_seconds=terms.within_seconds,
        key=terms.key,
    )
    await receipts.save(connection, receipt)
    return receipt
