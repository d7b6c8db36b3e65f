"""Premiums through a payment provider: paid once, given back once, whatever the provider does."""

import asyncio
import base64
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.platform import Platform, PlatformRefused
from clients.sdk.securing import secure
from crypto.request_signatures import Message, sign_request
from insurance_gateway.clockwork import insurance_work
from insurance_gateway.payment_delivery import tell_due
from insurance_gateway.payment_wire import TAG
from insurance_gateway.wire import PremiumPaid
from tendering.domain.roles import Role
from tendering.storage.connection import transaction
from tests.integration.insurance_gateway.conftest import (
    KEY,
    OPERATOR,
    RIVAL,
    Gateway,
    Guarantor,
    now,
)
from tests.integration.insurance_gateway.test_matters import answer, do, parcel_of
from tests.integration.insurance_gateway.test_orders import came_to, eventually
from tests.support.programs import Program, running

PAYEE = "510100000001"
PREMIUM_FEN = 500_000
PROVIDER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


@dataclass(frozen=True, slots=True)
class Till:
    """A payment provider played by the test, at an address where nobody answers."""

    gateway: Gateway
    id: UUID
    guarantor: Guarantor

    async def pay(self) -> dict[str, Any]:
        """The bidder asks to pay."""
        return dict(await do(self.guarantor, "payment"))

    async def tell(
        self,
        payment: dict[str, Any],
        *,
        key: Ed25519PrivateKey = PROVIDER_KEY,
        signed_at: datetime | None = None,
        to: UUID | None = None,
        **changed: Any,
    ) -> tuple[int, dict[str, Any]]:
        """A call-back that the payment succeeded, but for `changed`."""
        said = {
            "id": str(uuid4()),
            "payment_id": payment["id"],
            "kind": payment["kind"],
            "state": "succeeded",
            "amount": payment["amount_fen"],
            "unit": "fen",
            "reference": "SIM-1",
            "at": now().isoformat(),
        } | changed
        url = f"{self.gateway.address}/api/v1/insurance/payments/callbacks/{to or self.id}"
        body = msgspec.json.encode(said)
        message = Message("POST", url, {"Content-Type": "application/json"})
        headers = sign_request(
            message, body, key, tag=TAG, at=signed_at or now(), nonce=uuid4().hex
        )
        async with (
            aiohttp.ClientSession() as http,
            http.post(url, data=body, headers=headers) as response,
        ):
            return response.status, await response.json()

    async def all(self) -> list[dict[str, Any]]:
        """The payments of the order, as its bidder sees them."""
        seen = await self.guarantor.line.get(f"/insurance/orders/{self.guarantor.order['id']}")
        return list(seen["payments"])

    async def refund(self) -> Any:
        """The operator gives the premium back."""
        async with self.gateway.line(OPERATOR, Role.OPERATOR) as line:
            return await line.post(f"/insurance/orders/{self.guarantor.order['id']}/refund", {})


async def provider_of(gateway: Gateway, endpoint: str, public_key: str) -> UUID:
    """The operator registers a provider."""
    body = {"name": "示范支付", "endpoint": endpoint, "public_key": public_key}
    async with gateway.line(OPERATOR, Role.OPERATOR) as line:
        return UUID((await line.post("/insurance/payment-providers", body))["id"])


def public_of(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


@pytest.fixture
async def till(guarantor: Guarantor) -> Till:
    """An order that awaits its premium, which goes through a provider."""
    async with transaction(guarantor.gateway.context.pool) as connection:
        await connection.execute("UPDATE insurance.guarantors SET payee_account = $1", PAYEE)
    gateway = guarantor.gateway
    provider_id = await provider_of(gateway, "http://127.0.0.1:9", public_of(PROVIDER_KEY))
    await guarantor.tell(guarantor.notice("awaiting_premium"))
    return Till(gateway, provider_id, guarantor)


async def test_a_premium_that_is_paid_moves_its_order_once_and_its_guarantor_is_told(
    till: Till,
) -> None:
    payment = await till.pay()
    with pytest.raises(PlatformRefused, match="payment-under-way"):
        await till.pay()
    said: dict[str, Any] = {"id": str(uuid4()), "at": now().isoformat()}
    heard = [await till.tell(payment, **said) for _ in range(2)]
    conflicting = await till.tell(payment, **said, reference="SIM-2")
    late = await till.tell(payment, state="failed")
    told = await parcel_of(till.guarantor, "payment")
    await till.guarantor.tell(till.guarantor.notice("issued"))

    assert heard == [(200, {"payment_id": payment["id"], "state": "succeeded", "reason": ""})] * 2
    assert (conflicting[0], conflicting[1]["code"]) == (409, "message-conflict")
    assert late[1]["state"] == "succeeded"
    assert told is not None
    # No more than the order, which the guarantor knows, and what came for it.
    members = {"order_id", "payment_id", "premium_fen", "paid_at"}
    assert set(msgspec.json.decode(told.body)) == members
    assert msgspec.json.decode(told.body, type=PremiumPaid).premium_fen == PREMIUM_FEN
    assert await till.guarantor.state() == "verified"


async def test_what_is_forged_old_or_in_another_unit_pays_nothing(till: Till) -> None:
    payment = await till.pay()
    hour = timedelta(hours=1)
    other = await provider_of(till.gateway, "http://127.0.0.1:10", public_of(KEY))
    refused = [
        await till.tell(payment, key=Ed25519PrivateKey.generate()),
        await till.tell(payment, signed_at=now() - hour),
        await till.tell(payment, signed_at=now() + hour),
        await till.tell(payment, unit="元", amount=5_000),
        await till.tell(payment, unit="万元", amount=0.5),
        await till.tell(payment, amount=0),
        await till.tell(payment, state="failed", reason="\0"),
        await till.tell(payment | {"id": str(uuid4())}),
        await till.tell(payment, kind="refund"),
        # Another provider's word about a payment that is not its own.
        await till.tell(payment, to=other, key=KEY),
        await till.tell(payment, to=uuid4()),
    ]

    assert [status for status, _ in refused] == [403] * 3 + [422] * 4 + [404] * 4
    assert [one["state"] for one in await till.all()] == ["asked"]
    assert await till.guarantor.state() == "awaiting_premium"


async def test_a_wrong_sum_moves_nothing_is_questioned_and_goes_back_once(till: Till) -> None:
    payment = await till.pay()
    with pytest.raises(PlatformRefused, match="refund-refused"):
        await till.refund()
    _, told = await till.tell(payment, amount=PREMIUM_FEN // 100)
    async with till.gateway.line(OPERATOR, Role.OPERATOR) as line:
        (queued,) = (await line.get("/insurance/discrepancies"))["items"]
    refund = await till.refund()
    with pytest.raises(PlatformRefused, match="refund-refused"):
        await till.refund()
    await till.tell(refund, state="failed", reason="示范理由")
    second = await till.refund()
    await till.tell(second)
    with pytest.raises(PlatformRefused, match="refund-refused"):
        await till.refund()
    # The premium is still due, and can be paid rightly now.
    await till.tell(await till.pay())

    assert (told["state"], "in which unit?" in told["reason"]) == ("wrong", True)
    assert (queued["kind"], queued["order_id"]) == ("wrong_payment", till.guarantor.order["id"])
    assert refund["amount_fen"] == second["amount_fen"] == PREMIUM_FEN // 100
    assert [one["state"] for one in await till.all()] == [
        *("returned", "failed", "succeeded", "succeeded")
    ]
    assert await till.guarantor.state() == "paid"


async def test_a_premium_that_comes_for_a_cancelled_order_goes_back_by_itself(till: Till) -> None:
    payment = await till.pay()
    await do(till.guarantor, "cancellation")
    for _ in range(2):
        await till.tell(payment, id=payment["id"], at="2026-11-24T00:00:00Z")
    premium, refund = await till.all()
    with pytest.raises(PlatformRefused, match="refund-refused"):
        await till.refund()

    assert (premium["state"], refund["kind"], refund["state"]) == ("succeeded", "refund", "asked")
    assert refund["amount_fen"] == PREMIUM_FEN
    assert await till.guarantor.state() == "cancelled"


async def test_a_surrender_that_is_agreed_to_gives_the_premium_back_once(till: Till) -> None:
    await till.tell(await till.pay())
    await till.guarantor.tell(till.guarantor.notice("issued"))
    with pytest.raises(PlatformRefused, match="refund-refused"):
        await till.refund()
    matter = await do(till.guarantor, "surrender")
    for _ in range(2):
        await answer(till.guarantor, UUID(matter["id"]), "agreed", amount_fen=PREMIUM_FEN)
    _, refund = await till.all()
    said: dict[str, Any] = {"id": str(uuid4()), "at": now().isoformat()}
    heard = [(await till.tell(refund, **said))[1]["state"] for _ in range(2)]
    with pytest.raises(PlatformRefused, match="surrender-refused"):
        await do(till.guarantor, "surrender")

    assert heard == ["succeeded", "succeeded"]
    assert [one["state"] for one in await till.all()] == ["returned", "succeeded"]


async def test_nobody_pays_for_others_too_early_or_a_guarantor_that_takes_its_premium_itself(
    guarantor: Guarantor,
) -> None:
    path = f"/insurance/orders/{guarantor.order['id']}/payment"
    with pytest.raises(PlatformRefused, match="guarantee-step-refused"):
        await do(guarantor, "payment")
    await guarantor.tell(guarantor.notice("awaiting_premium"))
    with pytest.raises(PlatformRefused, match="payment-not-offered"):
        await do(guarantor, "payment")
    # Whoever secures a bid in one step follows it; how it pays the guarantor is between the two.
    followed = await secure(guarantor.line, guarantor.gateway.tender.id, "1", seconds_max=0.5)
    assert (followed.order or {})["state"] == "awaiting_premium"
    assert not followed.in_force
    async with guarantor.gateway.line(RIVAL, Role.BIDDER) as rival:
        assert (await secure(rival, guarantor.gateway.tender.id, "1", seconds_max=1)).order is None
        with pytest.raises(PlatformRefused, match="not-found"):
            await rival.post(path, {})
    async with transaction(guarantor.gateway.context.pool) as connection:
        await connection.execute("UPDATE insurance.guarantors SET payee_account = $1", PAYEE)
    with pytest.raises(PlatformRefused, match="payment-provider-unknown"):
        await do(guarantor, "payment")


async def test_a_payment_that_cannot_be_told_is_tried_again_and_given_up_in_the_end(
    till: Till,
) -> None:
    context, pool = till.gateway.context, till.gateway.context.pool
    payment = await till.pay()
    for _ in range(context.settings.attempts_max):
        assert await tell_due(context) == 1
        async with transaction(pool) as connection:
            await connection.execute("UPDATE insurance.payments SET next_at = now()")
    told = await tell_due(context)
    (seen,) = await till.all()
    # Perhaps only the answers were lost: the provider's word counts.
    await till.tell(payment)

    assert (told, seen["state"]) == (0, "undelivered")
    assert await till.guarantor.state() == "paid"


@asynccontextmanager
async def at_work(gateway: Gateway) -> AsyncIterator[None]:
    """The gateway's loops run while the block runs."""
    loops = [
        asyncio.create_task(each) for each in insurance_work(gateway.context, lambda _late: None)
    ]
    try:
        yield
    finally:
        for each in loops:
            each.cancel()
        await asyncio.wait(loops)


async def came_to_pay(
    line: Platform, order_id: str, wanted: Callable[[list[dict[str, Any]]], bool]
) -> list[dict[str, Any]]:
    """The payments of an order when they are as wanted."""

    async def look() -> list[dict[str, Any]] | None:
        found = list((await line.get(f"/insurance/orders/{order_id}"))["payments"])
        return found if wanted(found) else None

    look_again: Callable[[], Awaitable[Any]] = look
    return list(await eventually(look_again))


async def killed(program: Program) -> None:
    """End a provider as a power cut does."""
    program.process.kill()
    await program.process.wait()


async def test_a_provider_that_is_killed_at_each_step_pays_once_and_gives_back_once(
    guarantor: Guarantor, tmp_path: Path
) -> None:
    gateway, line, order_id = guarantor.gateway, guarantor.line, guarantor.order["id"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    told = (
        *("insurer", "simulate-payments", tmp_path / "till"),
        *("--platform", gateway.address, "--listen", listen),
    )
    async with transaction(gateway.context.pool) as connection:
        await connection.execute("UPDATE insurance.guarantors SET payee_account = $1", PAYEE)
    await guarantor.tell(guarantor.notice("awaiting_premium"))
    async with at_work(gateway):
        async with running("clients.cli", *told, "--cashier", "--errors", "1") as program:
            public_key = program.facts["public_key"]
            await provider_of(gateway, program.url, public_key)
            await do(guarantor, "payment")
            # Refused once, then taken: the payer is to go to the cashier, and never does.
            (taken,) = await came_to_pay(line, order_id, lambda all_: bool(all_[0]["pay_url"]))
            await killed(program)
        # It remembers what it took; its first word is forged, its second in another unit.
        faults = ("--wrong-signatures", "1", "--wrong-units", "1", "--duplicates")
        async with running("clients.cli", *told, *faults) as program:
            await came_to(line, guarantor.order, "paid")
            await guarantor.tell(guarantor.notice("issued"))
            matter = await do(guarantor, "surrender")
            await answer(guarantor, UUID(matter["id"]), "agreed", amount_fen=PREMIUM_FEN)
            paid = await came_to_pay(line, order_id, lambda all_: all_[0]["state"] == "returned")
            await killed(program)
    log = (tmp_path / "till" / "payments.jsonl").read_text().splitlines()

    assert taken["pay_url"].startswith(f"http://{listen}/cashier/")
    assert [(one["kind"], one["state"], one["paid_fen"]) for one in paid] == [
        ("premium", "returned", PREMIUM_FEN),
        ("refund", "succeeded", PREMIUM_FEN),
    ]
    assert sum('"what":"moved"' in one for one in log) == 2
