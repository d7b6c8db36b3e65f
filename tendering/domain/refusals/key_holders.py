"""What the platform refuses around the keys that open bids."""

from tendering.domain.refusals import Conflict, Forbidden, Invalid


class CanaryNotOpened(Invalid):
    """The answer is not the one that opening the canary with the announced key gives."""

    code = "canary-not-opened"


class KeyPolicyIncomplete(Conflict):
    """The key holders' announcements do not yet make up the tender's key policy."""

    code = "key-policy-incomplete"


class KeyPolicyReplaced(Conflict):
    """A key holder was replaced after this bid was sealed: seal it again and hand that in."""

    code = "key-policy-replaced"


class NotKeyHolder(Forbidden):
    """Your organization is not a key holder of this tender."""

    code = "not-key-holder"


class ReplacementTooLate(Conflict):
    """Too near the deadline for bidders to seal again: extend the deadline first."""

    code = "replacement-too-late"
