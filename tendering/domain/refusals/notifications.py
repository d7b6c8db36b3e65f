"""What the platform refuses around notifications and ratings."""

from tendering.domain.refusals import Conflict, Forbidden, Invalid


class WebhookAddressRefused(Invalid):
    """Messages are posted to public https addresses only."""

    code = "webhook-address-refused"


class TooManyWebhooks(Conflict):
    """Your organization has as many webhooks in this role as it may."""

    code = "too-many-webhooks"


class AlreadyRated(Conflict):
    """You have rated this service already."""

    code = "already-rated"


class NotServed(Forbidden):
    """A service is rated by who has received it, when it is finished."""

    code = "not-served"
