"""The preliminary review (初步评审), and abnormally low prices: the members' majority rejects.

87号令 第六十一条: what is decided together is decided by majority, dissent goes into the report.
"""

from typing import Final

from evaluation_rooms.commands import ExplainPrice, VoteOnItem
from evaluation_rooms.events import (
    ItemDecision,
    LowPricesDecided,
    PreliminaryDecided,
    PriceExplained,
    ReviewFailure,
    ReviewVoted,
    RoomEvent,
)
from evaluation_rooms.motion_events import About
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.seating import require_member
from tendering.domain.evaluation_report import LOW_PRICE
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.awards import EvaluationIncomplete
from tendering.domain.refusals.rooms import ExplanationTooEarly, PhaseNotReady, ReasonMissing
from tendering.domain.refusals.tenders import WrongPhase

# No bid has this number, and no item of the tender documents this name: E38.
ALL_BIDS: Final = 0
COMPETITION: Final = "competition"


def decide_item_vote(room: Room, command: VoteOnItem) -> tuple[RoomEvent, ...]:
    """Take a member's vote on an item of the review, or on an abnormally low price.

    Raises WrongPhase, NotFound, ReasonMissing, NotCheckedIn, EvaluationIncomplete, PhaseNotReady.
    """
    require_member(room, command.seat)
    if command.item == LOW_PRICE:
        _require_judged_now(room, command.bid)
        if not command.passed and not command.reason.strip():
            raise ReasonMissing
        return (_voted(room, command),)
    if room.phase is not Phase.PRELIMINARY:
        raise WrongPhase(phase=room.phase, allowed=[Phase.PRELIMINARY])
    if not command.passed and not command.reason.strip():
        raise ReasonMissing
    if (command.bid, command.item) == (ALL_BIDS, COMPETITION):
        _require_few(room)
        return (_voted(room, command),)
    room.bid(command.bid)
    if all(item.id != command.item for item in room.terms.items):
        raise NotFound("no such item in the preliminary review", item=command.item)
    return (_voted(room, command),)


def missing_votes(room: Room) -> int:
    """How many votes of the preliminary review have not been cast."""
    wanted = len(room.members) * len(room.bids) * len(room.terms.items)
    return wanted - sum(bid != ALL_BIDS and item != LOW_PRICE for _, bid, item in room.votes)


def rejects_all(room: Room) -> str | None:
    """Why the committee rejects all bids that are left, where more than half of it does; or None.

    E38, 12号令 第二十七条: fewer than three are valid and there is clearly no competition; what
    is decided is argued and recorded. A vote that another one made pointless counts for nothing.
    """
    if not room.is_scored or missing_votes(room) or not _are_few(room):
        return None
    cast = [room.votes.get((member.number, ALL_BIDS, COMPETITION)) for member in room.members]
    against = [vote for vote in cast if vote is not None and not vote.passed]
    if 2 * len(against) <= len(room.members):
        return None
    return "；".join(vote.reason.strip() for vote in against)


def _voted(room: Room, command: VoteOnItem) -> ReviewVoted:
    return ReviewVoted(
        room.id,
        command.seat,
        command.bid,
        command.item,
        command.passed,
        command.reason,
        command.evidence,
    )


def _require_few(room: Room) -> None:
    if missing_votes(room):
        raise EvaluationIncomplete("every bid is reviewed first", missing=missing_votes(room))
    if not room.is_scored or not _are_few(room):
        raise EvaluationIncomplete("there is competition: not all bids may be rejected")


def _are_few(room: Room) -> bool:
    gone = room.unopened | room.carried(About.REJECTION) | set(decided(room).rejected)
    left = len(room.bids) - len(gone)
    return 0 < left < room.terms.competition_min


def decided(room: Room) -> PreliminaryDecided:
    """The committee's decisions, once every vote is there."""
    assert missing_votes(room) == 0
    decisions = tuple(
        _item(room, bid.number, item.id) for bid in room.bids for item in room.terms.items
    )
    rejected = tuple(sorted({one.bid for one in decisions if not one.passed}))
    return PreliminaryDecided(room.id, decisions, rejected)


def asked_about(room: Room) -> tuple[int, ...]:
    """The bids whose prices are abnormally low and must be explained, ascending.

    财库〔2026〕2号: by a rate, or by the committee's own judgement.
    """
    if room.results.price is None:
        return ()
    low = {int(one["bid"]) for one in room.results.price["low_price_triggers"]}
    asked = low | room.carried(About.LOW_PRICE)
    return tuple(sorted(asked - room.carried(About.REJECTION)))


def low_prices_missing(room: Room) -> int:
    """How many votes on abnormally low prices have not been cast."""
    asked = asked_about(room)
    cast = sum(item == LOW_PRICE and bid in asked for _, bid, item in room.votes)
    return len(room.members) * len(asked) - cast


def low_prices_decided(room: Room) -> LowPricesDecided:
    """The committee's decisions on the prices that were asked about, by majority."""
    assert low_prices_missing(room) == 0
    decisions = tuple(_item(room, bid, LOW_PRICE) for bid in asked_about(room))
    rejected = tuple(one.bid for one in decisions if not one.passed)
    return LowPricesDecided(room.id, decisions, rejected)


def decide_explanation(room: Room, command: ExplainPrice) -> tuple[RoomEvent, ...]:
    """What the bidder said of its low price; silence counts when it has had its time.

    财库〔2026〕2号: at least thirty minutes as a rule. Raises WrongPhase, NotFound,
    ExplanationTooEarly.
    """
    _require_asked(room, command.bid)
    low = room.terms.low_price
    least = 0 if low is None else low.explain_minutes
    if not command.explanation.strip() and command.minutes < least:
        raise ExplanationTooEarly(minutes_min=least)
    return (PriceExplained(room.id, command.bid, command.explanation, command.minutes),)


def _require_asked(room: Room, bid: int) -> None:
    if room.phase is not Phase.PRICE:
        raise WrongPhase(phase=room.phase, allowed=[Phase.PRICE])
    if bid not in asked_about(room):
        raise NotFound("the price of this bid is not asked about", bid=bid)


def _require_judged_now(room: Room, bid: int) -> None:
    _require_asked(room, bid)
    if bid not in room.explanations:
        raise PhaseNotReady(needs=["low-prices-explained"], to=Phase.TOTALS)


def _item(room: Room, bid: int, item: str) -> ItemDecision:
    votes = [room.votes[(member.number, bid, item)] for member in room.members]
    passed = tuple(vote.seat for vote in votes if vote.passed)
    failures = tuple(
        ReviewFailure(vote.seat, vote.reason, vote.evidence) for vote in votes if not vote.passed
    )
    # An odd committee knows no tie: a bid stands unless more than half fail it.
    return ItemDecision(bid, item, passed, failures, len(passed) > len(failures))
