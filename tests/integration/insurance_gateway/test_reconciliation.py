"""The daily match as timed work: fetched, matched once, and what does not come is queued."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web

from insurance_gateway.guarantee import SHANGHAI
from insurance_gateway.reconciliation import match_daily, match_due
from tendering.domain.roles import Role
from tendering.storage.connection import reading, transaction
from tests.integration.insurance_gateway.conftest import OPERATOR, Gateway, Guarantor, now
from tests.integration.insurance_gateway.test_matters import do
from tests.integration.insurance_gateway.test_payments import (
    PAYEE,
    PREMIUM_FEN,
    PROVIDER_KEY,
    Till,
    provider_of,
    public_of,
)

# The books of today are closed by then, whatever the hour.
LATER = timedelta(days=1, hours=3)


@dataclass(slots=True)
class Books:
    """What guarantor and provider answer about today; other days are empty."""

    status: int = 200
    lines: list[dict[str, Any]] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    day: str = field(default_factory=lambda: now().astimezone(SHANGHAI).date().isoformat())

    async def issued(self, request: web.Request) -> web.Response:
        """The guarantor's list."""
        day = (await request.json())["day"]
        self.asked.append(day)
        if self.status != 200:
            return web.Response(status=self.status)
        return web.json_response({"day": day, "lines": self.lines if day == self.day else []})

    async def statement(self, request: web.Request) -> web.Response:
        """The provider's."""
        day = (await request.json())["day"]
        return web.json_response({"day": day, "lines": self.moved if day == self.day else []})


@asynccontextmanager
async def open_books(guarantor: Guarantor) -> AsyncIterator[tuple[Books, Till]]:
    """Guarantor and provider serve their books; the order awaits its premium."""
    books, app = Books(), web.Application()
    app.router.add_post("/v1/issued", books.issued)
    app.router.add_post("/v1/statements", books.statement)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with transaction(guarantor.gateway.context.pool) as connection:
        await connection.execute(
            "UPDATE insurance.guarantors SET payee_account = $1, endpoint = $2", PAYEE, address
        )
    provider_id = await provider_of(guarantor.gateway, address, public_of(PROVIDER_KEY))
    await guarantor.tell(guarantor.notice("awaiting_premium"))
    try:
        yield books, Till(guarantor.gateway, provider_id, guarantor)
    finally:
        await runner.cleanup()


async def match(gateway: Gateway) -> None:
    """Match everything that is over tomorrow, now; two processes at once do it once."""
    async with transaction(gateway.context.pool) as connection:
        await connection.execute("UPDATE insurance.match_days SET next_at = now()")
    while any(
        await asyncio.gather(*(match_due(gateway.context, at=now() + LATER) for _ in range(2)))
    ):
        continue


async def queue(gateway: Gateway) -> list[tuple[str, str | None]]:
    """What nobody has settled."""
    async with gateway.line(OPERATOR, Role.OPERATOR) as line:
        items = (await line.get("/insurance/discrepancies"))["items"]
    return sorted((one["kind"], one["order_id"]) for one in items)


def line_of(guarantor: Guarantor, **changed: Any) -> dict[str, Any]:
    """The order in the guarantor's list."""
    said = {
        "order_id": guarantor.order["id"],
        "policy_number": "POLICY-1",
        "amount_fen": guarantor.order["cover_fen"],
        "premium_fen": PREMIUM_FEN,
    }
    return said | changed


def moved(payment: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A payment in the provider's statement."""
    said = {
        "reference": payment["id"],
        "payment_id": payment["id"],
        "payee_account": PAYEE,
        "kind": payment["kind"],
        "amount": payment["amount_fen"],
        "unit": "fen",
    }
    return said | changed


async def test_a_day_is_matched_by_itself_and_once(guarantor: Guarantor) -> None:
    gateway = guarantor.gateway
    async with open_books(guarantor) as (books, till):
        payment = await till.pay()
        await till.tell(payment)
        await guarantor.tell(guarantor.notice("issued"))
        matter = await do(guarantor, "surrender")
        books.lines = [line_of(guarantor)]
        books.moved = [moved(payment)]
        await match(gateway)
        in_order = await queue(gateway)
        asked = list(books.asked)
        await match(gateway)

    assert matter["state"] == "asked"
    assert in_order == []
    # Each day once: what is matched is not fetched again.
    assert sorted(asked) == sorted(set(asked)) == sorted(books.asked)
    assert books.day in asked


async def test_what_the_three_say_differently_is_queued(guarantor: Guarantor) -> None:
    stranger = str(uuid4())
    async with open_books(guarantor) as (books, till):
        payment = await till.pay()
        await till.tell(payment)
        await guarantor.tell(guarantor.notice("issued"))
        books.lines = [line_of(guarantor, amount_fen=1), line_of(guarantor, order_id=stranger)]
        books.moved = [
            moved(payment),
            moved(payment, reference="twice"),
            moved(payment, reference="a", payment_id=stranger),
            # Another guarantor's.
            moved(payment, reference="b", payment_id=str(uuid4()), payee_account="999999"),
        ]
        await match(guarantor.gateway)

    assert await queue(guarantor.gateway) == [
        ("other_amount", guarantor.order["id"]),
        ("paid_twice", guarantor.order["id"]),
        ("unknown_order", stranger),
    ]


@pytest.mark.parametrize("status", [404, 503])
async def test_a_list_that_does_not_come_is_asked_for_again_and_seen_to(
    guarantor: Guarantor, status: int
) -> None:
    gateway, late = guarantor.gateway, asyncio.Queue[int]()
    async with open_books(guarantor) as (books, _):
        books.status = status
        # One that is away is seen to after two hours of attempts; one that has no list at once.
        for _ in range(1 if status == 404 else 20):
            await match(gateway)
        missing = await queue(gateway)
        async with transaction(gateway.context.pool) as connection:
            await connection.execute(
                "UPDATE insurance.discrepancies SET opened_at = opened_at - interval '9 days'"
            )
        loop = asyncio.create_task(match_daily(gateway.context, late.put_nowait))
        async with asyncio.timeout(20):
            overdue = await late.get()
        loop.cancel()
        await asyncio.wait([loop])
        books.status = 200
        await match(gateway)
        async with reading(gateway.context.pool) as connection:
            open_days = await connection.fetchval(
                "SELECT count(*) FROM insurance.match_days WHERE matched_at IS NULL"
            )

    assert {kind for kind, _ in missing} == {"list_missing"}
    assert {order_id for _, order_id in missing} == {None}
    assert overdue == len(missing) >= 1
    # It came in the end; the discrepancy stays until somebody settles it.
    assert open_days == 0
    assert await queue(gateway) == missing


async def test_a_list_that_is_handed_in_by_hand_is_not_fetched(guarantor: Guarantor) -> None:
    gateway = guarantor.gateway
    yesterday = (now() - timedelta(days=2)).astimezone(SHANGHAI).date().isoformat()
    body = {"guarantor_id": str(guarantor.id), "day": yesterday, "issued": [], "payments": []}
    async with transaction(gateway.context.pool) as connection:
        await connection.execute(
            "UPDATE insurance.guarantors SET live_since = live_since - interval '2 days'"
        )
    async with open_books(guarantor) as (books, _):
        async with gateway.line(OPERATOR, Role.OPERATOR) as line:
            await line.post("/insurance/reconciliations", body)
        await match(gateway)

    assert yesterday not in books.asked
    # The day after it was missed, and is made up for.
    assert len(books.asked) >= 2
