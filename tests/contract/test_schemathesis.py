"""The served OpenAPI document against the served platform: made-up requests, checked answers.

Every operation is asked 100 times, one request in three broken on purpose, one in five from a
stranger and the others from somebody who may call it; where the path names a tender, half of the
requests name one that exists. `SCHEMATHESIS_EXAMPLES=N` asks for N requests in all, each run others.
"""

import asyncio
import multiprocessing
import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Final

import pytest

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
SECONDS_MAX: Final = 150 if not EXAMPLES_IN_ALL else 3600
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
