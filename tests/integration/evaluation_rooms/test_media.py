"""Sound and picture over real sockets: descriptions find their way, and gaps the journal."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from evaluation_rooms import commands as c
from evaluation_rooms.media.janus import Janus
from evaluation_rooms.media.stage import Stage
from evaluation_rooms.phases import Phase
from evaluation_rooms.settings import JanusServer, MediaLimits
from evaluation_rooms.standing import Standing, Viewer
from tendering.domain.journal import Event, Stream
from tendering.domain.parties import Person
from tendering.domain.refusals.rooms import PhaseNotReady
from tendering.storage import journal, people
from tendering.storage.connection import transaction
from tests.support.evaluation import AT, TENDER, a_room_opening, check_ins, elects
from tests.support.evaluation_tender import AGENCY
from tests.support.janus import SECRET, janus
from tests.support.media import a_description, a_whole_description
from tests.support.room_server import HOST, Client, RoomServer, member

SECONDS = 20
SUPERVISOR = Standing(Viewer.SUPERVISOR)
CLERK = UUID(int=0x99)
NAMED_HOST = Standing(Viewer.HOST, person_id=CLERK, organization_id=AGENCY)
SENT = ["picture", "sound"]


async def join(client: Client, sends: list[str]) -> dict[str, Any]:
    """Take part; the answer."""
    return await client.ask(type="media.join", id="join", sends=sends)


async def floor(client: Client, receivers: list[int | None], senders: list[int | None]) -> Any:
    """The floor as it is told, once it has these seats on it."""
    while True:
        told = [one for one in client.frames if one["type"] == "media.floor"]
        if told and (seats(told[-1], "receivers"), seats(told[-1], "senders")) == (
            receivers,
            senders,
        ):
            return told[-1]
        await client.receive()


async def entry(client: Client, kind: str) -> dict[str, Any]:
    """The last entry of that kind, received already or still to come."""
    while True:
        told = [one for one in client.frames if one.get("kind") == kind]
        if told:
            return told[-1]
        await client.receive()


def seats(floor: dict[str, Any], side: str) -> list[int | None]:
    return [path["seat"] for path in floor[side]]


async def evaluating(rooms: RoomServer) -> None:
    """A room that the law wants recorded, whose members sit and are answered for as unseen."""
    opening = a_room_opening()
    terms = structs.replace(opening.terms, recording="required")
    room = (await rooms.open(structs.replace(opening, terms=terms))).room
    await rooms.do(*check_ins(room), *_answered_for(3, 4, 5))
    async with transaction(rooms.context.pool) as connection:
        clerk = Person(CLERK, AGENCY, "示范主持甲", "clerk", is_administrator=False)
        assert await people.insert(connection, clerk, password_hash="", at=AT)


def _answered_for(*seats: int) -> Iterator[c.Command]:
    for gap, seat in enumerate(seats, start=1):
        yield c.LoseMedia(seat, "device")
        yield c.ContinueUnrecorded(gap, "示范主持甲", "没有摄像头", is_supervised=True)


async def test_two_seats_and_a_supervisor_see_one_another_and_a_gap_stops_a_procurement(
    rooms: RoomServer,
) -> None:
    await evaluating(rooms)
    async with (
        asyncio.timeout(SECONDS),
        rooms.join(SUPERVISOR) as supervisor,
        rooms.join(NAMED_HOST) as host,
        rooms.join(member(1)) as one,
    ):
        async with rooms.join(member(2)) as two:
            for client, sends in ((one, SENT), (two, SENT), (supervisor, [])):
                assert (await join(client, sends))["type"] == "ack"
            assert (await join(supervisor, SENT))["code"] == "not-your-part"
            await floor(one, [2, None], [2])
            watched = await floor(supervisor, [], [1, 2])
            to = watched["you"]
            offered = {"type": "media.offer", "to": to, "sdp": a_description("sendonly")}
            assert (await one.ask(id="o", **offered))["type"] == "ack"
            brought = await supervisor.until("media.offered")
            answered = {"type": "media.answer", "to": brought["peer"]}
            answered["sdp"] = a_description("recvonly")
            assert (await supervisor.ask(id="a", **answered))["type"] == "ack"
            assert (await one.until("media.answered"))["peer"] == to
            assert (await supervisor.ask(id="b", **answered))["code"] == "peer-gone"
            wrong = offered | {"sdp": a_description("sendrecv")}
            assert (await one.ask(id="w", **wrong))["code"] == "media-refused"

            await rooms.do(c.AdvancePhase(None, Phase.CHAIR))
            room = (await rooms.do(c.Speak(1, "开始"))).room
            await rooms.do(*elects(room))
        # Seat 2 has lost its line.
        await host.until("entry", kind="room.paused")
        gap = [one for one in host.frames if one.get("kind") == "media.gap_opened"][-1]
        assert (gap["body"]["seat"], gap["body"]["why"]) == (2, "line")
        assert (await one.ask(type="say", id="s", text="继续"))["code"] == "room-stands-still"
        goes_on = {"type": "media.continue", "gap": gap["body"]["gap"], "reason": "线路抢修"}
        assert (await one.ask(id="c", **goes_on))["code"] == "not-your-part"
        assert (await host.ask(id="c", **goes_on))["type"] == "ack"
        told = await entry(supervisor, "media.continued")
        assert told["body"]["by"] == "示范主持甲"
        assert (await one.ask(type="say", id="t", text="继续"))["type"] == "ack"
        async with rooms.join(member(2)) as again:
            await join(again, SENT)
            await entry(host, "media.gap_closed")
            # Nobody who could see it is there: the next gap is not gone over.
            left = await again.ask(type="media.leave", id="l", failed=True)
            assert left["type"] == "ack"
            await supervisor.socket.close()
            await host.until("presence", others=["host"])
            late = goes_on | {"gap": gap["body"]["gap"] + 1}
            assert (await host.ask(id="d", **late))["code"] == "supervisor-absent"


@pytest.mark.needs("janus")
async def test_who_sends_to_a_media_server_is_told_when_it_is_gone_and_that_is_a_gap(
    rooms: RoomServer, tmp_path: Path
) -> None:
    await evaluating(rooms)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(asyncio.timeout(SECONDS))
        serving = await stack.enter_async_context(AsyncExitStack())
        address = await serving.enter_async_context(janus(tmp_path))
        carrier = Janus(JanusServer(address=address, secret=SECRET), now=rooms.context.now)
        rooms.context.hub.stage = Stage(MediaLimits(), carrier)
        await stack.enter_async_context(carrier.running())
        one = await stack.enter_async_context(rooms.join(member(1)))
        watching = await stack.enter_async_context(rooms.join(SUPERVISOR))
        await join(watching, [])
        await join(one, SENT)
        # The server may have come a moment after the member.
        told = await floor(one, [None], [])
        [server] = told["receivers"]
        assert (server["viewer"], server["kinds"]) == ("server", SENT)
        offer = {"type": "media.offer", "id": "o", "sdp": a_whole_description()}
        assert (await one.ask(to=server["peer"], **offer))["type"] == "ack"
        answered = await one.until("media.answered", peer=server["peer"])
        assert answered["sdp"].count("a=recvonly") == 2
        whom = next(f for f in watching.frames if f["type"] == "media.floor")["you"]
        assert (await one.ask(to=whom, **offer))["code"] == "peer-gone"
        twice = a_whole_description().replace("a=mid:1", "a=mid:1\r\na=mid:2")
        assert (await one.ask(to=server["peer"], **offer | {"sdp": twice}))["code"] == (
            "media-refused"
        )
        early = {"type": "media.answer", "to": told["you"], "sdp": a_description("recvonly")}
        assert (await watching.ask(id="a", **early))["code"] == "peer-gone"

        await serving.aclose()
        await floor(one, [], [])
        # Nothing carries what it would send: that is a gap, and nobody leads the room on.
        await join(one, SENT)
        gap = (await told_of(watching, "media.gap_opened", seat=1))["body"]
        with pytest.raises(PhaseNotReady):
            await rooms.do(c.AdvancePhase(None, Phase.CHAIR))

    assert gap["why"] == "device"


async def told_of(client: Client, kind: str, *, seat: int) -> dict[str, Any]:
    """The first entry of that kind about a seat."""
    while True:
        for one in client.frames:
            if one.get("kind") == kind and one["body"]["seat"] == seat:
                return one
        await client.receive()


async def test_nobody_is_on_the_floor_before_check_in_and_silence_is_kept(
    rooms: RoomServer,
) -> None:
    room = (await rooms.open()).room
    async with (
        asyncio.timeout(SECONDS),
        rooms.join(member(1)) as one,
        rooms.join(member(2)) as two,
        rooms.join(HOST) as host,
    ):
        await join(host, [])
        assert (await join(one, SENT))["code"] == "not-checked-in"
        await rooms.do(*check_ins(room))
        for client in (one, two):
            await client.until("entry", seq=6)
            await join(client, SENT)
        met = await floor(one, [None, 2], [2])
        assert [(path["viewer"], path["kinds"]) for path in met["receivers"]] == [
            ("host", SENT),
            ("member", SENT),
        ]
        await rooms.do(c.AdvancePhase(None, Phase.CHAIR), *elects(room))
        await rooms.do(c.AdvancePhase(None, Phase.PRELIMINARY))
        votes = [
            c.VoteOnItem(seat.number, bid.number, item.id, True, "", "")
            for seat in room.members
            for bid in room.bids
            for item in room.terms.items
        ]
        await rooms.do(*votes, c.AdvancePhase(None, Phase.TECHNICAL))
        alone = await floor(one, [None], [])
        assert alone["receivers"][0]["kinds"] == ["picture"]
        offer = {"type": "media.offer", "to": alone["receivers"][0]["peer"]}
        heard = await one.ask(id="o", sdp=a_description("sendonly"), **offer)
        assert heard["code"] == "media-refused"
        for client in (two, host):
            await entry(client, "preliminary.decided")


async def test_the_host_is_shown_to_the_hall_once_the_list_is_published(rooms: RoomServer) -> None:
    async with (
        asyncio.timeout(SECONDS),
        rooms.join(HOST, room_id=TENDER) as host,
        rooms.join(Standing(Viewer.PUBLIC), room_id=TENDER) as gallery,
    ):
        assert (await join(host, ["picture"]))["code"] == "silent-now"
        assert (await join(gallery, []))["code"] == "silent-now"
        closed = Event("submission.closed", {"lots": [{"lot": "1", "bids": []}]})
        async with transaction(rooms.context.pool) as connection:
            await journal.append(connection, TENDER, Stream.PUBLIC, closed, at=AT)
        rooms.context.bus.touched(TENDER)
        await entry(host, "submission.closed")
        await entry(gallery, "submission.closed")
        assert (await join(gallery, ["picture"]))["code"] == "not-your-part"
        await join(gallery, [])
        await join(host, ["picture", "screen"])
        await entry(gallery, "hall.broadcast_began")
        shown = await floor(gallery, [], [None])
        assert shown["senders"][0]["kinds"] == ["picture", "screen"]
        await host.ask(type="media.leave", id="l")
        await entry(gallery, "hall.broadcast_ended")
        # The watcher was nobody to the host but a line.
        paths = [one for one in host.frames if one["type"] == "media.floor"][-1]["receivers"]
        assert [(one["viewer"], one["seat"]) for one in paths] == [("public", None)]
