"""Signatures are read once, and a wrong one is found at start."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
from aiohttp import web

from tendering.api.requests import _NUL_ESCAPE
from tendering.api.routing import Headed, Route, mount
from tendering.api.signatures import read_signature


async def get_much(
    request: web.Request,
    rooms: dict[str, int],
    tender_id: UUID,
    *,
    needed: int,
    maybe: Annotated[str | None, msgspec.Meta(max_length=3)] = None,
    chosen: int = 4,
) -> None:
    """Takes from everywhere."""


def test_parameters_are_sorted_by_where_they_come_from() -> None:
    signature = read_signature(get_much, "/tenders/{tender_id}", {"rooms": {}})

    assert [parameter.name for parameter in signature.path] == ["tender_id"]
    assert [(p.name, p.required, p.default) for p in signature.query] == [
        ("needed", True, None),
        ("maybe", False, None),
        ("chosen", False, 4),
    ]
    assert signature.given == {"request"}
    assert signature.parts == {"rooms"}
    assert not signature.connection
    assert not signature.asks_who


def test_an_optional_parameter_keeps_its_limits() -> None:
    signature = read_signature(get_much, "/tenders/{tender_id}", {"rooms": {}})

    maybe = signature.query[1]
    assert msgspec.convert("abc", maybe.kind) == "abc"
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert("abcd", maybe.kind)


async def untyped(tender_id: UUID):  # type: ignore[no-untyped-def]  # that is the mistake
    """Does not say what it returns."""


async def quoted(tender_id: "UUID") -> None:
    """Hides its type in quotes."""


@pytest.mark.parametrize(
    ("handler", "path"),
    [(untyped, "/{tender_id}"), (quoted, "/{tender_id}"), (get_much, "/{tender_id}/{lot}")],
)
def test_a_wrong_signature_is_found_at_start(handler: Any, path: str) -> None:
    with pytest.raises(AssertionError):
        read_signature(handler, path, {"rooms": {}})


def test_an_unknown_action_is_found_at_start() -> None:
    route = Route("GET", "/{tender_id}", get_much, action="house.burn")

    with pytest.raises(AssertionError, match=r"house\.burn"):
        mount(web.Application(), [route], None)  # type: ignore[arg-type]  # never looked at


async def post_credential() -> Headed[None]:
    """Answers with a cookie."""
    return Headed(None, {"Set-Cookie": "a=b"})


def test_what_carries_a_cookie_is_never_kept_for_replay() -> None:
    route = Route("POST", "/credential", post_credential, idempotency="transaction")

    with pytest.raises(AssertionError, match="credential"):
        mount(web.Application(), [route], None)  # type: ignore[arg-type]  # never looked at


@pytest.mark.parametrize(
    ("raw", "is_nul"),
    [
        (rb'"\u0000"', True),
        (rb'"a\u0000"', True),
        (rb'"\\\u0000"', True),
        (rb'"\\u0000"', False),
        (rb'"\\\\u0000"', False),
        (rb'"\u00000"', True),
        (rb'"\u0001"', False),
    ],
)
def test_an_escaped_nul_is_told_from_an_escaped_backslash(raw: bytes, is_nul: bool) -> None:
    assert (_NUL_ESCAPE.search(raw) is not None) is is_nul
