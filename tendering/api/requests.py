"""Reading a request strictly: path, query, headers, body. Nothing half understood gets through.

What is wrong with an address is 404, with the query or the values 422, with the JSON itself 400.
"""

import asyncio
import re
from typing import Any, Final, NoReturn, get_args, get_origin
from urllib.parse import unquote_to_bytes
from uuid import UUID

import msgspec
from aiohttp import web

from crypto.canonical import canonical
from tendering.api.problems import (
    BodyTooLarge,
    InvalidRequest,
    Malformed,
    PreconditionFailed,
    PreconditionRequired,
    RequestTimeout,
    UnsupportedMediaType,
)
from tendering.api.signatures import Parameter, Signature
from tendering.domain.refusals import NotFound

BODY_SECONDS_MAX: Final = 30
IDEMPOTENCY_KEY: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")

_ENTITY_TAG: Final = re.compile(r'"([!#-~]{1,128})"')
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,18})")
_BOOLEAN: Final = re.compile(r"true|false")
_WRITTEN: Final[dict[Any, re.Pattern[str]]] = {UUID: _UUID, int: _INTEGER, bool: _BOOLEAN}
# PostgreSQL's text has no NUL; in JSON it can only be written as this escape.
_NUL_ESCAPE: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
# On the first and last day there is, an offset leads out of the calendar.
_EDGE_OF_TIME: Final = re.compile(rb'"(0001-01-01|9999-12-31)[Tt ]')
_EDGE_DAYS: Final = (b'"0001-01-01', b'"9999-12-31')
_FIELD: Final = re.compile(r"^(.*) - at `(.*)`$", re.DOTALL)


def path_arguments(signature: Signature, request: web.Request) -> dict[str, object]:
    """The path parameters by name. Raises NotFound: an address that cannot exist does not."""
    arguments: dict[str, object] = {}
    for parameter in signature.path:
        try:
            arguments[parameter.name] = _value(parameter, request.match_info[parameter.name])
        except msgspec.ValidationError:
            raise NotFound from None
    return arguments


def query_arguments(signature: Signature, request: web.Request) -> dict[str, object]:
    """The query parameters by name. Raises InvalidRequest, for unknown and repeated ones too."""
    known = {parameter.name for parameter in signature.query}
    try:
        unquote_to_bytes(request.rel_url.raw_query_string).decode("utf-8")
    except UnicodeError:
        raise Malformed("the query is not UTF-8") from None
    for name in request.query:
        if name not in known:
            raise InvalidRequest("there is no such query parameter", field=name[:100])
        if len(request.query.getall(name)) > 1:
            raise InvalidRequest("a query parameter is given twice", field=name)
    arguments: dict[str, object] = {}
    for parameter in signature.query:
        text = request.query.get(parameter.name)
        if text is not None:
            try:
                arguments[parameter.name] = _value(parameter, text)
            except msgspec.ValidationError as error:
                raise InvalidRequest(str(error), field=parameter.name) from None
        elif parameter.required:
            raise InvalidRequest("a query parameter is missing", field=parameter.name)
        else:
            arguments[parameter.name] = parameter.default
    return arguments


async def read_json(
    request: web.Request, *, bytes_max: int, media_type: str = "application/json"
) -> bytes:
    """The body, at most `bytes_max`. Raises UnsupportedMediaType, BodyTooLarge, RequestTimeout."""
    if request.content_type != media_type or "Content-Encoding" in request.headers:
        raise UnsupportedMediaType
    if (request.content_length or 0) > bytes_max:
        raise BodyTooLarge(bytes_max=bytes_max)
    if request.content.is_eof() and request.content.total_bytes <= bytes_max:
        return request.content.read_nowait()  # it is here already: no clock need be wound up
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > bytes_max:
                    raise BodyTooLarge(bytes_max=bytes_max)
    except TimeoutError:
        raise RequestTimeout from None
    return bytes(body)


def decode(decoder: "msgspec.json.Decoder[Any]", raw: bytes) -> Any:
    """The body as its Struct. Raises Malformed, or InvalidRequest with the place as `field`."""
    # Looking for the word first is a hundred times faster than the expression; for the byte that it
    # begins with, ten times faster again.
    if b"\\" in raw and b"\\u0000" in raw and _NUL_ESCAPE.search(raw):
        raise InvalidRequest("a string contains a NUL character")
    if any(day in raw for day in _EDGE_DAYS) and _EDGE_OF_TIME.search(raw):
        raise InvalidRequest("an instant at the edge of the calendar")
    try:
        body = decoder.decode(raw)
        # What is free in form may be hashed, signed or stored: no fractions, no huge integers.
        _require_canonical(body)
    except msgspec.ValidationError as error:
        _invalid(error)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from None
    except (TypeError, ValueError) as error:
        raise InvalidRequest(str(error), field="") from None
    return body


def _require_canonical(value: object) -> None:
    """Raise what `canonical` raises; bytes, which JSON carries as base64, are what they are."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            _require_canonical(getattr(value, name))
    elif not isinstance(value, bytes):
        canonical(msgspec.to_builtins(value))


def if_match(need: str, request: web.Request) -> str | None:
    """The one strong entity tag of If-Match, unquoted. Raises PreconditionRequired or -Failed."""
    text = request.headers.get("If-Match")
    if text is None:
        if need == "required":
            raise PreconditionRequired
        return None
    tag = _ENTITY_TAG.fullmatch(text.strip())
    if tag is None:
        raise PreconditionFailed("If-Match must hold one strong entity tag")
    return tag[1]


def _value(parameter: Parameter, text: str) -> object:
    if not _is_clean(text):
        raise msgspec.ValidationError("not a text")
    written = _WRITTEN.get(_plain(parameter.kind))
    if written is not None and not written.fullmatch(text):
        raise msgspec.ValidationError("not written as it should be")
    return msgspec.convert(text, parameter.kind, strict=False)


def _plain(kind: Any) -> Any:
    """The type under its constraints."""
    return get_args(kind)[0] if get_origin(kind) is not None and get_args(kind) else kind


def _is_clean(text: str) -> bool:
    """Can PostgreSQL and UTF-8 hold it?"""
    return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text)


def _invalid(error: msgspec.ValidationError) -> NoReturn:
    place = _FIELD.match(str(error))
    if place is None:
        raise InvalidRequest(str(error), field="") from None
    raise InvalidRequest(place[1], field=place[2].removeprefix("$").removeprefix(".")) from None
