"""A tender: what is bought, under which terms, and how far it has come.

TRANSITIONS is the plot of the whole play: what is not in it does not happen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from crypto.canonical import JsonValue, digest
from crypto.seal_suites import CLASSIC, SUITES
from tendering.domain.circumstances import Circumstances
from tendering.domain.circumstances import to_json as circumstances_json
from tendering.domain.journal import Event, instant
from tendering.domain.methods.method import definition_digest
from tendering.domain.procedure import OPEN_TENDERING, Participants, Round, round_json
from tendering.domain.quantities.lot_bill import LotBill, lot_bill_json
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.key_holders import KeyPolicyIncomplete, NotKeyHolder
from tendering.domain.refusals.tenders import TenderIncomplete, TenderSuspended, WrongPhase
from tendering.domain.suspension import Suspension


class TenderStatus(StrEnum):
    """How far a tender has come."""

    DRAFT = "draft"
    PUBLISHED = "published"
    OPENING = "opening"
    OPENED = "opened"
    EVALUATING = "evaluating"
    EVALUATED = "evaluated"
    CANDIDATES_PUBLISHED = "candidates_published"
    AWARDED = "awarded"
    CONTINUED = "continued"
    FAILED = "failed"
    TERMINATED = "terminated"


S = TenderStatus
TRANSITIONS: Mapping[TenderStatus, frozenset[TenderStatus]] = MappingProxyType(
    {
        S.DRAFT: frozenset({S.PUBLISHED, S.TERMINATED}),
        S.PUBLISHED: frozenset({S.OPENING, S.FAILED, S.TERMINATED}),
        S.OPENING: frozenset({S.OPENED, S.FAILED, S.TERMINATED}),
        S.OPENED: frozenset({S.EVALUATING, S.CONTINUED, S.FAILED, S.TERMINATED}),
        S.EVALUATING: frozenset({S.EVALUATED, S.FAILED, S.TERMINATED}),
        # 条例 第八十一条, 87号令 第六十四条、第六十七条: what is void is evaluated anew.
        S.EVALUATED: frozenset(
            {S.EVALUATING, S.CANDIDATES_PUBLISHED, S.CONTINUED, S.FAILED, S.TERMINATED}
        ),
        S.CANDIDATES_PUBLISHED: frozenset({S.EVALUATING, S.AWARDED, S.FAILED, S.TERMINATED}),
        # 招标投标法 第六十四条: an award that is void by the supervisor's ruling is none. 条例
        # 第五十五条: where the winner falls away, the next candidate, or a new tender.
        S.AWARDED: frozenset({S.CANDIDATES_PUBLISHED, S.FAILED}),
        # The next round of the procedure has begun, a tender of its own.
        S.CONTINUED: frozenset(),
        S.FAILED: frozenset(),
        S.TERMINATED: frozenset(),
    }
)

# Every kind there is; which of them a tender has, its round says.
ENVELOPES = OPEN_TENDERING.envelopes
KEY_HOLDERS_MAX = 32
# No submission lives longer than this after it has arrived, and every drain lasts longer.
SUBMISSION_SECONDS_MAX = 8
DRAIN_SECONDS_MIN = 10
assert SUBMISSION_SECONDS_MAX < DRAIN_SECONDS_MIN
THRESHOLD_MIN = 2  # one key holder alone could open early


@dataclass(frozen=True, slots=True)
class Lot:
    """One lot (标段). Money in fen; `items` as they stand in the tender documents.

    `bill`: its bill of quantities, where there is one.
    """

    lot: str
    title: str
    estimate_fen: int
    ceiling_price_fen: int
    bid_security_fen: int
    items: tuple[Mapping[str, JsonValue], ...] = ()
    bill: LotBill | None = None

    @property
    def parts_fen(self) -> Mapping[str, int]:
        """Parts of the ceiling that are the same in every price: what K leaves alone."""
        return {} if self.bill is None else self.bill.parts_fen


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A key holder (密钥持有人) and, once announced, its key for this tender alone.

    `public_key` is of the tender's suite, 32, 65 or 1216 bytes; `announcement` the signed statement
    that announced it.
    """

    number: int
    organization_id: UUID
    name: str
    public_key: bytes | None = None
    announcement: Mapping[str, JsonValue] | None = None
    # What a container's context binds: the announcement as it was signed. 32 bytes, or none.
    announcement_digest: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found = b""
        if self.announcement is not None:
            found = digest("kaibiao/key-announcement/v1", dict(self.announcement))
        object.__setattr__(self, "announcement_digest", found)


@dataclass(frozen=True, slots=True)
class FormerPolicy:
    """All key holders as they were before one of them was replaced at `until`."""

    holders: tuple[KeyHolder, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the tender documents: its digest is the RFC 6962 root over 1 MiB blocks."""

    name: str
    digest: bytes
    size_bytes: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the tender documents fix about time: all of them public from the notice on."""

    bid_validity_days: int
    unlock_minutes: int
    drain_seconds: int


@dataclass(frozen=True, slots=True)
class Previous:
    """The round before: its tender, and the digest of the list of those it admitted, 32 bytes."""

    tender_id: UUID
    admitted_digest: bytes


@dataclass(frozen=True, slots=True)
class Tender:
    """A tender as the rules see it. Instants are aware; `deadline` is None only in a draft.

    `suite` names the algorithms of its sealed bids (`crypto.seal_suites`); `round` is the step of
    the procedure it stands for, and `previous` the one before. `key_holders` are those of now,
    `former` those of the versions before. `opening_from` is set by an outage of the platform: bids
    are not opened earlier. `withheld_from` is the first entry of the public stream that waits until
    the last round of the procedure is closed (`disclosure`).
    """

    id: UUID
    number: str
    title: str
    description: str
    regime: str
    region: str
    status: TenderStatus
    procuring_entity_id: UUID
    agency_id: UUID | None
    supervisor_id: UUID
    lots: tuple[Lot, ...]
    threshold: int
    key_holders: tuple[KeyHolder, ...]
    documents: tuple[Document, ...]
    method: Mapping[str, JsonValue]
    committee: Mapping[str, JsonValue]
    terms: Terms
    deadline: datetime
    published_at: datetime | None
    timetable: Mapping[str, JsonValue]
    source: Mapping[str, JsonValue] = field(default_factory=dict)
    version: int = 1
    demonstration: bool = False
    suite: str = CLASSIC.name
    round: Round = OPEN_TENDERING
    previous: Previous | None = None
    suspension: Suspension | None = None
    former: tuple[FormerPolicy, ...] = ()
    opening_from: datetime | None = None
    withheld_from: int | None = None

    @property
    def policy_version(self) -> int:
        """Which version of the key policy holds now: one more than key holders were replaced."""
        return len(self.former) + 1

    @property
    def procedure(self) -> str:
        """The procedure whose round this tender is."""
        return self.round.procedure

    circumstances: Circumstances = field(default_factory=Circumstances)

    @property
    def budget_fen(self) -> int:
        """What all lots together are estimated at."""
        return sum(lot.estimate_fen for lot in self.lots)

    def lot(self, lot: str) -> Lot:
        """The lot of that name. Raises NotFound when there is none."""
        for candidate in self.lots:
            if candidate.lot == lot:
                return candidate
        raise NotFound("no such lot", lot=lot)

    def key_holder_of(self, organization_id: UUID) -> KeyHolder:
        """The key holder that an organization is. Raises NotKeyHolder."""
        for holder in self.key_holders:
            if holder.organization_id == organization_id:
                return holder
        raise NotKeyHolder

    @property
    def closing_at(self) -> datetime:
        """When the opening may begin: a submission in time is never overtaken by it."""
        drained = self.deadline + timedelta(seconds=self.terms.drain_seconds)
        return drained if self.opening_from is None else max(drained, self.opening_from)

    def is_past_deadline(self, at: datetime) -> bool:
        """Has the deadline passed at an instant? One that fell into a pause has not: it moves."""
        held_back = self.suspension is not None and self.suspension.holds_back(self.deadline)
        return at >= self.deadline and not held_back

    @property
    def key_policy(self) -> dict[str, JsonValue]:
        """Who can open bids besides the bidder: what every sealed container is bound to."""
        return {
            "suite": self.suite,
            "threshold": self.threshold,
            "holders": [
                {
                    "number": holder.number,
                    "organization_id": str(holder.organization_id),
                    "name": holder.name,
                    "public_key": (holder.public_key or b"").hex(),
                    "announcement_digest": holder.announcement_digest.hex()
                    if holder.announcement
                    else "",
                }
                for holder in self.key_holders
            ],
        }


def require_party(tender: Tender, organization_id: UUID) -> None:
    """Only the procuring entity and its agency act for a tender. Raises Forbidden."""
    if organization_id not in {tender.procuring_entity_id, tender.agency_id}:
        raise Forbidden("not a party that runs this tender")


def require_running(tender: Tender) -> None:
    """Raise TenderSuspended while the tender stands still. Asked once, where it is locked."""
    if tender.suspension is not None:
        pause = tender.suspension
        raise TenderSuspended(reason=pause.reason, since=instant(pause.since))


def require_status(tender: Tender, *allowed: TenderStatus) -> None:
    """Raise WrongPhase unless the tender stands in one of the allowed statuses."""
    if tender.status not in allowed:
        raise WrongPhase(status=tender.status, allowed=[str(status) for status in allowed])


def require_transition(tender: Tender, to: TenderStatus) -> None:
    """Raise WrongPhase unless TRANSITIONS leads from where the tender stands to `to`."""
    if to not in TRANSITIONS[tender.status]:
        raise WrongPhase(status=tender.status, to=to)


def require_sound(tender: Tender) -> None:
    """Refuse a draft that could never be published. Raises TenderIncomplete."""
    if tender.suite not in SUITES:
        raise TenderIncomplete("a suite that bids are not sealed in", suite=tender.suite)
    if not tender.lots:
        raise TenderIncomplete("a tender has at least one lot", missing="lots")
    if len({lot.lot for lot in tender.lots}) != len(tender.lots):
        raise TenderIncomplete("two lots have the same name", missing="lots")
    for lot in tender.lots:
        if min(lot.estimate_fen, lot.ceiling_price_fen) <= 0 or lot.bid_security_fen < 0:
            raise TenderIncomplete("money is positive", lot=lot.lot)
    holders = len(tender.key_holders)
    # More than half must be asked, or a minority could open early: crypto.md threat 3.
    if not (
        THRESHOLD_MIN <= tender.threshold <= holders <= KEY_HOLDERS_MAX
        and tender.threshold * 2 > holders
    ):
        raise TenderIncomplete("the threshold is more than half of the key holders")
    if len({holder.organization_id for holder in tender.key_holders}) != holders:
        raise TenderIncomplete("a key holder appears twice")
    if (tender.previous is not None) != (tender.round.participants is Participants.ADMITTED):
        raise TenderIncomplete("a later round follows from the one before", missing="previous")


def decide_publication(tender: Tender) -> Event:
    """May the tender be published as it stands? The notice carries all that bids bind to.

    Raises WrongPhase, TenderIncomplete, KeyPolicyIncomplete. The timetable is checked by its own
    rules (`timetable.check`).
    """
    require_transition(tender, TenderStatus.PUBLISHED)
    require_sound(tender)
    if not tender.documents:
        raise TenderIncomplete("tender documents are missing", missing="documents")
    for lot in tender.lots:
        require_bill_as_attached(tender, lot)
    missing = [holder.number for holder in tender.key_holders if holder.public_key is None]
    if missing:
        raise KeyPolicyIncomplete(missing=missing)
    return Event("tender.published", public_facts(tender))


def require_bill_as_attached(tender: Tender, lot: Lot) -> None:
    """The bill of a lot is the file that is in the tender documents. Raises TenderIncomplete."""
    if lot.bill is None:
        return
    for document in tender.documents:
        if (document.name, document.digest) == (lot.bill.document, lot.bill.document_digest):
            return
    raise TenderIncomplete("the bill of quantities is another file by now", missing="bill")


def previous_json(previous: Previous | None) -> dict[str, JsonValue] | None:
    """What the notice says of the round before."""
    if previous is None:
        return None
    return {
        "tender_id": str(previous.tender_id),
        "admitted_digest": previous.admitted_digest.hex(),
    }


def public_facts(tender: Tender) -> dict[str, JsonValue]:
    """What the notice says, as the public stream, the archive and a bidder's tool read it."""
    return {
        "tender_id": str(tender.id),
        "number": tender.number,
        "title": tender.title,
        "description": tender.description,
        "regime": tender.regime,
        "region": tender.region,
        "round": round_json(tender.round),
        "previous": previous_json(tender.previous),
        "circumstances": circumstances_json(tender.circumstances),
        "procuring_entity_id": str(tender.procuring_entity_id),
        "agency_id": str(tender.agency_id) if tender.agency_id else None,
        "supervisor_id": str(tender.supervisor_id),
        "lots": [
            {
                "lot": lot.lot,
                "title": lot.title,
                "estimate_fen": lot.estimate_fen,
                "ceiling_price_fen": lot.ceiling_price_fen,
                "bid_security_fen": lot.bid_security_fen,
                "items": [dict(item) for item in lot.items],
                "bill": lot_bill_json(lot.bill),
            }
            for lot in tender.lots
        ],
        "documents": [
            {
                "name": document.name,
                "digest": document.digest.hex(),
                "size_bytes": document.size_bytes,
                "media_type": document.media_type,
            }
            for document in tender.documents
        ],
        "key_policy": tender.key_policy,
        "key_announcements": [dict(holder.announcement or {}) for holder in tender.key_holders],
        "method": dict(tender.method),
        "method_digest": definition_digest(tender.method),
        "committee": dict(tender.committee),
        "bid_validity_days": tender.terms.bid_validity_days,
        "unlock_minutes": tender.terms.unlock_minutes,
        "drain_seconds": tender.terms.drain_seconds,
        "deadline": instant(tender.deadline),
        "timetable": dict(tender.timetable),
        "source": dict(tender.source),
        "demonstration": tender.demonstration,
    }
