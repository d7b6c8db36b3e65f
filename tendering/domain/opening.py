"""The opening: unlock first, verdicts and digests only; then all prices at once.

Nobody decides whether to hand over a key after having seen a price. Who is at fault for a bid that
does not open decides its fate: 电子招标投标办法 第三十一条.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Event, instant
from tendering.domain.refusals import (
    AlreadyUnlocked,
    BidsStillLocked,
    OpeningNotStarted,
    UnlockWindowClosed,
    WrongPhase,
)
from tendering.domain.tender import Lot, Tender, TenderStatus

BIDDERS_MIN = 3  # 招标投标法 第二十八条; 实施条例 第四十四条
# A price this many times off the ceiling looks like 元 written where 万元 was meant.
UNIT_SLIP_FACTOR = 100


class OpeningPhase(StrEnum):
    """How far the opening of a lot has come."""

    UNLOCK = "unlock"
    REVEALED = "revealed"
    RECORDED = "recorded"


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
    """The opening of one lot. `unlocked` are the bidders whose bids have a verdict."""

    lot: str
    phase: OpeningPhase
    opened_at: datetime
    unlock_until: datetime
    bidders: tuple[UUID, ...]
    unlocked: frozenset[UUID]
    key_lost: frozenset[UUID]


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
    too_few = [lot.lot for lot in tender.lots if _count(bids, lot.lot) < BIDDERS_MIN]
    if too_few:
        # Nothing is unlocked and nobody's bid is shown: only that there were too few.
        return TenderStatus.FAILED, Event("tender.failed", body | {"too_few_bids": too_few})
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
        for lot in tender.lots
    ]
    return TenderStatus.OPENING, Event("submission.closed", body | {"lots": lots})


def decide_unlock(
    opening: Opening,
    *,
    bidder_id: UUID,
    by: UnlockedBy,
    envelopes: Sequence[OpenedEnvelope],
    at: datetime,
) -> Event:
    """Enter a bid's verdict. A header that does not re-derive makes a bid invalid: it is said.

    Raises WrongPhase, AlreadyUnlocked, UnlockWindowClosed.
    """
    require_unlocking(opening, bidder_id=bidder_id, at=at)
    return Event(
        "bid.unlocked",
        {
            "lot": opening.lot,
            "bidder_id": str(bidder_id),
            "by": by,
            "envelopes": [
                {
                    "kind": envelope.kind,
                    "container_digest": envelope.container_digest.hex(),
                    "plaintext_digest": envelope.plaintext_digest.hex(),
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
    return Event("key.lost", {"lot": opening.lot, "bidder_id": str(bidder_id)})


def decide_reveal(
    opening: Opening, lot: Lot, forms: Mapping[UUID, Mapping[str, JsonValue]], *, at: datetime
) -> Event:
    """Show all prices of a lot at once, once every bid has a verdict or the window has closed.

    Raises WrongPhase, BidsStillLocked. Bids without a verdict are deemed revoked
    (视为撤销, 电子招标投标办法 第三十一条): the fault is the bidder's unless shown otherwise.
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
            "findings": list(form_findings(forms[bidder], lot)),
        }
        for bidder in opening.bidders
        if bidder in forms
    ]
    return Event(
        "prices.revealed",
        {
            "lot": lot.lot,
            "rows": rows,
            "deemed_revoked": [str(bidder) for bidder in locked],
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
    duration = form.get("duration_days")
    if not isinstance(duration, int) or isinstance(duration, bool) or duration <= 0:
        findings.append("duration-missing")
    return tuple(findings)


def _count(bids: Sequence[LockedBid], lot: str) -> int:
    return sum(1 for bid in bids if bid.lot == lot)
