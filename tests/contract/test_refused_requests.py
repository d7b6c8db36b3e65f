"""Every door against requests that no client of ours sends: a refusal with its code, no trace.

Made from the table of routes: a new route is asked the same without anybody thinking of it.
"""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, get_args
from uuid import UUID, uuid4

import msgspec
import pytest

from tendering.api.routing import Route
from tendering.domain.permissions import PERMISSIONS
from tendering.domain.roles import Role
from tests.support.asking import addresses, query_of, signature_of
from tests.support.contents import contents
from tests.support.platform import ALL_ROUTES, Answer, Platform, platform
from tests.support.published import published_tender

__all__ = ["platform"]

JSON: Final = "application/json"
TAKE_JSON: Final = tuple(route for route in ALL_ROUTES if signature_of(route).body is not None)
TAKE_KEYS: Final = tuple(route for route in ALL_ROUTES if route.idempotency != "none")
TAKE_BYTES: Final = tuple(route for route in ALL_ROUTES if route.accepts != JSON)
DEEP: Final = b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"


@dataclass(frozen=True, slots=True)
class Doors:
    """The platform and one tender that exists."""

    platform: Platform
    tender_id: UUID

    async def ask(
        self,
        route: Route,
        data: bytes | None = None,
        *,
        query: str = "",
        key: str | None = None,
        media_type: str = JSON,
        token: str = "",
    ) -> Answer:
        """One request, by somebody in a role that may try."""
        role = min(PERMISSIONS[route.action]) if route.action else Role.OPERATOR
        headers = {"Idempotency-Key": uuid4().hex if key is None else key, "If-Match": '"1"'}
        if data is not None:
            headers["Content-Type"] = media_type
        return await self.platform.request(
            route.method,
            addresses(route, {"tender_id": self.tender_id})[0] + (query or query_of(route)),
            role=role,
            token=token,
            data=data,
            headers=headers,
        )


@pytest.fixture
async def doors(platform: Platform) -> AsyncIterator[Doors]:
    """The doors; whatever a test asks of them must leave nothing behind."""
    tender = await published_tender(platform)
    before = await contents(platform.database)
    yield Doors(platform, tender.id)
    assert await contents(platform.database) == before


async def codes(
    doors: Doors, routes: tuple[Route, ...], **asked: Any
) -> dict[str, tuple[int, str]]:
    """Status and code of the answers by route; the routes of one tuple differ in nothing else."""
    found = {}
    for route in routes:
        answer = await doors.ask(route, **asked)
        found[f"{route.method} {route.path}"] = (answer.status, answer.code)
    return found


def others(found: dict[str, tuple[int, str]], *expected: tuple[int, str]) -> dict[str, Any]:
    """The answers that are none of the expected ones."""
    return {name: answer for name, answer in found.items() if answer not in expected}


async def test_what_is_not_json_is_malformed(doors: Doors) -> None:
    for data in (b"", b"{", b"\xff", b"{]"):
        assert others(await codes(doors, TAKE_JSON, data=data), (400, "malformed")) == {}
    # A Struct that knows its fields stumbles over an unknown one before it sees the rest.
    for data in (DEEP, b'{"a": NaN}', b'{"a":"\xff"}'):
        found = await codes(doors, TAKE_JSON, data=data)
        assert others(found, (400, "malformed"), (422, "invalid")) == {}


async def test_json_of_another_type_is_invalid(doors: Doors) -> None:
    for data in (b"[]", b'"text"', b"null", b"7"):
        assert others(await codes(doors, TAKE_JSON, data=data), (422, "invalid")) == {}


async def test_an_oversized_body_is_not_read(doors: Doors) -> None:
    for route in TAKE_JSON:
        answer = await doors.ask(route, b" " * (route.body_bytes_max + 1))

        assert (answer.status, answer.code) == (413, "body-too-large"), route.path


async def test_another_media_type_is_not_taken(doors: Doors) -> None:
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "a/b"):
        found = await codes(doors, (*TAKE_JSON, *TAKE_BYTES), data=b"{}", media_type=media_type)

        assert others(found, (415, "unsupported-media-type")) == {}


async def test_a_field_that_is_not_known_is_refused(doors: Doors) -> None:
    found = await codes(doors, TAKE_JSON, data=b'{"no_such_field": 1}')

    assert others(found, (422, "invalid")) == {}


def test_no_body_has_room_for_unknown_fields() -> None:
    loose = {
        each.__name__
        for route in TAKE_JSON
        for each in structs(signature_of(route).body_type)
        if not each.__struct_config__.forbid_unknown_fields
    }

    assert loose == set()


async def test_a_field_of_a_wrong_type_is_invalid(doors: Doors) -> None:
    for route, wrong in product(TAKE_JSON, ({"a": [1.5]}, [[]], 2**64, -1, "\0", True)):
        for name in names_of_fields(signature_of(route).body_type, not_holding=wrong):
            answer = await doors.ask(route, json.dumps({name: wrong}).encode())

            assert (answer.status, answer.code) == (422, "invalid"), (route.path, name)


async def test_a_deed_needs_a_well_formed_idempotency_key(doors: Doors) -> None:
    for key in ("", "short", "a" * 65, "sp ace sp ace"):
        found = await codes(doors, TAKE_KEYS, data=b"{}", key=key)

        assert others(found, (400, "idempotency-key-required")) == {}


async def test_a_query_parameter_that_is_not_known_is_refused(doors: Doors) -> None:
    found = await codes(doors, ALL_ROUTES, query="?no_such_parameter=1")

    assert others(found, (422, "invalid")) == {}


async def test_an_address_that_cannot_exist_does_not(doors: Doors) -> None:
    for route in ALL_ROUTES:
        for parameter in signature_of(route).path:
            if parameter.kind is UUID:
                path = addresses(route, {parameter.name: "not-an-id"})[0]
                role = min(PERMISSIONS[route.action]) if route.action else Role.OPERATOR
                answer = await doors.platform.request(
                    route.method, path, role=role, headers={"Idempotency-Key": uuid4().hex}
                )

                assert (answer.status, answer.code) == (404, "not-found"), path


async def test_a_token_that_nobody_has_opens_no_guarded_door(doors: Doors) -> None:
    guarded = tuple(route for route in ALL_ROUTES if route.action is not None)

    for token in ("x", "A" * 43, "A" * 5000):
        found = await codes(doors, guarded, data=b"{}", token=token)
        assert others(found, (401, "unauthenticated")) == {}


async def test_a_refused_request_is_refused_again_under_its_key(doors: Doors) -> None:
    key = uuid4().hex

    first = await codes(doors, TAKE_KEYS, data=b'{"no_such_field": 1}', key=key)
    second = await codes(doors, TAKE_KEYS, data=b'{"no_such_field": 1}', key=key)

    assert first == second
    assert all(400 <= status < 500 for status, _ in first.values()), first


def structs(kind: Any) -> Iterator[Any]:
    """The Structs of a body, its own and those inside."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
        for field in msgspec.structs.fields(kind):
            yield from structs(field.type)
    for inner in get_args(kind):
        yield from structs(inner)


def names_of_fields(kind: Any, *, not_holding: object) -> set[str]:
    """The fields of a body, or of each body it can be, that cannot hold this."""
    return {
        field.encode_name
        for body in get_args(kind) or (kind,)
        for field in msgspec.structs.fields(body)
        if not fits(field.type, not_holding)
    }


def fits(kind: Any, value: object) -> bool:
    """Could a field of this type hold this, as JSON says it?"""
    try:
        msgspec.json.decode(json.dumps(value), type=kind)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return False
    return True
