"""A party's line survives a platform that goes away, and does nothing twice."""

import asyncio
import gc
import socket
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from clients.platform import Platform, PlatformRefused, PlatformUnreachable, open_platform
from clients.transcript import Transcript, read_transcript

ACTOR = {
    "person_id": "00000000-0000-0000-0000-000000000001",
    "organization_id": "00000000-0000-0000-0000-000000000002",
    "role": "bidder",
    "organization_name": "示范建设01有限公司",
    "uscc": "910000000000001019",
}

Step = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Script:
    """A platform that answers what the test has written, one step a request."""

    steps: list[Step]
    keys: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The next step."""
        self.keys.append(request.headers.get("Idempotency-Key", ""))
        self.tokens.append(request.headers.get("Authorization", ""))
        return await self.steps.pop(0)(request)


def says(status: int, body: object) -> Step:
    """An answer."""

    async def step(_request: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status)

    return step


async def dies(request: web.Request) -> web.StreamResponse:
    """The connection breaks before there is an answer."""
    assert request.transport is not None
    request.transport.abort()
    await asyncio.sleep(0)
    return web.Response()


async def dies_halfway(request: web.Request) -> web.StreamResponse:
    """The connection breaks in the middle of the answer."""
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b"half")
    assert request.transport is not None
    request.transport.close()
    return response


@pytest.fixture
async def script() -> AsyncIterator[tuple[Script, Platform]]:
    """A scripted platform and a line to it."""
    scripted = Script([])
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", scripted.answer)
    async with TestServer(app) as server, open_platform(str(server.make_url(""))) as line:
        line.patience_seconds = 3.0
        yield scripted, line


async def test_an_act_is_repeated_under_the_same_key(script: tuple[Script, Platform]) -> None:
    scripted, line = script
    scripted.steps += [dies, says(503, {}), dies_halfway, says(201, {"id": 1})]

    answer = await line.post("/things", {"a": 1})

    assert answer == {"id": 1}
    assert len(set(scripted.keys)) == 1
    assert len(scripted.keys) == 4


async def test_a_refusal_is_told_with_its_code(script: tuple[Script, Platform]) -> None:
    scripted, line = script
    scripted.steps.append(says(409, {"code": "deadline-passed", "parameters": {"deadline": "x"}}))

    with pytest.raises(PlatformRefused) as told:
        await line.post("/things")

    assert (told.value.code, told.value.status) == ("deadline-passed", 409)
    assert told.value.parameters == {"deadline": "x"}


async def test_patience_comes_to_an_end(script: tuple[Script, Platform]) -> None:
    scripted, line = script
    line.patience_seconds = 0.3
    scripted.steps += [says(503, {})] * 10

    with pytest.raises(PlatformUnreachable):
        await line.get("/things")


async def test_a_session_that_has_ended_is_begun_again(script: tuple[Script, Platform]) -> None:
    scripted, line = script
    session = {"token": "t1", "actor": ACTOR}
    scripted.steps += [
        says(201, session),
        says(401, {"code": "unauthenticated"}),
        says(201, {**session, "token": "t2"}),
        says(200, {"a": 1}),
    ]

    await line.log_in("bidder01", "password")
    answer = await line.get("/me")

    assert answer == {"a": 1}
    assert scripted.tokens == ["", "Bearer t1", "", "Bearer t2"]


async def test_a_wrong_password_is_not_tried_again(script: tuple[Script, Platform]) -> None:
    scripted, line = script
    scripted.steps.append(says(401, {"code": "login-refused"}))

    with pytest.raises(PlatformRefused, match="login-refused"):
        await line.log_in("bidder01", "wrong")


async def test_too_many_attempts_are_waited_out(script: tuple[Script, Platform]) -> None:
    scripted, line = script
    busy = {"code": "too-many-attempts", "parameters": {"retry_after_seconds": 0.1}}
    scripted.steps += [says(429, busy), says(200, {})]

    assert await line.get("/things") == {}


async def test_a_download_begins_again_until_it_is_whole(
    script: tuple[Script, Platform], tmp_path: Path
) -> None:
    scripted, line = script
    scripted.steps += [dies_halfway, says(200, {"whole": True})]

    size = await line.download("/file", tmp_path / "file")

    assert (tmp_path / "file").read_bytes() == b'{"whole": true}'
    assert size == 15
    assert not (tmp_path / "file.partial").exists()


async def test_bytes_that_have_to_go_again_are_not_counted_twice(
    script: tuple[Script, Platform],
) -> None:
    scripted, line = script
    moved: list[int] = []

    async def takes(request: web.Request) -> web.StreamResponse:
        return web.Response(status=204 if await request.read() == content else 500)

    content = bytes(range(256)) * 1000
    scripted.steps += [says(503, {}), takes]
    await line.put_bytes("/part", content, moved=moved.append)

    assert sum(moved) == len(content)


async def test_trouble_is_told_while_it_lasts(script: tuple[Script, Platform]) -> None:
    scripted, line = script
    told: list[str] = []
    line.on_trouble = lambda error: told.append(type(error).__name__)
    scripted.steps += [dies, says(503, {}), says(200, {})]

    await line.post("/things")

    assert told == ["ServerDisconnectedError", "PlatformAway"]


async def test_a_given_key_is_the_one_that_is_sent(script: tuple[Script, Platform]) -> None:
    scripted, line = script
    scripted.steps += [says(201, {})]
    key = UUID(int=7)

    await line.post("/things", key=key)

    assert scripted.keys == [str(key)]


async def test_a_transcript_holds_each_answer_and_no_lost_attempt(
    script: tuple[Script, Platform], tmp_path: Path
) -> None:
    scripted, line = script
    line.heard = Transcript(tmp_path / "transcript.jsonl").heard
    scripted.steps += [dies, says(200, {"token": "t"}), says(409, {"code": "wrong-phase"})]

    await line.post("/things", {"password": "p"}, {"lot": "1"})
    with pytest.raises(PlatformRefused, match="wrong-phase"):
        await line.post("/things")

    kept = read_transcript(tmp_path / "transcript.jsonl")
    assert [(each.method, each.path, each.status) for each in kept] == [
        ("POST", "/things?lot=1", 200),
        ("POST", "/things", 409),
    ]
    assert [each.headers["Idempotency-Key"] for each in kept] == scripted.keys[1:]
    assert (kept[0].asked, kept[0].answered) == ({"password": "<secret>"}, {"token": "<secret>"})


def test_a_line_that_is_left_in_the_middle_of_an_upload_leaves_no_transport_behind() -> None:
    async def given_up(address: str) -> None:
        async with open_platform(address, patience_seconds=0) as line:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await line.put_bytes("/uploads/1", bytes(16 << 20))

    with (
        socket.create_server(("127.0.0.1", 0)) as deaf,
        warnings.catch_warnings(record=True) as told,
    ):
        warnings.simplefilter("always")
        asyncio.run(given_up(f"http://127.0.0.1:{deaf.getsockname()[1]}"))
        gc.collect()

    assert [str(one.message) for one in told if "transport" in str(one.message)] == []
