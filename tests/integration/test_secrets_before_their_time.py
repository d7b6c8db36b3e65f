"""How many bids there are, and whose, stays secret until the opening: 招标投标法 第二十二条.

With no bid, with one and with twenty, everything that anybody but their bidders can read is the
same, byte for byte. The walk is made from the table of routes: a new route is walked too.
"""

import asyncio
import logging
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import pytest

from tendering.actions.clarifications import record_download
from tendering.domain.log_tree import BLOCK
from tendering.domain.parties import Actor
from tendering.domain.roles import Role
from tendering.storage import log
from tendering.storage.connection import reading, transaction
from tests.support.asking import addresses, query_of
from tests.support.intake import Intake, intake
from tests.support.platform import ALL_ROUTES, ROLES, Account, Platform, begin_session, platform

__all__ = ["intake", "platform"]

GET_ROUTES: Final = tuple(route for route in ALL_ROUTES if route.method == "GET")
# They say what time it is; the log's are looked at by a test of their own.
TELL_THE_TIME: Final = frozenset(
    {
        "get_checkpoint",
        "get_clock",
        "get_evidence",
        "get_revocation_list",
        "get_tile",
        "get_tile_of_two",
        "get_tile_of_three",
        "get_tile_of_four",
    }
)
REQUEST_ID: Final = {"X-Request-Id": "the-same-each-time"}

OTHER_DOORS: Final = (
    "/",
    "/health/live",
    "/health/ready",
    "/api/v1/openapi.json",
    "/api/v1/nothing",
    "/tenders",
)

Sight = Mapping[tuple[str, str], tuple[int, Mapping[str, str], bytes]]


def places(intake: Intake) -> list[str]:
    """Every address that is only read, but for those that say what time it is."""
    first = intake.bidders[0].organization.id
    known = {"tender_id": intake.tender.id, "room_id": intake.tender.id, "bidder_id": first}
    return [
        path + query_of(route)
        for route in GET_ROUTES
        if route.handler.__name__ not in TELL_THE_TIME
        for path in addresses(route, known)
    ] + list(OTHER_DOORS)


async def seen_by(intake: Intake, who: Mapping[str, str]) -> Sight:
    """Every answer of every door that is only read, to those whose tokens these are."""
    seen = {}
    for path in places(intake):
        for name, token in who.items():
            answer = await intake.platform.request("GET", path, token=token, headers=REQUEST_ID)
            lasting = {key: text for key, text in answer.headers.items() if key != "Date"}
            seen[path, name] = (answer.status, lasting, answer.body)
    return seen


async def take_part(intake: Intake, bidder: Account) -> None:
    """Get the documents, and bid. 87号令 第二十八条: neither is anybody else's to know."""
    own = bidder.organization
    actor = Actor(bidder.person.id, own.id, Role.BIDDER, own.name, own.uscc)
    context = intake.platform.running.context
    async with transaction(context.pool) as connection:
        await record_download(connection, intake.tender.id, by=actor, at=context.now())
    await intake.submit(bidder)


async def token_of(intake: Intake, bidder: Account) -> str:
    """A session of one of the bidders."""
    async with transaction(intake.platform.running.context.pool) as connection:
        return await begin_session(connection, bidder.authorization_id)


async def series(platform: Platform) -> set[str]:
    """What the metrics count, without the figures."""
    answer = await platform.request("GET", "/metrics")
    lines = answer.body.decode().splitlines()
    return {line.rpartition(" ")[0] for line in lines if not line.startswith("#")}


def _differing(one: Sight, other: Sight) -> list[tuple[str, str]]:
    assert one.keys() == other.keys()
    return [place for place in one if one[place] != other[place]]


@pytest.mark.timeout(120)
async def test_g05_no_door_tells_how_many_have_the_documents_or_bid(intake: Intake) -> None:
    tokens = intake.platform.tokens
    everybody = {"public": "", **{str(role): tokens[role] for role in ROLES}}
    none = await seen_by(intake, everybody)
    await take_part(intake, intake.bidders[0])
    one = await seen_by(intake, everybody)
    for bidder in intake.bidders[1:]:
        await take_part(intake, bidder)
    twenty = await seen_by(intake, everybody)

    assert _differing(none, one) == []
    assert _differing(one, twenty) == []


async def test_a_bidder_that_is_in_sees_no_other(intake: Intake) -> None:
    receipt = await intake.submit(intake.bidders[0])
    who = {"first": await token_of(intake, intake.bidders[0])}
    await _logged(intake.platform, receipt.leaf)
    alone = await seen_by(intake, who)
    for bidder in intake.bidders[1:]:
        await intake.submit(bidder)
    among_twenty = await seen_by(intake, who)

    assert _differing(alone, among_twenty) == []


async def test_the_bidder_itself_sees_its_bid(intake: Intake) -> None:
    bidder = intake.bidders[0]
    token = await token_of(intake, bidder)
    path = f"/api/v1/tenders/{intake.tender.id}/bids/mine"

    before = await intake.platform.request("GET", path, token=token)
    await intake.submit(bidder)
    after = await intake.platform.request("GET", path, token=token)

    assert before.body != after.body


async def test_bids_leave_no_line_in_the_log_and_no_figure_of_their_own(
    intake: Intake, caplog: pytest.LogCaptureFixture
) -> None:
    # Whoever prepares a tender knocks at secret doors too; such a figure tells nothing.
    await intake.knock(intake.bidders[0])
    await series(intake.platform)
    before = await series(intake.platform)
    caplog.clear()

    with caplog.at_level(logging.DEBUG, logger="tendering"):
        for bidder in intake.bidders:
            await intake.knock(bidder)
            await intake.submit(bidder)

    assert [line.getMessage() for line in caplog.records if line.name.startswith("tendering")] == []
    assert await series(intake.platform) == before


async def test_the_public_log_grows_the_same_with_bids_and_without(intake: Intake) -> None:
    idle = await _sizes(intake.platform, later_than=0)
    for bidder in intake.bidders:
        await intake.submit(bidder)
    sizes = await _sizes(intake.platform, later_than=idle[-1])

    assert {after - before for before, after in pairwise([0, *sizes])} == {BLOCK}


async def _logged(platform: Platform, leaf: bytes) -> None:
    """Return when a leaf stands in the log: its receipt may then be completed at any time."""
    async with asyncio.timeout(30):
        while True:
            async with reading(platform.running.context.pool) as connection:
                if await log.index_of(connection, leaf) is not None:
                    return
            await asyncio.sleep(0.1)


async def _sizes(platform: Platform, *, later_than: int) -> list[int]:
    """The sizes of all checkpoints, once there are two beyond `later_than`."""
    async with asyncio.timeout(30):
        while True:
            async with reading(platform.running.context.pool) as connection:
                rows = await connection.fetch(
                    "SELECT size FROM tendering.log_checkpoints ORDER BY size"
                )
            sizes = [row["size"] for row in rows]
            if sum(size > later_than for size in sizes) >= 2:
                return sizes
            await asyncio.sleep(0.1)
