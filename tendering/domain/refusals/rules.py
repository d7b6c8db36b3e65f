"""What rulebooks, timetables and methods refuse."""

from tendering.domain.refusals import Conflict, Invalid


class BidsInvalid(Invalid):
    """The file of bids to be scored is not well formed."""

    code = "bids-invalid"


class MethodInvalid(Invalid):
    """The evaluation method is not well formed."""

    code = "method-invalid"


class OverrideStands(Conflict):
    """The rule has been overridden for this version of the draft already."""

    code = "override-stands"


class PriceAboveCeiling(Conflict):
    """A price lies above the ceiling price: the bid is to be rejected, not scored."""

    code = "price-above-ceiling"


class ProcedureInvalid(Invalid):
    """There is no such procedure in this regime, or it does not hold together."""

    code = "procedure-invalid"


class RuleNotOverridable(Conflict):
    """The rulebook does not let anybody override this rule."""

    code = "rule-not-overridable"


class RulebookInvalid(Invalid):
    """The rulebook is not well formed."""

    code = "rulebook-invalid"


class TermsUnlawful(Conflict):
    """The terms of the tender break a rule of its rulebook; `rule` and `law` say which."""

    code = "terms-unlawful"


class TimetableUnlawful(Conflict):
    """The timetable breaks a period set by law."""

    code = "timetable-unlawful"
