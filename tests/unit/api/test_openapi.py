"""The document says what the frame does: limits, refusals, log-in, names."""

import re
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
from aiohttp import web

from tendering.api.openapi import document
from tendering.api.routes_accounts import ACCOUNT_ROUTES
from tendering.api.routing import Headed, Route, Tagged
from tendering.domain.parties import Actor, Session
from tendering.domain.refusals.demonstration import NothingDue

Json = dict[str, Any]


class Blob(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body
    of two lines."""

    content: Annotated[bytes, msgspec.Meta(max_length=10)]
    code: Annotated[str, msgspec.Meta(pattern=r"^[a-z]+(?!\n)$")]
    free: dict[str, str] = {}


async def get_thing(actor: Actor | None, thing_id: UUID, limit: int = 5) -> Tagged[Blob]:
    """A thing.

    More about it.
    """
    raise NotImplementedError


async def put_thing(thing_id: UUID, body: Blob, if_match: str) -> Headed[Tagged[Blob]]:
    """Change it."""
    raise NotImplementedError


async def patch_thing(session: Session, if_match: str | None) -> None:
    """Change it a little."""
    raise NotImplementedError


async def get_file(request: web.Request) -> web.StreamResponse:
    """A file."""
    raise NotImplementedError


async def put_file(request: web.Request) -> None:
    """Give a file."""
    raise NotImplementedError


ROUTES = (
    Route("GET", "/things/{thing_id}", get_thing),
    Route("PUT", "/things/{thing_id}", put_thing, errors=(NothingDue,), idempotency="natural"),
    Route("POST", "/things", patch_thing),
    Route("GET", "/file", get_file, produces="application/pdf", statuses=(206, 416)),
    Route("PUT", "/file", put_file, accepts="application/octet-stream"),
)


def operation(method: str, path: str) -> Json:
    """One operation of the table above."""
    made = document(ROUTES, title="t", version="1")
    found: Json = made["paths"][f"/api/v1{path}"][method]
    return found


def test_a_route_lists_every_status_that_can_occur() -> None:
    get, put = operation("get", "/things/{thing_id}"), operation("put", "/things/{thing_id}")

    assert set(get["responses"]) == {"200", "400", "404", "422", "500", "503"}
    assert set(put["responses"]) - set(get["responses"]) == {
        "408", "409", "412", "413", "415", "428",
    }  # fmt: skip
    assert put["responses"]["409"]["description"] == "Conflict: nothing-due"


def test_streams_name_their_media_types() -> None:
    get, put = operation("get", "/file"), operation("put", "/file")

    assert get["responses"]["200"]["content"] == {"application/pdf": {"schema": {}}}
    assert "206" in get["responses"]
    assert "416" in get["responses"]
    assert put["requestBody"]["content"] == {"application/octet-stream": {"schema": {}}}
    assert "content" not in put["responses"]["204"]


def test_headers_that_are_asked_for_are_parameters() -> None:
    put, post = operation("put", "/things/{thing_id}"), operation("post", "/things")

    needed = {p["name"]: p["required"] for p in put["parameters"] if p["in"] == "header"}
    optional = {p["name"]: p["required"] for p in post["parameters"] if p["in"] == "header"}
    assert needed == {"Idempotency-Key": True, "If-Match": True}
    assert optional == {"If-Match": False}


def test_the_log_in_that_is_needed_is_told() -> None:
    assert operation("get", "/file")["security"] == []
    assert {} in operation("get", "/things/{thing_id}")["security"]
    assert operation("post", "/things")["security"] == [
        {"bearer": []},
        {"session_cookie": [], "csrf_token": []},
    ]


def test_schemas_are_written_for_ecmascript() -> None:
    made = document(ROUTES, title="t", version="1")["components"]["schemas"]["Blob"]

    assert made["description"] == "A body\nof two lines."
    assert made["additionalProperties"] is False
    assert made["properties"]["code"]["pattern"] == "^[a-z]+$"
    assert re.fullmatch(made["properties"]["content"]["pattern"], "AAA=")
    assert made["properties"]["content"]["maxLength"] == 16
    assert made["properties"]["free"]["propertyNames"] == {"pattern": "^[^\\u0000]*$"}


def test_two_handlers_of_one_name_are_a_mistake() -> None:
    twice = (*ROUTES, Route("GET", "/other", get_file))

    with pytest.raises(AssertionError, match="same name"):
        document(twice, title="t", version="1")


def test_what_is_not_for_everybody_can_be_left_out() -> None:
    hidden = (Route("GET", "/socket", get_file, documented=False),)

    assert document(hidden, title="t", version="1")["paths"] == {}


def test_every_number_and_text_that_comes_in_has_a_limit() -> None:
    made = document(ACCOUNT_ROUTES, title="t", version="1")

    assert list(unlimited(made)) == []


def unlimited(made: Json) -> Iterator[str]:
    """Places in bodies and parameters that take numbers or texts of any size."""
    schemas = made["components"]["schemas"]
    bodies = {name for name in schemas if name.startswith(("Post", "Put", "New"))}
    kinds = [(f"{name}.{field}", kind) for name in bodies for field, kind in _fields(schemas[name])]
    operations = [each for path in made["paths"].values() for each in path.values()]
    kinds += [
        (f"{each['operationId']}.{parameter['name']}", parameter["schema"])
        for each in operations
        for parameter in each["parameters"]
        if parameter["in"] != "header"
    ]
    for place, kind in kinds:
        bounded = {"integer": {"maximum"}, "string": {"maxLength", "enum", "format"}}
        if kind.get("type") in bounded and not kind.keys() & bounded[kind["type"]]:
            yield place


def _fields(schema: Json) -> Iterator[tuple[str, Json]]:
    for field, kind in schema["properties"].items():
        for each in kind.get("anyOf", [kind]):
            yield field, each
