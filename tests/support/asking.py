"""Addresses made from the table of routes, so that a new route cannot be forgotten by a test."""

import base64
import re
from collections.abc import Mapping
from typing import Any, Final, Literal, get_args, get_origin
from uuid import UUID

import msgspec

from tendering.api.routing import PREFIX, Route
from tendering.api.signatures import Signature, read_signature

PARTS: Final[Mapping[str, object]] = dict.fromkeys(
    ("log_parts", "rooms", "insurance", "partner_line")
)
# One of these has the form of every path parameter that is a text.
_TEXTS: Final = (
    "1",
    "001",
    "price",
    "opening_record",
    "0" * 64,
    "0" * 16,
    "招标文件.pdf",
    "x001",
    "2026-12",
    "2026",
)
# And of every text in a body.
_BODY_TEXTS: Final = (
    *_TEXTS,
    "91510100MB0000001X",
    "510100",
    "text/plain",
    "a@bidder.example",
    "0123456789",
)
_PLAIN: Final[Mapping[type[msgspec.inspect.Type], object]] = {
    msgspec.inspect.AnyType: {},
    msgspec.inspect.BoolType: False,
    msgspec.inspect.DateTimeType: "2026-11-23T01:30:00.000000Z",
    msgspec.inspect.DateType: "2026-11-23",
    msgspec.inspect.DecimalType: "1",
    msgspec.inspect.DictType: {},
    msgspec.inspect.UUIDType: str(UUID(int=0xABC)),
}


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


def body_of(route: Route) -> object:
    """A well-formed body: every member that is required, as JSON values. None for no body."""
    kind = signature_of(route).body_type
    if kind is None:
        return None
    body = _example(msgspec.inspect.type_info(kind))
    msgspec.convert(body, kind)
    return body


def _example(kind: msgspec.inspect.Type) -> object:
    """A value of a type as its JSON: the first choice, the shortest list."""
    match kind:
        case msgspec.inspect.Metadata():
            return _example(kind.type)
        case msgspec.inspect.StructType():
            tag = {kind.tag_field: kind.tag} if kind.tag_field else {}
            required = [field for field in kind.fields if field.required]
            return {**tag, **{field.encode_name: _example(field.type) for field in required}}
        case msgspec.inspect.UnionType():
            return _example(kind.types[0])
        case msgspec.inspect.ListType() | msgspec.inspect.VarTupleType():
            return [_example(kind.item_type)] * max(1, kind.min_length or 0)
        case _:
            return _plain(kind)


def _plain(kind: msgspec.inspect.Type) -> object:
    match kind:
        case msgspec.inspect.LiteralType():
            return kind.values[0]
        case msgspec.inspect.EnumType():
            return next(iter(kind.cls)).value
        case msgspec.inspect.BytesType():
            return base64.b64encode(bytes(max(8, kind.min_length or 0))).decode()
        case msgspec.inspect.IntType():
            return 1 if kind.ge is None else kind.ge
        case msgspec.inspect.StrType():
            return _text(kind)
        case _:
            assert type(kind) in _PLAIN, f"no example of {kind}: add one to _PLAIN"
            return _PLAIN[type(kind)]


def _text(kind: msgspec.inspect.StrType) -> str:
    for text in _BODY_TEXTS:
        fits = re.search(kind.pattern, text) if kind.pattern else True
        if fits and (kind.min_length or 0) <= len(text) <= (kind.max_length or len(text)):
            return text
    raise AssertionError(f"no text of the form {kind.pattern}: add one to _BODY_TEXTS")


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
