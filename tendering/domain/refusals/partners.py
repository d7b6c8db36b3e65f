"""What the platform refuses around other centres with platforms of their own."""

from tendering.domain.refusals import Conflict, NotFound


class AnsweredByPartner(Conflict):
    """This centre answers over its own platform, not here."""

    code = "answered-by-partner"


class DispatchBegun(Conflict):
    """The time of these seats has begun: they are neither changed nor called off any more."""

    code = "dispatch-begun"


class PartnerKnown(Conflict):
    """This centre, or another one with this key, is registered already."""

    code = "partner-known"


class ShareSettled(Conflict):
    """The partner's request for experts is answered already."""

    code = "share-settled"


class PartnerUnavailable(Conflict):
    """The other centre's platform does not answer, or not in the form agreed."""

    code = "partner-unavailable"


class PartnerUnknown(NotFound):
    """No such partner centre is registered."""

    code = "partner-unknown"
