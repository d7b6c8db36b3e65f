"""The edge on a real database: a client, a clock to set, and people who can log in."""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from stdnum.cn import uscc

from tendering.actions.accounts import Grant, register_organization
from tendering.api.context import Context
from tendering.api.edge import make_edge
from tendering.api.metrics import Metrics
from tendering.api.openapi import document, mount_document
from tendering.api.routes_accounts import ACCOUNT_ROUTES
from tendering.api.routing import Route, mount
from tendering.domain.parties import Organization, Person
from tendering.domain.roles import Role
from tendering.keys import PlatformKeys, load_keys
from tendering.passwords import Passwords
from tendering.storage.connection import Pool, transaction

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PASSWORD = "示范-password-1"
ORIGIN = "https://bids.example"

Json = dict[str, Any]


@dataclass
class Clock:
    """A clock that stands still until it is told to move on."""

    at: datetime = NOON

    def now(self) -> datetime:
        """The instant it shows."""
        return self.at

    def forward(self, by: timedelta) -> None:
        """Move on."""
        self.at += by


@dataclass
class Edge:
    """The platform's edge as a client sees it, and what lies behind it."""

    client: "TestClient[web.Request, web.Application]"
    context: Context
    clock: Clock
    touched: list[UUID]
    app: web.Application
    sessions: dict[str, str] = field(default_factory=dict)

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str = "",
        key: str = "",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Json]:
        """One request below /api/v1; status and JSON."""
        answer = await self.request(method, path, body, token=token, key=key, headers=headers)
        return answer.status, await answer.json() if answer.status != 204 else {}

    async def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str = "",
        key: str = "",
        headers: dict[str, str] | None = None,
    ) -> ClientResponse:
        """One request below /api/v1; the whole answer, read."""
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if key:
            sent["Idempotency-Key"] = key
        answer = await self.client.request(
            method,
            f"/api/v1{path}",
            headers=sent | ({} if body is None else {"Content-Type": "application/json"}),
            data=None if body is None else json.dumps(body).encode(),
        )
        await answer.read()
        return answer

    async def enter(self, number: int, *roles: Role, administrator: bool = True) -> Person:
        """An organization with one person whose login is `login<number>`."""
        organization = Organization(uuid4(), a_uscc(number), f"示范单位{number}", frozenset(roles))
        person = Person(
            uuid4(), organization.id, f"示范人员{number}", f"login{number}", administrator
        )
        async with transaction(self.context.pool) as connection:
            await register_organization(
                connection,
                organization,
                person,
                [Grant(uuid4(), role) for role in roles],
                password_hash=await self.context.passwords.hash(PASSWORD),
                at=self.clock.now(),
            )
        return person

    async def log_in(self, login: str, role: Role | None = None) -> str:
        """The token of a fresh session."""
        body: Json = {"login": login, "password": PASSWORD}
        status, answer = await self.call(
            "POST", "/sessions", body | ({"role": role} if role else {})
        )
        assert status == 201, answer
        return str(answer["token"])


def a_uscc(number: int) -> str:
    """A code with a right check digit."""
    body = f"91110000{number:09d}"
    return body + uscc.calc_check_digit(body)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> PlatformKeys:
    """The platform's keys, made once."""
    folder: Path = tmp_path_factory.mktemp("platform") / "keys"
    return load_keys(folder, name="bids.example", create=True, at=NOON)


@pytest.fixture(scope="session")
def passwords() -> Iterator[Passwords]:
    """Argon2 with the least work: these tests do not ask how slow it is."""
    opened = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield opened
    opened.close()


@pytest.fixture
def extra_routes() -> tuple[Route, ...]:
    """Routes of the test's own; overridden where a test wants some."""
    return ()


@pytest.fixture
async def edge(
    pool: Pool, keys: PlatformKeys, passwords: Passwords, extra_routes: tuple[Route, ...]
) -> AsyncIterator[Edge]:
    """The edge with all doors of accounts, served on loopback."""
    clock, touched = Clock(), list[UUID]()
    context = Context(
        pool=pool,
        now=clock.now,
        touched=touched.append,
        public_address=ORIGIN,
        blobs=cast("Any", None),  # no route here stores bytes
        intake=cast("Any", None),  # nor takes bids
        law=cast("Any", None),  # nor reads the law
        keys=keys,
        passwords=passwords,
    )
    app = make_edge(context, Metrics(pool), metrics_token="a-token-for-metrics")
    routes = (*ACCOUNT_ROUTES, *extra_routes)
    mount(app, routes, context)
    mount_document(app, document(routes, title="开标", version="1"))
    logging.getLogger("aiohttp.access").disabled = True
    async with TestClient(TestServer(app)) as client:
        yield Edge(client, context, clock, touched, app)
