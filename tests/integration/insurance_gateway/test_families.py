"""Guarantors of other families: the same life of an order, in SM2-signed JSON and in XML."""

import base64
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.certifying import certify_with_platform
from clients.insurer_dialects import (
    Dialect,
    GmDialect,
    Line,
    XmlDialect,
    door_of,
    fresh_gm_keys,
)
from clients.insurer_settings import open_gm_keys
from clients.key_files import KeyFolder, Signer
from clients.platform import Platform, PlatformRefused
from clients.policy_pdf import policy_pdf
from crypto.certificates import facts
from crypto.request_signatures import Message, sign_request
from insurance_gateway.actions.policies import PolicyFault, check_file
from insurance_gateway.gm_envelope import read_gm_key
from insurance_gateway.guarantee import Cover
from insurance_gateway.wire import TAG, Notice, Policy, policy_statement
from tendering.domain.bid_security import SecurityForm
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.storage import bid_securities
from tendering.storage.connection import reading
from tests.integration.api.conftest import PASSWORD, a_uscc
from tests.integration.insurance_gateway.conftest import (
    BIDDER,
    INSURER,
    KEY,
    OPERATOR,
    ORDERLY,
    RIVAL,
    Gateway,
    Guarantor,
    now,
    open_tender,
)
from tests.integration.insurance_gateway.test_orders import came_to, delivering
from tests.integration.insurance_gateway.test_reconciliation import match, queue
from tests.support.programs import running


async def at_now() -> datetime:
    return now()


@dataclass(frozen=True, slots=True)
class Foreign:
    """A guarantor of another family played by the test: an order lies with it."""

    gateway: Gateway
    id: UUID
    line: Line
    signer: Signer
    order: dict[str, Any]
    bidder: Platform

    async def tell(self, state: Any, **told: Any) -> tuple[int, str]:
        """Tell a notice in the family."""
        if state == "issued":
            pdf = policy_pdf(self.signer, policy_statement(self.policy(**told)), ["x"], at=now())
            told = {"policy": {"pdf": base64.b64encode(pdf).decode()}}
        notice = Notice(uuid4(), UUID(self.order["id"]), state, premium_fen=500_000, **told)
        answered = await self.line.tell(self.id, notice)
        return answered.status, answered.text

    def policy(self, **changed: Any) -> Policy:
        """What a policy that fits says, but for `changed`."""
        until = datetime.fromisoformat(self.order["cover_until"])
        said: dict[str, Any] = {
            "order_id": UUID(self.order["id"]),
            "applicant_uscc": a_uscc(BIDDER),
            "insured": Cover(self.order["cover_fen"], until),
            "number": "POLICY-1",
        }
        return Policy(**said | changed)

    async def state(self) -> tuple[str, str]:
        """State of the order, and why."""
        seen = await self.bidder.get(f"/insurance/orders/{self.order['id']}")
        return seen["state"], seen["reason"]

    async def post(self, call: str, body: bytes) -> tuple[str, dict[str, str]]:
        """A call as it stands: what is wrong, and the answer's form."""
        dialect = self.line.dialect
        url = dialect.address(self.line.door.format(guarantor_id=self.id), call)
        headers = {"Content-Type": dialect.media_type}
        async with self.line.http.post(url, data=body, headers=headers) as response:
            assert response.status == HTTPStatus.OK
            return dialect.read_answer(body, await response.read(), at=now())


async def registered(gateway: Gateway, family: str, **more: str) -> tuple[UUID, Dialect]:
    """Register the insurer in a family and let it out; its dialect."""
    own = fresh_gm_keys()
    key = base64.b64encode(own.public).decode() if family == "gm_json" else ""
    async with gateway.line(OPERATOR, Role.OPERATOR) as line:
        body = {
            "name": "示范银行甲",
            "organization_id": str(gateway.organizations[INSURER]),
            "endpoint": "http://127.0.0.1:9",
            "public_key": key,
            "family": family,
            "kind": "bank",
        }
        answer = await line.post("/insurance/guarantors", body | more)
        await line.post(f"/insurance/guarantors/{answer['id']}/approval", {})
        listed = await line.get("/insurance/guarantors")
    async with gateway.line(INSURER, Role.INSURER) as line:
        secret = (await line.get("/insurance/console"))["shared_secret"]
    peer = read_gm_key(listed["platform_gm_key"])
    dialect: Dialect = (
        GmDialect(own, peer) if family == "gm_json" else XmlDialect(bytes.fromhex(secret))
    )
    return UUID(answer["id"]), dialect


@pytest.fixture(params=["gm_json", "xml"])
async def foreign(
    request: pytest.FixtureRequest, gateway: Gateway, tmp_path: Path
) -> AsyncIterator[Foreign]:
    """An order that lies with a bank of another family."""
    async with foreign_of(request.param, gateway, tmp_path) as found:
        yield found


@asynccontextmanager
async def foreign_of(family: str, gateway: Gateway, tmp_path: Path) -> AsyncIterator[Foreign]:
    async with gateway.line(INSURER, Role.INSURER) as insurer:
        signer = await certify_with_platform(KeyFolder(tmp_path / "insurer"), insurer)
    guarantor_id, dialect = await registered(gateway, family)
    async with gateway.line(BIDDER, Role.BIDDER) as line, aiohttp.ClientSession() as http:
        order = await gateway.order(line, guarantor_id)
        door = door_of(gateway.address, family)
        yield Foreign(gateway, guarantor_id, Line(dialect, door, http, at_now), signer, order, line)


async def test_an_order_is_issued_whatever_the_order_of_calls_and_its_file_is_the_bidders(
    foreign: Foreign,
) -> None:
    # The file first, and everything twice: each applied once.
    for state in (*reversed(ORDERLY), *ORDERLY):
        told = {"payer_account": "6222020000000001"} if state == "issued" else {}
        assert await foreign.tell(state, **told) == (HTTPStatus.OK, "")
    bidder = foreign.gateway.organizations[BIDDER]
    place = foreign.gateway.tender.id, "1", bidder
    async with reading(foreign.gateway.context.pool) as connection:
        security = (await bid_securities.of_all(connection, [place]))[place]
        accounts = await bid_securities.accounts_of(connection, place[0])
    file = f"/insurance/orders/{foreign.order['id']}/policy.pdf"
    fetched = await foreign.bidder.get_bytes(file)
    async with foreign.gateway.line(RIVAL, Role.BIDDER) as rival:
        with pytest.raises(PlatformRefused, match="not-found"):
            await rival.get_bytes(file)

    assert await foreign.state() == ("verified", "")
    assert security.form is SecurityForm.BANK_GUARANTEE
    assert list(accounts["1"]) == [bidder]
    assert fetched.startswith(b"%PDF")


async def test_what_is_forged_replayed_outdated_or_misshapen_changes_nothing(
    foreign: Foreign,
) -> None:
    dialect = foreign.line.dialect
    order = {dialect.names["order_id"]: foreign.order["id"]}
    premium = dialect.names["premium_fen"]
    paid, hour = order | {"status": "paid"}, timedelta(hours=1)
    good = dialect.seal("status", order | {"status": "underwriting"}, at=now())
    assert await foreign.post("status", good) == ("", {})
    refused = [
        ("status", dialect.stranger().seal("status", paid, at=now())),
        ("status", dialect.seal("status", paid, at=now() - hour)),
        ("status", dialect.seal("status", paid, at=now() + hour)),
        ("status", dialect.seal("status", order | {"status": "issued"}, at=now())),
        ("status", dialect.seal("status", paid | {dialect.names["order_id"]: "x"}, at=now())),
        ("status", dialect.seal("status", paid | {premium: "2000"}, at=now())),
        (
            "status",
            dialect.seal("status", paid | {premium: "0.20", "amountUnit": "万元"}, at=now()),
        ),
        (
            "status",
            dialect.seal("status", paid | {premium: "99999999.00", "amountUnit": "元"}, at=now()),
        ),
        ("status", good),
    ]

    said = [(await foreign.post(call, body))[0] for call, body in refused]

    assert all(said), said
    assert [
        word for word in ("amountUnit", "in fen", "received before") if word not in "".join(said)
    ] == []
    assert (await foreign.state())[0] == "underwriting"
    async with foreign.gateway.line(INSURER, Role.INSURER) as line:
        calls = (await line.get("/insurance/console"))["calls"]
    assert sum(one["outcome"] != "ok" for one in calls) == len(refused)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"order_id": UUID(int=1)}, "another order"),
        ({"applicant_uscc": a_uscc(9)}, "another applicant"),
        ({"insured": Cover(1, datetime(2099, 1, 1, tzinfo=UTC))}, "smaller amount"),
        ({"insured": Cover(10**8 * 10**4, datetime(2099, 1, 1, tzinfo=UTC))}, "which unit"),
        ({"beneficiary_uscc": a_uscc(9)}, "another beneficiary"),
        ({"tender_number": "KB-2026-0009"}, "another tender"),
    ],
)
async def test_a_file_that_says_something_else_is_no_security(
    gateway: Gateway, tmp_path: Path, changed: dict[str, Any], reason: str
) -> None:
    async with foreign_of("xml", gateway, tmp_path) as foreign:
        for state in ("awaiting_premium", "paid"):
            await foreign.tell(state)
        status, said = await foreign.tell("issued", **changed)

        assert status == HTTPStatus.OK, said
        state, why = await foreign.state()
        assert (state, reason in why) == ("not_verified", True), why


async def test_a_file_that_somebody_else_signed_or_that_was_changed_is_no_security(
    gateway: Gateway, tmp_path: Path
) -> None:
    async with foreign_of("gm_json", gateway, tmp_path) as foreign:
        other = await certify_with_platform(KeyFolder(tmp_path / "bidder"), foreign.bidder)
        for state in ("awaiting_premium", "paid"):
            await foreign.tell(state)
        statement = policy_statement(foreign.policy())
        by_other = policy_pdf(other, statement, ["x"], at=now())
        good = policy_pdf(foreign.signer, statement, ["x"], at=now())
        faults = []
        for pdf in (by_other, good.replace(b"/Type", b"/Typo", 1), good + b"%\n", b"no file"):
            policy = {"pdf": base64.b64encode(pdf).decode()}
            order_id = UUID(foreign.order["id"])
            await foreign.line.tell(foreign.id, Notice(uuid4(), order_id, "issued", policy=policy))
            faults.append(await foreign.state())

        assert {state for state, _ in faults} == {"not_verified"}
        assert "another organization" in faults[0][1]
        assert all(why for _, why in faults)


async def test_after_the_opening_the_policy_in_plain_must_name_the_right_tender(
    guarantor: Guarantor,
) -> None:
    await guarantor.tell_all()
    await open_tender(guarantor.gateway, TenderStatus.OPENED)
    entity = a_uscc(5)
    right = {"beneficiary_uscc": entity, "tender_number": "KB-2026-0001"}
    wrong = (right | {"tender_number": "KB-2026-0002"}, right | {"number": "P-9"})
    seen = [await handed_in(guarantor, **changed) for changed in (*wrong, right)]

    assert [status for status, _ in seen] == [422, 422, 200]
    assert [problem.get("code") for _, problem in seen[:2]] == ["policy-file-refused"] * 2
    assert seen[2][1]["accepted"]


async def handed_in(guarantor: Guarantor, **changed: Any) -> tuple[int, dict[str, Any]]:
    """Hand in the policy of the order as a file, signed as requests are."""
    statement = guarantor.policy(**changed)["statement"]
    pdf = policy_pdf(guarantor.signer, statement, ["x"], at=now())
    url = (
        f"{guarantor.gateway.address}/api/v1/insurance/policies/{guarantor.id}/"
        f"{guarantor.order['id']}"
    )
    message = Message("POST", url, {"Content-Type": "application/pdf"})
    headers = sign_request(message, pdf, KEY, tag=TAG, at=now(), nonce=uuid4().hex)
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data=pdf, headers=headers) as response,
    ):
        return response.status, await response.json()


@pytest.mark.parametrize("family", ["gm_json", "xml"])
async def test_the_simulator_speaks_the_family(
    gateway: Gateway, tmp_path: Path, family: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    config = tmp_path / "insurer.json"
    keys = {"gm_json": "platform_gm_key", "xml": "shared_secret"}
    told = {
        "platform": gateway.address,
        "login": f"login{INSURER}",
        "password": PASSWORD,
        "name": "示范银行甲",
        "key_folder": str(tmp_path / "insurer"),
        "family": family,
        "listen": listen,
    }
    own = open_gm_keys(KeyFolder(tmp_path / "insurer"))
    public = base64.b64encode(own.public).decode() if family == "gm_json" else ""
    guarantor_id, _ = await registered(
        gateway, family, endpoint=f"http://{listen}", public_key=public
    )
    async with gateway.line(INSURER, Role.INSURER) as line:
        source = "/insurance/guarantors" if family == "gm_json" else "/insurance/console"
        known = await line.get(source)
    config.write_text(json.dumps(told | {keys[family]: known[keys[family]]}))
    async with (
        running("clients.insurer_simulator", "--config", config),
        gateway.line(BIDDER, Role.BIDDER) as line,
        delivering(gateway),
    ):
        where = {"tender_id": str(gateway.tender.id), "lot": "1"}
        quotes = await line.post("/insurance/quotes", where)
        order = await gateway.order(line, guarantor_id)
        await came_to(line, order, "verified")
        surrender = await line.post(f"/insurance/orders/{order['id']}/surrender", {})
        given_back = await came_to(line, order, "surrendered")
        # The list of the day comes in the family too, and agrees with what was issued and paid.
        await match(gateway)

    assert await queue(gateway) == []
    async with reading(gateway.context.pool) as connection:
        listed = await connection.fetch("SELECT source FROM insurance.match_lines ORDER BY 1")
    assert [row["source"] for row in listed] == ["issued", "payments", "payments"]
    assert [one["premium_fen"] for one in quotes["items"]] == [500_000]
    assert surrender["amount_fen"] == 500_000
    assert [one["state"] for one in given_back["matters"]] == ["agreed"]


async def test_a_key_that_changes_passes_beside_the_old_one_for_a_while(
    guarantor: Guarantor,
) -> None:
    fresh = [Ed25519PrivateKey.from_private_bytes(bytes([one]) * 32) for one in (1, 2)]
    heard = []
    async with guarantor.gateway.line(INSURER, Role.INSURER) as line:
        for key, hours in zip(fresh, (1, 0), strict=True):
            public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
            await line.post("/insurance/keys", {"public_key": public, "overlap_hours": hours})
            for signing in (KEY, *fresh):
                notice = guarantor.notice("underwriting")
                status, _ = await guarantor.send(notice, signing, nonce=uuid4().hex)
                heard.append(status)
        with pytest.raises(PlatformRefused, match="guarantor-key-invalid"):
            await line.post("/insurance/keys", {"public_key": "AAAA", "overlap_hours": 0})

    # Old and new; then, the second having been lost at once, the third alone.
    assert heard == [200, 200, 403, 403, 403, 200]


async def test_a_certificate_that_is_out_of_date_or_revoked_makes_no_policy(
    guarantor: Guarantor,
) -> None:
    context, insurer = guarantor.gateway.context, a_uscc(INSURER)
    statement = guarantor.policy()["statement"]
    pdf = policy_pdf(guarantor.signer, statement, ["x"], at=now())
    serial = f"{facts(guarantor.signer.certificate).serial:x}"

    async def checked(at: datetime) -> Policy | PolicyFault:
        async with reading(context.pool) as connection:
            return await check_file(connection, context.keys, pdf, insurer=insurer, at=at)

    before, late = await checked(now()), await checked(now() + timedelta(days=1000))
    async with guarantor.gateway.line(INSURER, Role.INSURER) as line:
        await line.post(f"/certificates/{serial}/revocation", {"reason": "key_compromise"})
    await guarantor.tell_all()

    assert isinstance(before, Policy)
    assert isinstance(late, PolicyFault)
    assert "revoked" in str(await checked(now()))
    assert await guarantor.state() == "not_verified"
