"""What somebody does about notifications: webhooks of an organization, wishes of a person."""

from datetime import datetime
from typing import Final
from uuid import UUID

from tendering.domain.notification_texts import TELLS
from tendering.domain.parties import Session
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.accounts import NotAdministrator
from tendering.domain.refusals.notifications import TooManyWebhooks
from tendering.storage import deliveries, webhooks
from tendering.storage.connection import Connection
from tendering.storage.webhooks import Webhook, Wishes

WEBHOOKS_MAX: Final = 5


async def add_webhook(
    connection: Connection, webhook_id: UUID, url: str, *, by: Session, at: datetime
) -> tuple[Webhook, bool]:
    """Post the organization's messages of this role there; and whether that is new.

    `url` has been checked. Raises NotAdministrator, TooManyWebhooks; NotFound for an id that is
    another's, or was ended.
    """
    if not by.is_administrator:
        raise NotAdministrator
    standing = await webhooks.list_of(connection, by.actor)
    for one in standing:
        if one.id == webhook_id and one.url == url:
            return one, False
    if len(standing) >= WEBHOOKS_MAX:
        raise TooManyWebhooks(webhooks_max=WEBHOOKS_MAX)
    if not await webhooks.insert(connection, webhook_id, url, by=by.actor, at=at):
        raise NotFound("this id is taken: choose another")
    return Webhook(webhook_id, url, at), True


async def end_webhook(
    connection: Connection, webhook_id: UUID, *, by: Session, at: datetime
) -> None:
    """Post there no more. Raises NotAdministrator, NotFound."""
    if not by.is_administrator:
        raise NotAdministrator
    if not await webhooks.end(connection, webhook_id, by=by.actor, at=at):
        raise NotFound


async def set_wishes(connection: Connection, wishes: Wishes, *, by: Session) -> None:
    """Where the person's mail goes, and which kinds do not. Raises Invalid: no such kind."""
    unknown = sorted(set(wishes.muted) - set(TELLS))
    if unknown:
        raise Invalid("nobody is told of this kind", kinds=list(unknown))
    await webhooks.save_wishes(connection, by.actor.person_id, wishes)


async def replay(connection: Connection, delivery_id: UUID, *, by: Session) -> None:
    """Have a dead letter sent again. Raises NotFound."""
    if not await deliveries.replay(connection, by.actor, delivery_id):
        raise NotFound
