"""The doors of rooms and venues on loopback, and people who come to them."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from crypto.certificates import CertificateSubject, issue, make_request
from crypto.keys import generate_signing_key
from crypto.signing import sign_statement
from evaluation_rooms.actions.statements import Trust
from evaluation_rooms.api.routes import ROOM_ROUTES
from evaluation_rooms.api.routes_evaluations import EVALUATION_ROUTES
from evaluation_rooms.context import RoomsContext
from evaluation_rooms.hub import Hub
from evaluation_rooms.room_writer import writing_rooms
from evaluation_rooms.seating import STATEMENT_KINDS, STATEMENT_LABEL
from evaluation_rooms.settings import RoomSettings
from tendering.api.auth import token_digest
from tendering.api.context import Context
from tendering.api.problems import problem_middleware
from tendering.api.routes_draws import ROUTES as DRAW_ROUTES
from tendering.api.routes_fees import FEE_ROUTES
from tendering.api.routes_identities import IDENTITY_ROUTES
from tendering.api.routes_venues import VENUE_ROUTES
from tendering.api.routing import mount
from tendering.domain.parties import Authorization, Person
from tendering.domain.roles import Role
from tendering.domain.venues import WORKSTATION
from tendering.keys import PlatformKeys, load_keys
from tendering.storage import authorizations, people, sessions
from tendering.storage.bus import open_bus
from tendering.storage.connection import Pool, transaction
from tests.support.evaluation import AT, ROOM, TENDER, statement_body
from tests.support.evaluation_tender import insert_organization
from tests.support.postgres import Database
from tests.support.room_server import LINK_SEED

EXPERTS = UUID(int=0x70)
DOORS = (
    *ROOM_ROUTES,
    *EVALUATION_ROUTES,
    *VENUE_ROUTES,
    *IDENTITY_ROUTES,
    *DRAW_ROUTES,
    *FEE_ROUTES,
)
Json = dict[str, Any]


@dataclass
class Doors:
    """The doors as clients see them, and the keys behind them."""

    client: "TestClient[web.Request, web.Application]"
    pool: Pool
    keys: PlatformKeys
    touched: list[UUID]

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str = "",
        key: str = "",
        workstation: str = "",
    ) -> tuple[int, Json]:
        """One request, under a key of its own unless one is given; status and JSON."""
        answer = await self.client.request(
            method,
            f"/api/v1{path}",
            headers={"Content-Type": "application/json", "Idempotency-Key": key or uuid4().hex}
            | ({"Authorization": f"Bearer {token}"} if token else {})
            | ({WORKSTATION: workstation} if workstation else {}),
            data=None if body is None else json.dumps(body).encode(),
        )
        return answer.status, {} if answer.status == 204 else await answer.json()

    async def enter(self, organization_id: UUID, role: Role, person_id: UUID | None = None) -> str:
        """The token of somebody who acts for an organization in a role."""
        person_id = person_id or uuid4()
        authorization = Authorization(
            uuid4(), person_id, organization_id, role, person_id, AT - timedelta(days=9)
        )
        token = f"{person_id.hex}{'0' * 11}"
        async with transaction(self.pool) as connection:
            made = Person(
                person_id,
                organization_id,
                "示范人员",
                f"login-{person_id.hex[-8:]}",
                is_administrator=False,
            )
            await people.insert(connection, made, password_hash="-", at=AT)
            await authorizations.insert(connection, authorization)
            await sessions.insert(
                connection,
                token_digest(token),
                authorization_id=authorization.id,
                csrf_token="c" * 43,
                lifetime=timedelta(hours=1),
            )
        return token

    async def statements(self, seat: int, person_id: UUID, *, uscc: str) -> list[Any]:
        """The four statements, signed with a fresh key certified by the platform."""
        bodies = [
            statement_body(kind, seat, person_id, conflict=False, room=ROOM, tender=TENDER)
            for kind in sorted(STATEMENT_KINDS)
        ]
        return self.signed(STATEMENT_LABEL, *bodies, uscc=uscc)

    def signed(self, label: str, *statements: Json, uscc: str) -> list[Any]:
        """Statements signed with a fresh key certified by the platform."""
        key = generate_signing_key()
        subject = CertificateSubject("示范人员", "示范单位", uscc)
        request = make_request(key, common_name="x", organization="x", uscc="")
        authority = self.keys.authority
        certificate = issue(
            authority.certificate, authority.key, request, at=AT, days=2, subject=subject
        )
        return [
            sign_statement(key, certificate, label=label, statement=one).to_value()
            for one in statements
        ]


@pytest.fixture
async def doors(
    tender_pool: Pool, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Doors]:
    """The doors of rooms on loopback."""
    keys = load_keys(
        tmp_path_factory.mktemp("platform") / "keys", name="bids.example", create=True, at=AT
    )
    async with transaction(tender_pool) as connection:
        await insert_organization(connection, EXPERTS, 9, Role.EXPERT)
    touched: list[UUID] = []
    async with open_bus(tender_pool, database.app_dsn) as bus, writing_rooms(tender_pool) as writer:
        context = Context(
            pool=tender_pool,
            now=lambda: AT,
            touched=touched.append,
            public_address="https://bids.example",
            blobs=cast("Any", None),  # no route here stores bytes
            intake=cast("Any", None),  # nor takes bids
            keys=keys,
            law=cast("Any", None),  # no route here asks it
            passwords=cast("Any", None),  # no route here logs in
        )
        settings = RoomSettings()
        rooms = RoomsContext(
            pool=tender_pool,
            now=lambda: AT,
            bus=bus,
            hub=Hub(tender_pool, bus, settings),
            writer=writer,
            trust=Trust(tuple(keys.trusted_roots())),
            settings=settings,
            link_seed=LINK_SEED,
        )
        app = web.Application(middlewares=[problem_middleware])
        mount(app, DOORS, context, parts={"rooms": rooms})
        async with TestClient(TestServer(app)) as client:
            yield Doors(client, tender_pool, keys, touched)
