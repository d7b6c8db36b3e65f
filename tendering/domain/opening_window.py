"""The window in which bids are unlocked: it may be made longer; and what if too few are open after.

That fewer than the law asks for are left after the unlocking no law decides in one line. Nothing
is shown then until the host proposes to go on or to fail, and the supervisor consents, both for a
reason that is published.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.journal import Event, instant
from tendering.domain.opening import Opening, OpeningPhase, Shortfall
from tendering.domain.procedure import Least
from tendering.domain.refusals.openings import (
    BidsStillLocked,
    EnoughBids,
    TooFewBids,
    UnlockWindowClosed,
    WindowNotLonger,
)
from tendering.domain.refusals.tenders import WrongPhase


class Decision(StrEnum):
    """What becomes of a lot with too few open bids."""

    GO_ON = "go_on"
    FAIL = "fail"


_PROPOSED: Final[Mapping[Decision, Shortfall]] = MappingProxyType(
    {Decision.GO_ON: Shortfall.GO_ON_PROPOSED, Decision.FAIL: Shortfall.FAIL_PROPOSED}
)


def least_in(opening: Opening, least: Least) -> Least:
    """How few open bids are too few in this session.

    In a second session nobody misses the bids that the committee has rejected.
    """
    if opening.session == 1:
        return least
    return replace(least, count=min(least.count, len(opening.bidders)))


def decide_extension(opening: Opening, *, until: datetime, reason: str, at: datetime) -> Event:
    """The host gives everybody more time, never less, while there is time left.

    Raises WrongPhase, UnlockWindowClosed, WindowNotLonger.
    """
    if opening.phase is not OpeningPhase.UNLOCK:
        raise WrongPhase(phase=opening.phase)
    if at >= opening.unlock_until:
        raise UnlockWindowClosed(unlock_until=instant(opening.unlock_until))
    if until <= opening.unlock_until:
        raise WindowNotLonger(unlock_until=instant(opening.unlock_until))
    return Event(
        "unlock.extended",
        {
            "lot": opening.lot,
            "session": opening.session,
            "from": instant(opening.unlock_until),
            "unlock_until": instant(until),
            "reason": reason,
        },
    )


def require_enough(opening: Opening, least: Least, *, at: datetime) -> None:
    """May prices be shown? Raises TooFewBids until it was decided to go on with fewer.

    While bids may still be unlocked that is not the question.
    """
    if len(opening.unlocked) < len(opening.bidders) and at < opening.unlock_until:
        return
    if len(opening.unlocked) < least.count and opening.shortfall is not Shortfall.GO_ON:
        raise TooFewBids(bids=len(opening.unlocked), least=least.count)


def decide_proposal(
    opening: Opening, least: Least, *, decision: Decision, reason: str, at: datetime
) -> tuple[Shortfall, Event]:
    """The host proposes what becomes of a lot; a later proposal takes the place of an earlier.

    Raises WrongPhase, BidsStillLocked while bids may still be unlocked, EnoughBids.
    """
    if opening.phase is not OpeningPhase.UNLOCK or opening.shortfall is Shortfall.GO_ON:
        raise WrongPhase(phase=opening.phase)
    locked = len(opening.bidders) - len(opening.unlocked)
    if locked and at < opening.unlock_until:
        raise BidsStillLocked(locked=locked, unlock_until=instant(opening.unlock_until))
    if len(opening.unlocked) >= least.count:
        raise EnoughBids(bids=len(opening.unlocked), least=least.count)
    body: dict[str, JsonValue] = {
        "lot": opening.lot,
        "session": opening.session,
        "decision": decision,
        "reason": reason,
        "bids": len(opening.unlocked),
        "rule": {"id": least.rule, "law": least.law, "value": least.count},
    }
    return _PROPOSED[decision], Event("shortfall.proposed", body)


def decide_consent(opening: Opening, *, reason: str) -> tuple[Decision, Event]:
    """The supervisor consents to what the host proposed. Raises WrongPhase without a proposal."""
    proposed = {shortfall: decision for decision, shortfall in _PROPOSED.items()}
    if opening.phase is not OpeningPhase.UNLOCK or opening.shortfall not in proposed:
        raise WrongPhase("nothing is proposed", phase=opening.phase)
    decision = proposed[opening.shortfall]
    body: dict[str, JsonValue] = {
        "lot": opening.lot,
        "session": opening.session,
        "decision": decision,
        "reason": reason,
    }
    return decision, Event("shortfall.decided", body)
