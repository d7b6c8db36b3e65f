"""The served OpenAPI document against the served platform: made-up requests, checked answers.

Every operation is asked 100 times, one request in three broken on purpose, one in five from a
stranger and the others from somebody who may call it; where the path names a tender, half of the
requests name one that exists. `SCHEMATHESIS_EXAMPLES=N` asks N in all, other ones in each run.
Shares of the operations, so that several processes can have one each.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler

from tendering.api.routing import Route
from tendering.domain.permissions import PERMISSIONS
from tendering.domain.roles import Role
from tests.support.platform import ALL_ROUTES, Platform, platform
from tests.support.probing import Outcome, Probe, probe, probe_each
from tests.support.published import published_tender

__all__ = ["platform"]

EXAMPLES_IN_ALL: Final = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "0"))
EXAMPLES: Final = 100
SHARES: Final = 4
SECONDS_MAX: Final = 3600 if EXAMPLES_IN_ALL else 600
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
    async with _a_server(promised="integer") as address:
        found = await asyncio.to_thread(probe, Probe(address, "get_word", 2, True, token="x"))

    assert found.requests > 0
    assert "get_word" in found.wrong[0]
    assert "Response violates schema" in found.wrong[0]


async def test_requests_are_counted_and_made_until_there_are_enough() -> None:
    async with _a_server(promised="string") as address:
        asked = Probe(address, "get_word", 3, False, token="x")
        found = await asyncio.to_thread(probe_each, [asked], requests_min=10)

    assert found.requests >= 10
    assert found.wrong == ()


@pytest.mark.timeout(SECONDS_MAX)
@pytest.mark.parametrize("share", range(SHARES))
async def test_every_operation_answers_as_the_document_says(platform: Platform, share: int) -> None:
    tender = await published_tender(platform)
    known = {"tender_id": str(tender.id), "lot": "1", "stream": "public", "number": "1"}
    routes = DOCUMENTED[share::SHARES]

    found: Outcome = await asyncio.to_thread(
        probe_each,
        [probe_of(route, platform, known) for route in routes],
        requests_min=-(-EXAMPLES_IN_ALL // SHARES),
    )

    print(f"{found.requests} requests to {len(routes)} operations")  # noqa: T201 - for `make fuzz`
    assert found.requests > len(routes)
    assert found.wrong == ()


def _a_document(*, promised: str) -> Handler:
    answer = {"content": {"application/json": {"schema": {"type": promised}}}, "description": ""}
    count = {"name": "count", "in": "query", "schema": {"type": "integer"}}
    operation = {"operationId": "get_word", "parameters": [count], "responses": {"200": answer}}

    async def serve(_request: web.Request) -> web.StreamResponse:
        return web.json_response(
            {
                "openapi": "3.1.0",
                "info": {"title": "-", "version": "1"},
                "paths": {"/api/v1/word": {"get": operation}},
            }
        )

    return serve


async def _a_word(_request: web.Request) -> web.Response:
    return web.json_response("no number")


@asynccontextmanager
async def _a_server(*, promised: str) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/api/v1/openapi.json", _a_document(promised=promised))
    app.router.add_get("/api/v1/word", _a_word)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")
