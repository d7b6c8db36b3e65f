"""The journal's bodies as a verifier reads them: what it needs of each kind, typed.

Members that it does not know are left alone: the chain covers them all the same.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct


class Place(Struct, frozen=True):
    """An entry of another stream, by number and head (hex)."""

    seq: int
    head: str


class Moved(Struct, frozen=True):
    """Of `journals.MOVING`: the deadline from then on."""

    deadline: datetime


class Clarified(Struct, frozen=True):
    """clarification.published."""

    number: int
    text: str
    affects_bids: bool
    signed: dict[str, Any]
    deadline: datetime
    documents: dict[str, Any] | None = None
    changes: dict[str, Any] | None = None


class Jumped(Struct, frozen=True):
    """clock.jumped: the demonstration's clock."""

    reason: str = ""


class ClosedBid(Struct, frozen=True):
    """A bid in the list of bidders."""

    bidder_id: UUID
    bidder_name: str
    uscc: str
    counter: int
    manifest_digest: str
    container_digests: dict[str, str]
    received_at: datetime


class ClosedLot(Struct, frozen=True):
    """The bidders of a lot, in order."""

    lot: str
    unlock_until: datetime
    bids: tuple[ClosedBid, ...]


class Closed(Struct, frozen=True):
    """submission.closed; of tender.failed before the opening the first two."""

    deadline: datetime
    custody: Place
    lots: tuple[ClosedLot, ...] = ()
    failed_lots: tuple[str, ...] = ()
    too_few_bids: tuple[str, ...] = ()
    rule: dict[str, Any] = {}
    checkpoint: str | None = None


class Announced(Struct, frozen=True):
    """key_holder.announced."""

    number: int
    public_key: str
    announcement: dict[str, Any]


class Submitted(Struct, frozen=True):
    """bid.submitted."""

    lot: str
    bidder_id: UUID
    counter: int
    manifest_digest: str
    container_digests: dict[str, str]
    received_at: datetime
    replaces: int | None


class Received(Struct, frozen=True):
    """Of bid.submitted and bid.withdrawn: when the request had arrived in full."""

    received_at: datetime


class Withdrawn(Struct, frozen=True):
    """bid.withdrawn."""

    lot: str
    bidder_id: UUID
    counter: int
    received_at: datetime


class UnlockedEnvelope(Struct, frozen=True):
    """The verdict on one container."""

    kind: str
    container_digest: str
    plaintext_digest: str | None
    rederives: bool


class Unlocked(Struct, frozen=True):
    """bid.unlocked."""

    lot: str
    bidder_id: UUID
    by: str
    envelopes: tuple[UnlockedEnvelope, ...]
    received_at: datetime
    fault: dict[str, Any] | None = None
    session: int = 1


class KeysReceived(Struct, frozen=True):
    """file_key.received: 16 bytes for each envelope."""

    lot: str
    bidder_id: UUID
    by: str
    file_keys: dict[str, bytes]
    session: int = 1


class ShareReceived(Struct, frozen=True):
    """share.received: a key holder's shares of one bid, 16 bytes each."""

    lot: str
    bidder_id: UUID
    number: int
    shares: dict[str, bytes]
    session: int = 1


class ShareRefused(Struct, frozen=True):
    """share.refused: a key holder says under its signature that it has no share to give."""

    lot: str
    bidder_id: UUID
    number: int
    reason: str
    statement: dict[str, Any]
    session: int = 1


class KeysDisclosed(Struct, frozen=True):
    """file_key.disclosed: right keys of a bid that did not open."""

    lot: str
    bidder_id: UUID
    file_keys: dict[str, bytes]
    in_time: bool
    statement: dict[str, Any] | None = None
    session: int = 1


class KeyLost(Struct, frozen=True):
    """key.lost."""

    lot: str
    bidder_id: UUID
    session: int = 1


class FaultBody(Struct, frozen=True):
    """A verdict on a bid, in prices.revealed."""

    bidder_id: UUID
    fault: dict[str, Any]


class FaultFound(Struct, frozen=True):
    """fault.found: judged anew after the reveal."""

    lot: str
    bidder_id: UUID
    fault: dict[str, Any]
    session: int = 1


class RevealedRow(Struct, frozen=True):
    """What was read out of a bid."""

    bidder_id: UUID
    form: dict[str, Any]
    findings: tuple[str, ...]
    plaintext_digests: dict[str, str] = {}


class Revealed(Struct, frozen=True):
    """prices.revealed."""

    lot: str
    rows: tuple[RevealedRow, ...]
    deemed_revoked: tuple[UUID, ...]
    deemed_withdrawn: tuple[UUID, ...] = ()
    faults: tuple[FaultBody, ...] = ()
    session: int = 1


class Extended(Struct, frozen=True):
    """unlock.extended."""

    lot: str
    unlock_until: datetime
    reason: str
    session: int = 1


class ShortfallDecided(Struct, frozen=True):
    """shortfall.decided."""

    lot: str
    decision: Literal["go_on", "fail"]
    session: int = 1


class NeedBody(Struct, frozen=True):
    """A need of the draw."""

    venue: str
    region: str
    speciality: str
    seats: int
    reserves: int


class PoolPlace(Struct, frozen=True):
    """A place of the frozen pool."""

    commitment: str
    needs: tuple[int, ...]


class PoolFrozen(Struct, frozen=True):
    """draw.pool_frozen."""

    pool_root: str
    needs: tuple[NeedBody, ...]
    entries: tuple[PoolPlace, ...]
    vrf_public: str
    bidders: tuple[UUID, ...]
    shared: int = 0


class DrawnPlace(Struct, frozen=True):
    """A place that was drawn."""

    need: int
    venue: str
    index: int
    commitment: str


class Drawn(Struct, frozen=True):
    """committee.drawn."""

    pool_root: str
    seed: str
    vrf_proof: str
    permutation_digest: str
    contributions: Any
    excluded: Any
    opened_by_key_holders: Any
    coefficients: Any
    seats: tuple[DrawnPlace, ...]
    reserves: tuple[DrawnPlace, ...]


class OpenedPlace(Struct, frozen=True):
    """A drawn place with its name; `seat` is None for a reserve."""

    index: int
    venue: str
    salt: str
    expert: dict[str, Any]
    seat: int | None = None


class StandIn(Struct, frozen=True):
    """Who stands for a partner's place."""

    index: int
    expert_id: UUID


class Seated(Struct, frozen=True):
    """committee.seated. `shared`: of a group that goes on."""

    seats: tuple[OpenedPlace, ...]
    reserves: tuple[OpenedPlace, ...]
    shared: tuple[StandIn, ...]


class Reported(Struct, frozen=True):
    """evaluation.reported. `report_digest`: of the signed PDF; `outcome_digest`: of the outcome."""

    lot: str
    committee: Place
    report_digest: str
    outcome_digest: str
    method_digest: str
    ranking: tuple[dict[str, Any], ...]
    rejected: tuple[dict[str, Any], ...]
    admitted: tuple[UUID, ...] | None = None


class CandidatesShown(Struct, frozen=True):
    """candidates.published."""

    lot: str
    candidates: tuple[dict[str, Any], ...]
    publicity_from: datetime
    publicity_until: datetime


class PassedOverBody(Struct, frozen=True):
    """Why a better candidate was not chosen."""

    bid: str
    cause: str
    evidence: str


class Awarded(Struct, frozen=True):
    """award.notified."""

    lot: str
    winner: dict[str, Any]
    passed_over: tuple[PassedOverBody, ...]
    decision: dict[str, str] | None = None


class AwardRevoked(Struct, frozen=True):
    """award.revoked: by the host, for a cause of the law, or by the ruling of that complaint."""

    lot: str
    bid: str = ""
    cause: str = ""
    evidence: str = ""
    following: str = ""
    reasons: str = ""
    ruling: str = ""


class Papers(Struct, frozen=True):
    """document.issued, document.signed, document.completed: `digest` is the PDF's SHA-256, hex.

    Signed also says who: `organization_id` of the signatory at `place`.
    """

    kind: str
    digest: str
    lot: str = ""
    edition: int = 1
    place: int = 0
    organization_id: UUID | None = None


class Replaced(Struct, frozen=True):
    """committee.replaced: the next in the drawn order steps in, `asked` or seated at once."""

    seat: int
    index: int
    commitment: str
    asked: bool


class Reseated(Struct, frozen=True):
    """committee.reseated: who that is; `called`: asked to come."""

    seat: int
    index: int
    salt: str
    left: int
    expert: dict[str, Any]
    called: bool = False
