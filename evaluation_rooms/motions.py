"""Motions of the committee: to reject a bid, to have a price explained, or anything else.

Items of the review reject by their own votes (`review`); a motion is for what no item names. All
members vote, more than half carries, and who does not agree says why in writing.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from evaluation_rooms.commands import MakeMotion, RecordRefusal, VoteOnMotion
from evaluation_rooms.enquiries import asked, require_askable
from evaluation_rooms.events import PriceScored, RoomEvent
from evaluation_rooms.fold import apply
from evaluation_rooms.motion_events import (
    About,
    Dissent,
    Motion,
    MotionDecided,
    MotionMade,
    MotionVoted,
    ReportRefused,
)
from evaluation_rooms.phases import Phase
from evaluation_rooms.results import price_result
from evaluation_rooms.room import Room
from evaluation_rooms.seating import require_member
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.rooms import (
    BidRejected,
    MotionClosed,
    MotionOpen,
    ReasonMissing,
    ReportAnswered,
)
from tendering.domain.refusals.tenders import WrongPhase

# Members are silent while they score alone, and after the checks the report is what they discuss.
PHASES: Final[Mapping[About, frozenset[Phase]]] = MappingProxyType(
    {
        About.REJECTION: frozenset({Phase.PRELIMINARY, Phase.PRICE}),
        # 财库〔2026〕2号: besides the rates, the committee's own judgement asks about a price.
        About.LOW_PRICE: frozenset({Phase.PRICE}),
        About.ENQUIRY: frozenset({Phase.PRELIMINARY, Phase.CLARIFICATION, Phase.PRICE}),
        About.OTHER: frozenset({Phase.PRELIMINARY, Phase.PRICE, Phase.CHECKS}),
    }
)


# What is carried asks the bidder something.
ASKING: Final = frozenset({About.ENQUIRY, About.LOW_PRICE})


def decide_motion(room: Room, command: MakeMotion) -> tuple[RoomEvent, ...]:
    """A member moves something.

    Raises WrongPhase, NotFound, BidRejected, ReasonMissing, MotionOpen, and of a question to the
    bidder what `enquiries.require_askable` raises.
    """
    require_member(room, command.seat)
    about = About(command.about)
    if room.phase not in PHASES[about]:
        raise WrongPhase(phase=room.phase, allowed=sorted(PHASES[about]))
    if about is not About.OTHER or command.bid:
        _require_left(room, command.bid)
    if not command.text.strip():
        raise ReasonMissing
    # 实施条例 第五十一条: a bid is rejected for what law or tender documents say, nothing else.
    if about is About.REJECTION and not command.clause.strip():
        raise ReasonMissing("a rejection names the law or the clause it rests on")
    for number, motion in room.motions.items():
        same = (motion.made.about, motion.made.bid) == (about, command.bid)
        settled = motion.is_carried and about in {About.REJECTION, About.LOW_PRICE}
        if same and (settled or is_open(room, motion)):
            raise MotionOpen(motion=number)
    if about in ASKING:
        require_askable(room, command)
    made = MotionMade(
        room.id,
        len(room.motions) + 1,
        command.seat,
        about,
        command.bid,
        command.clause,
        command.text,
        command.evidence,
        room.phase,
        command.template,
        command.minutes,
    )
    return (made,)


def decide_motion_vote(room: Room, command: VoteOnMotion, at: datetime) -> tuple[RoomEvent, ...]:
    """A member votes on an open motion; the last vote decides it, and asks what is to be asked.

    Raises NotFound, WrongPhase, BidRejected, MotionClosed, ReasonMissing.
    """
    require_member(room, command.seat)
    motion = room.motions.get(command.motion)
    if motion is None:
        raise NotFound("no such motion", motion=command.motion)
    if motion.decided is not None:
        raise MotionClosed(motion=command.motion)
    if room.phase != motion.made.phase:
        raise WrongPhase(phase=room.phase, allowed=[motion.made.phase])
    if motion.made.bid:
        _require_left(room, motion.made.bid)
    if not command.agree and not command.reason.strip():
        raise ReasonMissing
    vote = MotionVoted(room.id, command.motion, command.seat, command.agree, command.reason)
    after = motion.with_vote(vote)
    if len(after.votes) < len(room.members):
        return (vote,)
    outcome = decided(room, after)
    events: tuple[RoomEvent, ...] = (vote, outcome)
    if outcome.carried and motion.made.about in ASKING:
        return (*events, asked(room, motion, at=at))
    if room.phase is Phase.PRICE and motion.made.about == About.REJECTION and outcome.carried:
        without = apply(apply(room, vote), outcome)
        # 87号令 第五十五条: who is out has no part in the prices that points are computed from.
        if without.bids_left:
            events += (PriceScored(room.id, price_result(without)),)
    return events


def decide_refusal(room: Room, command: RecordRefusal) -> tuple[RoomEvent, ...]:
    """The host records that a member refuses to sign and writes no reasons.

    实施条例 第五十三条: that counts as agreement. Raises WrongPhase, NotFound, ReasonMissing,
    ReportAnswered.
    """
    require_member(room, command.seat)
    if room.phase is not Phase.REPORT:
        raise WrongPhase(phase=room.phase, allowed=[Phase.REPORT])
    results = room.results
    if command.seat in results.confirmations or command.seat in results.refusals:
        raise ReportAnswered(seat=command.seat)
    if not command.basis.strip():
        raise ReasonMissing
    return (ReportRefused(room.id, command.seat, command.basis),)


def decided(room: Room, motion: Motion) -> MotionDecided:
    """What the votes come to. Every member has voted."""
    votes = {vote.seat: vote for vote in motion.votes}
    assert votes.keys() == {member.number for member in room.members}
    agreed = tuple(seat for seat, vote in votes.items() if vote.agree)
    dissents = tuple(Dissent(seat, one.reason) for seat, one in votes.items() if not one.agree)
    carried = 2 * len(agreed) > len(room.members)
    return MotionDecided(room.id, motion.made.motion, agreed, dissents, carried)


def is_open(room: Room, motion: Motion) -> bool:
    """Must it still be decided? A bid that is gone by itself needs no decision."""
    return motion.decided is None and not _is_gone(room, motion.made.bid)


def all_decided(room: Room) -> bool:
    """Is no motion open?"""
    return not any(is_open(room, one) for one in room.motions.values())


def _require_left(room: Room, bid: int) -> None:
    room.bid(bid)
    if _is_gone(room, bid):
        raise BidRejected(bid=bid)


def _is_gone(room: Room, bid: int) -> bool:
    """Is the bid out for good? Until the review is over, or held again, its votes may change."""
    if bid == 0:
        return False
    if room.phase is Phase.PRICE:
        return bid not in room.bids_left
    return bid in room.unopened or bid in room.unconfirmed
