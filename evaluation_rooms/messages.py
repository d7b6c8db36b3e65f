"""The words of the room protocol: every message a client or the server may send, as JSON objects.

The member `type` tells them apart. Requests carry an `id` chosen by the client, which the answer
(`ack` or `refused`) repeats. Specification: docs/specs/room-protocol-v1.md.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from evaluation_rooms.enquiry_events import Template
from evaluation_rooms.floor import SDP_CHARACTERS_MAX, Kind
from evaluation_rooms.hall import HallView
from evaluation_rooms.media_messages import MediaAnswered, MediaFloor, MediaOffered
from evaluation_rooms.motion_events import About
from evaluation_rooms.views import RoomView, StandingView
from tendering.domain.refusals import Invalid

FRAME_BYTES_MAX: Final = 32 * 1024

RequestId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
Ticket: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128)]
Sequence: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]
BidNumber: TypeAlias = Annotated[int, Meta(ge=1, le=1000)]
SeatNumber: TypeAlias = Annotated[int, Meta(ge=1, le=100)]
FindingNumber: TypeAlias = Annotated[int, Meta(ge=1, le=100_000)]
Key: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
Points: TypeAlias = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,5})(\.[0-9]{1,4})?(?!\n)$")]
Text: TypeAlias = Annotated[str, Meta(max_length=2000)]
Line: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2000)]
Digest: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}(?!\n)$")]
PeerId: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}(?!\n)$")]
Description: TypeAlias = Annotated[str, Meta(min_length=1, max_length=SDP_CHARACTERS_MAX)]
Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]


# --- from the client -----------------------------------------------------------------------------


class Hello(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="hello"):
    """Join or resume: the first message. `after` is the last `seq` seen, 0 for a newcomer."""

    ticket: Ticket
    after: Sequence = 0


class ChairVote(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="chair.vote"
):
    """A member votes for the seat that shall take the chair, in the round that is open."""

    id: RequestId
    candidate: SeatNumber


class ReviewVote(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="review.vote"
):
    """A member passes or fails a bid on one item of the preliminary review; a fail has a reason.

    Bid 0 with the item `competition` is the question whether the bids that are left compete (E38).
    """

    id: RequestId
    bid: Annotated[int, Meta(ge=0, le=1000)]
    item: Key
    passed: bool
    reason: Text = ""
    evidence: Text = ""


class ScoreSubmit(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="score.submit"
):
    """A member gives a bid points for one subjective criterion; a later one replaces it."""

    id: RequestId
    bid: BidNumber
    criterion: Key
    points: Points


class ScoresLock(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="scores.lock"
):
    """A member has finished: the sheet is complete and changes no more.

    `statement`: the sheet, signed under `kaibiao/score-sheet/v1`.
    """

    id: RequestId
    statement: dict[str, Any] | None = None


class ObjectiveConfirm(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="objective.confirm"
):
    """A member agrees, or for a reason does not, with the objective marks computed once for all."""

    id: RequestId
    agree: bool
    reason: Text = ""


class FindingAnswer(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="finding.answer"
):
    """A warned member keeps the points for a reason, or corrects them for a reason."""

    id: RequestId
    finding: FindingNumber
    reason: Line
    points: Points | None = None


class ReportConfirm(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="report.confirm"
):
    """A member confirms the report of this digest, or dissents for a reason (实施条例 第五十三条).

    `statement`: the same, signed under `kaibiao/evaluation-report-confirmation/v1`.
    """

    id: RequestId
    digest: Digest
    agree: bool
    reason: Text = ""
    statement: dict[str, Any] | None = None


class MotionMake(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="motion.make"
):
    """A member puts something to the vote: a rejection by a clause, a low price, or other matters.

    `bid` 0 is no bid in particular; only other matters may be about none. Of a question to the
    bidder `evidence` is the place in the bid and `text` what it says there; `minutes` 0: the least.
    """

    id: RequestId
    about: About
    text: Line
    bid: Annotated[int, Meta(ge=0, le=1000)] = 0
    clause: Text = ""
    evidence: Text = ""
    template: Template = Template.UNCLEAR
    minutes: Annotated[int, Meta(ge=0, le=10_000)] = 0


class EnquiryLapse(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="enquiry.lapse"
):
    """Host or chair record that a question was not answered within its term."""

    id: RequestId
    number: Annotated[int, Meta(ge=1, le=100_000)]


class StepBackPropose(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="step_back.propose"
):
    """Host or chair propose to go back to an earlier phase; every member is asked."""

    id: RequestId
    to: Key
    reason: Line


class StepBackAnswer(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="step_back.answer"
):
    """A member agrees to go back, or says why not."""

    id: RequestId
    agree: bool
    reason: Text = ""


class TimeRequest(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="time.request"
):
    """A member finds the time for the evaluation too short, and says why."""

    id: RequestId
    reason: Line


class MotionVote(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="motion.vote"
):
    """A member agrees to a motion, or says in writing why not."""

    id: RequestId
    motion: Annotated[int, Meta(ge=1, le=100_000)]
    agree: bool
    reason: Text = ""


class PhaseAdvance(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="phase.advance"
):
    """The host or the chair leads the room into another phase."""

    id: RequestId
    to: Key


class Say(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="say"):
    """Recorded speech in writing: a member to the committee, the host to everybody."""

    id: RequestId
    text: Line


class MediaJoin(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="media.join"
):
    """Take part in sound and picture, and send of it what is named; nothing: only watch."""

    id: RequestId
    sends: Annotated[tuple[Kind, ...], Meta(max_length=len(Kind))] = ()


class MediaLeave(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="media.leave"
):
    """Take part no longer; `failed`: because camera or microphone do not work."""

    id: RequestId
    failed: bool = False


class MediaOffer(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="media.offer"
):
    """Describe to a peer what will be sent to it (RFC 8866); one way, with all candidates."""

    id: RequestId
    to: PeerId
    sdp: Description


class MediaAnswer(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="media.answer"
):
    """Answer a peer's offer, once."""

    id: RequestId
    to: PeerId
    sdp: Description


class MediaContinue(
    Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="media.continue"
):
    """Host or supervisor answer for going on in spite of a gap, for a reason."""

    id: RequestId
    gap: Annotated[int, Meta(ge=1, le=100_000)]
    reason: Line


class PageShow(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="page.show"):
    """A member shows everybody a page of a bid, by choice; `criterion`: what it evidences."""

    id: RequestId
    bid: BidNumber
    part: Literal["qualification", "technical", "price"]
    file: Annotated[int, Meta(ge=1, le=10_000)]
    page: Annotated[int, Meta(ge=1, le=100_000)]
    criterion: Annotated[str, Meta(max_length=64)] = ""
    text: Text = ""


ClientMessage: TypeAlias = (
    Hello
    | ChairVote
    | ReviewVote
    | ScoreSubmit
    | ScoresLock
    | ObjectiveConfirm
    | FindingAnswer
    | ReportConfirm
    | MotionMake
    | MotionVote
    | EnquiryLapse
    | StepBackPropose
    | StepBackAnswer
    | TimeRequest
    | PageShow
    | PhaseAdvance
    | MediaJoin
    | MediaLeave
    | MediaOffer
    | MediaAnswer
    | MediaContinue
    | Say
)


# --- from the server -----------------------------------------------------------------------------


class Snapshot(Struct, frozen=True, tag_field="type", tag="snapshot"):
    """Where the room stands at `seq`, as this reader may see it; entries after it follow."""

    room_id: UUID
    seq: int
    standing: StandingView
    room: RoomView | HallView


class Resumed(Struct, frozen=True, tag_field="type", tag="resumed"):
    """The line is up again; what happened after `seq` follows as entries."""

    room_id: UUID
    seq: int
    standing: StandingView


class EntryFrame(Struct, frozen=True, tag_field="type", tag="entry", omit_defaults=True):
    """Something happened. `head` (lower hex) only for the public stream.

    In the committee's stream a head would betray what is hidden: it is a hash over few possible
    values, so whoever has it could try them all.
    """

    seq: int
    kind: str
    body: dict[str, Any]
    at: Instant
    head: str = ""


class Ack(Struct, frozen=True, tag_field="type", tag="ack"):
    """The request is committed; `seq` is the last entry it made."""

    id: str
    seq: int


class Refusal(Struct, frozen=True, tag_field="type", tag="refused"):
    """The request was refused; `code` as in the list of refusals. `id` is None when unreadable."""

    id: str | None
    code: str
    detail: str = ""
    parameters: dict[str, Any] = {}


class HallPresence(Struct, frozen=True, tag_field="type", tag="hall.presence"):
    """Who of the parties is in the hall just now, once the bidder list is published. Ephemeral.

    `bidders` are organizations; the gallery is never counted.
    """

    bidders: list[UUID]
    host: bool


class Presence(Struct, frozen=True, tag_field="type", tag="presence"):
    """Who is connected to this evaluation room just now. Ephemeral: never in the journal."""

    seats: list[int]
    others: list[str]


ServerMessage: TypeAlias = (
    Snapshot
    | Resumed
    | EntryFrame
    | Ack
    | Refusal
    | Presence
    | HallPresence
    | MediaFloor
    | MediaOffered
    | MediaAnswered
)

_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_encoder = msgspec.json.Encoder()


def parse(frame: str | bytes) -> ClientMessage:
    """Read one text frame. Raises Invalid."""
    try:
        return _decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Invalid(str(error)[:200]) from error


def encode(message: ServerMessage) -> bytes:
    """The UTF-8 JSON text of a message to a client."""
    return _encoder.encode(message)
