"""What the platform refuses around a tender and its documents."""

from tendering.domain.refusals import Conflict, Forbidden, Invalid


class ArchiveNotReady(Conflict):
    """A tender's archive is made when it is awarded, failed or terminated."""

    code = "archive-not-ready"


class BillInvalid(Invalid):
    """The bill of quantities cannot be read: its file, its columns or a cell."""

    code = "bill-invalid"


class ForeignCurrency(Invalid):
    """The amounts are in another currency than the yuan."""

    code = "foreign-currency"


class NotARelease(Invalid):
    """This is not an OCDS 1.1 release package or record package."""

    code = "not-a-release-package"


class NotParticipant(Forbidden):
    """Only whoever was invited, or admitted by the round before, may take part."""

    code = "not-participant"


class ProjectInvalid(Invalid):
    """The project contradicts its approval, or the tender its project: see `where` and `why`."""

    code = "project-invalid"


class QualificationChecked(Conflict):
    """The bidders' qualification has been checked; the result stands."""

    code = "qualification-checked"


class QualificationMissing(Conflict):
    """The procuring entity has not checked the bidders' qualification yet."""

    code = "qualification-missing"


class TenderChanged(Conflict):
    """Somebody changed the tender since you read it: read it again."""

    code = "tender-changed"


class TenderIncomplete(Invalid):
    """The tender lacks something that must be there before publication."""

    code = "tender-incomplete"


class TenderSuspended(Conflict):
    """The tender stands still until what paused it is answered."""

    code = "tender-suspended"


class WrongPhase(Conflict):
    """The tender is not in a phase that allows this."""

    code = "wrong-phase"
