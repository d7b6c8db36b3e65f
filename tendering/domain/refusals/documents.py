"""What the platform refuses around the files of the tender documents."""

from tendering.domain.refusals import Conflict


class DeadlineMustMove(Conflict):
    """The clarification comes too late for the deadline: confirm `proposed`, or a later one."""

    code = "deadline-must-move"


class DocumentFindingsOpen(Conflict):
    """The check of the tender documents found something that blocks, and nobody has answered it."""

    code = "document-findings-open"


class DocumentsUnchecked(Conflict):
    """A file of the tender documents has not been checked: put it into the draft again."""

    code = "documents-unchecked"


class DocumentsUnchanged(Conflict):
    """The amendment changes nothing, or leaves no document."""

    code = "documents-unchanged"
