"""A sealed bid: what a bidder signs, and whether the platform may take it into custody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from crypto.canonical import JsonValue, digest
from crypto.sealed_file import seal_context
from tendering.domain.journal import Event, instant
from tendering.domain.refusals.bids import (
    BidSecurityMissing,
    CounterNotFresh,
    DeadlinePassed,
    ManifestMismatch,
    NoBid,
    NotAcceptingBids,
)
from tendering.domain.refusals.tenders import NotParticipant
from tendering.domain.tender import Tender, TenderStatus

MANIFEST_LABEL = "kaibiao/bid-manifest/v1"
WITHDRAWAL_LABEL = "kaibiao/bid-withdrawal/v1"
COUNTER_MAX = 2**31 - 1


class BidStatus(StrEnum):
    """What has become of a submission."""

    SUBMITTED = "submitted"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    UNLOCKED = "unlocked"
    DEEMED_REVOKED = "deemed_revoked"
    DEEMED_WITHDRAWN = "deemed_withdrawn"


@dataclass(frozen=True, slots=True)
class SealedEnvelope:
    """One container of a bid. Digests are RFC 6962 roots over 1 MiB blocks, 32 bytes."""

    kind: str
    upload_id: UUID
    context: bytes
    digest: bytes
    size_bytes: int
    recipient: str


@dataclass(frozen=True, slots=True)
class SealedBid:
    """A bid as it arrives: everything here is signed by the bidder in `manifest`."""

    tender_id: UUID
    lot: str
    bidder_id: UUID
    counter: int
    envelopes: tuple[SealedEnvelope, ...]
    manifest: Mapping[str, JsonValue]
    # What receipts, the journal and the log speak of. 32 bytes.
    manifest_digest: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found = digest(MANIFEST_LABEL, dict(self.manifest))
        object.__setattr__(self, "manifest_digest", found)


@dataclass(frozen=True, slots=True)
class CustodyState:
    """What custody holds of this bidder for the lot: its last counter and whether a bid stands."""

    last_counter: int
    stands: bool


def envelope_context(
    tender: Tender, *, lot: str, kind: str, bidder_id: UUID, counter: int
) -> bytes:
    """The context a container of this bid must be bound to: computed, never taken from the file."""
    holders = [
        ((holder.public_key or b"").hex(), holder.announcement_digest.hex())
        for holder in tender.key_holders
    ]
    return seal_context(
        tender_id=str(tender.id),
        lot=lot,
        envelope=kind,
        bidder_id=str(bidder_id),
        counter=counter,
        threshold=tender.threshold,
        holders=holders,
        suite_name=tender.suite,
    )


def manifest_statement(
    tender: Tender, *, lot: str, bidder_id: UUID, counter: int, envelopes: Sequence[SealedEnvelope]
) -> dict[str, JsonValue]:
    """What a bidder signs for one submission."""
    return {
        "tender_id": str(tender.id),
        "lot": lot,
        "bidder_id": str(bidder_id),
        "counter": counter,
        "key_policy_digest": digest("kaibiao/key-policy/v1", tender.key_policy).hex(),
        "envelopes": [
            {
                "kind": envelope.kind,
                "context": envelope.context.hex(),
                "digest": envelope.digest.hex(),
                "size_bytes": envelope.size_bytes,
                "recipient": envelope.recipient,
            }
            for envelope in envelopes
        ],
    }


def require_manifest(tender: Tender, bid: SealedBid, statement: Mapping[str, JsonValue]) -> None:
    """The signed statement says exactly what this tender and this bid say. ManifestMismatch."""
    expected_kinds = tender.round.envelopes
    if tuple(envelope.kind for envelope in bid.envelopes) != expected_kinds:
        raise ManifestMismatch(
            "the envelopes are not those of the tender", expected=list(expected_kinds)
        )
    for envelope in bid.envelopes:
        expected = envelope_context(
            tender,
            lot=bid.lot,
            kind=envelope.kind,
            bidder_id=bid.bidder_id,
            counter=bid.counter,
        )
        if envelope.context != expected:
            raise ManifestMismatch("a container is bound to another context", kind=envelope.kind)
    expected_statement = manifest_statement(
        tender,
        lot=bid.lot,
        bidder_id=bid.bidder_id,
        counter=bid.counter,
        envelopes=bid.envelopes,
    )
    if dict(statement) != expected_statement:
        raise ManifestMismatch("the signed manifest differs from the submission")


def decide_submission(
    tender: Tender,
    bid: SealedBid,
    *,
    received_at: datetime,
    has_bid_security: bool,
    custody: CustodyState,
    is_participant: bool = True,
) -> Event:
    """May this bid be taken into custody? One refusal after the other, as a clerk would check."""
    tender.lot(bid.lot)
    # 招标投标法 第二十八条: what arrives after the deadline is refused. First, because it is final.
    if tender.is_past_deadline(received_at) and tender.status is not TenderStatus.DRAFT:
        raise DeadlinePassed(deadline=instant(tender.deadline), received_at=instant(received_at))
    if tender.status is not TenderStatus.PUBLISHED:
        raise NotAcceptingBids(status=tender.status)
    # 招标投标法 第十七条, 条例 第十八条: an invitation or an admission is asked for where the round
    # has them. Whether one is there is told to its bidder alone.
    if not is_participant:
        raise NotParticipant(lot=bid.lot, participants=tender.round.participants)
    # 招标投标法实施条例 第二十六条: the security the tender documents ask for is lodged before.
    if not has_bid_security:
        raise BidSecurityMissing(lot=bid.lot)
    if not custody.last_counter < bid.counter <= COUNTER_MAX:
        raise CounterNotFresh(last=custody.last_counter, counter=bid.counter)
    return Event(
        "bid.submitted",
        {
            "lot": bid.lot,
            "bidder_id": str(bid.bidder_id),
            "counter": bid.counter,
            "manifest_digest": bid.manifest_digest.hex(),
            "container_digests": {
                envelope.kind: envelope.digest.hex() for envelope in bid.envelopes
            },
            "received_at": instant(received_at),
            "replaces": custody.last_counter if custody.stands else None,
        },
    )


def decide_withdrawal(
    tender: Tender,
    *,
    lot: str,
    bidder_id: UUID,
    counter: int,
    received_at: datetime,
    custody: CustodyState,
    statement: Mapping[str, JsonValue],
) -> Event:
    """May the bidder take its bid back? Before the deadline always (招标投标法 第二十九条).

    `statement` is what it signed: without it the platform could take away what it likes.
    """
    tender.lot(lot)
    if tender.is_past_deadline(received_at):
        raise DeadlinePassed(deadline=instant(tender.deadline), received_at=instant(received_at))
    if tender.status is not TenderStatus.PUBLISHED:
        raise NotAcceptingBids(status=tender.status)
    if not custody.stands or counter != custody.last_counter:
        raise NoBid
    return Event(
        "bid.withdrawn",
        {
            "lot": lot,
            "bidder_id": str(bidder_id),
            "counter": custody.last_counter,
            "received_at": instant(received_at),
            "statement": dict(statement),
        },
    )
