"""The preliminary review (初步评审): each member passes or fails each bid; the majority rejects.

87号令 第六十一条: what is decided together is decided by majority, dissent goes into the report.
"""

from evaluation_rooms.commands import VoteOnItem
from evaluation_rooms.events import (
    ItemDecision,
    PreliminaryDecided,
    ReviewFailure,
    ReviewVoted,
    RoomEvent,
)
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.seating import require_member
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.tenders import WrongPhase


def decide_item_vote(room: Room, command: VoteOnItem) -> tuple[RoomEvent, ...]:
    """Take a member's vote. Raises WrongPhase, NotFound, ReasonMissing, NotCheckedIn."""
    require_member(room, command.seat)
    if room.phase is not Phase.PRELIMINARY:
        raise WrongPhase(phase=room.phase, allowed=[Phase.PRELIMINARY])
    room.bid(command.bid)
    if all(item.id != command.item for item in room.terms.items):
        raise NotFound("no such item in the preliminary review", item=command.item)
    if not command.passed and not command.reason.strip():
        raise ReasonMissing
    return (
        ReviewVoted(
            room.id,
            command.seat,
            command.bid,
            command.item,
            command.passed,
            command.reason,
            command.evidence,
        ),
    )


def missing_votes(room: Room) -> int:
    """How many votes of the preliminary review have not been cast."""
    wanted = len(room.members) * len(room.bids) * len(room.terms.items)
    return wanted - len(room.votes)


def decided(room: Room) -> PreliminaryDecided:
    """The committee's decisions, once every vote is there."""
    assert missing_votes(room) == 0
    decisions = tuple(
        _item(room, bid.number, item.id) for bid in room.bids for item in room.terms.items
    )
    rejected = tuple(sorted({one.bid for one in decisions if not one.passed}))
    return PreliminaryDecided(room.id, decisions, rejected)


def _item(room: Room, bid: int, item: str) -> ItemDecision:
    votes = [room.votes[(member.number, bid, item)] for member in room.members]
    passed = tuple(vote.seat for vote in votes if vote.passed)
    failures = tuple(
        ReviewFailure(vote.seat, vote.reason, vote.evidence) for vote in votes if not vote.passed
    )
    # An odd committee knows no tie: a bid stands unless more than half fail it.
    return ItemDecision(bid, item, passed, failures, len(passed) > len(failures))
