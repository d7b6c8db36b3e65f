"""One's own tenders over HTTP: who finds which, and what a bidder has done in one of them."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from tendering.domain.roles import Role
from tendering.domain.tender import Tender, TenderStatus
from tendering.storage import clarifications, tender_documents, tenders
from tendering.storage.connection import transaction
from tests.support.platform import Platform, enter, platform
from tests.support.published import published_tender

__all__ = ["platform"]

RUN_IT = (Role.PROCURING_ENTITY, Role.AGENCY, Role.SUPERVISOR)


async def own(platform: Platform, role: Role) -> list[dict[str, Any]]:
    answer = await platform.request("GET", "/api/v1/own-tenders", role=role)
    assert answer.status == 200
    items: list[dict[str, Any]] = json.loads(answer.body)["items"]
    return items


async def participation(platform: Platform, tender_id: UUID) -> dict[str, Any]:
    path = f"/api/v1/tenders/{tender_id}/participation"
    answer = await platform.request("GET", path, role=Role.BIDDER)
    assert answer.status == 200
    found: dict[str, Any] = json.loads(answer.body)
    return found


async def clarified(platform: Platform, tender: Tender, *numbers: int) -> None:
    async with transaction(platform.running.context.pool) as connection:
        for number in numbers:
            await clarifications.insert(
                connection,
                tender.id,
                number,
                text="示范澄清",
                affects_bids=False,
                signed={},
                at=platform.running.context.now(),
            )


async def has_documents(platform: Platform, tender: Tender, organization_id: UUID) -> None:
    async with transaction(platform.running.context.pool) as connection:
        await tender_documents.record_download(
            connection, tender.id, organization_id, at=platform.running.context.now()
        )


async def test_who_runs_or_supervises_a_tender_finds_it_as_a_draft_too(platform: Platform) -> None:
    tender = await published_tender(platform)
    draft = replace(
        tender, id=uuid4(), number="KB-2026-0042", status=TenderStatus.DRAFT, published_at=None
    )
    async with transaction(platform.running.context.pool) as connection:
        await tenders.insert(connection, draft, at=platform.running.context.now())

    for role in RUN_IT:
        found = {one["tender_id"]: one["status"] for one in await own(platform, role)}
        assert found == {str(tender.id): "published", str(draft.id): "draft"}


async def test_a_bidder_finds_a_tender_once_it_has_the_documents(platform: Platform) -> None:
    tender = await published_tender(platform)
    bidder = platform.accounts[Role.BIDDER].organization.id
    await clarified(platform, tender, 1)

    before = await own(platform, Role.BIDDER)
    await has_documents(platform, tender, bidder)
    after = await own(platform, Role.BIDDER)

    assert before == []
    assert [(one["tender_id"], one["unconfirmed"]) for one in after] == [(str(tender.id), 1)]


async def test_what_is_confirmed_is_counted_no_more_and_others_change_nothing(
    platform: Platform,
) -> None:
    tender = await published_tender(platform)
    bidder = platform.accounts[Role.BIDDER].organization.id
    context = platform.running.context
    async with transaction(context.pool) as connection:
        other = await enter(connection, 950, Role.BIDDER, password_hash="-", at=context.now())
    await clarified(platform, tender, 1, 2)
    nothing = await participation(platform, tender.id)
    for organization_id in (bidder, other.organization.id):
        await has_documents(platform, tender, organization_id)
    async with transaction(context.pool) as connection:
        await clarifications.confirm(connection, tender.id, 2, bidder, at=context.now())
        await clarifications.confirm(
            connection, tender.id, 1, other.organization.id, at=context.now()
        )

    found = await participation(platform, tender.id)

    assert nothing == {"documents_at": None, "confirmed": []}
    assert found["confirmed"] == [2]
    assert found["documents_at"] is not None
    assert [one["unconfirmed"] for one in await own(platform, Role.BIDDER)] == [1]


async def test_of_a_draft_a_bidder_learns_nothing(platform: Platform) -> None:
    tender = await published_tender(platform)
    draft = replace(
        tender, id=uuid4(), number="KB-2026-0042", status=TenderStatus.DRAFT, published_at=None
    )
    async with transaction(platform.running.context.pool) as connection:
        await tenders.insert(connection, draft, at=platform.running.context.now())

    path = f"/api/v1/tenders/{draft.id}/participation"
    answer = await platform.request("GET", path, role=Role.BIDDER)

    assert (answer.status, answer.code) == (404, "not-found")
