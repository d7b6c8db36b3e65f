"""Addresses made from the table of routes, so that a new route cannot be forgotten by a test."""

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args, get_origin
from uuid import UUID

import msgspec

from tendering.api.routing import PREFIX, Route
from tendering.api.signatures import Signature, read_signature

PARTS: Final[Mapping[str, object]] = {"log_parts": None, "rooms": None, "insurance": None}
# One of these has the form of every path parameter that is a text.
_TEXTS: Final = ("1", "001", "price", "opening_record", "0" * 64, "招标文件.pdf", "x001")


def signature_of(route: Route) -> Signature:
    """What the route's handler asks for."""
    return read_signature(route.handler, route.path, PARTS)


def addresses(route: Route, known: Mapping[str, object]) -> list[str]:
    """Well-formed addresses of a route: with every word where it takes certain words.

    `known` are values by parameter; other ids are such as nobody has.
    """
    found = [PREFIX + route.path]
    for parameter in signature_of(route).path:
        values = [known[parameter.name]] if parameter.name in known else _values(parameter.kind)
        found = [
            path.replace("{" + parameter.name + "}", str(value))
            for path in found
            for value in values
        ]
    return found


def query_of(route: Route) -> str:
    """A well-formed query: what is required."""
    given = [
        f"{parameter.name}={_values(parameter.kind)[0]}"
        for parameter in signature_of(route).query
        if parameter.required
    ]
    return "?" + "&".join(given) if given else ""


def _values(kind: Any) -> list[object]:
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    for value in (UUID(int=0xABC), 1, *_TEXTS):
        try:
            msgspec.convert(str(value), kind, strict=False)
        except msgspec.ValidationError:
            continue
        return [value]
    raise AssertionError(f"no value of the form {kind}: add one to _TEXTS")
