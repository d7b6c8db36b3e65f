"""Every role at every door: the table is what decides, and nothing is open by accident."""

import re
from uuid import uuid4

import pytest

from tendering.api.routes_accounts import ACCOUNT_ROUTES
from tendering.api.routing import Route
from tendering.domain.permissions import PERMISSIONS, may
from tendering.domain.roles import Role
from tests.integration.api.conftest import Edge

GUARDED = tuple(route for route in ACCOUNT_ROUTES if route.action is not None)
ROLES = tuple(role for role in Role if role is not Role.PUBLIC)


async def knock(edge: Edge, route: Route, token: str) -> str:
    """The code of the answer to an empty request at a door."""
    path = re.sub(r"\{\w+\}", str(uuid4()), route.path)
    answer = await edge.request(
        route.method,
        path,
        None if route.method == "GET" else {},
        token=token,
        key=uuid4().hex,
    )
    if answer.content_type != "application/problem+json":
        return "done"
    problem = await answer.json()
    return f"{problem['code']} {problem.get('parameters', {}).get('action', '')}".strip()


async def test_a_stranger_passes_no_guarded_door(edge: Edge) -> None:
    answers = {await knock(edge, route, "") for route in GUARDED}

    assert answers == {"unauthenticated"}


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_passes_exactly_the_doors_of_its_row(edge: Edge, role: Role) -> None:
    await edge.enter(1, role)
    token = await edge.log_in("login1")

    for route in GUARDED:
        assert route.action is not None
        refused = await knock(edge, route, token) == f"forbidden {route.action}"

        assert refused is not may(role, route.action), (role, route.path)


def test_nobody_is_public_and_acts() -> None:
    assert not any(Role.PUBLIC in roles for roles in PERMISSIONS.values())


def test_what_is_not_in_the_table_may_be_done_by_nobody() -> None:
    assert not any(may(role, "house.burn") for role in Role)
