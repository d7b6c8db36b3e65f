"""What the platform refuses around signatures and issued documents."""

from tendering.domain.refusals import Conflict, Forbidden, Invalid


class DocumentChanged(Conflict):
    """The document or what it tells has changed meanwhile: read it again, prepare it anew."""

    code = "document-changed"


class NotASignatory(Forbidden):
    """You are not among those who sign this document, or it is not your turn."""

    code = "not-a-signatory"


class SignatureRefused(Invalid):
    """The signature does not hold, or the certificate may not be used for this."""

    code = "signature-refused"


class SignaturesMissing(Conflict):
    """The document lacks signatures it needs before this step."""

    code = "signatures-missing"
