"""Who applied in a first round, and how many, is secret until the last round is closed.

招标投标法 第二十二条, 电子招标投标办法 第二十一条. Doors are walked from the table of routes, by
the public, by a bidder that is not in, and by two that are, before and after all that happens
between the closing of the first round and that of the second.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest

from evaluation_rooms.actions.hall import hall_of
from tendering.clockwork import fill_feed_once
from tendering.domain.journal import Stream
from tendering.keys import PlatformKeys, load_keys
from tendering.storage import feed, journal
from tendering.storage.connection import Pool, reading, transaction
from tests.support.asking import addresses, query_of
from tests.support.opened import PUBLISHED, Party
from tests.support.platform import ALL_ROUTES, Platform, begin_session, serving
from tests.support.postgres import Database
from tests.support.rounds import RoundsPlay, a_play
from tests.support.two_envelopes import read_out

# They say what time it is, or how far the log of all tenders has come; or read one's own bytes,
# which this play does not have.
LEFT_OUT: Final = frozenset(
    {
        "get_checkpoint",
        "get_clock",
        "get_evidence",
        "get_own_headers",
        "get_revocation_list",
        "get_tile",
        "get_tile_of_two",
        "get_tile_of_three",
        "get_tile_of_four",
    }
)
REQUEST_ID: Final = {"X-Request-Id": "the-same-each-time"}

Sight = dict[tuple[str, str], tuple[int, bytes]]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> PlatformKeys:
    """The platform's keys, made once."""
    folder: Path = tmp_path_factory.mktemp("first-rounds") / "keys"
    return load_keys(folder, name="bids.example", create=True, at=PUBLISHED)


@pytest.fixture
async def play(pool: Pool, keys: PlatformKeys) -> RoundsPlay:
    """Five bidders, of whom the last hands in nothing."""
    return await a_play(pool, keys, bidders=5)


async def closed(play: RoundsPlay) -> UUID:
    """A first round whose submission is closed, nothing unlocked."""
    tender_id = await play.draft("prequalified-tendering", "construction")
    await play.publish(tender_id)
    for bidder in play.bidders[:4]:
        await play.hand_in(tender_id, bidder)
    await play.close(tender_id)
    return tender_id


async def tokens_of(platform: Platform, play: RoundsPlay) -> dict[str, str]:
    """Sessions of two applicants and of one who did not apply; and of nobody."""
    outsiders: dict[str, Party] = dict(zip("abz", play.bidders[:2] + play.bidders[4:], strict=True))
    tokens = {"public": ""}
    async with transaction(platform.running.context.pool) as connection:
        for name, party in outsiders.items():
            authorization = await connection.fetchval(
                """INSERT INTO tendering.authorizations
                       (id, person_id, organization_id, role, granted_by, granted_at)
                   VALUES (gen_random_uuid(), $1, $2, 'bidder', $1, $3) RETURNING id""",
                party.actor.person_id,
                party.actor.organization_id,
                PUBLISHED,
            )
            tokens[name] = await begin_session(connection, authorization)
    return tokens


async def seen(
    platform: Platform, tokens: Mapping[str, str], tender_id: UUID, *, part: str = ""
) -> Sight:
    """What outsiders read at every address with such a part, by address and who they are."""
    known: Mapping[str, object] = {"tender_id": tender_id, "room_id": tender_id}
    sight = {}
    for route in ALL_ROUTES:
        if route.method != "GET" or route.handler.__name__ in LEFT_OUT:
            continue
        for path in (each + query_of(route) for each in addresses(route, known) if part in each):
            for who, token in tokens.items():
                got = await platform.request("GET", path, token=token, headers=REQUEST_ID)
                sight[path, who] = (got.status, got.body)
    return sight


def names_others(who: str, body: bytes, play: RoundsPlay) -> bool:
    """Does an answer name a bidder other than who asks?"""
    others = [each for each, one in zip(play.bidders, "ab--z", strict=True) if one != who]
    marks = [
        mark
        for each in others
        for mark in (
            str(each.actor.organization_id),
            each.actor.organization_name,
            each.actor.uscc,
        )
    ]
    return any(mark.encode() in body for mark in marks)


@pytest.mark.timeout(120)
async def test_no_door_tells_outsiders_or_bidders_of_the_applicants(
    play: RoundsPlay, database: Database, tmp_path: Path
) -> None:
    tender_id = await closed(play)
    async with serving(database, tmp_path) as platform:
        tokens = await tokens_of(platform, play)
        locked = await seen(platform, tokens, tender_id, part="/journal/public")
        tender = await play.tender(tender_id)
        for bidder in play.bidders[:4]:
            await play.unlock(tender, bidder)
        await read_out(play, tender_id)
        opened = await seen(platform, tokens, tender_id)
        await play.evaluate(tender_id, play.bidders[:4], rejected=frozenset({1}))
        await play.next_round(tender_id)
        continued = await seen(platform, tokens, tender_id)

    for sight in (opened, continued):
        told = [place for place, (_, body) in sight.items() if names_others(place[1], body, play)]
        assert told == []
    # Nor does the journal move, whatever happens meanwhile.
    assert len(locked) == len(tokens)
    for place in locked:
        assert locked[place] == opened[place] == continued[place]
    # A bidder has its own part of the opening, and nobody else any.
    parts = {
        who: opened[f"/api/v1/tenders/{tender_id}/opening", who][1].count(b'"bidder_id"')
        for who in tokens
    }
    assert parts == {"public": 0, "a": 1, "b": 1, "z": 0}


async def test_everything_is_public_when_the_last_round_is_closed(
    play: RoundsPlay, pool: Pool
) -> None:
    tender_id = await closed(play)
    tender = await play.tender(tender_id)
    before = await shown(pool, tender_id)
    for bidder in play.bidders[:4]:
        await play.unlock(tender, bidder)
    await read_out(play, tender_id)
    await play.evaluate(tender_id, play.bidders[:4], rejected=frozenset({1}))
    second = await play.next_round(tender_id)
    await play.publish(second)
    assert await shown(pool, tender_id) == before
    async with reading(pool) as connection:
        gallery = await hall_of(connection, tender_id)
        host = await hall_of(connection, tender_id, whole=True)
    assert (len(gallery.bidders), len(host.bidders)) == (0, 4)
    for bidder in play.bidders[:4]:
        if bidder.actor.organization_id in await admitted_in(play, second):
            await play.hand_in(second, bidder)

    await play.close(second)

    assert (await play.tender(tender_id)).withheld_from is None
    whole = [entry.seq for entry in await play.entries(tender_id, Stream.PUBLIC)]
    assert await shown(pool, tender_id) == whole
    assert len(whole) > len(before) + 4
    async with reading(pool) as connection:
        fed = await feed.after(connection, 0, limit=1000)
        hall = await hall_of(connection, tender_id)
    assert [one.seq for one in fed if one.tender_id == tender_id] == whole
    assert len(hall.bidders) == 4


async def shown(pool: Pool, tender_id: UUID) -> list[int]:
    """The numbers of a first round's public entries that a hall, open data and the feed have."""
    public = (tender_id, Stream.PUBLIC)
    while await fill_feed_once(pool):
        pass
    async with reading(pool) as connection:
        hall = await journal.after_each(connection, {public: 0}, limit=1000)
        kinds = [entry.kind for entry in await journal.after(connection, *public, 0)]
        told = await journal.list_shown(connection, tender_id, kinds)
        fed = await feed.after(connection, 0, limit=1000)
    numbers = [entry.seq for entry in hall[public]]
    assert [entry.seq for entry in told] == numbers
    assert [one.seq for one in fed if one.tender_id == tender_id] == numbers
    return numbers


async def admitted_in(play: RoundsPlay, tender_id: UUID) -> set[UUID]:
    """Who may take part in a later round."""
    [listed] = [
        entry
        for entry in await play.entries(tender_id, Stream.CUSTODY)
        if entry.kind == "participants.admitted"
    ]
    lots = listed.body["lots"]
    assert isinstance(lots, list)
    return {UUID(str(one)) for lot in lots if isinstance(lot, dict) for one in lot["bidders"]}
