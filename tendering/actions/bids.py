"""Deeds of the sealed intake: take a bid into custody, give it back.

Bytes are stored and signatures checked before the tender is locked; the lock is held for
milliseconds. Everything here goes into the custody stream, which nobody reads before the opening.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from crypto.errors import BadHeader, BadKey
from crypto.keys import NoteKey, recipient_public
from crypto.sealed_file import parse_sealed_header
from tendering.domain.bid import (
    BidStatus,
    CustodyState,
    SealedBid,
    decide_withdrawal,
    require_manifest,
)
from tendering.domain.custody import Arrived, Custody, Place, decide_group
from tendering.domain.journal import Entry, Event, Stream, blinded
from tendering.domain.procedure import Participants
from tendering.domain.receipts import Receipt, Submission, issue_receipt
from tendering.domain.refusals import Refused
from tendering.domain.refusals.bids import ContainerRefused
from tendering.domain.tender import Tender
from tendering.storage import (
    bid_securities,
    bids,
    certificates,
    journal,
    participants,
    receipts,
    small_containers,
    tenders,
    uploads,
)
from tendering.storage.bids import StoredBid
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class ReceiptTerms:
    """What a receipt needs besides the deed: the key, the log's origin, the promise, chance.

    `nonce` gives 32 unpredictable bytes, others each time.
    """

    key: NoteKey
    origin: str
    within_seconds: int
    nonce: Callable[[], bytes]


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


async def submit_bids(
    connection: Connection,
    tenders: Mapping[UUID, Tender],
    group: Sequence[Arrived],
    terms: ReceiptTerms,
) -> list[Receipt | Refused]:
    """Take submissions into custody, each by itself; what becomes of each, in their order.

    The caller has locked the tenders and stored what was uploaded. The same manifest again gets the
    receipt it got before, whatever time it is now. Some dozen statements however large the group.
    Raises EphemeralKeyReused when a bid of another tender was taken in at the same moment with the
    same key: do them one by one, then.
    """
    asked: dict[tuple[UUID, bytes], Arrived] = {}
    for one in group:
        asked.setdefault(_manifest_of(one), one)
    # A manifest names its tender, so what is known under it is of this tender.
    known = await receipts.of_bidders(connection, list(asked), act="bid.submitted")
    outcomes: dict[tuple[UUID, bytes], Receipt | Refused] = dict(known)
    fresh = [one for key, one in asked.items() if key not in known]
    if fresh:
        custody = await _custody_of(connection, tenders, fresh)
        before = dict(custody.states)
        taken = []
        for one, decided in zip(fresh, decide_group(custody, fresh), strict=True):
            if isinstance(decided, Refused):
                outcomes[_manifest_of(one)] = decided
            else:
                taken.append((one, decided))
        if taken:
            given = await _take(connection, taken, before, terms)
            outcomes |= {
                _manifest_of(one): receipt for (one, _), receipt in zip(taken, given, strict=True)
            }
    return [outcomes[_manifest_of(one)] for one in group]


def _manifest_of(arrived: Arrived) -> tuple[UUID, bytes]:
    return arrived.bid.bidder_id, arrived.bid.manifest_digest


async def _custody_of(
    connection: Connection, tenders: Mapping[UUID, Tender], group: Sequence[Arrived]
) -> Custody:
    places = sorted({one.place for one in group})
    keys = {key for one in group for key in one.ephemeral_keys}
    upload_ids = {upload_id for one in group for upload_id in one.uploads}
    serials = {one.serial for one in group if one.serial}
    asked = [place for place in places if _asks_participants(tenders.get(place[0]))]
    return Custody(
        tenders=tenders,
        states=await bids.custody_of_all(connection, places),
        securities=await bid_securities.of_all(connection, places),
        ephemeral_keys=await bids.seen_ephemeral_keys(connection, list(keys)),
        uploads=await uploads.hold(connection, upload_ids) if upload_ids else set(),
        participants=await participants.of_all(connection, asked) if asked else set(),
        revoked=dict(await certificates.revocations_of(connection, serials)) if serials else {},
    )


def _asks_participants(tender: Tender | None) -> bool:
    return tender is not None and tender.round.participants is not Participants.PUBLIC


async def _take(
    connection: Connection,
    taken: Sequence[tuple[Arrived, Event]],
    before: Mapping[Place, CustodyState],
    terms: ReceiptTerms,
) -> list[Receipt]:
    """Write what was decided. Only the last of several by one bidder stands."""
    last = {one.place: one for one, _ in taken}
    replaced = [place for place in last if place in before and before[place].stands]
    stored = [
        StoredBid(
            one.bid,
            BidStatus.SUBMITTED if last[one.place] is one else BidStatus.REPLACED,
            one.received_at,
        )
        for one, _ in taken
    ]
    if replaced:
        await bids.mark_replaced(connection, replaced)
    await bids.insert_all(connection, stored)
    await bids.add_ephemeral_keys(
        connection, [key for one, _ in taken for key in one.ephemeral_keys]
    )
    upload_ids = {upload_id for one, _ in taken for upload_id in one.uploads}
    if upload_ids:
        await uploads.keep(connection, upload_ids)
    contents = [
        (one.bid.tender_id, container_id, content)
        for one, _ in taken
        for container_id, content in one.contents.items()
    ]
    if contents:
        await small_containers.insert_all(connection, contents)
    entries = await journal.append_all(
        connection,
        Stream.CUSTODY,
        [
            (one.bid.tender_id, blinded(event, terms.nonce()), one.received_at)
            for one, event in taken
        ],
    )
    given = [
        _receipt(one.bid, event, entry, terms, received_at=one.received_at)
        for (one, event), entry in zip(taken, entries, strict=True)
    ]
    await receipts.save_all(connection, given)
    return given


async def withdraw_bid(
    connection: Connection,
    tender_id: UUID,
    terms: ReceiptTerms,
    *,
    lot: str,
    bidder_id: UUID,
    counter: int,
    statement: Mapping[str, JsonValue],
    received_at: datetime,
) -> Receipt:
    """Give a bid back before the deadline. Raises DeadlinePassed, NotAcceptingBids, NoBid."""
    tender = await tenders.lock_also_suspended(connection, tender_id)
    custody = await bids.custody_of(connection, tender_id, lot=lot, bidder_id=bidder_id)
    given_back = decide_withdrawal(
        tender,
        lot=lot,
        bidder_id=bidder_id,
        counter=counter,
        received_at=received_at,
        custody=custody,
        statement=statement,
    )
    event = blinded(given_back, terms.nonce())
    standing = await bids.standing(connection, tender_id, lot=lot, bidder_id=bidder_id)
    await bids.set_status(
        connection, tender_id, lot=lot, bidder_id=bidder_id, status=BidStatus.WITHDRAWN
    )
    entry = await journal.append(connection, tender_id, Stream.CUSTODY, event, at=received_at)
    receipt = _receipt(
        standing.bid, event, entry, terms, received_at=received_at, with_containers=False
    )
    await receipts.save(connection, receipt)
    return receipt


def _receipt(
    bid: SealedBid,
    event: Event,
    entry: Entry,
    terms: ReceiptTerms,
    *,
    received_at: datetime,
    with_containers: bool = True,
) -> Receipt:
    containers = ((envelope.kind, envelope.digest) for envelope in bid.envelopes)
    submission = Submission(
        act=event.kind,
        tender_id=bid.tender_id,
        lot=bid.lot,
        bidder_id=bid.bidder_id,
        counter=bid.counter,
        manifest_digest=bid.manifest_digest,
        container_digests=tuple(containers) if with_containers else (),
        received_at=received_at,
        custody_head=entry.head,
    )
    return issue_receipt(
        submission,
        leaf_nonce=terms.nonce(),
        origin=terms.origin,
        within_seconds=terms.within_seconds,
        key=terms.key,
    )
