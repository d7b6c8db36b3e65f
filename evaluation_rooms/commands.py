"""What somebody in a room wants done, parsed: the input of the rules.

`seat` is the seat that acts; None where the host acts. The edge makes these from messages and HTTP
bodies, `deciding.decide` answers with events or a refusal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from evaluation_rooms.blind_events import LeftOut
from evaluation_rooms.phases import Phase
from evaluation_rooms.terms import ObjectiveMark
from tendering.domain.identity_leaks import FoundLeak


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A member sits down; `statements` are signed statements whose signatures were verified."""

    seat: int
    person_id: UUID
    statements: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class RecuseSeat:
    """The host takes a member off the committee, for a reason."""

    seat: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReplaceSeat:
    """The host gives a vacant seat to the next expert of the reserve list."""

    seat: int
    name: str
    site: str
    expert_id: UUID
    person_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class VoteForChair:
    """As `messages.ChairVote`."""

    seat: int
    candidate: int


@dataclass(frozen=True, slots=True)
class VoteOnItem:
    """As `messages.ReviewVote`."""

    seat: int
    bid: int
    item: str
    passed: bool
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True)
class SubmitScore:
    """As `messages.ScoreSubmit`."""

    seat: int
    bid: int
    criterion: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class LockScores:
    """As `messages.ScoresLock`."""

    seat: int
    statement: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class ConfirmObjective:
    """As `messages.ObjectiveConfirm`."""

    seat: int
    agree: bool
    reason: str


@dataclass(frozen=True, slots=True)
class CorrectObjective:
    """The host corrects an objective mark that members did not agree with."""

    mark: ObjectiveMark
    reason: str


@dataclass(frozen=True, slots=True)
class EnterPrices:
    """The forms that the second session of the opening has shown, by number of the bid."""

    forms: Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class AnswerPrice:
    """The host enters what became of a price that contradicts itself, and where that is said."""

    bid: int
    confirmed: bool
    point_misplaced: bool
    basis: str


@dataclass(frozen=True, slots=True)
class ExplainPrice:
    """The host enters what a bidder explains of its low price, or how long it said nothing."""

    bid: int
    explanation: str
    minutes: int


@dataclass(frozen=True, slots=True)
class AnswerFinding:
    """As `messages.FindingAnswer`."""

    seat: int
    finding: int
    reason: str
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class ConfirmReport:
    """As `messages.ReportConfirm`."""

    seat: int
    digest: str
    agree: bool
    reason: str
    statement: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class RecordRefusal:
    """The host records that a member refuses to sign without reasons in writing."""

    seat: int
    basis: str


@dataclass(frozen=True, slots=True)
class MakeMotion:
    """As `messages.MotionMake`."""

    seat: int
    about: str
    bid: int
    clause: str
    text: str
    evidence: str
    template: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class AnswerEnquiry:
    """A bidder answers a question; the signature of `statement` was verified."""

    enquiry: UUID
    bidder_id: UUID
    text: str
    statement: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LapseEnquiry:
    """Host (`seat` None) or chair record that a bidder did not answer in its term."""

    seat: int | None
    number: int


@dataclass(frozen=True, slots=True)
class VoteOnMotion:
    """As `messages.MotionVote`."""

    seat: int
    motion: int
    agree: bool
    reason: str


@dataclass(frozen=True, slots=True)
class PauseRoom:
    """The supervisor lets the room stand still; `by`: the person's name."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResumeRoom:
    """The supervisor lets the room go on; `by`: the person's name."""

    by: str


@dataclass(frozen=True, slots=True)
class BeginMedia:
    """A member's camera and microphone are on."""

    seat: int


@dataclass(frozen=True, slots=True)
class LoseMedia:
    """They are not any more, or never came on; `why`: `media_events.Why`."""

    seat: int
    why: str


@dataclass(frozen=True, slots=True)
class ContinueUnrecorded:
    """A person, by name, lets the room go on in spite of a gap, seen by the supervisor or not."""

    gap: int
    by: str
    reason: str
    is_supervised: bool


@dataclass(frozen=True, slots=True)
class ProposeStepBack:
    """As `messages.StepBackPropose`; `seat` None is the host."""

    seat: int | None
    to: Phase
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerStepBack:
    """As `messages.StepBackAnswer`."""

    seat: int
    agree: bool
    reason: str


@dataclass(frozen=True, slots=True)
class EnterEdition:
    """The platform has made a bid's anonymous edition; `leaks` have no numbers yet."""

    bid: int
    digest: str
    files: int
    left_out: tuple[LeftOut, ...]
    leaks: tuple[FoundLeak, ...]


@dataclass(frozen=True, slots=True)
class DecideLeak:
    """The supervisor decides about a finding; `by`: the person's name."""

    number: int
    by: str
    shown: bool
    reason: str


@dataclass(frozen=True, slots=True)
class RequestTime:
    """As `messages.TimeRequest`."""

    seat: int
    reason: str


@dataclass(frozen=True, slots=True)
class ShowPage:
    """As `messages.PageShow`."""

    seat: int
    bid: int
    part: str
    file: int
    page: int
    criterion: str
    text: str


@dataclass(frozen=True, slots=True)
class AdvancePhase:
    """As `messages.PhaseAdvance`; `seat` None is the host."""

    seat: int | None
    to: Phase


@dataclass(frozen=True, slots=True)
class Speak:
    """As `messages.Say`; `seat` None is the host."""

    seat: int | None
    text: str


Command: TypeAlias = (
    CheckIn
    | RecuseSeat
    | ReplaceSeat
    | VoteForChair
    | VoteOnItem
    | SubmitScore
    | LockScores
    | ConfirmObjective
    | CorrectObjective
    | EnterPrices
    | AnswerPrice
    | ExplainPrice
    | AnswerFinding
    | ConfirmReport
    | RecordRefusal
    | MakeMotion
    | VoteOnMotion
    | AnswerEnquiry
    | LapseEnquiry
    | PauseRoom
    | ResumeRoom
    | BeginMedia
    | LoseMedia
    | ContinueUnrecorded
    | ProposeStepBack
    | AnswerStepBack
    | EnterEdition
    | DecideLeak
    | RequestTime
    | ShowPage
    | AdvancePhase
    | Speak
)
