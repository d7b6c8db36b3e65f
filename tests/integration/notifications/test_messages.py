"""Messages on the platform: written with the deed, read by whom they are for and nobody else."""

import asyncio
import json
from typing import Any

from tendering.domain.journal import Event, Stream, instant
from tendering.domain.roles import Role
from tendering.domain.tender import Tender
from tendering.storage import journal, tender_documents
from tendering.storage.connection import transaction
from tests.support.intake import Intake, intake
from tests.support.platform import Platform, begin_session, platform

__all__ = ["intake", "platform"]


async def clarify(served: Platform, tender: Tender, number: int = 1) -> None:
    """The entry of a clarification, as its deed writes it."""
    context = served.running.context
    body: Any = {"number": number, "text": "澄清", "deadline": instant(tender.deadline)}
    async with transaction(context.pool) as connection:
        event = Event("clarification.published", body)
        await journal.append(connection, tender.id, Stream.PUBLIC, event, at=context.now())
    context.touched(tender.id)


async def read(served: Platform, path: str, token: str) -> Any:
    """The JSON of an answer that must be one."""
    answer = await served.request("GET", f"/api/v1{path}", token=token)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


async def downloader(intake: Intake, number: int = 0) -> str:
    """The token of a bidder that has the documents."""
    context, bidder = intake.platform.running.context, intake.bidders[number]
    async with transaction(context.pool) as connection:
        await tender_documents.record_download(
            connection, intake.tender.id, bidder.organization.id, at=context.now()
        )
        return await begin_session(connection, bidder.authorization_id)


async def test_who_has_the_documents_is_told_and_who_has_not_is_not(intake: Intake) -> None:
    has, served = await downloader(intake), intake.platform
    other = served.tokens[Role.BIDDER]

    await clarify(served, intake.tender)

    (found,) = (await read(served, "/messages", has))["items"]
    assert found["tender_id"] == str(intake.tender.id)
    assert found["kind"] == "clarification.published"
    assert found["zh"].startswith("发布第 1 号澄清")
    assert (await read(served, "/messages", other))["items"] == []


async def test_who_bids_and_who_only_reads_get_the_same_words(intake: Intake) -> None:
    bids, reads = await downloader(intake, 0), await downloader(intake, 1)
    await intake.submit(intake.bidders[0])

    await clarify(intake.platform, intake.tender)

    words = [
        [
            (one["zh"], one["en"])
            for one in (await read(intake.platform, "/messages", who))["items"]
            if one["kind"] == "clarification.published"
        ]
        for who in (bids, reads)
    ]
    assert words[0] == words[1]
    assert len(words[0]) == 1


async def test_a_message_is_read_once_and_by_each_colleague_alone(intake: Intake) -> None:
    served = intake.platform
    token, other = await downloader(intake), served.tokens[Role.SUPERVISOR]
    await clarify(served, intake.tender)
    await clarify(served, intake.tender, 2)
    first, second = (await read(served, "/messages", token))["items"]

    await put(served, f"/messages/{first['id']}/read", token)
    after_one = await read(served, "/messages/unread", token)
    # Somebody else's message cannot be marked, and its existence is not told.
    strange = await put(served, f"/messages/{second['id']}/read", other)
    await put(served, "/messages/read", token)

    assert (first["read_at"], after_one["unread"], strange) == (None, 1, 204)
    assert (await read(served, "/messages/unread", token))["unread"] == 0
    assert (await read(served, "/messages/unread", other))["unread"] == 2


async def test_messages_are_read_page_by_page(intake: Intake) -> None:
    token = await downloader(intake)
    for number in range(1, 6):
        await clarify(intake.platform, intake.tender, number)

    seen, path = [], "/messages?limit=2"
    while path:
        page = await read(intake.platform, path, token)
        seen += [one["zh"].split(" ")[1] for one in page["items"]]
        path = f"/messages?limit=2&before={page['next']}" if page["next"] else ""

    assert seen == ["5", "4", "3", "2", "1"]


async def test_the_bell_rings_for_who_waits(intake: Intake) -> None:
    token = await downloader(intake)
    waiting = asyncio.create_task(
        read(intake.platform, "/messages/unread?known=0&wait_seconds=20", token)
    )
    async with asyncio.timeout(10):
        while True:
            await asyncio.sleep(0.01)
            if intake.platform.running.context.bell._waiting:
                break

    await clarify(intake.platform, intake.tender)

    async with asyncio.timeout(10):
        assert (await waiting)["unread"] == 1


async def test_what_is_rolled_back_has_told_nobody(intake: Intake) -> None:
    token, served = await downloader(intake), intake.platform
    context = served.running.context
    body: Any = {"number": 1, "deadline": instant(intake.tender.deadline)}

    async with context.pool.acquire() as connection:
        begun = connection.transaction()
        await begun.start()
        event = Event("clarification.published", body)
        await journal.append(connection, intake.tender.id, Stream.PUBLIC, event, at=context.now())
        await begun.rollback()

    assert (await read(served, "/messages", token))["items"] == []


async def test_messages_need_somebody_who_is_logged_in(platform: Platform) -> None:
    answer = await platform.request("GET", "/api/v1/messages")

    assert (answer.status, answer.code) == (401, "unauthenticated")


async def test_the_mail_for_a_kind_that_does_not_exist_cannot_be_turned_off(
    platform: Platform,
) -> None:
    answer = await platform.request(
        "PUT",
        "/api/v1/notification-settings",
        role=Role.BIDDER,
        data=json.dumps({"email": "", "muted": ["no.such"]}).encode(),
        headers={"Content-Type": "application/json"},
    )

    assert (answer.status, answer.code) == (422, "invalid")


async def put(served: Platform, path: str, token: str) -> int:
    """The status of a PUT without body."""
    answer = await served.request("PUT", f"/api/v1{path}", token=token)
    return answer.status
