"""Notifications over HTTP: messages, what is sent besides, webhooks and wishes.

What one may read is one's own: of the person, or of the organization in the role of the session.
"""

import asyncio
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import notifications as deeds
from tendering.api.context import Actor, Context
from tendering.api.fields import Count, Instant, PageLimit
from tendering.domain.notification_texts import TELLS
from tendering.domain.parties import Session
from tendering.storage import deliveries, messages, webhooks
from tendering.storage.connection import Connection, reading
from tendering.storage.messages import Received
from tendering.storage.webhooks import Wishes
from tendering.webhook_targets import check_target, secret_of

DELIVERIES_MAX: Final = 200
# After the bell has rung: many deeds in a row are looked at once.
BREATH_SECONDS: Final = 0.3
WaitSeconds = Annotated[int, Meta(ge=0, le=25)]
Email = Annotated[
    str,
    Meta(
        pattern=r"^([A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,5})?(?!\n)$",
        max_length=254,
        description="An address of mail; empty: none is sent",
    ),
]
Kind = Annotated[str, Meta(pattern=r"^[a-z_]+\.[a-z_]+(?!\n)$", max_length=60)]


class MessageView(Struct, frozen=True):
    """A message, in Chinese and English. `kind` is the kind of the journal's entry."""

    id: UUID
    tender_id: UUID
    tender_number: str
    tender_title: str
    kind: str
    zh: str
    en: str
    at: Instant
    read_at: Instant | None


class MessageList(Struct, frozen=True):
    """Messages, the newest first; with `next` the list goes on `before` that one."""

    items: list[MessageView]
    next: UUID | None


class Unread(Struct, frozen=True):
    """How many messages are unread, 1,000 for that many or more."""

    unread: int


class DeliveryView(Struct, frozen=True):
    """A message on its way out, by mail or to the webhook named. `dead_at`: it was given up."""

    id: UUID
    message_id: UUID
    zh: str
    en: str
    webhook_id: UUID | None
    attempts: int
    created_at: Instant
    next_at: Instant | None
    delivered_at: Instant | None
    dead_at: Instant | None
    last_error: str


class DeliveryList(Struct, frozen=True):
    """What was sent to you and to your organization's webhooks lately, the newest first."""

    items: list[DeliveryView]


class PutWishes(Struct, frozen=True, forbid_unknown_fields=True):
    """Where your mail goes, and the kinds that you do not want by mail."""

    email: Email
    muted: Annotated[list[Kind], Meta(max_length=200)] = []


class WishesView(Struct, frozen=True):
    """Your wishes; does the platform send mail at all; the kinds there are."""

    email: str
    muted: list[str]
    mail_is_sent: bool
    kinds: list[str]


class PutWebhook(Struct, frozen=True, forbid_unknown_fields=True):
    """A public https address that takes posts as Standard Webhooks describes them."""

    url: Annotated[str, Meta(min_length=1, max_length=500)]


class WebhookView(Struct, frozen=True):
    """A webhook. `secret` is shown once, in the answer that has made it."""

    id: UUID
    url: str
    created_at: Instant
    secret: str | None = None


class WebhookList(Struct, frozen=True):
    """The webhooks of your organization in this role."""

    items: list[WebhookView]


async def get_messages(
    actor: Actor, connection: Connection, *, before: UUID | None = None, limit: PageLimit = 50
) -> MessageList:
    """Your messages, the newest first."""
    found = await messages.list_of(connection, actor, before=before, limit=limit)
    return MessageList(
        [_message(one) for one in found], found[-1].id if len(found) == limit else None
    )


async def get_unread(
    context: Context,
    actor: Actor,
    *,
    known: Count | None = None,
    wait_seconds: WaitSeconds = 0,
) -> Unread:
    """How many are unread; with `known`, wait until it is another number than that."""
    time = asyncio.get_running_loop().time
    until = time() + wait_seconds
    while True:
        async with reading(context.pool) as connection:
            unread = await messages.count_unread(connection, actor)
        if known is None or unread != known or not await context.bell.wait(until - time()):
            return Unread(unread)
        await asyncio.sleep(BREATH_SECONDS)


async def put_message_read(
    actor: Actor, connection: Connection, received_at: datetime, message_id: UUID
) -> None:
    """You have read this message; one that is not yours changes nothing."""
    await messages.mark_read(connection, actor, message_id, at=received_at)


async def put_messages_read(actor: Actor, connection: Connection, received_at: datetime) -> None:
    """You have read all your messages."""
    await messages.mark_read(connection, actor, None, at=received_at)


async def get_deliveries(actor: Actor, connection: Connection) -> DeliveryList:
    """What was sent outside the platform to you and your organization, and what came of it."""
    found = await deliveries.list_of(connection, actor, limit=DELIVERIES_MAX)
    return DeliveryList(
        [
            DeliveryView(
                id=one.id,
                message_id=one.message_id,
                zh=one.zh,
                en=one.en,
                webhook_id=one.webhook_id,
                attempts=one.attempts,
                created_at=one.created_at,
                next_at=None if one.delivered_at or one.dead_at else one.next_at,
                delivered_at=one.delivered_at,
                dead_at=one.dead_at,
                last_error=one.last_error,
            )
            for one in found
        ]
    )


async def post_replay(session: Session, connection: Connection, delivery_id: UUID) -> None:
    """Send what was given up again."""
    await deeds.replay(connection, delivery_id, by=session)


async def get_wishes(context: Context, actor: Actor, connection: Connection) -> WishesView:
    """Where your mail goes."""
    wishes = await webhooks.wishes_of(connection, actor.person_id)
    return WishesView(
        wishes.email, list(wishes.muted), bool(context.notifications.smtp_host), sorted(TELLS)
    )


async def put_wishes(session: Session, connection: Connection, body: PutWishes) -> None:
    """Set where your mail goes."""
    wishes = Wishes(body.email, tuple(sorted(set(body.muted))))
    await deeds.set_wishes(connection, wishes, by=session)


async def get_webhooks(actor: Actor, connection: Connection) -> WebhookList:
    """Where your organization's messages are posted to."""
    found = await webhooks.list_of(connection, actor)
    return WebhookList([WebhookView(one.id, one.url, one.created_at) for one in found])


async def put_webhook(
    context: Context,
    session: Session,
    connection: Connection,
    received_at: datetime,
    webhook_id: UUID,
    *,
    body: PutWebhook,
) -> WebhookView:
    """Have messages posted to an address, under an id of your choice."""
    private = context.notifications.webhooks_to_private_networks
    url = check_target(body.url, private=private)
    webhook, is_new = await deeds.add_webhook(
        connection, webhook_id, url, by=session, at=received_at
    )
    secret = secret_of(context.keys.webhook_seed, webhook.id) if is_new else None
    return WebhookView(webhook.id, webhook.url, webhook.created_at, secret)


async def delete_webhook(
    session: Session, connection: Connection, received_at: datetime, webhook_id: UUID
) -> None:
    """Post there no more."""
    await deeds.end_webhook(connection, webhook_id, by=session, at=received_at)


def _message(one: Received) -> MessageView:
    return MessageView(
        id=one.id,
        tender_id=one.tender_id,
        tender_number=one.tender_number,
        tender_title=one.tender_title,
        kind=one.kind,
        zh=one.zh,
        en=one.en,
        at=one.at,
        read_at=one.read_at,
    )
