"""Doors that act, and sockets: what they answer tells nothing of the bids that are in.

Three platforms with the same tender, one without a bid, one with one, one with twenty, are asked
the same by everybody who may ask; chance, identity and time are put aside, all else must be equal.
The walk is made from the table of routes, bodies included: a new route is walked too.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from evaluation_rooms.hall import Hall, decide_announcement
from tendering.api.routing import PREFIX, Route
from tendering.domain.journal import Stream
from tendering.domain.permissions import PERMISSIONS
from tendering.domain.roles import Role
from tendering.storage import journal
from tendering.storage.connection import transaction
from tests.support.asking import addresses, body_of, query_of
from tests.support.intake import BIDS, Intake, intake, open_intake
from tests.support.platform import ALL_ROUTES, ROLES, Answer, Platform, platform, serving
from tests.support.postgres import Cluster

__all__ = ["intake", "platform"]

ACTING: Final = tuple(route for route in ALL_ROUTES if route.method != "GET")
# Chance, identity and time, each put aside with its length.
_OF_EACH: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)"
    # A code of a refusal is in lower case throughout.
    r"|(?=[a-z_-]*[A-Z0-9+/])[A-Za-z0-9_+/=-]{22,}"
)
_MARK: Final = "此后再无"

Said = tuple[int, Mapping[str, str], str]


def askers(route: Route) -> tuple[Role, ...]:
    """Who comes past the table of permissions, and one who does not."""
    if route.action is None:
        return (Role.PUBLIC, *ROLES)
    allowed = PERMISSIONS[route.action]
    return (*(role for role in ROLES if role in allowed), Role.PUBLIC)


def without_chance(text: str) -> str:
    """The text with the length in place of what differs between any two platforms."""
    return _OF_EACH.sub(lambda found: f"<{len(found[0])}>", text)


def said(answer: Answer) -> Said:
    """An answer, as far as it must be the same everywhere."""
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        # How long to wait depends on how quickly this test asks, and on nothing else.
        return answer.status, {}, answer.code
    headers = {name: without_chance(text) for name, text in answer.headers.items()}
    del headers["Date"]
    return answer.status, headers, without_chance(answer.body.decode("utf-8", "backslashreplace"))


async def answers(intake: Intake) -> dict[tuple[str, str, Role, int], Said]:
    """What every acting door says to a well-formed body, to an empty one, and to a repetition."""
    first = intake.bidders[0].organization.id
    known = {"tender_id": intake.tender.id, "room_id": intake.tender.id, "bidder_id": first}
    heard: dict[tuple[str, str, Role, int], Said] = {}
    for number, route in enumerate(ACTING):
        bodies = [b"{}", json.dumps(body_of(route)).encode()]
        path = addresses(route, known)[0]
        shown = path.replace(str(intake.tender.id), "tender").replace(str(first), "bidder")
        for role in askers(route):
            token = "" if role is Role.PUBLIC else await intake.platform.fresh_token(role)
            for turn, body in enumerate([*bodies, bodies[-1]]):
                answer = await intake.platform.request(
                    route.method,
                    path + query_of(route),
                    token=token,
                    data=body,
                    headers={
                        "Content-Type": route.accepts,
                        "Idempotency-Key": f"key-{number}-{role}-{min(turn, 1)}",
                        "If-Match": '"1"',
                        "X-Request-Id": "the-same-each-time",
                    },
                )
                heard[route.method, shown, role, turn] = said(answer)
    return heard


@pytest.mark.timeout(180)
async def test_no_door_that_acts_tells_how_many_bids_there_are(
    postgres: Cluster, tmp_path: Path
) -> None:
    heard = []
    for bids in (0, 1, BIDS):
        folder = tmp_path / str(bids)
        folder.mkdir()
        async with postgres.migrated() as database, serving(database, folder) as served:
            intake = await open_intake(served)
            for bidder in intake.bidders[:bids]:
                await intake.submit(bidder)
            heard.append(await answers(intake))

    none, one, twenty = heard
    assert len(none) > len(ACTING)
    assert [door for door in none if none[door] != one[door]] == []
    assert [door for door in none if none[door] != twenty[door]] == []


async def frames_until_mark(intake: Intake, role: Role, bids: int) -> list[str] | None:
    """What a socket in the hall writes while bids come in; None where the role may not enter."""
    served: Platform = intake.platform
    hall = f"{PREFIX}/rooms/{intake.tender.id}"
    token = "" if role is Role.PUBLIC else await served.fresh_token(role)
    answer = await served.request("POST", f"{hall}/tickets", token=token, data=b"{}")
    if answer.status != 201:
        return None
    hello = {"type": "hello", "ticket": json.loads(answer.body)["ticket"], "after": 0}
    async with served.line.ws_connect(f"{served.running.address}{hall}/socket") as socket:
        await socket.send_json(hello)
        frames = [await _text(socket)]
        for bidder in intake.bidders[:bids]:
            await intake.submit(bidder)
        await _mark(intake)
        while _MARK not in frames[-1]:
            frames.append(await _text(socket))
    return [without_chance(frame) for frame in frames]


async def _text(socket: aiohttp.ClientWebSocketResponse) -> str:
    async with asyncio.timeout(10):
        text: str = await socket.receive_str()
        return text


async def _mark(intake: Intake) -> None:
    """Something public happens: all that was written before it has been written by then."""
    context = intake.platform.running.context
    said_to_all = decide_announcement(Hall(intake.tender.id), _MARK)
    async with transaction(context.pool) as connection:
        await journal.append(
            connection, intake.tender.id, Stream.PUBLIC, said_to_all, at=context.now()
        )
    context.touched(intake.tender.id)


@pytest.mark.parametrize("role", [Role.PUBLIC, *ROLES])
async def test_a_socket_in_the_hall_is_silent_while_bids_come_in(
    postgres: Cluster, tmp_path: Path, role: Role
) -> None:
    heard = []
    for bids in (0, BIDS):
        folder = tmp_path / str(bids)
        folder.mkdir()
        async with postgres.migrated() as database, serving(database, folder) as served:
            heard.append(await frames_until_mark(await open_intake(served), role, bids))

    assert heard[0] == heard[1]
