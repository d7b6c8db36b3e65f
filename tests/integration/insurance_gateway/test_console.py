"""A guarantor's engineer: the sandbox, going live, the console, and dead letters sent again."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.commands.insurer import insurer
from clients.platform import PlatformRefused
from insurance_gateway.actions.sending import give_up
from insurance_gateway.api.console import PostApproval, post_approval
from insurance_gateway.delivery import deliver
from insurance_gateway.storage import guarantors, outbox
from insurance_gateway.storage.outbox import Parcel
from tendering.domain.refusals import Invalid
from tendering.domain.roles import Role
from tendering.storage.connection import reading, transaction
from tests.integration.api.conftest import PASSWORD
from tests.integration.insurance_gateway.conftest import (
    BIDDER,
    INSURER,
    OPERATOR,
    PUBLIC,
    Gateway,
    Guarantor,
    now,
)

STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))


async def console(gateway: Gateway) -> dict[str, Any]:
    """What the guarantor's engineer sees."""
    async with gateway.line(INSURER, Role.INSURER) as line:
        return dict(await line.get("/insurance/console"))


async def buried(guarantor: Guarantor) -> Parcel:
    """The application, given up."""
    async with transaction(guarantor.gateway.context.pool) as connection:
        (parcel,) = await outbox.claim(connection, guarantor.id, limit=1, lease_seconds=0)
        await give_up(connection, parcel, error="no answer", at=now())
    return parcel


async def replay(guarantor: Guarantor, message_id: UUID) -> Any:
    """The engineer has a dead letter sent again."""
    async with guarantor.gateway.line(INSURER, Role.INSURER) as line:
        return await line.post(f"/insurance/dead-letters/{message_id}/replay", {})


async def test_nothing_is_ordered_from_the_sandbox(gateway: Gateway) -> None:
    guarantor_id = await gateway.register("http://127.0.0.1:9", PUBLIC, live=False)
    async with gateway.line(BIDDER, Role.BIDDER) as line:
        with pytest.raises(PlatformRefused, match="guarantor-not-live"):
            await gateway.order(line, guarantor_id)
        listed = (await line.get("/insurance/guarantors"))["items"]

    assert [one["live"] for one in listed] == [False]
    assert (await console(gateway))["live_since"] is None


async def test_a_guarantor_goes_live_once_and_by_a_report(gateway: Gateway) -> None:
    context = gateway.context
    guarantor_id = await gateway.register("http://127.0.0.1:9", PUBLIC, live=False)
    real = replace(context, demonstration=False)
    async with transaction(context.pool) as connection:
        with pytest.raises(Invalid):
            await post_approval(real, connection, now(), guarantor_id, PostApproval())
        await post_approval(real, connection, now(), guarantor_id, PostApproval("0" * 64))
    first = (await console(gateway))["live_since"]
    async with gateway.line(OPERATOR, Role.OPERATOR) as line:
        await line.post(f"/insurance/guarantors/{guarantor_id}/approval", {})

    assert first is not None
    assert (await console(gateway))["live_since"] == first


async def test_the_console_says_why_a_signature_failed(guarantor: Guarantor) -> None:
    await guarantor.send(guarantor.notice("refused"), STRANGER, nonce="n")
    await guarantor.tell(guarantor.notice("underwriting"))

    good, bad = (await console(guarantor.gateway))["calls"]

    assert (good["direction"], good["door"], good["outcome"]) == ("in", "underwriting", "ok")
    assert bad["outcome"] == "message-signature-refused"
    assert bad["explanation"]
    with pytest.raises(PlatformRefused, match="forbidden"):
        await guarantor.line.get("/insurance/console")


async def test_a_delivery_that_failed_stands_in_the_console(guarantor: Guarantor) -> None:
    context = guarantor.gateway.context
    async with transaction(context.pool) as connection:
        (parcel,) = await outbox.claim(connection, guarantor.id, limit=1, lease_seconds=0)
        known = await guarantors.get(connection, guarantor.id)

    await deliver(context, known, replace(parcel, attempts=context.settings.attempts_max))

    seen = await console(guarantor.gateway)
    (call,), (letter,) = seen["calls"], seen["dead_letters"]
    assert (call["direction"], call["outcome"]) == ("out", "unavailable")
    assert call["message_id"] == letter["id"] == guarantor.order["id"]


async def test_a_dead_letter_is_sent_again_by_hand(guarantor: Guarantor) -> None:
    parcel = await buried(guarantor)

    letter = await replay(guarantor, parcel.id)

    async with transaction(guarantor.gateway.context.pool) as connection:
        (again,) = await outbox.claim(connection, guarantor.id, limit=9, lease_seconds=0)
    assert (letter["kind"], again.id, again.attempts) == ("application", parcel.id, 1)
    assert (await console(guarantor.gateway))["dead_letters"] == []
    with pytest.raises(PlatformRefused, match="not-found"):
        await replay(guarantor, parcel.id)
    with pytest.raises(PlatformRefused, match="not-found"):
        await replay(guarantor, uuid4())


async def test_an_application_that_was_cancelled_is_not_sent_again(guarantor: Guarantor) -> None:
    parcel = await buried(guarantor)
    await guarantor.line.post(f"/insurance/orders/{guarantor.order['id']}/cancellation", {})

    with pytest.raises(PlatformRefused, match="not-found"):
        await replay(guarantor, parcel.id)

    async with reading(guarantor.gateway.context.pool) as connection:
        dead = await outbox.list_dead(connection, guarantor.id)
    assert [letter.id for letter in dead] == [parcel.id]


async def test_the_document_for_guarantors_is_served_to_everybody(gateway: Gateway) -> None:
    async with gateway.line(BIDDER, Role.BIDDER) as line:
        served = await line.get("/insurance/openapi.json")

    assert served["openapi"] == "3.1.0"
    assert "claim" in served["webhooks"]


async def commanded(guarantor: Guarantor, folder: Path, lists: dict[str, Any]) -> tuple[int, str]:
    """Match the same by the command: exit status and words."""
    arguments = ["reconcile", guarantor.gateway.address, "--login", f"login{OPERATOR}"]
    arguments += ["--guarantor", lists["guarantor_id"], "--day", lists["day"]]
    for name, content in (
        ("password-file", PASSWORD),
        ("issued", json.dumps(lists["issued"])),
        ("payments", json.dumps(lists["payments"])),
    ):
        (folder / name).write_text(content, "utf-8")
        arguments += [f"--{name}", str(folder / name)]
    result = await asyncio.to_thread(CliRunner().invoke, insurer, arguments)
    return result.exit_code, result.output


async def test_a_day_is_matched_and_what_differs_is_owned_until_it_is_settled(
    guarantor: Guarantor, tmp_path: Path
) -> None:
    await guarantor.tell_all()
    yesterday = (now() - timedelta(days=2)).date().isoformat()
    order_id = guarantor.order["id"]
    cover_fen = guarantor.order["cover_fen"]
    line = {"order_id": order_id, "policy_number": "POLICY-1", "amount_fen": cover_fen}
    paid = {"order_id": order_id, "kind": "premium", "amount_fen": 500_000}
    lists = {
        "guarantor_id": str(guarantor.id),
        "day": yesterday,
        "issued": [line | {"premium_fen": 500_000}],
        "payments": [{**paid, "reference": "pay-1"}, {**paid, "reference": "pay-2"}],
    }
    path = "/insurance/discrepancies"
    async with guarantor.gateway.line(OPERATOR, Role.OPERATOR) as operator:
        found = [await operator.post("/insurance/reconciliations", lists) for _ in range(2)]
        (kept,) = (await operator.get(path))["items"]
        with pytest.raises(PlatformRefused, match="not-found"):
            await operator.post(f"{path}/{kept['id']}/settlement", {"resolution": "已退"})
        taken = await operator.post(f"{path}/{kept['id']}/owner", {})
        settled = await operator.post(
            f"{path}/{kept['id']}/settlement", {"resolution": "重复支付已退回"}
        )
        left = (await operator.get(path))["items"]
        with pytest.raises(PlatformRefused, match="invalid"):
            await operator.post(
                "/insurance/reconciliations", lists | {"day": now().date().isoformat()}
            )
    with pytest.raises(PlatformRefused, match="forbidden"):
        await guarantor.line.get(path)
    status, said = await commanded(guarantor, tmp_path, lists)

    assert (status, said.splitlines()[0]) == (1, "1 orders, 1 discrepancies")
    assert found == [{"orders": 1, "discrepancies": 1}] * 2
    assert (kept["kind"], kept["order_id"], kept["age_days"]) == ("paid_twice", order_id, 0)
    assert taken["owner_id"] is not None
    assert settled["settled_at"] is not None
    assert left == []
