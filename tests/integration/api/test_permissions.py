"""Every role at every door: the table is what decides, and nothing is open by accident."""

from uuid import uuid4

import pytest

from tendering.api.routing import Route
from tendering.domain.permissions import PERMISSIONS, may
from tendering.domain.roles import Role
from tests.support.asking import addresses
from tests.support.contents import contents
from tests.support.platform import ALL_ROUTES, ROLES, Answer, Platform, platform
from tests.support.published import published_tender

__all__ = ["platform"]

# Doors where everybody may read something ask themselves who may read more.
ASKED_INSIDE = {"archive.read_full", "journal.read_secret"}
GUARDED = tuple(route for route in ALL_ROUTES if route.action is not None)


async def knock(platform: Platform, route: Route, role: Role, tender_id: object) -> Answer:
    """The answer to an empty request at a door."""
    return await platform.request(
        route.method,
        addresses(route, {"tender_id": tender_id})[0],
        role=role,
        data=None if route.method == "GET" else b"{}",
        headers={"Idempotency-Key": uuid4().hex, "Content-Type": route.accepts},
    )


def is_turned_away(answer: Answer, route: Route) -> bool:
    """Did the table say no? A refusal of the deed itself names no action."""
    parameters = answer.problem.get("parameters", {})
    return answer.code == "forbidden" and parameters.get("action") == route.action


async def test_a_stranger_passes_no_guarded_door(platform: Platform) -> None:
    tender = await published_tender(platform)
    before = await contents(platform.database)

    answers = {(await knock(platform, route, Role.PUBLIC, tender.id)).code for route in GUARDED}

    assert answers == {"unauthenticated"}
    assert await contents(platform.database) == before


async def test_a_role_is_turned_away_at_every_door_that_is_not_in_its_row(
    platform: Platform,
) -> None:
    tender = await published_tender(platform)
    before = await contents(platform.database)
    closed = [
        (role, each) for role in ROLES for each in GUARDED if not may(role, each.action or "")
    ]

    passed = [
        (role, route.method, route.path)
        for role, route in closed
        if not is_turned_away(await knock(platform, route, role, tender.id), route)
    ]

    assert passed == []
    assert await contents(platform.database) == before


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_passes_the_doors_of_its_row(platform: Platform, role: Role) -> None:
    tender = await published_tender(platform)
    opened = [route for route in GUARDED if may(role, route.action or "")]

    refused = [
        (route.method, route.path)
        for route in opened
        if is_turned_away(await knock(platform, route, role, tender.id), route)
    ]

    assert refused == []


def test_every_action_of_the_table_has_a_door() -> None:
    assert PERMISSIONS.keys() == {route.action for route in GUARDED} | ASKED_INSIDE


def test_nobody_is_public_and_acts() -> None:
    assert not any(Role.PUBLIC in roles for roles in PERMISSIONS.values())


def test_what_is_not_in_the_table_may_be_done_by_nobody() -> None:
    assert not any(may(role, "house.burn") for role in Role)
