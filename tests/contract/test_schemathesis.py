"""The served OpenAPI document against the served platform: generated requests, checked answers.

Every operation gets EXAMPLES requests, one in three broken on purpose, as somebody who may call it
or as a stranger, and where it names a tender half of them name one that exists.
`SCHEMATHESIS_EXAMPLES=N` asks for another number in all; such a run is not derandomized.
"""

import asyncio
import os
import time
from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from tendering.domain.permissions import PERMISSIONS
from tendering.domain.roles import Role
from tests.support.platform import ALL_ROUTES, Platform, platform
from tests.support.published import published_tender

__all__ = ["platform"]

EXAMPLES: Final = int(os.environ.get("EX", 100))
Q = os.environ.get("OPS", "")

schemathesis.openapi
load_all_checks()
CHECKED = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "response_headers_conformance",
    )
]

ROUTE_OF = {route.handler.__name__: route for route in ALL_ROUTES}


@pytest.mark.timeout(1000)
async def test_every(platform: Platform) -> None:
    tender = await published_tender(platform)
    loop = asyncio.get_running_loop()
    errors = await asyncio.to_thread(run, platform, {"tender_id": str(tender.id)}, loop)
    assert not errors, "\n\n=======\n".join(errors)


def run(platform: Platform, known: dict[str, str], loop: Any) -> list[str]:
    config = schemathesis.Config()
    config.projects.default.generation.update(allow_x00=False)
    schema = schemathesis.openapi.from_url(
        platform.running.address + "/api/v1/openapi.json", config=config
    )
    errors = []
    session = requests.Session()
    total = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        name = operation.definition.raw["operationId"]
        if Q and Q not in name:
            continue
        t = time.monotonic()
        n = [0]
        route = ROUTE_OF[name]
        roles = (
            PERMISSIONS.get(route.action, {Role.OPERATOR})
            if route.action
            else {Role.OPERATOR, Role.BIDDER}
        )
        role = sorted(roles)[0]
        pos = operation.as_strategy(GenerationMode.POSITIVE)
        try:
            neg = operation.as_strategy(GenerationMode.NEGATIVE)
        except Exception as e:
            print("no neg", e)
            neg = pos
        http = [0.0]
        codes = {}

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(
            case=st.one_of(pos, pos, neg),
            who=st.sampled_from([role, role, role, Role.PUBLIC]),
            real=st.booleans(),
        )
        def one(case: Case, who: Role, real: bool) -> None:
            n[0] += 1
            if real:
                for k, v in known.items():
                    if k in (case.path_parameters or {}):
                        case.path_parameters[k] = v
            headers = {}
            token = platform.tokens.get(who, "")
            if name in ("delete_current_session", "post_session_role") and token:
                token = asyncio.run_coroutine_threadsafe(platform.fresh_token(who), loop).result()
            if token:
                headers["Authorization"] = f"Bearer {token}"
            t1 = time.monotonic()
            response = case.call(session=session, headers=headers)
            http[0] += time.monotonic() - t1
            codes[response.status_code] = codes.get(response.status_code, 0) + 1
            case.validate_response(response, checks=CHECKED)

        try:
            one()
        except BaseException as e:
            text = str(e)
            if isinstance(e, BaseExceptionGroup):
                text = "\n".join(str(x) for x in e.exceptions)
            errors.append(name + "\n" + type(e).__name__ + text[:1800])
        took = time.monotonic() - t
        total += took
        print(
            f"{name:36} {n[0]} {took:.2f} http {http[0]:.2f} total {total:.1f}", codes, flush=True
        )
    return errors
