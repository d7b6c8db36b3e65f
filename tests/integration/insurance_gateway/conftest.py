"""A platform with the gateway's doors, an insurer that is a process of its own, and a tender."""

import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import aiohttp
import pytest
from aiohttp import web
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.certifying import certify_with_platform
from clients.key_files import KeyFolder, Signer
from clients.platform import Platform, open_platform
from crypto.request_signatures import Message, sign_request
from insurance_gateway.api.routes import INSURANCE_ROUTES
from insurance_gateway.context import InsuranceContext, open_insurance
from insurance_gateway.guarantee import Cover
from insurance_gateway.settings import InsuranceSettings
from insurance_gateway.wire import (
    POLICY_LABEL,
    TAG,
    Notice,
    Policy,
    State,
    encode,
    policy_statement,
)
from tendering.actions.accounts import Grant, register_organization
from tendering.api.context import Context
from tendering.api.edge import make_edge
from tendering.api.metrics import Metrics
from tendering.api.public import get_clock
from tendering.api.routes_accounts import ACCOUNT_ROUTES
from tendering.api.routing import Route, mount
from tendering.domain.parties import Organization, Person
from tendering.domain.roles import Role
from tendering.domain.tender import Lot, Tender, TenderStatus, Terms
from tendering.keys import load_keys
from tendering.passwords import Passwords
from tendering.storage import bid_securities, tenders
from tendering.storage.connection import Pool, reading, transaction
from tests.integration.api.conftest import PASSWORD, a_uscc
from tests.support.programs import Program, running

BID_SECURITY_FEN = 80_000_000
QUICK = InsuranceSettings(
    retry_first_seconds=0.05,
    attempts_max=3,
    look_seconds=0.05,
    disclose_seconds=0.05,
    spread_seconds=0.0,
)
INSURER, OPERATOR, BIDDER, RIVAL = 1, 2, 3, 4
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
ORDERLY: tuple[State, ...] = ("underwriting", "awaiting_premium", "paid", "issued")


def now() -> datetime:
    """Real time: the insurer's clock is the platform's."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Gateway:
    """A platform with the gateway; the delivery loop is the test's to start."""

    address: str
    context: InsuranceContext
    organizations: dict[int, UUID]
    tender: Tender

    @asynccontextmanager
    async def line(self, number: int, role: Role) -> AsyncIterator[Platform]:
        """A line to the platform, logged in."""
        async with open_platform(self.address) as line:
            await line.log_in(f"login{number}", PASSWORD, role)
            yield line

    async def register(
        self, endpoint: str, public_key: str, *, live: bool = True, payee_account: str = ""
    ) -> UUID:
        """The operator registers the insurer, and lets it out of the sandbox."""
        async with self.line(OPERATOR, Role.OPERATOR) as line:
            answer = await line.post(
                "/insurance/guarantors",
                {
                    "name": "示范财产保险甲",
                    "organization_id": str(self.organizations[INSURER]),
                    "endpoint": endpoint,
                    "public_key": public_key,
                    "payee_account": payee_account,
                },
            )
            if live:
                await line.post(f"/insurance/guarantors/{answer['id']}/approval", {})
        return UUID(answer["id"])

    async def order(self, line: Platform, guarantor_id: UUID) -> Any:
        """A bidder's order for the tender's lot."""
        where = {"tender_id": str(self.tender.id), "lot": "1"}
        return await line.post("/insurance/orders", {**where, "guarantor_id": str(guarantor_id)})


@pytest.fixture
async def gateway(pool: Pool, tmp_path: Path) -> AsyncIterator[Gateway]:
    """The platform, its organizations and a published tender."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        keys = load_keys(tmp_path / "keys", name="bids.example", create=True, at=now())
        context = Context(
            pool=pool,
            now=now,
            touched=lambda _tender_id: None,
            public_address=address,
            blobs=cast("Any", None),  # no route here stores bytes
            intake=cast("Any", None),  # nor takes bids
            keys=keys,
            law=cast("Any", None),  # nor asks the law
            passwords=passwords,
            demonstration=True,
        )
        organizations = await enter(context)
        tender = await publish(pool, organizations)
        async with open_insurance(
            pool,
            now=now,
            keys=keys,
            key_file=tmp_path / "insurance.seed",
            public_address=address,
            demonstration=True,
            settings=QUICK,
        ) as insurance:
            app = make_edge(context, Metrics(pool))
            clock = Route("GET", "/clock", get_clock)
            routes = (*ACCOUNT_ROUTES, clock, *INSURANCE_ROUTES)
            mount(app, routes, context, parts={"insurance": insurance})
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
            await runner.setup()
            await web.SockSite(runner, listening).start()
            yield Gateway(address, insurance, organizations, tender)
            await runner.cleanup()
        passwords.close()


@pytest.fixture
async def insurer(gateway: Gateway, tmp_path: Path) -> AsyncIterator[Program]:
    """The simulator, a process of its own."""
    config = tmp_path / "insurer.json"
    config.write_text(
        json.dumps(
            {
                "platform": gateway.address,
                "login": f"login{INSURER}",
                "password": PASSWORD,
                "name": "示范财产保险甲",
                "key_folder": str(tmp_path / "insurer"),
            }
        )
    )
    async with running("clients.insurer_simulator", "--config", config) as program:
        yield program


async def known_to(insurer: Program) -> dict[str, Any]:
    """What the insurer was told."""
    async with aiohttp.ClientSession() as http, http.get(f"{insurer.url}/known") as response:
        return cast("dict[str, Any]", await response.json())


async def enter(context: Context) -> dict[int, UUID]:
    """Insurer, operator, two bidders, procuring entity and supervisor, each with one person."""
    roles = (Role.INSURER, Role.OPERATOR, Role.BIDDER, Role.BIDDER)
    entered: dict[int, UUID] = {}
    others = (Role.PROCURING_ENTITY, Role.SUPERVISOR)
    for number, role in enumerate((*roles, *others), start=1):
        organization = Organization(uuid4(), a_uscc(number), f"示范单位{number}", frozenset({role}))
        person = Person(
            uuid4(), organization.id, "示范人员", f"login{number}", is_administrator=True
        )
        async with transaction(context.pool) as connection:
            await register_organization(
                connection,
                organization,
                person,
                [Grant(uuid4(), role)],
                password_hash=await context.passwords.hash(PASSWORD),
                at=now(),
            )
        entered[number] = organization.id
    return entered


async def publish(pool: Pool, organizations: dict[int, UUID]) -> Tender:
    """A published tender whose only lot asks for a bid security."""
    tender = Tender(
        id=uuid4(),
        number="KB-2026-0001",
        title="示范工程",
        description="",
        regime="construction",
        region="510100",
        status=TenderStatus.PUBLISHED,
        procuring_entity_id=organizations[5],
        agency_id=None,
        supervisor_id=organizations[6],
        lots=(Lot("1", "一标段", 10**10, 10**10, BID_SECURITY_FEN),),
        threshold=2,
        key_holders=(),
        documents=(),
        method={},
        committee={},
        terms=Terms(bid_validity_days=90, unlock_minutes=30, drain_seconds=10),
        deadline=now() + timedelta(days=20),
        published_at=now() - timedelta(days=1),
        timetable={},
    )
    async with transaction(pool) as connection:
        await tenders.insert(connection, tender, at=now())
    return tender


async def open_tender(gateway: Gateway, status: TenderStatus = TenderStatus.OPENED) -> None:
    """The tender has come to its opening, or through it."""
    opened = replace(gateway.tender, status=status)
    async with transaction(gateway.context.pool) as connection:
        await tenders.save(connection, opened)


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

    async def tell_all(self) -> None:
        """Send all notices of an order that goes well."""
        for state in ORDERLY:
            await self.tell(self.notice(state))

    async def send(
        self, notice: Notice, key: Ed25519PrivateKey, *, nonce: str, at: datetime | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Send a notice under this key and nonce."""
        url = f"{self.gateway.address}/api/v1/insurance/callbacks/{self.id}"
        body = encode(notice)
        message = Message("POST", url, {"Content-Type": "application/json"})
        headers = sign_request(message, body, key, tag=TAG, at=at or now(), nonce=nonce)
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
            place = (self.gateway.tender.id, "1", bidder)
            return place in await bid_securities.of_all(connection, [place])


@pytest.fixture
async def guarantor(gateway: Gateway, tmp_path: Path) -> AsyncIterator[Guarantor]:
    """An order that lies with a guarantor."""
    async with gateway.line(INSURER, Role.INSURER) as insurer:
        signer = await certify_with_platform(KeyFolder(tmp_path / "insurer"), insurer)
    guarantor_id = await gateway.register("http://127.0.0.1:9", PUBLIC)
    async with gateway.line(BIDDER, Role.BIDDER) as line:
        order = await gateway.order(line, guarantor_id)
        yield Guarantor(gateway, guarantor_id, signer, line, order)
