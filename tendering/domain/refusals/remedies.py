"""What the platform refuses around objections, complaints and the ends of a tender."""

from tendering.domain.refusals import Conflict, Forbidden


class AlreadyAnswered(Conflict):
    """This has been answered, and not with these words."""

    code = "already-answered"


class AlreadyRetendered(Conflict):
    """What failed is being tendered again already."""

    code = "already-retendered"


class ComplaintNotTakenUp(Conflict):
    """Only a complaint that was taken up is ruled on."""

    code = "complaint-not-taken-up"


class NotConcerned(Forbidden):
    """Only who takes part in this tender, or has its documents, may object to this."""

    code = "not-concerned"


class ObjectionFirst(Conflict):
    """A complaint follows an objection of one's own that was answered, or not answered in time."""

    code = "objection-first"


class ObjectionTooEarly(Conflict):
    """What the objection is about has not happened yet."""

    code = "objection-too-early"


class ObjectionsOpen(Conflict):
    """Objections to the opening are answered on the spot, before its record is made."""

    code = "objections-open"


class RemedyImpossible(Conflict):
    """In this phase there is nothing that this remedy could mend or stop."""

    code = "remedy-impossible"


class TerminationCauseUnlawful(Conflict):
    """For this cause the law does not let this procurement be ended."""

    code = "termination-cause-unlawful"


class TooManyObjections(Conflict):
    """You have raised as many objections to this tender as one organization may."""

    code = "too-many-objections"
