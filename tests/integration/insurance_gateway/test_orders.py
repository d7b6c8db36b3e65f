"""From order to bid security and disclosure, with an insurer that is a process of its own."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from clients.platform import Platform, PlatformRefused
from clients.sdk.securing import secure
from insurance_gateway.actions.orders import require_accepting
from insurance_gateway.delivery import deliver_outbox
from tendering.domain.bid_security import covers
from tendering.domain.journal import Stream
from tendering.domain.refusals.bids import DeadlinePassed
from tendering.domain.roles import Role
from tendering.storage import bid_securities, journal
from tendering.storage.connection import reading, transaction
from tests.integration.insurance_gateway.conftest import (
    BID_SECURITY_FEN,
    BIDDER,
    RIVAL,
    Gateway,
    known_to,
    open_tender,
)
from tests.support.programs import Program

SECONDS_MAX = 20


@asynccontextmanager
async def delivering(gateway: Gateway) -> AsyncIterator[None]:
    """The delivery loop runs while the block runs."""
    loop = asyncio.create_task(deliver_outbox(gateway.context))
    try:
        yield
    finally:
        loop.cancel()
        await asyncio.wait([loop])


async def eventually(question: Callable[[], Awaitable[Any]]) -> Any:
    """Ask until the answer is something."""
    async with asyncio.timeout(SECONDS_MAX):
        # What another process does sends us no event.
        while not (answer := await question()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        return answer


async def came_to(line: Platform, order: dict[str, Any], state: str) -> dict[str, Any]:
    """The order when it has come to a state."""

    async def look() -> dict[str, Any] | None:
        seen: dict[str, Any] = await line.get(f"/insurance/orders/{order['id']}")
        return seen if seen["state"] == state else None

    found: dict[str, Any] = await eventually(look)
    return found


@pytest.fixture
async def guarantor(gateway: Gateway, insurer: Program) -> UUID:
    """The insurer, registered by the operator."""
    return await gateway.register(insurer.url, insurer.facts["public_key"])


async def test_an_order_becomes_a_bid_security(gateway: Gateway, guarantor: UUID) -> None:
    ways: list[str] = []
    async with gateway.line(BIDDER, Role.BIDDER) as line, delivering(gateway):
        done = await secure(
            line,
            gateway.tender.id,
            "1",
            seconds_max=SECONDS_MAX,
            told=lambda one: ways.append(one["state"]),
        )
        # Asked again it is the same one, at once.
        again = await secure(line, gateway.tender.id, "1", seconds_max=SECONDS_MAX)
        assert done.order is not None
        seen = await line.get(f"/insurance/orders/{done.order['id']}")

    assert done.in_force
    assert again.order is not None
    assert again.order["id"] == done.order["id"]
    assert (ways[0], ways[-1]) == ("applied", "verified")
    assert UUID(seen["guarantor_id"]) == guarantor
    tender, bidder = gateway.tender, gateway.organizations[BIDDER]
    async with reading(gateway.context.pool) as connection:
        place = (tender.id, "1", bidder)
        security = (await bid_securities.of_all(connection, [place])).get(place)
        custody = await journal.after(connection, tender.id, Stream.CUSTODY, 0)
        public = await journal.after(connection, tender.id, Stream.PUBLIC, 0)
    assert security is not None
    assert covers(security, tender.lot("1"), deadline=tender.deadline, validity_days=90)
    assert security.reference == seen["policy_number"]
    assert seen["premium_fen"] == 500_000
    assert [step["state"] for step in seen["history"]] == [
        *("applied", "underwriting", "awaiting_premium", "paid", "verified")
    ]
    assert [entry.kind for entry in custody] == ["bid_security.recorded"]
    assert public == []


async def test_quotes_name_every_insurer_and_its_price(gateway: Gateway, guarantor: UUID) -> None:
    async with gateway.line(BIDDER, Role.BIDDER) as line:
        where = {"tender_id": str(gateway.tender.id), "lot": "1"}
        answer = await line.post("/insurance/quotes", where)

    assert answer["items"] == [
        {
            "guarantor_id": str(guarantor),
            "name": "示范财产保险甲",
            "premium_fen": 500_000,
            **{"issued": 0, "issue_seconds": None, "claims": 0, "claims_paid": 0},
        }
    ]


async def test_quotes_asked_again_under_their_key_are_the_same(
    gateway: Gateway, guarantor: UUID
) -> None:
    async with gateway.line(BIDDER, Role.BIDDER) as line:

        async def ask(key: str, lot: str = "1") -> Any:
            where = {"tender_id": str(gateway.tender.id), "lot": lot}
            headers = {"Idempotency-Key": key}
            return json.loads(
                await line.call("POST", "/insurance/quotes", body=where, headers=headers)
            )

        first = await ask("quotes-0001")
        async with transaction(gateway.context.pool) as connection:
            await connection.execute("UPDATE insurance.guarantors SET name = '示范财产保险乙'")
        again = await ask("quotes-0001")
        anew = await ask("quotes-0002")
        with pytest.raises(PlatformRefused, match="idempotency-key-reused"):
            await ask("quotes-0001", lot="2")

    assert first == again != anew
    assert [each["guarantor_id"] for each in first["items"]] == [str(guarantor)]


async def test_the_insurer_learns_the_tender_only_after_the_opening(
    gateway: Gateway, insurer: Program, guarantor: UUID
) -> None:
    async def disclosed() -> Any:
        return (await known_to(insurer))["disclosures"]

    async with gateway.line(BIDDER, Role.BIDDER) as line, delivering(gateway):
        order = await gateway.order(line, guarantor)
        await came_to(line, order, "verified")
        before = await known_to(insurer)
        await open_tender(gateway)
        (told,) = await eventually(disclosed)
        await came_to(line, order, "disclosed")

    tender = gateway.tender
    text = json.dumps(before, ensure_ascii=False)
    secrets = (str(tender.id), tender.number, tender.title, str(BID_SECURITY_FEN))
    assert [secret for secret in secrets if secret in text] == []
    assert set(before["applications"][0]) == {
        *("order_id", "guarantor_id", "applicant", "amount_fen", "valid_until")
    }
    assert (told["tender_number"], told["lot"]) == (tender.number, "1")
    assert told["bid_security_fen"] == BID_SECURITY_FEN


async def test_nobody_else_sees_an_order(gateway: Gateway, guarantor: UUID) -> None:
    async with gateway.line(BIDDER, Role.BIDDER) as line:
        order = await gateway.order(line, guarantor)
    async with gateway.line(RIVAL, Role.BIDDER) as line:
        others = await line.get("/insurance/orders")
        with pytest.raises(PlatformRefused, match="not-found"):
            await line.get(f"/insurance/orders/{order['id']}")

    assert others == {"items": []}


async def test_a_guarantor_is_not_asked_twice_at_once(gateway: Gateway, guarantor: UUID) -> None:
    async with gateway.line(BIDDER, Role.BIDDER) as line:
        await gateway.order(line, guarantor)
        with pytest.raises(PlatformRefused, match="order-under-way"):
            await gateway.order(line, guarantor)


async def test_orders_end_at_the_instant_at_which_bids_end(gateway: Gateway) -> None:
    tender = gateway.tender
    require_accepting(tender, at=tender.deadline - timedelta(microseconds=1))

    with pytest.raises(DeadlinePassed):
        require_accepting(tender, at=tender.deadline)


async def test_an_order_that_cannot_be_delivered_says_so(gateway: Gateway) -> None:
    guarantor = await gateway.register("http://127.0.0.1:9", "A" * 43 + "=")

    async with gateway.line(BIDDER, Role.BIDDER) as line, delivering(gateway):
        order = await gateway.order(line, guarantor)
        seen = await came_to(line, order, "undelivered")

    assert seen["reason"] == "the guarantor could not be reached"
