"""What a room refuses."""

from tendering.domain.refusals import Conflict, Forbidden, Invalid


class AlreadyCheckedIn(Conflict):
    """This seat has checked in already."""

    code = "already-checked-in"


class BidRejected(Conflict):
    """The committee rejected this bid: it is not scored."""

    code = "bid-rejected"


class BidderNamed(Invalid):
    """While the review is blind no text to or from a bidder names one."""

    code = "bidder-named"


class ChairNotWanted(Conflict):
    """There is a chair, or the seat is not a candidate of the open round, or has voted in it."""

    code = "chair-not-wanted"


class CommitteeUnsound(Invalid):
    """The committee's seats are too few, even in number, or one person would have two."""

    code = "committee-unsound"


class CriterionNotSubjective(Conflict):
    """This criterion is not scored by members."""

    code = "criterion-not-subjective"


class DigestMismatch(Conflict):
    """What you confirm is not what stands in the room now: read it again."""

    code = "digest-mismatch"


class DocumentsNotReleased(Conflict):
    """The anonymous documents are not released yet: the supervisor has findings to decide."""

    code = "documents-not-released"


class EnquiryClosed(Conflict):
    """The question was answered, or its term is over (`due_at`)."""

    code = "enquiry-closed"


class EnquiryOpen(Conflict):
    """The bidder may answer until `due_at`."""

    code = "enquiry-open"


class FindingNotYours(Conflict):
    """The finding asks another member, or nobody, for an answer."""

    code = "finding-not-yours"


class HelloExpected(Conflict):
    """The first message of a connection, and only the first, is `hello`."""

    code = "hello-expected"


class LeadingQuestion(Invalid):
    """The committee neither hints nor leads: `word` is not asked."""

    code = "leading-question"


class MotionClosed(Conflict):
    """The committee has decided on this motion already."""

    code = "motion-closed"


class MotionOpen(Conflict):
    """This is before the committee already, or was carried: there is one motion on one thing."""

    code = "motion-open"


class NoStepBack(Conflict):
    """Nobody asks you to go back a phase, or the members are asked already."""

    code = "no-step-back"


class NotCheckedIn(Conflict):
    """Check in before you act in the room."""

    code = "not-checked-in"


class NotYourPart(Forbidden):
    """Your place in this room does not do that."""

    code = "not-your-part"


class PhaseNotReady(Conflict):
    """The room cannot go on yet; `needs` names what is missing."""

    code = "phase-not-ready"


class PointsOutOfRange(Invalid):
    """The points are above the criterion's maximum or have too many decimals."""

    code = "points-out-of-range"


class ReasonMissing(Invalid):
    """This needs a reason in writing."""

    code = "reason-missing"


class ExplanationTooEarly(Conflict):
    """The bidder still has time to explain its price."""

    code = "explanation-too-early"


class ReportAnswered(Conflict):
    """This member has answered the report, or the refusal is on record."""

    code = "report-answered"


class RoomExists(Conflict):
    """This lot has an evaluation room already."""

    code = "room-exists"


class RoomNotPaused(Conflict):
    """The room does not stand still."""

    code = "room-not-paused"


class RoomStandsStill(Conflict):
    """The supervisor has paused the room: nothing happens until it goes on."""

    code = "room-stands-still"


class RoomWindowClosed(Conflict):
    """The room may be entered only within its time window."""

    code = "room-window-closed"


class ScoresAlreadyLocked(Conflict):
    """The score sheet is locked."""

    code = "scores-already-locked"


class SeatNotVacant(Conflict):
    """The seat is not vacant: recuse its member first."""

    code = "seat-not-vacant"


class SheetIncomplete(Conflict):
    """Some bids have no points yet on some criteria."""

    code = "sheet-incomplete"


class SilentNow(Conflict):
    """Members score alone: nobody speaks in the room during this phase."""

    code = "silent-now"


class StatementsIncomplete(Invalid):
    """The signed statements are not those asked for at check-in."""

    code = "statements-incomplete"


class TermUnfit(Invalid):
    """The term of a question is shorter or longer than allowed (`minutes_min`, `minutes_max`)."""

    code = "term-unfit"


class TicketRefused(Forbidden):
    """The ticket is unknown, used, expired or for another room."""

    code = "ticket-refused"


class TimeAlreadyAsked(Conflict):
    """You have said already that the time is too short."""

    code = "time-already-asked"
