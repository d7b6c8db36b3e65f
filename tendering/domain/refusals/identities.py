"""What the platform refuses around the identity of who arrives, and images of them."""

from tendering.domain.refusals import Conflict, Forbidden


class ConsentMissing(Forbidden):
    """An image of a person is taken only with the person's own consent for this purpose."""

    code = "consent-missing"


class IdentityUnproved(Conflict):
    """Who you are has not been checked yet at the venue's desk."""

    code = "identity-unproved"


class IdentityStepRefused(Conflict):
    """This step of the identity check is not wanted now: `standing` says what is."""

    code = "identity-step-refused"
