"""The doors of notifications."""

from typing import Final

from tendering.api import notifications
from tendering.api.routing import Route
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.accounts import NotAdministrator
from tendering.domain.refusals.notifications import TooManyWebhooks, WebhookAddressRefused

_READ: Final = "message.read"
_TAGS: Final = ("notifications",)

NOTIFICATION_ROUTES: Final = (
    Route("GET", "/messages", notifications.get_messages, action=_READ, tags=_TAGS),
    Route("GET", "/messages/unread", notifications.get_unread, action=_READ, tags=_TAGS),
    Route(
        "PUT",
        "/messages/read",
        notifications.put_messages_read,
        action=_READ,
        status=204,
        tags=_TAGS,
    ),
    Route(
        "PUT",
        "/messages/{message_id}/read",
        notifications.put_message_read,
        action=_READ,
        status=204,
        tags=_TAGS,
    ),
    Route("GET", "/deliveries", notifications.get_deliveries, action=_READ, tags=_TAGS),
    Route(
        "POST",
        "/deliveries/{delivery_id}/replay",
        notifications.post_replay,
        action=_READ,
        status=204,
        # A letter that is no longer dead is not sent twice.
        idempotency="natural",
        errors=(NotFound,),
        tags=_TAGS,
    ),
    Route("GET", "/notification-settings", notifications.get_wishes, action=_READ, tags=_TAGS),
    Route(
        "PUT",
        "/notification-settings",
        notifications.put_wishes,
        action=_READ,
        status=204,
        errors=(Invalid,),
        tags=_TAGS,
    ),
    Route("GET", "/webhooks", notifications.get_webhooks, action="webhook.manage", tags=_TAGS),
    Route(
        "PUT",
        "/webhooks/{webhook_id}",
        notifications.put_webhook,
        action="webhook.manage",
        errors=(NotAdministrator, NotFound, TooManyWebhooks, WebhookAddressRefused),
        tags=_TAGS,
    ),
    Route(
        "DELETE",
        "/webhooks/{webhook_id}",
        notifications.delete_webhook,
        action="webhook.manage",
        status=204,
        errors=(NotAdministrator, NotFound),
        tags=_TAGS,
    ),
)
