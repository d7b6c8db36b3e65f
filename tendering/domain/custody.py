"""The sealed intake decides in groups: read what matters, decide one by one in memory, write once.

Deeds of one tender follow one another under its lock, and a commit takes as long as the disk. What
has queued meanwhile is therefore decided together: each submission by the rule that decides a
single one, in the order of the queue, seeing what those before it in the group have changed. A
refused one changes nothing.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tendering.domain.bid import CustodyState, SealedBid, decide_submission
from tendering.domain.bid_security import BidSecurity, covers
from tendering.domain.journal import Event
from tendering.domain.key_policy import policy_digest, require_version, version_sealed_to
from tendering.domain.procedure import Participants
from tendering.domain.refusals import NotFound, Refused
from tendering.domain.refusals.bids import EphemeralKeyReused, ManifestMismatch, UploadIncomplete
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.tender import Tender

# Where a bidder's submissions stand: tender, lot, bidder.
Place = tuple[UUID, str, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A submission that has passed the door: form, context and signature are as they must be.

    `key_policy_digest` is that of the key holders the containers were checked against.
    `certificate` is the signer's, DER, and `serial` its number in lower-case hex. `contents` are
    containers that came inside the request, by the id in their envelope; the others are uploads.
    """

    bid: SealedBid
    ephemeral_keys: tuple[bytes, ...]
    key_policy_digest: bytes
    received_at: datetime
    certificate: bytes = b""
    serial: str = ""
    contents: Mapping[UUID, bytes] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Where it wants to stand."""
        return (self.bid.tender_id, self.bid.lot, self.bid.bidder_id)

    @property
    def uploads(self) -> tuple[UUID, ...]:
        """The uploads it refers to."""
        return tuple(
            envelope.upload_id
            for envelope in self.bid.envelopes
            if envelope.upload_id not in self.contents
        )


@dataclass(slots=True, kw_only=True)
class Custody:
    """What custody holds that matters to a group; `decide` moves it on.

    `tenders` are locked. `revoked` tells since when a certificate, DER, does not hold. `uploads`
    are those of the group that are still there, `participants` the places of those who were
    invited or admitted.
    """

    tenders: Mapping[UUID, Tender]
    states: dict[Place, CustodyState]
    securities: Mapping[Place, BidSecurity]
    ephemeral_keys: set[bytes]
    uploads: set[UUID]
    revoked: Mapping[bytes, datetime]
    participants: Set[Place] = frozenset()
    policies: dict[UUID, bytes] = field(default_factory=dict)

    def decide(self, arrived: Arrived) -> Event:
        """May this submission be taken in, after those before it? Raises a refusal."""
        bid = arrived.bid
        tender = self.tenders.get(bid.tender_id)
        if tender is None:
            raise NotFound
        event = decide_submission(
            tender,
            bid,
            received_at=arrived.received_at,
            has_bid_security=self._is_secured(tender, arrived.place),
            custody=self.states.get(arrived.place, CustodyState(0, stands=False)),
            is_participant=tender.round.participants is Participants.PUBLIC
            or arrived.place in self.participants,
        )
        revoked_at = self.revoked.get(arrived.certificate)
        if revoked_at is not None and revoked_at <= arrived.received_at:
            raise SignatureRefused("the certificate is revoked")
        # A key holder may have been replaced between the door and the lock.
        self._require_policy(tender, arrived)
        if not self.uploads.issuperset(arrived.uploads):
            raise UploadIncomplete("an upload has been cleared away")
        if not self.ephemeral_keys.isdisjoint(arrived.ephemeral_keys):
            raise EphemeralKeyReused
        self.states[arrived.place] = CustodyState(bid.counter, stands=True)
        self.ephemeral_keys.update(arrived.ephemeral_keys)
        return event

    def _is_secured(self, tender: Tender, place: Place) -> bool:
        lot = tender.lot(place[1])
        # 条例 第二十六条、第三十条: it secures a price, and in two stages the second asks for it.
        if lot.bid_security_fen == 0 or not tender.round.has_price:
            return True
        security = self.securities.get(place)
        return security is not None and covers(
            security, lot, deadline=tender.deadline, validity_days=tender.terms.bid_validity_days
        )

    def _require_policy(self, tender: Tender, arrived: Arrived) -> None:
        if tender.id not in self.policies:
            self.policies[tender.id] = policy_digest(tender)
        if self.policies[tender.id] == arrived.key_policy_digest:
            return
        version = version_sealed_to(tender, arrived.key_policy_digest)
        if version is None:
            raise ManifestMismatch("the key holders are not those of the tender")
        require_version(tender, version, received_at=arrived.received_at)


def decide_group(custody: Custody, group: Sequence[Arrived]) -> list[Event | Refused]:
    """What becomes of each of the group, in its order."""
    decided: list[Event | Refused] = []
    for arrived in group:
        try:
            decided.append(custody.decide(arrived))
        except Refused as refusal:
            decided.append(refusal)
    return decided
