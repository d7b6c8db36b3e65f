"""The chair's election: every member votes in secret, the most votes win, a tie is voted again."""

from collections import Counter

from evaluation_rooms.commands import VoteForChair
from evaluation_rooms.events import ChairRoundClosed, ChairVoteCast, RoomEvent, SeatVote
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.seating import require_member
from tendering.domain.refusals.rooms import ChairNotWanted
from tendering.domain.refusals.tenders import WrongPhase

# After as many ties the lowest seat among the candidates takes the chair: an election must end.
ROUNDS_MAX = 5
_PHASES = (Phase.CHAIR, Phase.PRELIMINARY, Phase.CLARIFICATION, Phase.TECHNICAL)


def decide_vote(room: Room, command: VoteForChair) -> tuple[RoomEvent, ...]:
    """Take a vote; the last of a round also closes it.

    Raises WrongPhase, NotYourPart, NotCheckedIn, ChairNotWanted.
    """
    require_member(room, command.seat)
    if room.phase not in _PHASES:
        raise WrongPhase(phase=room.phase, allowed=list(_PHASES))
    election = room.election
    key = (election.round, command.seat)
    if room.chair is not None or command.candidate not in election.candidates:
        raise ChairNotWanted
    if key in election.votes:
        raise ChairNotWanted
    cast = ChairVoteCast(room.id, election.round, command.seat, command.candidate)
    votes = {
        member.number: election.votes[(election.round, member.number)]
        for member in room.members
        if (election.round, member.number) in election.votes
    } | {command.seat: command.candidate}
    if len(votes) < len(room.members):
        return (cast,)
    return (cast, _close(room, votes))


def _close(room: Room, votes: dict[int, int]) -> ChairRoundClosed:
    tally = Counter(votes.values())
    most = max(tally.values())
    ahead = tuple(sorted(seat for seat, count in tally.items() if count == most))
    last_round = room.election.round >= ROUNDS_MAX
    return ChairRoundClosed(
        room_id=room.id,
        round=room.election.round,
        votes=tuple(SeatVote(seat, votes[seat]) for seat in sorted(votes)),
        elected=ahead[0] if len(ahead) == 1 or last_round else None,
        candidates=ahead,
    )
