"""The life of a guarantee, and what a guarantor may learn of it before the opening.

An order begins when a bidder asks a guarantor for a guarantee. TRANSITIONS is the whole plot; what
is not in it does not happen. Before the opening the guarantor knows its customer and a cover
rounded up to a bucket, and nothing that names the tender.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from tendering.domain.refusals.guarantees import GuaranteeStepRefused


class GuaranteeState(StrEnum):
    """How far an order has come. A guarantee stands behind a bid from VERIFIED on."""

    APPLIED = "applied"
    UNDERWRITING = "underwriting"
    REFUSED = "refused"
    UNDELIVERED = "undelivered"
    CANCELLED = "cancelled"
    AWAITING_PREMIUM = "awaiting_premium"
    PAID = "paid"
    NOT_VERIFIED = "not_verified"
    VERIFIED = "verified"
    DISCLOSED = "disclosed"
    CLAIMED = "claimed"
    INDEMNIFIED = "indemnified"
    CLAIM_REFUSED = "claim_refused"
    RELEASED = "released"
    SURRENDERED = "surrendered"
    EXPIRED = "expired"


class Step(StrEnum):
    """What moves an order: a notice of the guarantor, or a deed of the platform."""

    UNDERWRITE = "underwrite"
    REFUSE = "refuse"
    CANCEL = "cancel"
    APPROVE = "approve"
    PAY = "pay"
    VERIFY = "verify"
    FAIL_VERIFICATION = "fail_verification"
    GIVE_UP_DELIVERY = "give_up_delivery"
    DISCLOSE = "disclose"
    CLAIM = "claim"
    INDEMNIFY = "indemnify"
    REFUSE_CLAIM = "refuse_claim"
    RELEASE = "release"
    SURRENDER = "surrender"
    EXPIRE = "expire"


_G, _S = GuaranteeState, Step

# No step leads back to a state that was left: so a notice that comes too early can be told from one
# that comes too late.
TRANSITIONS: Mapping[GuaranteeState, Mapping[Step, GuaranteeState]] = MappingProxyType(
    {
        _G.APPLIED: {
            _S.UNDERWRITE: _G.UNDERWRITING,
            # A guarantor that decides at once need not say that it is thinking.
            _S.APPROVE: _G.AWAITING_PREMIUM,
            _S.REFUSE: _G.REFUSED,
            _S.GIVE_UP_DELIVERY: _G.UNDELIVERED,
            _S.CANCEL: _G.CANCELLED,
        },
        _G.UNDERWRITING: {
            _S.APPROVE: _G.AWAITING_PREMIUM,
            _S.REFUSE: _G.REFUSED,
            _S.CANCEL: _G.CANCELLED,
        },
        _G.REFUSED: {},
        # Perhaps the application came and only the answers were lost: the guarantor's word counts.
        _G.UNDELIVERED: {
            _S.UNDERWRITE: _G.UNDERWRITING,
            _S.APPROVE: _G.AWAITING_PREMIUM,
            _S.REFUSE: _G.REFUSED,
            _S.CANCEL: _G.CANCELLED,
        },
        _G.CANCELLED: {},
        # Once the premium is paid there is no cancelling any more, only surrender and refund.
        _G.AWAITING_PREMIUM: {
            _S.PAY: _G.PAID,
            _S.REFUSE: _G.REFUSED,
            _S.CANCEL: _G.CANCELLED,
        },
        _G.PAID: {
            _S.VERIFY: _G.VERIFIED,
            _S.FAIL_VERIFICATION: _G.NOT_VERIFIED,
            _S.SURRENDER: _G.SURRENDERED,
        },
        # A policy that did not pass may be replaced by one that does.
        _G.NOT_VERIFIED: {_S.VERIFY: _G.VERIFIED, _S.SURRENDER: _G.SURRENDERED},
        # A tender that was never opened is never disclosed; its guarantees go back all the same.
        _G.VERIFIED: {
            _S.DISCLOSE: _G.DISCLOSED,
            _S.RELEASE: _G.RELEASED,
            _S.SURRENDER: _G.SURRENDERED,
            _S.EXPIRE: _G.EXPIRED,
        },
        _G.DISCLOSED: {
            _S.CLAIM: _G.CLAIMED,
            _S.RELEASE: _G.RELEASED,
            _S.SURRENDER: _G.SURRENDERED,
            _S.EXPIRE: _G.EXPIRED,
        },
        # A claim that was made in time outlives the guarantee.
        _G.CLAIMED: {_S.INDEMNIFY: _G.INDEMNIFIED, _S.REFUSE_CLAIM: _G.CLAIM_REFUSED},
        _G.INDEMNIFIED: {},
        _G.CLAIM_REFUSED: {_S.RELEASE: _G.RELEASED, _S.EXPIRE: _G.EXPIRED},
        # Of a tender that failed the premium comes back though the guarantee was released before.
        _G.RELEASED: {_S.SURRENDER: _G.SURRENDERED},
        _G.SURRENDERED: {},
        _G.EXPIRED: {},
    }
)

# The civil calendar of the tender; China has had no summer time since 1991.
SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
AMOUNT_FEN_MIN: Final = 1_000_000  # 10,000 yuan
AMOUNT_STEPS: Final = (1, 2, 5)
QUARTER_MONTHS: Final = 3
# The last quarter that the calendar of datetime can hold begins and ends here.
LAST_QUARTER_BEGIN: Final = datetime(9999, 9, 30, 16, tzinfo=UTC)
LAST_QUARTER_END: Final = datetime(9999, 12, 31, 16, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cover:
    """How much, in fen, until when. What is asked of a guarantor is rounded up: never short."""

    amount_fen: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """A bidder's order for a guarantee, and what became of it. Money in fen, instants aware.

    `cover` is what was asked for; `insured` and `policy_number` are what the guarantor issued.
    """

    id: UUID
    bidder_id: UUID
    tender_id: UUID
    lot: str
    guarantor_id: UUID
    state: GuaranteeState
    cover: Cover
    ordered_at: datetime
    premium_fen: int | None = None
    policy_number: str | None = None
    insured: Cover | None = None
    reason: str = ""


class Reception(StrEnum):
    """Whether a step belongs to the present of an order, to its future or to its past."""

    NOW = "now"
    LATER = "later"
    NEVER = "never"


def blind(required: Cover) -> Cover:
    """What may be said of a requirement before the opening: a bucket of money, a bucket of time.

    电子招标投标办法 Art. 21 and 56, 招标投标法 Art. 22: nobody may learn who bids where. Two lots
    whose requirements fall into the same buckets cannot be told apart.
    """
    return Cover(bucket_amount(required.amount_fen), bucket_until(required.until))


def bucket_amount(amount_fen: int) -> int:
    """The smallest of 1, 2 or 5 × 10^n yuan, n >= 4, that is not below the amount. Fen."""
    assert amount_fen > 0
    decade_fen = AMOUNT_FEN_MIN
    while decade_fen * AMOUNT_STEPS[-1] < amount_fen:
        decade_fen *= 10
    return next(decade_fen * step for step in AMOUNT_STEPS if decade_fen * step >= amount_fen)


def bucket_until(until: datetime) -> datetime:
    """The end of the calendar quarter (Asia/Shanghai) in which the instant falls, in UTC."""
    if until > LAST_QUARTER_BEGIN:
        # No datetime follows the year 9999: the hours after its end in China stay as they are.
        return max(until.astimezone(UTC), LAST_QUARTER_END)
    local = until.astimezone(SHANGHAI)
    month = local.month - (local.month - 1) % QUARTER_MONTHS
    begin = datetime(local.year, month, 1, tzinfo=SHANGHAI)
    if begin == local:
        return begin.astimezone(UTC)
    # No quarter has more than 92 days: this falls into the first month of the next one.
    return (begin + timedelta(days=93)).replace(day=1).astimezone(UTC)


def reception(state: GuaranteeState, step: Step) -> Reception:
    """Is the step possible now, possible after other steps, or over for good?"""
    if step in TRANSITIONS[state]:
        return Reception.NOW
    if any(step in TRANSITIONS[later] for later in reachable(state)):
        return Reception.LATER
    return Reception.NEVER


def reachable(state: GuaranteeState) -> frozenset[GuaranteeState]:
    """Every state that can follow."""
    found: set[GuaranteeState] = set()
    frontier = set(TRANSITIONS[state].values())
    while frontier:
        found |= frontier
        frontier = {after for at in frontier for after in TRANSITIONS[at].values()} - found
    return frozenset(found)


def state_after(state: GuaranteeState, step: Step) -> GuaranteeState:
    """Where one step of TRANSITIONS leads. Raises GuaranteeStepRefused."""
    after = TRANSITIONS[state].get(step)
    if after is None:
        raise GuaranteeStepRefused(state=state, step=step)
    return after


def short_of(insured: Cover, required: Cover) -> str:
    """Why a policy covers less than is required, as a sentence; empty when it covers it."""
    if insured.amount_fen < required.amount_fen:
        return "the policy insures a smaller amount than was asked for"
    if insured.until < required.until:
        return "the policy ends earlier than was asked for"
    return ""
