"""What the platform refuses around the draw of a committee."""

from tendering.domain.refusals import Conflict, Invalid


class AlreadyContributed(Conflict):
    """Your organization has contributed to this draw already."""

    code = "already-contributed"


class ContributionMismatch(Invalid):
    """What was revealed is not the key of the sealed contribution."""

    code = "contribution-mismatch"


class ContributionsMissing(Conflict):
    """Contributions to the draw are still missing, not yet looked at, or still sealed."""

    code = "contributions-missing"


class DrawNotPrepared(Conflict):
    """The pool of this draw has not been frozen yet."""

    code = "draw-not-prepared"


class DrawOver(Conflict):
    """The draw has gone past this step."""

    code = "draw-over"


class FeeStated(Conflict):
    """The fee of this expert is stated already."""

    code = "fee-stated"


class PoolTooSmall(Conflict):
    """The pool has too few eligible experts for the seats asked for."""

    code = "pool-too-small"
