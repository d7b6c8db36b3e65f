"""A line to a room is taken up again where it broke, and no request is lost or done twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from clients.platform import Platform, open_platform
from clients.room_client import RoomRefused, open_room

ROOM = UUID(int=7)


@dataclass
class ScriptedRoom:
    """A room that answers requests as the test has written; `break` ends the line instead."""

    answers: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    joined_after: list[int] = field(default_factory=list)
    seq: int = 4

    async def ticket(self, _request: web.Request) -> web.Response:
        """Anybody may enter."""
        return web.json_response({"ticket": "t", "expires_in_seconds": 30}, status=201)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Greet, then answer each request."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        hello = json.loads((await socket.receive()).data)
        self.joined_after.append(hello["after"])
        standing = {"kind": "evaluation", "viewer": "member", "seat": 2}
        greeting: dict[str, Any] = {"type": "resumed", "seq": self.seq, "standing": standing}
        if hello["after"] == 0:
            greeting = {**greeting, "type": "snapshot", "room": {"phase": "technical"}}
        await socket.send_json(greeting)
        async for message in socket:
            assert message.type is WSMsgType.TEXT
            asked = json.loads(message.data)
            self.asked.append(asked)
            if not await self._answer(socket, asked):
                break
        return socket

    async def _answer(self, socket: web.WebSocketResponse, asked: dict[str, Any]) -> bool:
        match self.answers.pop(0):
            case "break":
                await socket.close(code=1011)
                return False
            case "ack":
                self.seq += 1
                body = {"to": "price", "room_id": str(ROOM)}
                entry = {"seq": self.seq, "kind": "phase.changed", "body": body, "at": "x"}
                await socket.send_json({"type": "entry", **entry})
                await socket.send_json({"type": "ack", "id": asked["id"], "seq": self.seq})
            case code:
                refusal = {"code": code, "detail": "", "parameters": {}}
                await socket.send_json({"type": "refused", "id": asked["id"], **refusal})
        return True


@pytest.fixture
async def scripted() -> AsyncIterator[tuple[ScriptedRoom, Platform]]:
    """A scripted room and a line to its platform."""
    room = ScriptedRoom()
    app = web.Application()
    app.router.add_post(f"/api/v1/rooms/{ROOM}/tickets", room.ticket)
    app.router.add_get(f"/api/v1/rooms/{ROOM}/socket", room.serve)
    async with TestServer(app) as server, open_platform(str(server.make_url(""))) as line:
        yield room, line


async def test_an_acknowledged_request_is_answered_with_its_entry(
    scripted: tuple[ScriptedRoom, Platform],
) -> None:
    server, line = scripted
    server.answers = ["ack"]

    async with open_room(line, ROOM) as room:
        before = room.phase
        seq = await room.ask("phase.advance", to="price")

    assert (before, room.phase, seq, room.seat) == ("technical", "price", 5, 2)


async def test_a_refusal_is_told_with_its_code(scripted: tuple[ScriptedRoom, Platform]) -> None:
    server, line = scripted
    server.answers = ["phase-not-ready"]

    async with open_room(line, ROOM) as room:
        with pytest.raises(RoomRefused) as told:
            await room.ask("phase.advance", to="price")

    assert told.value.code == "phase-not-ready"


async def test_a_request_without_an_answer_is_sent_again_after_resuming(
    scripted: tuple[ScriptedRoom, Platform],
) -> None:
    server, line = scripted
    server.answers = ["break", "ack"]

    async with asyncio.timeout(10), open_room(line, ROOM) as room:
        seq = await room.ask("score.submit", bid=1)

    assert seq == 5
    assert server.joined_after == [0, 4]
    assert len({asked["id"] for asked in server.asked}) == 1


async def test_a_repetition_that_was_done_already_counts_as_done(
    scripted: tuple[ScriptedRoom, Platform],
) -> None:
    server, line = scripted
    server.answers = ["break", "scores-already-locked"]

    async with asyncio.timeout(10), open_room(line, ROOM) as room:
        seq = await room.ask("scores.lock", done_when=frozenset({"scores-already-locked"}))

    assert seq == 0


async def test_the_first_refusal_is_no_repetition(
    scripted: tuple[ScriptedRoom, Platform],
) -> None:
    server, line = scripted
    server.answers = ["scores-already-locked"]

    async with open_room(line, ROOM) as room:
        with pytest.raises(RoomRefused):
            await room.ask("scores.lock", done_when=frozenset({"scores-already-locked"}))


async def test_a_room_that_is_busy_is_asked_again(
    scripted: tuple[ScriptedRoom, Platform],
) -> None:
    server, line = scripted
    server.answers = ["unavailable", "ack"]

    async with asyncio.timeout(10), open_room(line, ROOM) as room:
        await room.ask("score.submit", bid=1)
        await room.until(lambda seen: seen.phase == "price")

    assert server.answers == []
