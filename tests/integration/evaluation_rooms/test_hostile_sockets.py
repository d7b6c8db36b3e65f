"""Sockets under attack and in accidents: floods, storms, strangers, hosts who leave.

Every case ends with what must hold for the others: the hall goes on, complete and in order.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, suppress
from uuid import UUID

import pytest
from websockets.exceptions import ConnectionClosed

from evaluation_rooms.actions import hall
from evaluation_rooms.settings import RoomSettings
from evaluation_rooms.standing import Standing, Viewer
from tendering.domain.journal import Event, Stream
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.storage import journal
from tendering.storage.connection import Pool, transaction
from tests.support.evaluation import AT, TENDER
from tests.support.evaluation_tender import insert_organization, insert_tender
from tests.support.postgres import Database
from tests.support.room_server import HOST, Client, RoomServer, room_server

SECONDS = 20
CROWD = 40
BIDDER, OTHER = UUID(int=0x81), UUID(int=0x82)
GALLERY = Standing(Viewer.PUBLIC)
HOSTILE_FRAMES: Sequence[str | bytes] = (
    "",
    "null",
    "[]",
    "{" * 10_000,
    "[" * 10_000,
    '{"type":"say","id":"1","text":"x","seat":1}',
    '{"type":"say","id":"' + "1" * 65 + '","text":"x"}',
    '{"type":"say","id":"1","text":"' + "长" * 2001 + '"}',
    '{"type":"score.submit","id":"1","bid":1,"criterion":"a","points":"1e3"}',
    '{"type":"score.submit","id":"1","bid":-1,"criterion":"a","points":"1"}',
    '{"type":"score.submit","id":"1","bid":1e999,"criterion":"a","points":"1"}',
    '{"type":"hello","ticket":"x","after":-1}',
    '{"type":"hello","ticket":"x","after":99999999999999999999}',
    '{"type":"say","id":"1","text":"\\ud800"}',
    b"\x00" * 100,
    b"\xff\xfe",
)


def as_one_of(organization_id: UUID) -> Standing:
    return Standing(Viewer.PUBLIC, organization_id=organization_id)


@pytest.fixture
async def opening_pool(pool: Pool) -> Pool:
    """A tender at its opening with two organizations, one of which is on the bidder list."""
    async with transaction(pool) as connection:
        await insert_tender(connection, TenderStatus.OPENING)
        for number, one in enumerate((BIDDER, OTHER), start=7):
            await insert_organization(connection, one, number, Role.BIDDER)
        listed = Event(
            "submission.closed",
            {"lots": [{"lot": "1", "bids": [{"bidder_id": str(BIDDER), "bidder_name": "示范甲"}]}]},
        )
        await journal.append(connection, TENDER, Stream.PUBLIC, listed, at=AT)
    return pool


@pytest.fixture
async def opening(opening_pool: Pool, database: Database) -> AsyncIterator[RoomServer]:
    """The hall of that tender."""
    async with room_server(opening_pool, database.app_dsn) as server:
        yield server


async def announce(server: RoomServer, *texts: str) -> None:
    for text in texts:
        async with transaction(server.context.pool) as connection:
            await hall.announce(connection, TENDER, text, at=AT)
        server.context.bus.touched(TENDER)


async def entries(client: Client, count: int) -> list[int]:
    return [(await client.until("entry"))["seq"] for _ in range(count)]


async def test_hostile_frames_are_refused_one_by_one_and_disturb_nobody(
    opening: RoomServer,
) -> None:
    async with (
        asyncio.timeout(SECONDS),
        opening.join(GALLERY, room_id=TENDER) as watcher,
    ):
        for frame in HOSTILE_FRAMES:
            async with opening.join(as_one_of(BIDDER), room_id=TENDER) as hostile:
                await hostile.socket.send(frame)
                assert (await hostile.until("refused"))["code"] == "invalid", frame
        await announce(opening, "继续")
        assert (await watcher.until("entry"))["body"]["text"] == "继续"


@pytest.mark.parametrize(
    "data",
    [
        b"\xc1\x80\x00\x00\x00\x00",  # a reserved bit
        b"\x83\x80\x00\x00\x00\x00",  # an opcode that does not exist
        b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",  # 2^64 - 1 bytes announced
        b"\x81\xff\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00",  # 4 GiB announced
        b"\x81\x82\x00\x00\x00\x00\xff\xff",  # no UTF-8
        b"\x89\xfe\x00\x7e\x00\x00\x00\x00" + bytes(126),  # a ping of more than 125 bytes
        b"\x09\x80\x00\x00\x00\x00",  # a ping in pieces
    ],
)
async def test_what_is_no_websocket_ends_the_line_at_once(opening: RoomServer, data: bytes) -> None:
    async with asyncio.timeout(SECONDS), opening.join(GALLERY, room_id=TENDER) as hostile:
        hostile.socket.transport.write(data)
        await hostile.socket.wait_closed()
        async with opening.join(GALLERY, room_id=TENDER) as watcher:
            await announce(opening, "继续")
            await watcher.until("entry")
    assert hostile.socket.close_code in {1002, 1007, 1009}


async def test_one_who_floods_is_cut_and_the_others_hear_everything(
    opening_pool: Pool, database: Database
) -> None:
    limits = RoomSettings(messages_burst=10, messages_per_second=1.0)
    async with (
        asyncio.timeout(SECONDS),
        room_server(opening_pool, database.app_dsn, limits) as server,
        server.join(GALLERY, room_id=TENDER) as watcher,
        server.join(as_one_of(BIDDER), room_id=TENDER) as hostile,
    ):
        start = watcher.seen
        with suppress(ConnectionClosed):  # the server may cut it before everything is sent
            for number in range(100):
                await hostile.send(type="say", id=str(number), text="刷屏")
        # What is not read keeps the close frame waiting behind it.
        with suppress(ConnectionClosed):
            while True:
                await hostile.receive()
        await announce(server, "安静")
        said = await watcher.until("entry", kind="hall.announced")

    assert hostile.socket.close_code == 4429
    # The burst was let through, in the record under the flooder's name; nothing beyond it.
    assert said["seq"] - start <= 10 + 1


async def test_a_crowd_cut_off_at_once_is_back_complete_and_in_order(opening: RoomServer) -> None:
    async with asyncio.timeout(SECONDS), AsyncExitStack() as stack:
        crowd = [
            await stack.enter_async_context(opening.join(GALLERY, room_id=TENDER))
            for _ in range(CROWD)
        ]
        start = crowd[0].seen
        for client in crowd:
            client.socket.transport.abort()
        await announce(opening, *map(str, range(30)))
        back = await asyncio.gather(
            *(
                stack.enter_async_context(opening.join(GALLERY, after=start, room_id=TENDER))
                for _ in range(CROWD)
            )
        )
        got = await asyncio.gather(*(entries(client, 30) for client in back))

    assert {client.frames[0]["type"] for client in back} == {"resumed"}
    assert got == [list(range(start + 1, start + 31))] * CROWD


async def test_who_claims_to_have_seen_the_future_gets_a_snapshot(opening: RoomServer) -> None:
    async with (
        asyncio.timeout(SECONDS),
        opening.join(GALLERY, after=2**53 - 1, room_id=TENDER) as client,
    ):
        await announce(opening, "现在")
        entry = await client.until("entry")

    assert client.frames[0]["type"] == "snapshot"
    assert entry["seq"] == client.frames[0]["seq"] + 1


async def test_two_hosts_speak_in_one_order_and_one_who_leaves_takes_nothing_along(
    opening: RoomServer,
) -> None:
    async with (
        asyncio.timeout(SECONDS),
        opening.join(GALLERY, room_id=TENDER) as watcher,
        opening.join(HOST, room_id=TENDER) as second,
    ):
        start = watcher.seen
        async with opening.join(HOST, room_id=TENDER) as first:
            answers = await asyncio.gather(
                *(host.ask(type="say", id="1", text="两位主持人") for host in (first, second))
            )
            await watcher.until("hall.presence", host=True)
        third = await second.ask(type="say", id="2", text="一位走了")
        # Who is there is told now and then, before what was said or after it.
        while watcher.seen < third["seq"]:
            await watcher.receive()
        heard = [frame["seq"] for frame in watcher.frames if frame["type"] == "entry"]
        second.socket.transport.abort()
        await watcher.until("hall.presence", host=False)

    assert sorted(answer["seq"] for answer in answers) == [start + 1, start + 2]
    assert heard == [start + 1, start + 2, start + 3]
    assert third["seq"] == start + 3


async def test_nobody_speaks_as_another(opening: RoomServer) -> None:
    async with (
        asyncio.timeout(SECONDS),
        opening.join(GALLERY, room_id=TENDER) as watcher,
        opening.join(as_one_of(OTHER), room_id=TENDER) as other,
        opening.join(as_one_of(BIDDER), room_id=TENDER) as bidder,
    ):
        await other.send(type="say", id="1", text="我是示范甲", organization_id=str(BIDDER))
        claims = await other.until("refused")
        stranger = await other.ask(type="say", id="2", text="我是示范甲")
        leads = await bidder.ask(type="phase.advance", id="3", to="confirm")
        await bidder.ask(type="say", id="4", text="到")
        said = await watcher.until("entry", kind="hall.said")

    assert [claims["code"], stranger["code"], leads["code"]] == [
        "invalid",
        "not-your-part",
        "not-your-part",
    ]
    assert (said["body"]["organization_id"], said["body"]["text"]) == (str(BIDDER), "到")
