"""Duties as each role sees them, and what the clockwork tells the supervisor."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crypto.canonical import JsonValue
from tendering.clockwork import look_after_terms
from tendering.domain.duties import OVERDUE
from tendering.domain.journal import Event, Stream
from tendering.domain.roles import Role
from tendering.domain.tender import Tender, TenderStatus
from tendering.storage import journal, tenders
from tendering.storage.connection import reading, transaction
from tests.support.platform import Platform, platform
from tests.support.published import published_tender
from tests.support.two_processes import two_at_once

__all__ = ["platform"]

MONTH_AND_MORE = timedelta(days=45)


async def an_awarded_tender(platform: Platform) -> Tender:
    """A tender that was awarded this moment, in the journal and in the tables."""
    tender = await published_tender(platform)
    async with transaction(platform.running.context.pool) as connection:
        await tenders.save(connection, replace(tender, status=TenderStatus.AWARDED))
    await enter(platform, tender, "award.notified", {"lot": "1"})
    return tender


async def enter(
    platform: Platform, tender: Tender, kind: str, body: Mapping[str, JsonValue]
) -> None:
    """Put an entry into the public stream now."""
    context = platform.running.context
    async with transaction(context.pool) as connection:
        await tenders.lock(connection, tender.id)
        event = Event(kind, dict(body))
        await journal.append(connection, tender.id, Stream.PUBLIC, event, at=context.now())


async def tasks(platform: Platform, role: Role) -> list[dict[str, Any]]:
    """What a role is told it must do."""
    answer = await platform.request("GET", "/api/v1/duties", role=role)
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = json.loads(answer.body)["items"]
    return items


async def test_the_host_and_its_agency_see_what_they_must_do_and_nobody_else(
    platform: Platform,
) -> None:
    await an_awarded_tender(platform)

    mine = await tasks(platform, Role.PROCURING_ENTITY)

    assert [one["rule"] for one in mine] == ["E35", "E32"]
    assert await tasks(platform, Role.AGENCY) == mine
    for role in (Role.BIDDER, Role.SUPERVISOR, Role.OPERATOR, Role.EXPERT):
        assert await tasks(platform, role) == []


async def test_a_duty_that_is_done_is_no_task_any_more(platform: Platform) -> None:
    tender = await an_awarded_tender(platform)
    await enter(platform, tender, "contract.signed", {"lot": "1"})

    assert [one["rule"] for one in await tasks(platform, Role.AGENCY)] == ["E35"]


async def test_the_terms_of_a_tender_are_for_its_parties(platform: Platform) -> None:
    tender = await an_awarded_tender(platform)
    path = f"/api/v1/tenders/{tender.id}/duties"

    seen = await platform.request("GET", path, role=Role.SUPERVISOR)

    assert len(json.loads(seen.body)["items"]) == 2
    assert (await platform.request("GET", path, role=Role.BIDDER)).status == 404
    assert (await platform.request("GET", path)).status == 401


async def test_the_supervisor_is_told_once_of_what_is_overdue(platform: Platform) -> None:
    tender = await an_awarded_tender(platform)
    context = platform.running.context
    later = context.now() + MONTH_AND_MORE

    assert await look_after_terms(context, at=context.now()) == 0
    pool = context.pool
    both = await two_at_once(pool, tender.id, lambda: look_after_terms(context, at=later))
    assert sorted(both) == [0, 2]
    assert await look_after_terms(context, at=later) == 0

    async with reading(context.pool) as connection:
        told = await journal.list_of_kinds(connection, tender.id, Stream.CUSTODY, [OVERDUE])
    assert sorted(str(entry.body["rule"]) for entry in told) == ["E32", "E35"]


async def test_a_tender_whose_duties_are_done_is_looked_at_no_more(platform: Platform) -> None:
    tender = await an_awarded_tender(platform)
    await enter(platform, tender, "contract.signed", {"lot": "1"})
    await enter(platform, tender, "supervisor.reported", {"lot": "1"})
    context = platform.running.context

    await look_after_terms(context, at=context.now() + MONTH_AND_MORE)

    async with reading(context.pool) as connection:
        left = await connection.fetchval("SELECT count(*) FROM tendering.duty_watches")
    assert left == 0


@pytest.mark.parametrize("query", ["?limit=0", "?limit=51", "?after=nobody"])
async def test_a_page_that_is_none_is_refused(platform: Platform, query: str) -> None:
    answer = await platform.request("GET", f"/api/v1/duties{query}", role=Role.AGENCY)

    assert answer.status == 422
