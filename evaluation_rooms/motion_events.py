"""What the committee decides together, as entries of its stream: motions, votes, refusals to sign.

87号令 第六十一条: what is decided together goes by majority, and dissent is written down with its
reasons. 实施条例 第五十三条: who refuses to sign without a word is taken to agree.
"""

from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct


class About(StrEnum):
    """What a motion is about."""

    REJECTION = "rejection"
    LOW_PRICE = "low_price"
    ENQUIRY = "enquiry"
    OTHER = "other"


class MotionMade(Struct, frozen=True, tag_field="kind", tag="motion.made"):
    """A member puts something to the vote. `about`: `About`; `bid` 0: none in particular.

    `clause`: the law or the clause of the tender documents that a rejection rests on. `phase`: in
    which the room was, and in which it is voted. `template`, `minutes`: of a question to a bidder.
    """

    room_id: UUID
    motion: int
    seat: int
    about: str
    bid: int
    clause: str
    text: str
    evidence: str
    phase: str
    template: str = ""
    minutes: int = 0


class MotionVoted(Struct, frozen=True, tag_field="kind", tag="motion.voted"):
    """A member's vote on a motion; a later one replaces it until all have voted."""

    room_id: UUID
    motion: int
    seat: int
    agree: bool
    reason: str


class Dissent(Struct, frozen=True):
    """Who did not agree, and why."""

    seat: int
    reason: str


class MotionDecided(Struct, frozen=True, tag_field="kind", tag="motion.decided"):
    """All have voted: `carried` by more than half of the members, or not."""

    room_id: UUID
    motion: int
    agreed: tuple[int, ...]
    dissents: tuple[Dissent, ...]
    carried: bool


class ReportRefused(Struct, frozen=True, tag_field="kind", tag="report.refused"):
    """A member neither signs nor says in writing why: taken to agree. `basis`: how it is known."""

    room_id: UUID
    seat: int
    basis: str


MotionEvent: TypeAlias = MotionMade | MotionVoted | MotionDecided | ReportRefused


class Motion(Struct, frozen=True):
    """A motion as it stands: `votes` by seat, ascending; `decided` once all have voted."""

    made: MotionMade
    votes: tuple[MotionVoted, ...] = ()
    decided: MotionDecided | None = None

    @property
    def is_carried(self) -> bool:
        """Did the majority agree?"""
        return self.decided is not None and self.decided.carried

    def is_carried_about(self, about: About) -> bool:
        """Did the majority agree to such a motion?"""
        return self.is_carried and self.made.about == about

    def with_vote(self, vote: MotionVoted) -> "Motion":
        """With a vote that replaces an earlier one of the seat."""
        votes = {one.seat: one for one in self.votes} | {vote.seat: vote}
        return Motion(self.made, tuple(votes[seat] for seat in sorted(votes)), self.decided)

    def without_vote(self, seat: int) -> "Motion":
        """Without the vote of a seat; what it had a part in is to be decided again."""
        votes = tuple(one for one in self.votes if one.seat != seat)
        return self if votes == self.votes else Motion(self.made, votes)
