"""Notices of a guarantor: signed, applied once, in the right state, and what a bad policy does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.certifying import certify_with_platform
from clients.key_files import KeyFolder
from crypto.request_signatures import Signed
from insurance_gateway.actions import notices
from insurance_gateway.actions.policies import Checked, PolicyFault
from insurance_gateway.delivery import deliver_outbox
from insurance_gateway.guarantee import Cover, Order
from insurance_gateway.storage import guarantors
from insurance_gateway.wire import POLICY_LABEL, Notice, Policy
from tendering.domain.roles import Role
from tendering.storage import tenders
from tendering.storage.connection import reading, transaction
from tests.integration.api.conftest import PASSWORD, a_uscc
from tests.integration.insurance_gateway.conftest import (
    BIDDER,
    INSURER,
    KEY,
    ORDERLY,
    PUBLIC,
    Gateway,
    Guarantor,
    now,
)

STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))


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


async def test_policies_are_checked_while_the_tender_is_locked(guarantor: Guarantor) -> None:
    context = guarantor.gateway.context
    early, issued = guarantor.notice("issued"), guarantor.notice("issued", order_id=UUID(int=1))
    await guarantor.tell(early)

    async with transaction(context.pool) as locking, reading(context.pool) as connection:
        await tenders.lock(locking, guarantor.gateway.tender.id)
        known = await guarantors.get(connection, guarantor.id)
        checked = await notices.check_policies(connection, context.keys, known, issued, at=now())

    orders = {key: policy.order_id for key, policy in checked.items() if isinstance(policy, Policy)}
    assert orders == {early.id: early.order_id, issued.id: UUID(int=1)}


async def test_what_was_checked_before_the_lock_is_not_checked_again(guarantor: Guarantor) -> None:
    for state in ("awaiting_premium", "paid"):
        await guarantor.tell(guarantor.notice(state))
    issued = guarantor.notice("issued")

    order = await received(guarantor, issued, {issued.id: PolicyFault("checked before")})

    assert (order.state, order.reason) == ("not_verified", "checked before")


async def test_a_policy_that_nobody_checked_before_is_checked(guarantor: Guarantor) -> None:
    await guarantor.tell(guarantor.notice("issued"))
    await guarantor.tell(guarantor.notice("awaiting_premium"))

    order = await received(guarantor, guarantor.notice("paid"), {})

    assert order.state == "verified"


async def received(guarantor: Guarantor, notice: Notice, checked: Checked) -> Order:
    """Take in a notice, whatever the edge has checked before."""
    context = guarantor.gateway.context
    async with transaction(context.pool) as connection:
        return await notices.receive(
            connection,
            context.keys,
            await guarantors.get(connection, guarantor.id),
            notice,
            Signed(b"", uuid4().hex, now()),
            checked=checked,
            at=now(),
        )


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
