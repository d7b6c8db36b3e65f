"""What leaves the platform: mail and webhooks, tried again, given up, replayed, never inward."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from standardwebhooks import WebhookVerificationError

from tendering.domain.journal import Event, Stream, instant
from tendering.domain.roles import Role
from tendering.domain.tender import Tender
from tendering.notification_loop import deliver, open_sender, pause_seconds
from tendering.outgoing import Unavailable
from tendering.settings import NotificationSettings, PlatformSettings, Settings
from tendering.storage import deliveries, journal
from tendering.storage.connection import reading, transaction
from tendering.webhook_targets import PublicResolver
from tests.support.platform import Platform, serving
from tests.support.postgres import Database
from tests.support.published import published_tender
from tests.support.receiving import Mailbox, Receiver, a_mailbox, a_receiver

SENDER = "示范平台 <platform@bids.example>"
READER = "reader@bidder.example"


@dataclass(frozen=True, slots=True)
class Outside:
    """A platform that sends, and who receives."""

    served: Platform
    tender: Tender
    mailbox: Mailbox
    receiver: Receiver
    settings: NotificationSettings


@pytest.fixture
async def outside(database: Database, tmp_path: Path) -> AsyncIterator[Outside]:
    """Retries come at once, and the receiver is on this machine."""
    async with a_mailbox() as mailbox, a_receiver() as receiver:
        settings = NotificationSettings(
            smtp_host="127.0.0.1",
            smtp_port=mailbox.port,
            smtp_security="none",
            from_address="platform@bids.example",
            webhooks_to_private_networks=True,
            request_seconds_max=5,
            attempts_max=3,
            retry_first_seconds=1,
        )
        async with serving(database, tmp_path, notifications=settings) as served:
            tender = await published_tender(served)
            yield Outside(served, tender, mailbox, receiver, settings)


async def happen(outside: Outside, *, stream: Stream = Stream.PUBLIC, kind: str = "") -> None:
    """An entry that tells the supervisor."""
    context = outside.served.running.context
    body: Any = {"number": 7, "deadline": instant(outside.tender.deadline), "rule": "E01"}
    async with transaction(context.pool) as connection:
        event = Event(kind or "clarification.published", body)
        await journal.append(connection, outside.tender.id, stream, event, at=context.now())


async def ask(outside: Outside, method: str, path: str, body: object = None) -> Any:
    """What the supervisor is answered, as status and JSON."""
    answer = await outside.served.request(
        method,
        f"/api/v1{path}",
        role=Role.SUPERVISOR,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": uuid4().hex},
    )
    return answer.status, json.loads(answer.body) if answer.body else None


async def wants_mail(outside: Outside, **wishes: Any) -> None:
    """The supervisor's person is written to from now on."""
    status, _ = await ask(outside, "PUT", "/notification-settings", {"email": READER, **wishes})
    assert status == 204


async def hook(outside: Outside) -> tuple[UUID, str]:
    """A webhook of the supervisor and its secret."""
    webhook_id = uuid4()
    status, made = await ask(
        outside, "PUT", f"/webhooks/{webhook_id}", {"url": outside.receiver.url}
    )
    assert status == 200
    return webhook_id, made["secret"]


async def settled(outside: Outside, count: int = 1) -> list[dict[str, Any]]:
    """The supervisor's deliveries, once all are delivered or given up."""
    async with asyncio.timeout(30):
        while True:
            _, found = await ask(outside, "GET", "/deliveries")
            items: list[dict[str, Any]] = found["items"]
            if len(items) == count and all(one["delivered_at"] or one["dead_at"] for one in items):
                return items
            await asyncio.sleep(0.1)


async def test_a_mail_tells_one_person_and_its_subject_nothing(outside: Outside) -> None:
    await wants_mail(outside)

    await happen(outside)
    (delivery,) = await settled(outside)
    recipients, mail = outside.mailbox.taken.get_nowait()

    assert recipients == [READER]
    assert mail["To"] == READER
    assert outside.tender.title not in mail["Subject"]
    assert mail["Message-ID"].startswith(f"<{delivery['id']}@")
    text = mail.get_content()
    assert text.index("发布第 7 号澄清") < text.index("Clarification 7 is published")
    assert f"/tenders/{outside.tender.id}" in text


async def test_a_title_cannot_write_headers_of_a_mail(outside: Outside) -> None:
    async with reading(outside.served.running.context.pool) as connection:
        assert await deliveries.list_targets_due(connection) == []
    parcel = a_parcel(outside, tender_title="标题\r\nBcc: all@bidder.example\r\n\r\n{zh}")

    async with sender_of(outside, outside.settings) as sender:
        mail = sender.mail_of(parcel)

    assert mail["Bcc"] is None
    assert len(mail.get_all("To") or []) == 1


async def test_kinds_that_are_not_wanted_and_kinds_that_may_not_leave_stay_inside(
    outside: Outside,
) -> None:
    await wants_mail(outside, muted=["clarification.published"])
    await hook(outside)

    await happen(outside)
    await happen(outside, stream=Stream.CUSTODY, kind="rule.overridden")
    (delivery,) = await settled(outside)
    _, inside = await ask(outside, "GET", "/messages")

    assert delivery["webhook_id"] is not None
    assert outside.mailbox.taken.empty()
    assert [one["kind"] for one in inside["items"]] == [
        "rule.overridden",
        "clarification.published",
    ]


async def test_a_post_is_signed_and_every_attempt_has_the_same_id(outside: Outside) -> None:
    _, secret = await hook(outside)
    outside.receiver.statuses[:] = [500, 307]

    await happen(outside)
    (delivery,) = await settled(outside)
    posts = [outside.receiver.posts.get_nowait() for _ in range(3)]

    assert {post.headers["webhook-id"] for post in posts} == {delivery["id"]}
    said = posts[-1].verified(secret)
    assert said["type"] == "clarification.published"
    assert said["data"]["tender_id"] == str(outside.tender.id)
    with pytest.raises(WebhookVerificationError):
        replace(posts[-1], body=posts[-1].body + b" ").verified(secret)
    assert (delivery["attempts"], delivery["dead_at"]) == (3, None)


async def test_what_is_given_up_is_seen_and_sent_again_by_hand(outside: Outside) -> None:
    await hook(outside)
    outside.receiver.statuses[:] = [503, 503, 503]

    await happen(outside)
    (dead,) = await settled(outside)
    before = await ask(outside, "POST", f"/deliveries/{dead['id']}/replay")
    (arrived,) = await settled(outside)
    again = await ask(outside, "POST", f"/deliveries/{dead['id']}/replay")
    strange = await ask(outside, "POST", f"/deliveries/{uuid4()}/replay")

    assert (dead["attempts"], dead["last_error"]) == (3, "the address answers 503")
    assert (before[0], arrived["id"], arrived["dead_at"]) == (204, dead["id"], None)
    assert again[0] == 204
    assert strange[0] == 404
    assert outside.receiver.posts.qsize() == 4


async def test_an_address_that_is_gone_is_not_asked_again(outside: Outside) -> None:
    await hook(outside)
    outside.receiver.statuses[:] = [410]

    await happen(outside)
    (dead,) = await settled(outside)

    assert (dead["attempts"], bool(dead["dead_at"])) == (1, True)


async def test_a_mail_server_that_refuses_for_now_is_asked_again(outside: Outside) -> None:
    await wants_mail(outside)
    outside.mailbox.answers[:] = ["451 later"]

    await happen(outside)
    (delivery,) = await settled(outside)

    assert (delivery["attempts"], outside.mailbox.taken.qsize()) == (2, 1)


async def test_who_is_killed_between_sending_and_noting_sends_again_under_the_same_id(
    outside: Outside,
) -> None:
    webhook_id, secret = await hook(outside)
    await happen(outside)
    (first,) = await settled(outside)
    pool = outside.served.running.context.pool
    # The post has arrived and nothing of it was noted: the lease has ended.
    async with transaction(pool) as connection:
        await connection.execute(
            "UPDATE tendering.deliveries SET delivered_at = NULL, next_at = now() WHERE id = $1",
            UUID(first["id"]),
        )

    await settled(outside)
    posts = [outside.receiver.posts.get_nowait() for _ in range(2)]

    assert posts[0].headers["webhook-id"] == posts[1].headers["webhook-id"]
    assert posts[0].verified(secret) == posts[1].verified(secret)
    assert first["webhook_id"] == str(webhook_id)


async def test_two_senders_never_take_the_same_delivery(outside: Outside) -> None:
    pool = outside.served.running.context.pool
    async with transaction(pool) as connection:
        await insert_deliveries(connection, outside, 20)

    async def claim() -> list[UUID]:
        async with transaction(pool) as connection:
            found = await deliveries.claim(connection, deliveries.MAIL, limit=8, lease_seconds=60)
            await asyncio.sleep(0.05)
            return [one.id for one in found]

    claimed = [one for found in await asyncio.gather(*(claim() for _ in range(4))) for one in found]

    assert len(claimed) == len(set(claimed))


async def test_a_secret_is_shown_once_and_a_webhook_that_has_ended_is_silent(
    outside: Outside,
) -> None:
    webhook_id, secret = await hook(outside)
    path = f"/webhooks/{webhook_id}"

    _, again = await ask(outside, "PUT", path, {"url": outside.receiver.url})
    _, listed = await ask(outside, "GET", "/webhooks")
    ended = await ask(outside, "DELETE", path)
    taken = await ask(outside, "PUT", path, {"url": outside.receiver.url})
    await happen(outside)
    _, silent = await ask(outside, "GET", "/deliveries")

    assert secret.startswith("whsec_")
    assert again["secret"] is None
    assert [one["secret"] for one in listed["items"]] == [None]
    assert (ended[0], taken[0], silent["items"]) == (204, 404, [])


async def test_an_organization_has_five_webhooks_and_no_more(outside: Outside) -> None:
    for _ in range(5):
        await hook(outside)

    status, problem = await ask(
        outside, "PUT", f"/webhooks/{uuid4()}", {"url": outside.receiver.url}
    )

    assert (status, problem["code"]) == (409, "too-many-webhooks")


async def test_a_platform_knocks_at_no_door_inside_unless_it_is_told_to(outside: Outside) -> None:
    closed = replace(outside.settings, webhooks_to_private_networks=False)
    parcel = a_parcel(outside, target="https://localhost/hook")

    async with sender_of(outside, closed) as sender:
        with pytest.raises(Unavailable):
            await sender.send(parcel)
    with pytest.raises(OSError, match="not public"):
        await PublicResolver().resolve("localhost", 443)


async def test_pauses_double_within_a_bound(outside: Outside) -> None:
    chosen = replace(outside.settings, retry_first_seconds=10, retry_seconds_max=60)

    assert [pause_seconds(chosen, number) for number in range(1, 5)] == [10, 20, 40, 60]


async def test_without_an_address_any_more_a_message_is_given_up(outside: Outside) -> None:
    pool = outside.served.running.context.pool
    async with transaction(pool) as connection:
        (delivery_id,) = await insert_deliveries(connection, outside, 1)
    parcel = replace(a_parcel(outside, target=""), id=delivery_id)

    async with sender_of(outside, outside.settings) as sender:
        await deliver(pool, sender, parcel)
    _, found = await ask(outside, "GET", "/deliveries")

    assert found["items"][0]["last_error"] == "there is no address any more"


def sender_of(outside: Outside, chosen: NotificationSettings) -> Any:
    """A sender of the platform with other settings."""
    settings = Settings(notifications=chosen, platform=PlatformSettings(name="示范平台"))
    return open_sender(outside.served.running.context, settings)


def a_parcel(outside: Outside, **changes: Any) -> deliveries.Parcel:
    """A claimed delivery to a webhook."""
    now = outside.served.running.context.now()
    parcel = deliveries.Parcel(
        id=uuid4(),
        webhook_id=uuid4(),
        target=outside.receiver.url,
        message_id=uuid4(),
        kind="clarification.published",
        tender_id=outside.tender.id,
        tender_number="1",
        tender_title="标题",
        zh="消息",
        en="message",
        at=now,
        attempts=1,
        sent_at=now,
    )
    return replace(parcel, **changes)


async def insert_deliveries(connection: Any, outside: Outside, count: int) -> list[UUID]:
    """So many mails of the supervisor's person that are not due, as nobody's loop has made them."""
    person = outside.served.accounts[Role.SUPERVISOR].person
    made = []
    for _ in range(count):
        message_id, delivery_id = uuid4(), uuid4()
        await connection.execute(
            """INSERT INTO tendering.messages
                   (id, tender_id, kind, role, person_id, zh, en, outward, spread, at)
               VALUES ($1, $2, 'tender.failed', 'supervisor', $3, 'x', 'x', true, true, now())""",
            message_id,
            outside.tender.id,
            person.id,
        )
        await connection.execute(
            """INSERT INTO tendering.deliveries (id, message_id, person_id, next_at)
               VALUES ($1, $2, $3, now())""",
            delivery_id,
            message_id,
            person.id,
        )
        made.append(delivery_id)
    return made
