"""The insurer of the demonstration outlives a platform that restarts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.insurer_sdk import Callbacks
from clients.insurer_settings import Config
from clients.insurer_simulator import Simulator
from clients.platform import PREFIX
from clients.serving import Clock
from insurance_gateway.wire import Applicant, Application

AWAY = 1
APPLICATION = Application(
    UUID(int=1),
    UUID(int=2),
    Applicant("示范单位", "91510100MA0000001X"),
    10**8,
    datetime(2027, 3, 31, 16, tzinfo=UTC),
)


@pytest.fixture
async def restarting() -> AsyncIterator[tuple[TestServer, list[bytes]]]:
    """A platform whose clock is away at first, and what it was told."""
    asked: list[None] = []
    told: list[bytes] = []

    async def clock(_request: web.Request) -> web.Response:
        asked.append(None)
        if len(asked) <= AWAY:
            return web.Response(status=HTTPStatus.BAD_GATEWAY)
        return web.json_response({"now": datetime.now(UTC).isoformat()})

    async def take(request: web.Request) -> web.Response:
        told.append(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_get(f"{PREFIX}/clock", clock)
    app.router.add_post(f"{PREFIX}/insurance/callbacks/{{guarantor_id}}", take)
    server = TestServer(app)
    async with server:
        yield server, told


async def test_a_notice_is_told_though_the_clock_was_away(
    restarting: tuple[TestServer, list[bytes]], tmp_path: Path
) -> None:
    server, told = restarting
    address = str(server.make_url("")).rstrip("/")
    clock = Clock(f"{address}{PREFIX}/clock")
    async with (
        asyncio.timeout(10),
        aiohttp.ClientSession() as http,
        clock.running(),
        asyncio.TaskGroup() as group,
    ):
        config = Config(address, "login", "password", "示范财产保险甲", str(tmp_path))
        key = Ed25519PrivateKey.generate()
        signer = cast("Any", None)  # no policy is signed here
        line = Callbacks(address, key, http, clock.now)
        simulator = Simulator(config, signer, line, clock, group)
        await simulator._tell(APPLICATION, "underwriting")

    assert len(told) == 1
