"""Notices of a guarantor: signed, applied once, in the right state, and what a bad policy does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.certifying import certify_with_platform
from clients.key_files import KeyFolder, Signer
from clients.platform import Platform
from insurance_gateway.delivery import deliver_outbox
from insurance_gateway.guarantee import Cover
from insurance_gateway.wire import (
    POLICY_LABEL,
    Message,
    Notice,
    Policy,
    State,
    encode,
    policy_statement,
    sign_request,
)
from tendering.domain.roles import Role
from tendering.storage import bid_securities
from tendering.storage.connection import reading
from tests.integration.api.conftest import PASSWORD, a_uscc
from tests.integration.insurance_gateway.conftest import BIDDER, INSURER, Gateway, now

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
ORDERLY: tuple[State, ...] = ("underwriting", "awaiting_premium", "paid", "issued")


@dataclass(frozen=True, slots=True)
class Guarantor:
    """A guarantor played by the test: an order lies with it."""

    gateway: Gateway
    id: UUID
    signer: Signer
    line: Platform
    order: dict[str, Any]

    async def tell(self, notice: Notice) -> tuple[int, dict[str, Any]]:
        """Send a notice; status and answer."""
        return await self.send(notice, KEY, nonce=uuid4().hex)

    async def send(
        self, notice: Notice, key: Ed25519PrivateKey, *, nonce: str, at: datetime | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Send a notice under this key and nonce."""
        url = f"{self.gateway.address}/api/v1/insurance/callbacks/{self.id}"
        body = encode(notice)
        message = Message("POST", url, {"Content-Type": "application/json"})
        headers = sign_request(message, body, key, at=at or now(), nonce=nonce)
        async with (
            aiohttp.ClientSession() as http,
            http.post(url, data=body, headers=headers) as response,
        ):
            return response.status, await response.json()

    def notice(self, state: State, **changed: Any) -> Notice:
        """A notice about the order; the issued one carries a policy, right but for `changed`."""
        policy = self.policy(**changed) if state == "issued" else None
        return Notice(uuid4(), UUID(self.order["id"]), state, premium_fen=500_000, policy=policy)

    def policy(self, **changed: Any) -> Any:
        """A signed policy."""
        said: dict[str, Any] = {
            "order_id": UUID(self.order["id"]),
            "applicant_uscc": a_uscc(BIDDER),
            "insured": Cover(
                self.order["cover_fen"], datetime.fromisoformat(self.order["cover_until"])
            ),
            "number": "POLICY-1",
        }
        return self.signer.sign(POLICY_LABEL, policy_statement(Policy(**said | changed)))

    async def state(self) -> str:
        """How the order stands."""
        seen = await self.line.get(f"/insurance/orders/{self.order['id']}")
        return str(seen["state"])

    async def has_security(self) -> bool:
        """Is a bid security on record?"""
        bidder = self.gateway.organizations[BIDDER]
        async with reading(self.gateway.context.pool) as connection:
            found = await bid_securities.of(connection, self.gateway.tender.id, "1", bidder)
        return found is not None


@pytest.fixture
async def guarantor(gateway: Gateway, tmp_path: Path) -> AsyncIterator[Guarantor]:
    """An order that lies with a guarantor."""
    async with gateway.line(INSURER, Role.INSURER) as insurer:
        signer = await certify_with_platform(KeyFolder(tmp_path / "insurer"), insurer)
    guarantor_id = await gateway.register("http://127.0.0.1:9", PUBLIC)
    async with gateway.line(BIDDER, Role.BIDDER) as line:
        order = await gateway.order(line, guarantor_id)
        yield Guarantor(gateway, guarantor_id, signer, line, order)


async def test_notices_in_reverse_order_come_to_the_same_end(guarantor: Guarantor) -> None:
    answers = [await guarantor.tell(guarantor.notice(state)) for state in reversed(ORDERLY)]

    # `awaiting_premium` needs no `underwriting` before it, which then comes too late.
    assert [body["state"] for _, body in answers] == ["applied", "applied", "verified", "verified"]
    assert await guarantor.has_security()


async def test_a_notice_told_again_changes_nothing(guarantor: Guarantor) -> None:
    notice = guarantor.notice("underwriting")
    await guarantor.tell(notice)
    await guarantor.tell(guarantor.notice("awaiting_premium"))

    assert await guarantor.tell(notice) == (
        200,
        {"order_id": guarantor.order["id"], "state": "awaiting_premium", "reason": ""},
    )


async def test_a_notice_that_comes_too_late_changes_nothing(guarantor: Guarantor) -> None:
    await guarantor.tell(guarantor.notice("awaiting_premium"))
    await guarantor.tell(guarantor.notice("underwriting"))

    assert await guarantor.state() == "awaiting_premium"


async def test_an_id_stands_for_one_content(guarantor: Guarantor) -> None:
    first = guarantor.notice("underwriting")
    await guarantor.tell(first)

    status, problem = await guarantor.tell(Notice(first.id, first.order_id, "refused"))

    assert (status, problem["code"]) == (409, "message-conflict")


async def test_a_nonce_passes_once(guarantor: Guarantor) -> None:
    notice = guarantor.notice("underwriting")
    await guarantor.send(notice, KEY, nonce="the-same")

    status, problem = await guarantor.send(notice, KEY, nonce="the-same")

    assert (status, problem["code"]) == (409, "message-replayed")


async def test_a_strangers_signature_does_not_pass(guarantor: Guarantor) -> None:
    status, problem = await guarantor.send(guarantor.notice("refused"), STRANGER, nonce="n")

    assert (status, problem["code"]) == (403, "message-signature-refused")
    assert await guarantor.state() == "applied"


async def test_an_old_signature_does_not_pass(guarantor: Guarantor) -> None:
    status, _ = await guarantor.send(
        guarantor.notice("refused"), KEY, nonce="n", at=now() - timedelta(hours=1)
    )

    assert status == 403


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"order_id": UUID(int=1)}, "the policy is for another order"),
        ({"applicant_uscc": a_uscc(9)}, "the policy is for another applicant"),
        (
            {"insured": Cover(1, datetime(2099, 1, 1, tzinfo=UTC))},
            "the policy insures a smaller amount than was asked for",
        ),
        (
            {"insured": Cover(10**9, datetime(2026, 1, 1, tzinfo=UTC))},
            "the policy ends earlier than was asked for",
        ),
    ],
)
async def test_a_policy_that_does_not_cover_is_no_security(
    guarantor: Guarantor, changed: dict[str, Any], reason: str
) -> None:
    for state in ("underwriting", "awaiting_premium", "paid"):
        await guarantor.tell(guarantor.notice(state))

    _, answer = await guarantor.tell(guarantor.notice("issued", **changed))

    assert (answer["state"], answer["reason"]) == ("not_verified", reason)
    assert not await guarantor.has_security()


async def test_a_policy_may_be_replaced_by_one_that_passes(guarantor: Guarantor) -> None:
    for state in ("awaiting_premium", "paid"):
        await guarantor.tell(guarantor.notice(state))
    await guarantor.tell(guarantor.notice("issued", order_id=UUID(int=1)))

    _, answer = await guarantor.tell(guarantor.notice("issued"))

    assert answer["state"] == "verified"
    assert await guarantor.has_security()


async def test_a_policy_signed_by_somebody_else_is_no_security(
    guarantor: Guarantor, tmp_path: Path
) -> None:
    signer = await certify_with_platform(KeyFolder(tmp_path / "bidder"), guarantor.line)
    policy: Any = signer.sign(POLICY_LABEL, guarantor.policy()["statement"])
    for state in ("awaiting_premium", "paid"):
        await guarantor.tell(guarantor.notice(state))

    notice = Notice(uuid4(), UUID(guarantor.order["id"]), "issued", policy=policy)
    _, answer = await guarantor.tell(notice)

    assert answer["state"] == "not_verified"
    assert not await guarantor.has_security()


@asynccontextmanager
async def an_insurer_that_hangs() -> AsyncIterator[str]:
    """An address that takes connections and never answers."""
    never = asyncio.Event()

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await never.wait()
        finally:
            writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()
        never.set()


async def test_a_guarantor_that_hangs_slows_no_other(gateway: Gateway) -> None:
    told = asyncio.Event()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        told.set()
        writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with an_insurer_that_hangs() as address, gateway.line(BIDDER, Role.BIDDER) as line:
        await gateway.order(line, await gateway.register(address, PUBLIC))
        loop = asyncio.create_task(deliver_outbox(gateway.context))
        gateway.organizations[INSURER] = await an_other_insurer(gateway)
        await gateway.order(line, await gateway.register(f"http://127.0.0.1:{port}", PUBLIC))

        async with asyncio.timeout(5):
            await told.wait()

        loop.cancel()
        await asyncio.wait([loop])
    server.close()


async def an_other_insurer(gateway: Gateway) -> UUID:
    """One more organization that may act as insurer."""
    async with gateway.line(2, Role.OPERATOR) as line:
        answer = await line.post(
            "/organizations",
            {
                "uscc": a_uscc(77),
                "name": "示范财产保险乙",
                "person": {"name": "示范承保员", "login": "login77", "password": PASSWORD},
                "role": "insurer",
            },
        )
    return UUID(answer["organization_id"])
