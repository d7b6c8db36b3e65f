"""What is asked of a guarantor about a guarantee that it has issued: extension, surrender, claim.

Each such matter has a small life of its own beside that of the guarantee, and its end moves the
guarantee on. MATTERS and EFFECTS are the tables; SURRENDERS says in which cases a premium comes
back. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from insurance_gateway.guarantee import TRANSITIONS, Cover, GuaranteeState, Reception, Step
from tendering.domain.bid import BidStatus
from tendering.domain.calendar import ONE_DAY, Calendar, civil_day, day_begins
from tendering.domain.refusals.guarantees import SurrenderRefused
from tendering.domain.security_release import ReleaseCase
from tendering.domain.tender import Tender, TenderStatus

# A guarantor settles a claim within so many working days of its papers.
CLAIM_WORKING_DAYS: Final = 10


class MatterKind(StrEnum):
    """What is asked."""

    EXTENSION = "extension"
    SURRENDER = "surrender"
    CLAIM = "claim"


class MatterState(StrEnum):
    """How far a matter has come."""

    ASKED = "asked"
    UNDER_REVIEW = "under_review"
    UNDELIVERED = "undelivered"
    AGREED = "agreed"
    DECLINED = "declined"


class MatterStep(StrEnum):
    """What moves a matter: a notice of the guarantor, or a message that could not be delivered."""

    REVIEW = "review"
    GIVE_UP_DELIVERY = "give_up_delivery"
    AGREE = "agree"
    DECLINE = "decline"


_M, _T = MatterState, MatterStep
_ENDS: Final = {_T.AGREE: _M.AGREED, _T.DECLINE: _M.DECLINED}

MATTERS: Mapping[MatterState, Mapping[MatterStep, MatterState]] = MappingProxyType(
    {
        _M.ASKED: {
            _T.REVIEW: _M.UNDER_REVIEW,
            _T.GIVE_UP_DELIVERY: _M.UNDELIVERED,
            **_ENDS,
        },
        _M.UNDER_REVIEW: {**_ENDS},
        # Perhaps only the answers were lost: the guarantor's word counts.
        _M.UNDELIVERED: {_T.REVIEW: _M.UNDER_REVIEW, **_ENDS},
        _M.AGREED: {},
        _M.DECLINED: {},
    }
)

# What the end of a matter means to the guarantee. An extension that is agreed on changes its
# cover, not its state.
EFFECTS: Mapping[tuple[MatterKind, MatterStep], Step] = MappingProxyType(
    {
        (MatterKind.SURRENDER, _T.AGREE): Step.SURRENDER,
        (MatterKind.CLAIM, _T.AGREE): Step.INDEMNIFY,
        (MatterKind.CLAIM, _T.DECLINE): Step.REFUSE_CLAIM,
    }
)


class SurrenderCase(StrEnum):
    """The published cases in which a policy may be given back for its full premium (退保)."""

    NEVER_IN_FORCE = "never_in_force"
    GIVEN_UP = "given_up"
    STOPPED = "stopped"
    FAILED = "failed"
    TERMINATED = "terminated"


# A lot may fail by itself while the others go on; of the tender as a whole the status tells.
BY_RELEASE: Mapping[ReleaseCase, SurrenderCase] = MappingProxyType(
    {
        ReleaseCase.FAILED: SurrenderCase.FAILED,
        ReleaseCase.TERMINATED: SurrenderCase.TERMINATED,
    }
)
BY_STATUS: Mapping[TenderStatus, SurrenderCase] = MappingProxyType(
    {
        TenderStatus.FAILED: SurrenderCase.FAILED,
        TenderStatus.TERMINATED: SurrenderCase.TERMINATED,
        TenderStatus.PUBLISHED: SurrenderCase.GIVEN_UP,
    }
)
# A bid in one of these is none that a security must stand behind.
WITHOUT_BID: Final = frozenset({None, BidStatus.WITHDRAWN})
# Paid for, and never a security: whatever became of the tender, the premium comes back.
NEVER_IN_FORCE: Final = frozenset({GuaranteeState.PAID, GuaranteeState.NOT_VERIFIED})


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter of an order. `cover`: what an extension asks for; `amount_fen`: the premium to be
    refunded, or what is claimed, in fen.
    """

    id: UUID
    order_id: UUID
    kind: MatterKind
    state: MatterState
    asked_at: datetime
    cover: Cover | None = None
    amount_fen: int | None = None
    due_at: datetime | None = None
    settled_at: datetime | None = None
    reason: str = ""


def is_open(matter: Matter, kind: MatterKind) -> bool:
    """Is this a matter of that kind which may still be agreed to?"""
    return matter.kind is kind and bool(MATTERS[matter.state])


def matter_reception(state: MatterState, step: MatterStep) -> Reception:
    """Is the step possible now, or over for good? None comes too early: a matter begins with us."""
    return Reception.NOW if step in MATTERS[state] else Reception.NEVER


def decide_surrender(
    state: GuaranteeState,
    tender: Tender,
    *,
    bid: BidStatus | None,
    release: ReleaseCase | None,
) -> SurrenderCase:
    """In which case a bidder may surrender its guarantee. Raises SurrenderRefused, with `why`.

    `bid`: how the bidder's bid for the lot stands, None where it never handed one in; `release`:
    why its security is to go back already.
    """
    if Step.SURRENDER not in TRANSITIONS[state]:
        raise SurrenderRefused(why="state", state=state)
    if state in NEVER_IN_FORCE:
        return SurrenderCase.NEVER_IN_FORCE
    by_lot = None if release is None else BY_RELEASE.get(release)
    case = by_lot or BY_STATUS.get(tender.status)
    if case is None:
        # After the opening only what failed gives premiums back.
        raise SurrenderRefused(why="opened")
    if case is not SurrenderCase.GIVEN_UP:
        return case
    if bid not in WITHOUT_BID:
        # Also while the tender stands still: first the bid is withdrawn.
        raise SurrenderRefused(why="bid-stands")
    return SurrenderCase.STOPPED if tender.suspension is not None else case


def settlement_fault(matter: Matter, amount_fen: int | None) -> str:
    """What is wrong with the sum by which a guarantor settles a matter; empty when it is right."""
    if amount_fen == matter.amount_fen:
        return ""
    if matter.kind is MatterKind.SURRENDER:
        return "the refund is not the full premium"
    return "what was paid is not what was claimed"


def claim_due(calendar: Calendar, at: datetime) -> datetime:
    """The first instant at which a claim made at `at` is settled too late."""
    last = calendar.add_working_days(civil_day(at), CLAIM_WORKING_DAYS)
    return day_begins(last + ONE_DAY)
