"""One connection's side of the room protocol, sans I/O: messages in, commands out, entries in,
frames out. No clock, no sockets, no database; `connection` moves the bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID

from evaluation_rooms import commands as c
from evaluation_rooms import messages as m
from evaluation_rooms.hall import Hall, HallPhase, hall_view
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.views import (
    StandingView,
    is_hidden,
    project,
    room_view,
    standing_view,
)
from tendering.domain.journal import Entry
from tendering.domain.refusals import Invalid, Refused
from tendering.domain.refusals.rooms import HelloExpected, NotYourPart


class State(StrEnum):
    """A connection waits for its `hello`, or has joined."""

    GREETING = "greeting"
    JOINED = "joined"


@dataclass(frozen=True, slots=True)
class Join:
    """Redeem the ticket, then `Session.join`."""

    ticket: str
    after: int


@dataclass(frozen=True, slots=True)
class SpeakInHall:
    """Somebody speaks to the hall; as what, and whether yet, its rules say."""

    text: str


@dataclass(frozen=True, slots=True)
class LeadHall:
    """The host leads the hall into another phase."""

    to: HallPhase


Named = TypeVar("Named", bound=StrEnum)
MediaRequest: TypeAlias = (
    m.MediaJoin | m.MediaLeave | m.MediaOffer | m.MediaAnswer | m.MediaContinue
)
Request: TypeAlias = c.Command | SpeakInHall | LeadHall | MediaRequest
# Of which kind a reader is: room, whose eyes, and the entries that only the own seat sees whole.
ViewKey: TypeAlias = tuple[UUID, Viewer, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with the id that its answer repeats."""

    id: str
    request: Request


# The booked time is over, the venue cannot keep its word, or it lets somebody work no longer.
WORKSTATION_LOST: Final = frozenset({"venue.time_ended", "venue.failed", "expert.withdrawn"})


class Session:
    """What one connection may ask and see. `room_id` is the tender's id for the hall."""

    __slots__ = ("_own_after", "is_hall", "room_id", "standing", "state")

    def __init__(self, room_id: UUID) -> None:
        """A session that nobody has joined yet."""
        self.room_id = room_id
        self.state = State.GREETING
        self.standing = Standing(Viewer.PUBLIC)
        self.is_hall = False
        self._own_after = 0

    @property
    def joined(self) -> bool:
        """Was the ticket good?"""
        return self.state is State.JOINED

    def receive(self, message: m.ClientMessage) -> Join | Asked:
        """What the message asks for. Raises HelloExpected, NotYourPart, Invalid."""
        if isinstance(message, m.Hello):
            if self.state is State.JOINED:
                raise HelloExpected
            return Join(message.ticket, message.after)
        if self.state is State.GREETING:
            raise HelloExpected
        return Asked(message.id, self._request(message))

    def join(self, standing: Standing, *, is_hall: bool, own_after: int = 0) -> None:
        """The ticket was good. `own_after`: the entry by which the reader got the seat, if any."""
        assert self.state is State.GREETING
        self.state = State.JOINED
        self.standing = standing
        self.is_hall = is_hall
        self._own_after = own_after

    def view_key(self, entries: Sequence[Entry]) -> ViewKey:
        """Sessions with equal keys get equal frames of these entries: encode once for all."""
        viewer = self.standing.viewer
        if viewer is not Viewer.MEMBER:
            return (self.room_id, viewer, ())
        # A member sees what the host sees, and the own entries.
        own = tuple(one.seq for one in entries if is_hidden(one.kind) and self._is_own(one))
        return (self.room_id, Viewer.HOST, own)

    def snapshot(self, place: Room | Hall, seq: int) -> m.Snapshot:
        """The whole state at `seq`, for a newcomer."""
        view = hall_view(place) if isinstance(place, Hall) else room_view(place, self.standing)
        return m.Snapshot(self.room_id, seq, self._standing_view(), view)

    def resumed(self, seq: int) -> m.Resumed:
        """The answer to one who has been here before."""
        return m.Resumed(self.room_id, seq, self._standing_view())

    def view(self, entry: Entry, place: Room | Hall) -> m.EntryFrame | None:
        """The frame of an entry for this reader; None when there is nothing to see."""
        if isinstance(place, Hall):
            if not place.shows(entry):
                return None
            return m.EntryFrame(entry.seq, entry.kind, dict(entry.body), entry.at, entry.head.hex())
        if entry.body.get("room_id") != str(self.room_id):
            return None
        own_seat = self.standing.seat if self._is_own(entry) else None
        body = project(entry.kind, entry.body, self.standing, own_seat=own_seat)
        return None if body is None else m.EntryFrame(entry.seq, entry.kind, dict(body), entry.at)

    def _is_own(self, entry: Entry) -> bool:
        """Is the entry about the reader's seat, and made while the reader had it?"""
        seat = self.standing.seat
        return seat is not None and entry.seq > self._own_after and entry.body.get("seat") == seat

    def ends_with(self, entry: Entry) -> bool:
        """Has the reader lost the seat by this entry, or the workstation from which it is taken?"""
        if entry.kind in WORKSTATION_LOST:
            closed = entry.body.get("seats_closed")
            return isinstance(closed, list) and self.standing.seat in closed
        return (
            entry.kind in {"seat.recused", "seat.replaced"}
            and self.standing.seat is not None
            and entry.body.get("room_id") == str(self.room_id)
            and entry.body.get("seat") == self.standing.seat
        )

    def _request(self, message: m.ClientMessage) -> Request:
        # With whom one has sound and picture is for the floor; supervisors take part as well.
        if isinstance(message, MediaRequest):
            return message
        if self.is_hall:
            return self._hall_request(message)
        if self.standing.viewer is Viewer.HOST:
            return self._host_request(message)
        if self.standing.viewer is Viewer.MEMBER:
            assert self.standing.seat is not None
            return _MEMBER_REQUESTS[type(message)](self.standing.seat, message)
        # Supervisors, operators and the public watch; the protocol gives them no voice.
        raise NotYourPart

    def _hall_request(self, message: m.ClientMessage) -> Request:
        if isinstance(message, m.Say) and self.standing.organization_id is not None:
            return SpeakInHall(message.text)
        if isinstance(message, m.PhaseAdvance) and self.standing.viewer is Viewer.HOST:
            return LeadHall(_phase(message.to, HallPhase))
        raise NotYourPart

    def _host_request(self, message: m.ClientMessage) -> Request:
        if isinstance(message, m.Say):
            return c.Speak(None, message.text)
        if isinstance(message, m.PhaseAdvance):
            return c.AdvancePhase(None, _phase(message.to, Phase))
        if isinstance(message, m.StepBackPropose):
            return c.ProposeStepBack(None, _phase(message.to, Phase), message.reason)
        if isinstance(message, m.EnquiryLapse):
            return c.LapseEnquiry(None, message.number)
        raise NotYourPart

    def _standing_view(self) -> StandingView:
        return standing_view(self.standing, kind="hall" if self.is_hall else "evaluation")


def refusal(request_id: str | None, refused: Refused) -> m.Refusal:
    """The answer to a message that was refused."""
    return m.Refusal(request_id, refused.code, refused.detail, dict(refused.parameters))


def _phase(name: str, phases: type[Named]) -> Named:
    try:
        return phases(name)
    except ValueError:
        raise Invalid("no such phase", to=name) from None


_MEMBER_REQUESTS: Final[Mapping[type, Callable[[int, Any], c.Command]]] = MappingProxyType(
    {
        m.ChairVote: lambda seat, x: c.VoteForChair(seat, x.candidate),
        m.ReviewVote: lambda seat, x: c.VoteOnItem(
            seat, x.bid, x.item, x.passed, x.reason, x.evidence
        ),
        m.ScoreSubmit: lambda seat, x: c.SubmitScore(seat, x.bid, x.criterion, Decimal(x.points)),
        m.ScoresLock: lambda seat, x: c.LockScores(seat, x.statement),
        m.ObjectiveConfirm: lambda seat, x: c.ConfirmObjective(seat, x.agree, x.reason),
        m.FindingAnswer: lambda seat, x: c.AnswerFinding(
            seat, x.finding, x.reason, None if x.points is None else Decimal(x.points)
        ),
        m.ReportConfirm: lambda seat, x: c.ConfirmReport(
            seat, x.digest, x.agree, x.reason, x.statement
        ),
        m.MotionMake: lambda seat, x: c.MakeMotion(
            seat, x.about, x.bid, x.clause, x.text, x.evidence, x.template, x.minutes
        ),
        m.StepBackPropose: lambda seat, x: c.ProposeStepBack(seat, _phase(x.to, Phase), x.reason),
        m.StepBackAnswer: lambda seat, x: c.AnswerStepBack(seat, x.agree, x.reason),
        m.TimeRequest: lambda seat, x: c.RequestTime(seat, x.reason),
        m.EnquiryLapse: lambda seat, x: c.LapseEnquiry(seat, x.number),
        m.MotionVote: lambda seat, x: c.VoteOnMotion(seat, x.motion, x.agree, x.reason),
        m.PageShow: lambda seat, x: c.ShowPage(
            seat, x.bid, x.part, x.file, x.page, x.criterion, x.text
        ),
        m.PhaseAdvance: lambda seat, x: c.AdvancePhase(seat, _phase(x.to, Phase)),
        m.Say: lambda seat, x: c.Speak(seat, x.text),
    }
)
