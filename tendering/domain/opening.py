"""The opening: unlock first, verdicts and digests only; then all prices at once.

Nobody decides whether to hand over a key after having seen a price. Who is at fault for a bid that
does not open decides its fate: 电子招标投标办法 第三十一条.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.fault import BidFault, Whose, fault_json
from tendering.domain.journal import Event, instant
from tendering.domain.opening_forms import whole_number
from tendering.domain.procedure import Outcome
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.openings import (
    AlreadyUnlocked,
    BidsStillLocked,
    OpeningNotStarted,
    UnlockWindowClosed,
)
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import Lot, Tender, TenderStatus

# A price this many times off the ceiling looks like 元 written where 万元 was meant.
UNIT_SLIP_FACTOR = 100
REFUSAL_LABEL = "kaibiao/share-refusal/v1"
DISCLOSURE_LABEL = "kaibiao/file-key-disclosure/v1"
RECORD_UNUSABLE = "record-unusable"
"""The reason that accuses the bidder; a holder that has lost its own key accuses nobody."""


class OpeningPhase(StrEnum):
    """How far the opening of a lot has come."""

    UNLOCK = "unlock"
    REVEALED = "revealed"
    RECORDED = "recorded"
    FAILED = "failed"


class Shortfall(StrEnum):
    """What was said about a lot of which too few bids opened (`opening_window`)."""

    GO_ON_PROPOSED = "go_on_proposed"
    FAIL_PROPOSED = "fail_proposed"
    GO_ON = "go_on"


class UnlockedBy(StrEnum):
    """Whose keys opened a bid."""

    BIDDER = "bidder"
    KEY_HOLDERS = "key_holders"


@dataclass(frozen=True, slots=True)
class LockedBid:
    """A bid as it stands at the deadline."""

    lot: str
    bidder_id: UUID
    counter: int
    bidder_name: str
    uscc: str
    manifest_digest: bytes
    container_digests: Mapping[str, str]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Opening:
    """One session of the opening of a lot. `unlocked`: the bidders whose bids have a verdict in it.

    A second session (复会) unlocks what `Round.later` names, of the bids that were not rejected.
    """

    lot: str
    phase: OpeningPhase
    opened_at: datetime
    unlock_until: datetime
    bidders: tuple[UUID, ...]
    unlocked: frozenset[UUID]
    key_lost: frozenset[UUID]
    shortfall: Shortfall | None = None
    session: int = 1


@dataclass(frozen=True, slots=True)
class OpenedEnvelope:
    """What unlocking showed of one container: digests, never contents."""

    kind: str
    container_digest: bytes
    plaintext_digest: bytes
    rederives: bool


def decide_closing(
    tender: Tender, bids: Sequence[LockedBid], *, at: datetime, custody: tuple[int, bytes]
) -> tuple[TenderStatus, Event]:
    """What happens when deadline and drain have passed: the bidder list, or a failed tender.

    A lot with too few bids fails by itself; where a further round follows, all lots fail with it.
    `custody` is the number and head of the custody stream, which the public event binds. Raises
    OpeningNotStarted before `closing_at`, WrongPhase when the tender is not published.
    """
    if tender.status is not TenderStatus.PUBLISHED:
        raise WrongPhase(status=tender.status)
    if at < tender.closing_at:
        raise OpeningNotStarted(closing_at=instant(tender.closing_at))
    seq, head = custody
    body: dict[str, JsonValue] = {
        "deadline": instant(tender.deadline),
        "custody": {"seq": seq, "head": head.hex()},
    }
    # 招标投标法 第二十八条, 87号令 第四十三条: how few are too few, the procedure's round says.
    least = tender.round.bidders_min
    too_few = [lot.lot for lot in tender.lots if _count(bids, lot.lot) < least.count]
    rule: JsonValue = {"id": least.rule, "law": least.law, "value": least.count}
    going_on = [lot for lot in tender.lots if lot.lot not in too_few]
    if not going_on or (too_few and tender.round.outcome is Outcome.ADMISSIONS):
        # Nothing is unlocked and nobody's bid is shown: only that there were too few.
        why: dict[str, JsonValue] = {"too_few_bids": list(too_few), "rule": rule}
        return TenderStatus.FAILED, Event("tender.failed", body | why)
    if too_few:
        body |= {"failed_lots": list(too_few), "rule": rule}
    unlock_until = at + timedelta(minutes=tender.terms.unlock_minutes)
    lots: list[JsonValue] = [
        {
            "lot": lot.lot,
            "unlock_until": instant(unlock_until),
            "bids": [
                {
                    "bidder_id": str(bid.bidder_id),
                    "bidder_name": bid.bidder_name,
                    "uscc": bid.uscc,
                    "counter": bid.counter,
                    "manifest_digest": bid.manifest_digest.hex(),
                    "container_digests": dict(bid.container_digests),
                    "received_at": instant(bid.received_at),
                }
                for bid in bids
                if bid.lot == lot.lot
            ],
        }
        for lot in going_on
    ]
    return TenderStatus.OPENING, Event("submission.closed", body | {"lots": lots})


def decide_unlock(
    opening: Opening,
    *,
    bidder_id: UUID,
    by: UnlockedBy,
    envelopes: Sequence[OpenedEnvelope],
    received_at: datetime,
    fault: BidFault | None = None,
) -> Event:
    """Enter a bid's verdict. A header that does not re-derive makes a bid invalid: it is said.

    `received_at`: when the file keys, or the last share that was needed, had arrived; that the
    platform took longer, or was killed over it, harms nobody. In a second session the digests of
    the contents wait for the reveal: a form with a price is so small that its digest would tell it.
    Raises WrongPhase, AlreadyUnlocked, UnlockWindowClosed.
    """
    require_unlocking(opening, bidder_id=bidder_id, at=received_at)
    return Event(
        "bid.unlocked",
        {
            "lot": opening.lot,
            "session": opening.session,
            "bidder_id": str(bidder_id),
            "by": by,
            "received_at": instant(received_at),
            "fault": None if fault is None else fault_json(fault),
            "envelopes": [
                {
                    "kind": envelope.kind,
                    "container_digest": envelope.container_digest.hex(),
                    "plaintext_digest": envelope.plaintext_digest.hex()
                    if opening.session == 1
                    else None,
                    "rederives": envelope.rederives,
                }
                for envelope in envelopes
            ],
        },
    )


def require_unlocking(opening: Opening, *, bidder_id: UUID, at: datetime) -> None:
    """May this bid still be unlocked? Raises WrongPhase, AlreadyUnlocked, UnlockWindowClosed."""
    if opening.phase is not OpeningPhase.UNLOCK:
        raise WrongPhase(phase=opening.phase)
    if bidder_id not in opening.bidders:
        raise WrongPhase("this bidder has no bid in the opening")
    if bidder_id in opening.unlocked:
        raise AlreadyUnlocked
    if at >= opening.unlock_until:
        raise UnlockWindowClosed(unlock_until=instant(opening.unlock_until))


def decide_lost_key(opening: Opening, *, bidder_id: UUID, at: datetime) -> Event:
    """A bidder declares that it cannot unlock: the key holders may act at once."""
    require_unlocking(opening, bidder_id=bidder_id, at=at)
    body: dict[str, JsonValue] = {"lot": opening.lot, "session": opening.session}
    return Event("key.lost", body | {"bidder_id": str(bidder_id)})


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a key holder says of a bid: that it has no share to give, and why.

    `header_digests` name the headers that it was shown, SHA-256 in hex by kind of envelope: what it
    says of a header that the platform has altered is nothing against the holder. Of a lost key
    there are none.
    """

    tender_id: UUID
    lot: str
    bidder_id: UUID
    counter: int
    number: int
    reason: str
    header_digests: Mapping[str, str]

    def statement(self) -> dict[str, JsonValue]:
        """What the holder signs."""
        return {
            "tender_id": str(self.tender_id),
            "lot": self.lot,
            "bidder_id": str(self.bidder_id),
            "counter": self.counter,
            "number": self.number,
            "reason": self.reason,
            "header_digests": dict(self.header_digests),
        }


def decide_refusal(
    opening: Opening, refusal: Refusal, *, statement: JsonValue, at: datetime
) -> Event:
    """A key holder says under its signature that its record gives no share. Evidence, in custody.

    Raises WrongPhase, AlreadyUnlocked, UnlockWindowClosed, NotFound.
    """
    require_unlocking(opening, bidder_id=refusal.bidder_id, at=at)
    if refusal.bidder_id not in opening.key_lost:
        raise NotFound("the bidder has not declared its key lost")
    said = refusal.statement()
    names = ("lot", "bidder_id", "number", "reason", "header_digests")
    body = {name: said[name] for name in names} | {"session": opening.session}
    return Event("share.refused", body | {"statement": statement})


def decide_disclosure(
    opening: Opening,
    *,
    bidder_id: UUID,
    file_keys: Mapping[str, JsonValue],
    statement: JsonValue,
    received_at: datetime,
) -> Event:
    """A bidder publishes the file keys of a bid that did not open: who is at fault can be said.

    `file_keys` in base64; `statement` is None for keys that came in time and did not open it.
    Raises NotFound, AlreadyUnlocked; WrongPhase while the bid may still be unlocked with them.
    """
    if bidder_id not in opening.bidders:
        raise NotFound("this bidder has no bid in the opening")
    if bidder_id in opening.unlocked:
        raise AlreadyUnlocked
    is_open = opening.phase is OpeningPhase.UNLOCK and received_at < opening.unlock_until
    if is_open and statement is not None:
        raise WrongPhase("unlock the bid with them", phase=opening.phase)
    return Event(
        "file_key.disclosed",
        {
            "lot": opening.lot,
            "session": opening.session,
            "bidder_id": str(bidder_id),
            "file_keys": dict(file_keys),
            "statement": statement,
            "received_at": instant(received_at),
            "in_time": is_open,
        },
    )


def decide_fault(opening: Opening, *, bidder_id: UUID, fault: BidFault) -> Event:
    """After the reveal: the verdict on a bid anew, because its bidder has published its keys.

    Raises WrongPhase.
    """
    if opening.phase is OpeningPhase.UNLOCK:
        raise WrongPhase(phase=opening.phase)
    body: dict[str, JsonValue] = {
        "lot": opening.lot,
        "session": opening.session,
        "bidder_id": str(bidder_id),
    }
    return Event("fault.found", body | {"fault": fault_json(fault)})


def is_revoked(fault: BidFault | None) -> bool:
    """Is a bid that did not open deemed revoked (视为撤销), and not withdrawn (视为撤回)?"""
    return fault is None or fault.whose is Whose.BIDDER


def decide_reveal(
    opening: Opening,
    lot: Lot,
    forms: Mapping[UUID, Mapping[str, JsonValue]],
    *,
    at: datetime,
    faults: Mapping[UUID, BidFault] = MappingProxyType({}),
    has_price: bool = True,
    digests: Mapping[UUID, Mapping[str, str]] = MappingProxyType({}),
) -> Event:
    """Show all prices of a lot at once, once every bid has a verdict or the window has closed.

    `faults` are the verdicts on the bids that did not open. One whose bidder is at fault is deemed
    revoked (视为撤销, 电子招标投标办法 第三十一条), the others withdrawn (视为撤回); without any
    evidence the fault is the bidder's. `has_price`: is a price among what this session opens?
    `digests`, in hex by kind: those of contents that `decide_unlock` has withheld. Raises
    WrongPhase, BidsStillLocked.
    """
    if opening.phase is not OpeningPhase.UNLOCK:
        raise WrongPhase(phase=opening.phase)
    locked = [bidder for bidder in opening.bidders if bidder not in opening.unlocked]
    if locked and at < opening.unlock_until:
        raise BidsStillLocked(locked=len(locked), unlock_until=instant(opening.unlock_until))
    rows: list[JsonValue] = [
        {
            "bidder_id": str(bidder),
            "form": dict(forms[bidder]),
            "findings": list(form_findings(forms[bidder], lot)) if has_price else [],
            "plaintext_digests": dict(digests.get(bidder, {})),
        }
        for bidder in opening.bidders
        if bidder in forms
    ]
    return Event(
        "prices.revealed",
        {
            "lot": lot.lot,
            "session": opening.session,
            "rows": rows,
            "deemed_revoked": [str(bidder) for bidder in locked if is_revoked(faults.get(bidder))],
            "deemed_withdrawn": [
                str(bidder) for bidder in locked if not is_revoked(faults.get(bidder))
            ],
            "faults": [
                {"bidder_id": str(bidder), "fault": fault_json(faults[bidder])}
                for bidder in locked
                if bidder in faults
            ],
        },
    )


def form_findings(form: Mapping[str, JsonValue], lot: Lot) -> tuple[str, ...]:
    """What catches the eye in an opening form. Flagged, never corrected silently."""
    price = form.get("price_fen")
    if not isinstance(price, int) or isinstance(price, bool) or price <= 0:
        return ("price-missing",)
    findings = []
    if price > lot.ceiling_price_fen:
        findings.append("above-ceiling")
    if price * UNIT_SLIP_FACTOR <= lot.ceiling_price_fen or (
        price >= lot.ceiling_price_fen * UNIT_SLIP_FACTOR
    ):
        findings.append("unit-slip-suspected")
    # 87号令 第五十九条: an amount that stands twice and differs is told here, and corrected by the
    # committee in the order of that article.
    if any(whole_number(form, name) not in {None, price} for name in ("words_fen", "body_fen")):
        findings.append("amounts-differ")
    duration = form.get("duration_days")
    if not isinstance(duration, int) or isinstance(duration, bool) or duration <= 0:
        findings.append("duration-missing")
    return tuple(findings)


def _count(bids: Sequence[LockedBid], lot: str) -> int:
    return sum(1 for bid in bids if bid.lot == lot)
