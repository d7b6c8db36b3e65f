"""Bid securities over HTTP and by the clockwork: deposits, orders, returns, who sees what."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tendering.clockwork import look_after_terms
from tendering.domain.journal import Event, Stream
from tendering.domain.roles import Role
from tendering.domain.tender import Tender, TenderStatus
from tendering.storage import bid_securities, journal, tenders
from tendering.storage.connection import reading, transaction
from tests.support.platform import Answer, Platform, platform
from tests.support.published import published_tender

__all__ = ["platform"]

ACCOUNT = "6222020200112233445"


async def post(
    platform: Platform, tender: Tender, door: str, body: dict[str, Any], *, role: Role
) -> Answer:
    """One deed about a security."""
    return await platform.request(
        "POST",
        f"/api/v1/tenders/{tender.id}/bid-securities/{door}",
        role=role,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": uuid4().hex},
    )


async def deposit(platform: Platform, tender: Tender, **changes: Any) -> Answer:
    """Cash of the bidder's arrives, or almost."""
    body = {
        "lot": "1",
        "bidder_uscc": platform.accounts[Role.BIDDER].organization.uscc,
        "amount_fen": tender.lots[0].bid_security_fen,
        "account": ACCOUNT,
        "basic_account": True,
        "reference": "示范入账1",
    }
    return await post(platform, tender, "deposits", body | changes, role=Role.OPERATOR)


async def fail(platform: Platform, tender: Tender) -> None:
    """The tender has failed, and the clockwork has looked at it."""
    context = platform.running.context
    async with transaction(context.pool) as connection:
        await tenders.lock(connection, tender.id)
        await tenders.save(connection, replace(tender, status=TenderStatus.FAILED))
        event = Event("tender.failed", {})
        await journal.append(connection, tender.id, Stream.PUBLIC, event, at=context.now())
    await look_after_terms(context, at=context.now())


def a_return(platform: Platform) -> dict[str, Any]:
    return {
        "lot": "1",
        "bidder_id": str(platform.accounts[Role.BIDDER].organization.id),
        "reference": "示范付款1",
        "deposit_rate_percent": "0.35",
        "lending_base_rate_percent": "4.35",
    }


async def seen(platform: Platform, tender: Tender, role: Role) -> Answer:
    """The list of securities."""
    return await platform.request("GET", f"/api/v1/tenders/{tender.id}/bid-securities", role=role)


async def test_e12_cash_is_taken_from_the_basic_account_and_the_number_is_not_kept(
    platform: Platform,
) -> None:
    tender = await published_tender(platform)

    refused = await deposit(platform, tender, basic_account=False)
    taken = await deposit(platform, tender)
    again = await deposit(platform, tender, reference="示范入账2")

    assert (refused.code, refused.problem["parameters"]) == (
        "cash-not-taken",
        {"why": "not-from-basic-account"},
    )
    assert taken.status == 204
    assert again.problem["parameters"] == {"why": "secured-already"}
    async with reading(platform.running.context.pool) as connection:
        (entry,) = await journal.list_of_kinds(
            connection, tender.id, Stream.CUSTODY, ["bid_security.recorded"]
        )
        place = (tender.id, "1", platform.accounts[Role.BIDDER].organization.id)
        assert place in await bid_securities.of_all(connection, [place])
    assert ACCOUNT not in str(entry.body)


@pytest.mark.parametrize("changes", [{"account": "12"}, {"amount_fen": 0}, {"lot": "x"}])
async def test_a_deposit_that_is_none_is_refused(
    platform: Platform, changes: dict[str, Any]
) -> None:
    tender = await published_tender(platform)

    assert (await deposit(platform, tender, **changes)).status == 422


async def test_before_the_opening_no_list_but_the_bidders_own_shows_a_deposit(
    platform: Platform,
) -> None:
    tender = await published_tender(platform)
    await deposit(platform, tender)

    for role in (Role.PROCURING_ENTITY, Role.AGENCY, Role.SUPERVISOR, Role.EXPERT):
        assert (await seen(platform, tender, role)).status == 403
    (item,) = json.loads((await seen(platform, tender, Role.BIDDER)).body)["items"]
    assert item["form"] == "cash"
    assert json.loads((await seen(platform, tender, Role.OPERATOR)).body)["items"] == []


async def test_e33_a_failed_tenders_deposit_is_ordered_back_returned_once_and_in_time(
    platform: Platform,
) -> None:
    tender = await published_tender(platform)
    await deposit(platform, tender)
    early = await post(platform, tender, "returns", a_return(platform), role=Role.OPERATOR)
    await fail(platform, tender)
    (task,) = json.loads(
        (await platform.request("GET", "/api/v1/duties", role=Role.OPERATOR)).body
    )["items"]

    wrong = await post(platform, tender, "returns", a_return(platform), role=Role.AGENCY)
    done = await post(platform, tender, "returns", a_return(platform), role=Role.OPERATOR)
    again = await post(platform, tender, "returns", a_return(platform), role=Role.OPERATOR)

    assert early.problem["parameters"] == {"why": "not-ordered"}
    assert (task["rule"], task["by"]) == ("E33", "operator")
    assert wrong.status == 403
    assert json.loads(done.body)["days_late"] == 0
    assert again.problem["parameters"] == {"why": "settled"}
    left = json.loads((await platform.request("GET", "/api/v1/duties", role=Role.OPERATOR)).body)
    assert left["items"] == []


async def test_a_deposit_that_nobody_returns_is_told_to_the_supervisor(platform: Platform) -> None:
    tender = await published_tender(platform)
    await deposit(platform, tender)
    await fail(platform, tender)
    context = platform.running.context

    told = await look_after_terms(context, at=context.now() + timedelta(days=30))

    assert told == 1


async def test_nothing_is_kept_before_the_opening(platform: Platform) -> None:
    tender = await published_tender(platform)
    await deposit(platform, tender)
    body = {
        "lot": "1",
        "bidder_id": str(platform.accounts[Role.BIDDER].organization.id),
        "cause": "revoked",
        "evidence": "示范",
    }

    refused = await post(platform, tender, "kept", body, role=Role.AGENCY)

    assert refused.code == "wrong-phase"
