"""What the platform refuses from the candidates to the contract."""

from tendering.domain.refusals import Conflict


class AwardNotAllowed(Conflict):
    """This candidate may not be chosen now."""

    code = "award-not-allowed"


class CandidatesNotAllowed(Conflict):
    """The evaluation report does not carry these candidates."""

    code = "candidates-not-allowed"


class CashNotTaken(Conflict):
    """This deposit cannot stand as bid security: `why` says what the law asks for."""

    code = "cash-not-taken"


class ContractStepRefused(Conflict):
    """This cannot be entered of the contract now: `why` says why."""

    code = "contract-step-refused"


class ClearingMissing(Conflict):
    """The lot has a bill of quantities: make its clearing report before the room opens."""

    code = "clearing-missing"


class EvaluationIncomplete(Conflict):
    """Score sheets or votes are missing, or they contradict one another."""

    code = "evaluation-incomplete"


class PerformanceSecurityRefused(Conflict):
    """The performance security is more than the law allows, or of another form: see `why`."""

    code = "performance-security-refused"


class SecurityNotKept(Conflict):
    """The bid security cannot be kept: `why` says what is missing."""

    code = "security-not-kept"


class SecurityNotReturnable(Conflict):
    """The bid security is not to be returned by hand now: `why` says why."""

    code = "security-not-returnable"


class AwardNotRevocable(Conflict):
    """The award cannot be taken back like this: `why` says what stands against it."""

    code = "award-not-revocable"


class BidLapsed(Conflict):
    """The bid is valid no more: its validity was not extended, or its bidder refused."""

    code = "bid-lapsed"


class ExtensionUnlawful(Conflict):
    """The validity of bids cannot be extended, or answered, like this: `why` says why."""

    code = "extension-unlawful"
