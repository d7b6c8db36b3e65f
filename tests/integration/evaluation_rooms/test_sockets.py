"""Rooms over real sockets and a real database."""

import asyncio
import json
from decimal import Decimal

import pytest

from evaluation_rooms import commands as c
from evaluation_rooms.actions.rooms import act
from evaluation_rooms.phases import Phase
from evaluation_rooms.settings import RoomSettings
from evaluation_rooms.standing import Standing, Viewer
from tendering.storage.connection import Pool, reading, transaction
from tests.support.evaluation import (
    AT,
    ROOM,
    TENDER,
    check_ins,
    elects,
    person,
    points_of,
    votes,
)
from tests.support.postgres import Database
from tests.support.room_server import HOST, Client, RoomServer, member, room_server

PUBLIC = Standing(Viewer.PUBLIC)
SUPERVISOR = Standing(Viewer.SUPERVISOR)
SECONDS = 10


async def at_technical(rooms: RoomServer) -> None:
    room = (await rooms.open()).room
    await rooms.do(*check_ins(room), c.AdvancePhase(None, Phase.CHAIR), *elects(room))
    await rooms.do(c.AdvancePhase(None, Phase.PRELIMINARY), *votes(room))
    await rooms.do(c.AdvancePhase(None, Phase.TECHNICAL))


async def refused_code(client: Client) -> tuple[str, int | None]:
    """The code of the refusal, and the code with which the server then closes."""
    frame = await client.until("refused")
    await client.socket.wait_closed()
    return frame["code"], client.socket.close_code


async def test_a_newcomer_gets_a_snapshot(rooms: RoomServer) -> None:
    opened = await rooms.open()

    async with asyncio.timeout(SECONDS), rooms.join(member(2)) as client:
        snapshot = client.frames[0]

    assert snapshot["type"] == "snapshot"
    assert snapshot["seq"] == opened.seq
    assert snapshot["standing"] == {"kind": "evaluation", "viewer": "member", "seat": 2}
    assert snapshot["room"]["phase"] == "preparation"


async def test_a_score_is_acknowledged_and_shown_to_the_others_without_points(
    rooms: RoomServer,
) -> None:
    await at_technical(rooms)

    async with (
        asyncio.timeout(SECONDS),
        rooms.join(member(2)) as own,
        rooms.join(member(3)) as peer,
    ):
        answer = await own.ask(
            type="score.submit", id="m17", bid=1, criterion="design", points="8.5"
        )
        mine = await own.until("entry", seq=answer["seq"])
        theirs = await peer.until("entry", seq=answer["seq"])

    assert answer["type"] == "ack"
    assert mine["body"]["points"] == "8.5"
    assert theirs["body"] == {"room_id": str(ROOM), "seat": 2, "bid": 1, "criterion": "design"}


async def test_who_lost_the_line_resumes_where_it_broke(rooms: RoomServer) -> None:
    await at_technical(rooms)
    async with asyncio.timeout(SECONDS):
        async with rooms.join(member(3)) as peer:
            seen = peer.seen
            peer.socket.transport.abort()
        for points in ("1", "2", "3"):
            await rooms.do(c.SubmitScore(2, 1, "design", Decimal(points)), by=member(2))

        async with rooms.join(member(3), after=seen) as again:
            entries = [await again.until("entry") for _ in range(3)]

    assert again.frames[0]["type"] == "resumed"
    assert [entry["seq"] for entry in entries] == [seen + 1, seen + 2, seen + 3]


async def test_two_members_score_at_once_and_everybody_sees_one_order(rooms: RoomServer) -> None:
    await at_technical(rooms)

    async with (
        asyncio.timeout(SECONDS),
        rooms.join(member(2)) as one,
        rooms.join(member(3)) as other,
        rooms.join(SUPERVISOR) as supervisor,
    ):

        async def score(client: Client) -> None:
            for number in range(1, 16):
                answer = await client.ask(
                    type="score.submit", id=str(number), bid=1, criterion="design", points="9"
                )
                assert answer["type"] == "ack"

        start = supervisor.seen
        await asyncio.gather(score(one), score(other))
        seqs = [(await supervisor.until("entry"))["seq"] for _ in range(30)]

    assert seqs == list(range(start + 1, start + 31))


async def test_the_seat_of_another_person_is_refused_even_with_an_old_line(
    rooms: RoomServer,
) -> None:
    await at_technical(rooms)
    stale = Standing(Viewer.MEMBER, 2, person(7))

    async with asyncio.timeout(SECONDS), rooms.join(stale) as client:
        answer = await client.ask(
            type="score.submit", id="1", bid=1, criterion="design", points="9"
        )

    assert (answer["type"], answer["code"]) == ("refused", "not-your-part")


async def test_a_refusal_keeps_the_line(rooms: RoomServer) -> None:
    await rooms.open()

    async with asyncio.timeout(SECONDS), rooms.join(member(2)) as client:
        answer = await client.ask(type="scores.lock", id="1")
        again = await client.ask(type="say", id="2", text="我在")

    assert (answer["code"], again["code"]) == ("not-checked-in", "not-checked-in")


async def test_a_wrong_ticket_is_refused_and_the_line_closed(rooms: RoomServer) -> None:
    await rooms.open()

    async with asyncio.timeout(SECONDS), rooms.connect() as socket:
        client = Client(socket)
        await client.send(type="hello", ticket="guessed")

        assert await refused_code(client) == ("ticket-refused", 4401)


async def test_a_ticket_serves_once(rooms: RoomServer) -> None:
    await rooms.open()
    ticket = await rooms.ticket(member(2))

    async with asyncio.timeout(SECONDS), rooms.connect() as first, rooms.connect() as second:
        await first.send(json.dumps({"type": "hello", "ticket": ticket}))
        assert json.loads(await first.recv())["type"] == "snapshot"
        replay = Client(second)
        await replay.send(type="hello", ticket=ticket)

        assert await refused_code(replay) == ("ticket-refused", 4401)


async def test_a_ticket_is_for_one_room(rooms: RoomServer) -> None:
    await rooms.open()
    ticket = await rooms.ticket(PUBLIC, room_id=TENDER)

    async with asyncio.timeout(SECONDS), rooms.connect() as socket:
        client = Client(socket)
        await client.send(type="hello", ticket=ticket)

        assert await refused_code(client) == ("ticket-refused", 4401)


async def test_an_expired_ticket_is_refused(rooms: RoomServer, pool: Pool) -> None:
    await rooms.open()
    ticket = await rooms.ticket(member(2))
    async with reading(pool) as connection:
        await connection.execute("UPDATE rooms.tickets SET expires_at = now()")

    async with asyncio.timeout(SECONDS), rooms.connect() as socket:
        client = Client(socket)
        await client.send(type="hello", ticket=ticket)

        assert await refused_code(client) == ("ticket-refused", 4401)


@pytest.mark.parametrize("frame", ["{", '{"type":"nonsense"}', b"\x00\x01"])
async def test_malformed_frames_are_refused_and_then_cut(
    rooms: RoomServer, frame: str | bytes
) -> None:
    await rooms.open()

    async with asyncio.timeout(SECONDS), rooms.join(member(2)) as client:
        for _ in range(3):
            await client.socket.send(frame)
            assert (await client.until("refused"))["code"] == "invalid"
        await client.socket.wait_closed()

    assert client.socket.close_code == 4429


async def test_a_huge_frame_closes_the_line(rooms: RoomServer) -> None:
    await rooms.open()

    async with asyncio.timeout(SECONDS), rooms.join(member(2)) as client:
        await client.socket.send("x" * 40_000)
        await client.socket.wait_closed()

    assert client.socket.close_code == 1009


async def test_requests_before_hello_are_refused(rooms: RoomServer) -> None:
    await rooms.open()

    async with asyncio.timeout(SECONDS), rooms.connect() as socket:
        answer = await Client(socket).ask(type="scores.lock", id="1")

    assert answer["code"] == "hello-expected"


async def test_who_sends_too_much_is_slowed_and_cut(tender_pool: Pool, database: Database) -> None:
    limits = RoomSettings(messages_burst=5, messages_per_second=0.1)
    async with (
        asyncio.timeout(SECONDS),
        room_server(tender_pool, database.app_dsn, limits) as rooms,
    ):
        await rooms.open()
        async with rooms.join(SUPERVISOR) as client:
            for number in range(8):
                await client.send(type="scores.lock", id=str(number))
            await client.until("refused", code="too-many-attempts")
            await client.socket.wait_closed()

    assert client.socket.close_code == 4429


async def test_who_says_nothing_is_not_waited_for(tender_pool: Pool, database: Database) -> None:
    limits = RoomSettings(hello_seconds=0.05)
    async with (
        asyncio.timeout(SECONDS),
        room_server(tender_pool, database.app_dsn, limits) as rooms,
        rooms.connect() as socket,
    ):
        await socket.wait_closed()

    assert socket.close_code == 4408


async def test_a_slow_reader_misses_nothing_and_does_not_hold_up_the_others(
    tender_pool: Pool, database: Database
) -> None:
    limits = RoomSettings(behind_bytes=2048, look_seconds=30.0)
    text, spoken = "长话" * 900, 300
    async with (
        asyncio.timeout(30),
        room_server(tender_pool, database.app_dsn, limits, send_buffer_bytes=4096) as rooms,
    ):
        await rooms.open()
        narrow = await rooms.narrow_socket()
        async with (
            rooms.connect(max_queue=1, sock=narrow) as slow_socket,
            rooms.join(SUPERVISOR) as quick,
        ):
            slow = Client(slow_socket)
            await slow.send(type="hello", ticket=await rooms.ticket(HOST))
            start = (await slow.receive())["seq"]
            slow_socket.transport.pause_reading()
            for _ in range(spoken):
                await rooms.do(c.Speak(None, text))
            seen_by_quick = [(await quick.until("entry"))["seq"] for _ in range(spoken)]
            kept = [one.unsent_bytes for one in rooms.context.hub.lines()]
            slow_socket.transport.resume_reading()
            seen_by_slow = [(await slow.until("entry"))["seq"] for _ in range(spoken)]

    assert seen_by_quick == seen_by_slow == list(range(start + 1, start + spoken + 1))
    # What is kept for the slow one is bounded, though more than a megabyte waits for it.
    assert max(kept) < 64 * 1024


async def test_a_lost_hint_costs_only_time(tender_pool: Pool, database: Database) -> None:
    limits = RoomSettings(look_seconds=0.1)
    async with (
        asyncio.timeout(SECONDS),
        room_server(tender_pool, database.app_dsn, limits) as rooms,
    ):
        await rooms.open()
        async with rooms.join(SUPERVISOR) as client:
            async with transaction(tender_pool) as connection:
                await act(connection, ROOM, c.Speak(None, "没有人通知"), HOST, at=AT)
            entry = await client.until("entry")

    assert entry["body"]["text"] == "没有人通知"


async def test_presence_is_told_in_an_evaluation_room_only(rooms: RoomServer) -> None:
    await rooms.open()

    async with asyncio.timeout(SECONDS), rooms.join(SUPERVISOR) as supervisor:
        async with rooms.join(member(2)) as newcomer:
            found = await newcomer.until("presence", seats=[2])
            came = await supervisor.until("presence", seats=[2])
        left = await supervisor.until("presence", seats=[])

    assert came["others"] == left["others"] == found["others"] == ["supervisor"]


async def test_the_hall_shows_announcements_and_counts_nobody(rooms: RoomServer) -> None:
    async with (
        asyncio.timeout(SECONDS),
        rooms.join(PUBLIC, room_id=TENDER) as watcher,
        rooms.join(HOST, room_id=TENDER) as host,
    ):
        answer = await host.ask(type="say", id="1", text="五分钟后开标")
        entry = await watcher.until("entry")
        silent = await watcher.ask(type="say", id="2", text="我也说")

    assert entry["seq"] == answer["seq"]
    assert entry["kind"] == "hall.announced"
    assert entry["head"]
    assert silent["code"] == "not-your-part"
    assert "presence" not in {frame["type"] for frame in watcher.frames + host.frames}


async def test_the_server_that_goes_away_tells_its_clients_to_come_back(
    tender_pool: Pool, database: Database
) -> None:
    async with asyncio.timeout(SECONDS), room_server(tender_pool, database.app_dsn) as rooms:
        await rooms.open()
        socket = await rooms.connect()
        client = Client(socket)
        await client.send(type="hello", ticket=await rooms.ticket(member(2)))
        await client.receive()
    await socket.wait_closed()

    assert socket.close_code == 1001


async def test_points_are_the_authors_even_in_a_snapshot(rooms: RoomServer) -> None:
    await at_technical(rooms)
    await rooms.do(c.SubmitScore(2, 1, "design", points_of(2, 1, "design")), by=member(2))

    async with (
        asyncio.timeout(SECONDS),
        rooms.join(member(2)) as own,
        rooms.join(member(3)) as peer,
    ):
        mine, theirs = own.frames[0]["room"]["sheets"], peer.frames[0]["room"]["sheets"]

    assert mine == [{"seat": 2, "marks": [{"bid": 1, "criterion": "design", "points": "8.5"}]}]
    assert theirs == [{"seat": 3, "marks": []}]
