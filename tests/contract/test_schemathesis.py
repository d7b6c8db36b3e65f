"""The served OpenAPI document against the served platform: made-up requests, checked answers.

Every operation is asked 100 times, one request in three broken on purpose, one in five from a
stranger and the others from somebody who may call it; where the path names a tender, half of the
requests name one that exists. `SCHEMATHESIS_EXAMPLES=N` asks for N in all, other ones in each run.
"""

import asyncio
import multiprocessing
import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Final

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tendering.api.routing import Route
from tendering.domain.permissions import PERMISSIONS
from tendering.domain.roles import Role
from tests.support.platform import ALL_ROUTES, Platform, platform
from tests.support.probing import Probe, probe
from tests.support.published import published_tender

__all__ = ["platform"]

EXAMPLES_IN_ALL: Final = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "0"))
EXAMPLES: Final = 100
PROCESSES: Final = 2
SECONDS_MAX: Final = 3600 if EXAMPLES_IN_ALL else 300
DOCUMENTED: Final = tuple(route for route in ALL_ROUTES if route.documented)
ENDS_ITS_SESSION: Final = frozenset({"delete_current_session", "post_session_role"})


def probe_of(route: Route, platform: Platform, known: Mapping[str, str]) -> Probe:
    """The requests to a route, by somebody in the first role that may try its action."""
    role = min(PERMISSIONS[route.action]) if route.action else Role.OPERATOR
    name = route.handler.__name__
    examples = -(-EXAMPLES_IN_ALL // len(DOCUMENTED)) if EXAMPLES_IN_ALL else EXAMPLES
    return Probe(
        platform.running.address,
        name,
        examples,
        derandomized=not EXAMPLES_IN_ALL,
        token=platform.tokens[role],
        login=platform.accounts[role].person.login if name in ENDS_ITS_SESSION else "",
        known=known,
    )


async def test_an_answer_that_is_not_documented_is_found() -> None:
    app = web.Application()
    app.router.add_get("/api/v1/openapi.json", _a_document_that_promises_a_number)
    app.router.add_get("/api/v1/number", _a_text)
    async with TestServer(app) as server:
        asked = Probe(str(server.make_url("")).rstrip("/"), "get_number", 2, True, token="x")
        found = await asyncio.to_thread(probe, asked)

    assert "get_number" in found
    assert "Response violates schema" in found


@pytest.mark.timeout(SECONDS_MAX)
async def test_every_operation_answers_as_the_document_says(platform: Platform) -> None:
    tender = await published_tender(platform)
    known = {"tender_id": str(tender.id), "lot": "1", "stream": "public", "number": "1"}
    loop = asyncio.get_running_loop()
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=spawned) as processes:
        asked = [
            loop.run_in_executor(processes, probe, probe_of(route, platform, known))
            for route in DOCUMENTED
        ]
        found = [await each for each in asked]

    assert [each for each in found if each] == []


async def _a_document_that_promises_a_number(_request: web.Request) -> web.Response:
    number = {"content": {"application/json": {"schema": {"type": "integer"}}}, "description": ""}
    operation = {"operationId": "get_number", "responses": {"200": number}}
    return web.json_response(
        {
            "openapi": "3.1.0",
            "info": {"title": "-", "version": "1"},
            "paths": {"/api/v1/number": {"get": operation}},
        }
    )


async def _a_text(_request: web.Request) -> web.Response:
    return web.json_response("no number")
