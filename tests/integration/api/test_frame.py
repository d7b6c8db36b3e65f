"""The frame around handlers: every way in which it says no, and what it lets through."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

import msgspec
import pytest
from aiohttp import web

from tendering.api import requests
from tendering.api.problems import PreconditionFailed
from tendering.api.routing import Route, Tagged
from tendering.domain.parties import Actor
from tendering.domain.roles import Role
from tendering.storage.connection import Connection
from tests.integration.api.conftest import NOON, Edge


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body of the tests."""

    text: Annotated[str, msgspec.Meta(max_length=20)]
    lines: list[Annotated[int, msgspec.Meta(ge=0, le=9)]] = []


class Seen(msgspec.Struct, frozen=True):
    """What a handler was given."""

    tender_id: UUID
    count: int
    wide: bool
    word: str | None


async def get_seen(
    tender_id: UUID, count: Annotated[int, msgspec.Meta(ge=1)] = 7, wide: bool = False,
    word: str | None = None,
) -> Seen:  # fmt: skip
    """Say what arrived."""
    return Seen(tender_id, count, wide, word)


async def post_note(tender_id: UUID, body: Note, received_at: datetime) -> Note:
    """Say it again."""
    assert received_at == NOON
    return body


async def put_note(body: Note, if_match: str) -> Tagged[Note]:
    """Change it, if it is as you think."""
    if if_match != "v1":
        raise PreconditionFailed
    return Tagged(body, "v2")


async def get_whoever(actor: Actor | None) -> Note:
    """Open to all, but it knows you."""
    return Note("nobody" if actor is None else actor.role)


async def get_broken() -> Note:
    """Our mistake."""
    raise ZeroDivisionError("a secret figure")


async def get_away() -> Note:
    """The world's mistake."""
    raise TimeoutError("the database is away")


async def get_half(request: web.Request) -> web.StreamResponse:
    """An answer that breaks off in the middle."""
    answer = web.StreamResponse(headers={"Content-Length": "100"})
    await answer.prepare(request)
    await answer.write(b"half")
    raise ZeroDivisionError


async def get_read(connection: Connection) -> Note:
    """Read something."""
    return Note(await connection.fetchval("SELECT 'read'"))


ROUTES = (
    Route("GET", "/seen/{tender_id}", get_seen),
    Route("POST", "/notes/{tender_id}", post_note, body_bytes_max=200),
    Route("PUT", "/note", put_note),
    Route("GET", "/whoever", get_whoever),
    Route("GET", "/broken", get_broken),
    Route("GET", "/away", get_away),
    Route("GET", "/half", get_half),
    Route("GET", "/read", get_read),
)
SEEN = f"/seen/{uuid4()}"
NOTES = f"/notes/{uuid4()}"


@pytest.fixture
def extra_routes() -> tuple[Route, ...]:
    """The table above."""
    return ROUTES


async def test_path_and_query_arrive_as_their_types(edge: Edge) -> None:
    status, answer = await edge.call("GET", f"{SEEN}?count=3&wide=true&word=%E6%A0%87")

    assert status == 200
    assert answer == {
        "tender_id": SEEN.removeprefix("/seen/"),
        "count": 3,
        "wide": True,
        "word": "标",
    }


@pytest.mark.parametrize(
    "path", ["/seen/7", f"/seen/{UUID(int=7).hex}", "/seen/%00", "/nowhere", "/seen/%FF"]
)
async def test_an_address_that_cannot_exist_is_not_found(edge: Edge, path: str) -> None:
    status, answer = await edge.call("GET", path)

    assert (status, answer["code"]) == (404, "not-found")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("unknown=1", "unknown"),
        ("count=1&count=2", "count"),
        ("count=0", "count"),
        ("count=1.0", "count"),
        ("count=+1", "count"),
        ("count=01", "count"),
        ("wide=1", "wide"),
        ("word=%00", "word"),
    ],
)
async def test_a_query_that_breaks_the_schema_is_refused(
    edge: Edge, query: str, field: str
) -> None:
    status, answer = await edge.call("GET", f"{SEEN}?{query}")

    assert (status, answer["code"]) == (422, "invalid")
    assert answer["parameters"]["field"] == field


async def test_a_query_that_is_not_utf_8_is_malformed(edge: Edge) -> None:
    raw = await edge.client.get(f"/api/v1{SEEN}?word=%ff", allow_redirects=False)
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.client.port)
    writer.write(f"GET /api/v1{SEEN}?word=%ff HTTP/1.0\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()

    assert raw.status == 400
    assert answer.startswith(b"HTTP/1.0 400")


async def test_a_wrong_method_names_the_right_ones(edge: Edge) -> None:
    answer = await edge.request("DELETE", SEEN)

    assert answer.status == 405
    assert answer.headers["Allow"] == "GET,HEAD"
    assert (await answer.json())["code"] == "method-not-allowed"
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        (b'{"text": "a"', 400, "malformed", None),
        (b"", 400, "malformed", None),
        (b'{"text": "\xff"}', 400, "malformed", None),
        (b'{"text": "\\ud800"}', 400, "malformed", None),
        (b'{"text": "\\u0000"}', 422, "invalid", None),
        (b'{"text": "a", "other": 1}', 422, "invalid", ""),
        (b'{"text": 1}', 422, "invalid", "text"),
        (b'{"text": "a", "lines": [1, 10]}', 422, "invalid", "lines[1]"),
        (b'{"text": "a", "lines": "b"}', 422, "invalid", "lines"),
        (b"[]", 422, "invalid", ""),
        (b"[" * 150, 422, "invalid", ""),
        (b'{"text": "0001-01-01T00:00+10:00"}', 422, "invalid", None),
        (b'{"text": "' + b"a" * 300 + b'"}', 413, "body-too-large", None),
    ],
)
async def test_a_body_that_cannot_be_taken_is_refused_with_the_place(
    edge: Edge, body: bytes, status: int, code: str, field: str | None
) -> None:
    answer = await edge.client.post(
        f"/api/v1{NOTES}", data=body, headers={"Content-Type": "application/json"}
    )

    problem = await answer.json()
    assert (answer.status, problem["code"]) == (status, code)
    assert problem["type"] == f"urn:problem:{code}"
    assert problem.get("parameters", {}).get("field") == field


async def test_an_escaped_backslash_before_u0000_is_not_a_nul(edge: Edge) -> None:
    status, answer = await edge.call("POST", NOTES, {"text": "\\u0000"})

    assert (status, answer["text"]) == (200, "\\u0000")


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_body_is_measured_while_it_arrives(edge: Edge, chunked: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield b" " * 100

    body = pieces() if chunked else b" " * 400
    answer = await edge.client.post(
        f"/api/v1{NOTES}", data=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status == 413


async def test_a_body_of_another_type_is_refused(edge: Edge) -> None:
    as_text = await edge.client.post(f"/api/v1{NOTES}", data="{}")
    packed = await edge.client.post(
        f"/api/v1{NOTES}",
        data=b"{}",
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    )

    assert as_text.status == 415
    assert packed.status in {400, 415}


async def test_a_body_that_does_not_arrive_is_given_up(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "BODY_SECONDS_MAX", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.client.port)
    head = f"POST /api/v1{NOTES} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    writer.write(head.encode() + b"Content-Length: 50\r\n\r\n{")

    answer = await reader.readuntil(b"\r\n\r\n")

    writer.close()
    assert answer.startswith(b"HTTP/1.1 408")


async def test_a_change_needs_the_tag_that_was_read(edge: Edge) -> None:
    missing, _ = await edge.call("PUT", "/note", {"text": "a"})
    stale, _ = await edge.call("PUT", "/note", {"text": "a"}, headers={"If-Match": '"v0"'})
    any_tag, _ = await edge.call("PUT", "/note", {"text": "a"}, headers={"If-Match": "*"})
    fresh = await edge.request("PUT", "/note", {"text": "a"}, headers={"If-Match": '"v1"'})

    assert [missing, stale, any_tag, fresh.status] == [428, 412, 412, 200]
    assert fresh.headers["ETag"] == '"v2"'


async def test_a_public_route_may_still_know_who_asks(edge: Edge) -> None:
    await edge.enter(1, Role.BIDDER)
    token = await edge.log_in("login1")

    _, stranger = await edge.call("GET", "/whoever")
    _, bidder = await edge.call("GET", "/whoever", token=token)
    _, stale = await edge.call("GET", "/whoever", token="A" * 43)

    assert [stranger["text"], bidder["text"], stale["text"]] == ["nobody", "bidder", "nobody"]


async def test_a_bug_is_answered_without_detail(edge: Edge) -> None:
    answer = await edge.request("GET", "/broken", headers={"X-Request-Id": "request-0001"})

    text = await answer.text()
    assert answer.status == 500
    assert "secret" not in text
    assert json.loads(text)["request_id"] == "request-0001"


async def test_an_outage_says_when_to_come_back(edge: Edge) -> None:
    answer = await edge.request("GET", "/away")

    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"


async def test_an_answer_that_breaks_in_the_middle_ends_the_line(edge: Edge) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.client.port)
    writer.write(b"GET /api/v1/half HTTP/1.1\r\nHost: x\r\n\r\n")

    answer = await reader.read()

    writer.close()
    assert answer.endswith(b"half")
    assert answer.count(b"HTTP/1.1") == 1


async def test_a_change_of_a_tender_is_told_after_the_commit(edge: Edge) -> None:
    await edge.call("POST", NOTES, {"text": "a"})
    await edge.call("POST", NOTES, {"text": 1})
    await edge.call("GET", SEEN)

    assert edge.touched == [UUID(NOTES.removeprefix("/notes/"))]


async def test_a_read_gets_a_connection(edge: Edge) -> None:
    _, answer = await edge.call("GET", "/read")

    assert answer["text"] == "read"


async def test_every_answer_carries_the_security_headers(edge: Edge) -> None:
    for path in ("/read", "/broken", "/nowhere"):
        answer = await edge.request("GET", path)

        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "camera=(), microphone=(), display" in answer.headers["Permissions-Policy"]
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Server"] == "kaibiao"
        assert answer.headers["X-Request-Id"]
