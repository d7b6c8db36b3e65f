"""The whole platform in the test process: `server.running`, somebody in every role, their tokens.

A test module takes the fixture by its name: `from tests.support.platform import platform`.
"""

import io
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import aiohttp
import pytest
from argon2 import PasswordHasher
from stdnum.cn import uscc

from server import DOORS, Running, running
from tendering.actions.accounts import Grant, register_organization
from tendering.actions.log_in import SESSION_LIFETIME
from tendering.api.auth import token_digest
from tendering.api.routing import Route
from tendering.domain.parties import Organization, Person
from tendering.domain.roles import Role
from tendering.settings import (
    ClockSettings,
    DatabaseSettings,
    NotificationSettings,
    PlatformSettings,
    ServerSettings,
)
from tendering.settings import Settings as PlatformConfiguration
from tendering.storage import sessions
from tendering.storage.connection import Connection, transaction
from tests.support.postgres import Database

ALL_ROUTES: Final[tuple[Route, ...]] = DOORS
ROLES: Final[tuple[Role, ...]] = tuple(role for role in Role if role is not Role.PUBLIC)
PASSWORD: Final = "示范-password-1"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can log in with PASSWORD and acts in one role."""

    organization: Organization
    person: Person
    role: Role
    authorization_id: UUID


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, read; `problem` is the JSON of a refusal."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document; empty when the answer is none."""
        if self.headers.get("Content-Type") != "application/problem+json":
            return {}
        problem: dict[str, Any] = json.loads(self.body)
        return problem

    @property
    def code(self) -> str:
        """The stable code of a refusal."""
        return str(self.problem.get("code", ""))


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform that serves, somebody in every role, and a line to it."""

    running: Running
    database: Database
    line: aiohttp.ClientSession
    accounts: Mapping[Role, Account]
    tokens: Mapping[Role, str] = field(repr=False)

    async def request(
        self,
        method: str,
        path: str,
        *,
        role: Role = Role.PUBLIC,
        token: str = "",
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request to a path that begins at the root, as somebody in a role."""
        shown = token or self.tokens.get(role, "")
        sent = {"Authorization": f"Bearer {shown}"} if shown else {}
        async with self.line.request(
            method,
            self.running.address + path,
            data=None if data is None else io.BytesIO(data),
            headers={**sent, **(headers or {})},
        ) as answer:
            return Answer(answer.status, dict(answer.headers), await answer.read())

    async def fresh_token(self, role: Role) -> str:
        """A session more of the account in that role: for what ends sessions."""
        async with transaction(self.running.context.pool) as connection:
            return await begin_session(connection, self.accounts[role].authorization_id)


async def enter(
    connection: Connection, number: int, role: Role, *, password_hash: str, at: Any
) -> Account:
    """An organization in one role, whose administrator's login is the role's name and number."""
    body = f"91510100MB{number:07d}"
    organization = Organization(
        uuid4(), body + uscc.calc_check_digit(body), f"示范机构{number}", frozenset({role})
    )
    person = Person(
        uuid4(), organization.id, f"示范人员{number}", f"{role}{number}", is_administrator=True
    )
    grant = Grant(uuid4(), role)
    await register_organization(
        connection, organization, person, [grant], password_hash=password_hash, at=at
    )
    return Account(organization, person, role, grant.id)


async def begin_session(connection: Connection, authorization_id: UUID) -> str:
    """The token of a fresh session, as logging in would begin it."""
    token = secrets.token_urlsafe(32)
    await sessions.insert(
        connection,
        token_digest(token),
        authorization_id=authorization_id,
        csrf_token=secrets.token_urlsafe(32),
        lifetime=SESSION_LIFETIME,
    )
    return token


@asynccontextmanager
async def serving(
    database: Database,
    folder: Path,
    *,
    demonstration: bool = False,
    upload_bytes_max: int = 1 << 20,
    notifications: NotificationSettings | None = None,
    server: ServerSettings | None = None,
) -> AsyncIterator[Platform]:
    """Serve on a port of its own until the block ends; `server` says at which address."""
    dsn_file = folder / "dsn"
    dsn_file.write_text(database.app_dsn, "utf-8")
    settings = PlatformConfiguration(
        server=server or ServerSettings(port=0),
        database=DatabaseSettings(dsn_file=str(dsn_file), pool_connections_max=8),
        platform=PlatformSettings(folder=str(folder), upload_bytes_max=upload_bytes_max),
        clock=ClockSettings(mode="demonstration" if demonstration else "normal"),
        notifications=notifications or NotificationSettings(),
    )
    async with running(settings) as served, aiohttp.ClientSession() as line:
        context = served.context
        # The least work: no test that takes the whole platform asks how slow a log-in is.
        context.passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        password_hash = await context.passwords.hash(PASSWORD)
        async with transaction(context.pool) as connection:
            accounts = {
                role: await enter(
                    connection, number, role, password_hash=password_hash, at=context.now()
                )
                for number, role in enumerate(ROLES, start=1)
            }
            tokens = {
                role: await begin_session(connection, account.authorization_id)
                for role, account in accounts.items()
            }
        yield Platform(served, database, line, accounts, tokens)


@pytest.fixture
async def platform(database: Database, tmp_path: Path) -> AsyncIterator[Platform]:
    """The whole platform on the test's own database."""
    async with serving(database, tmp_path) as served:
        yield served
