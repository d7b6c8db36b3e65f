"""The OpenAPI 3.1 document, made from the same table and signatures that the frame obeys."""

import inspect
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType, NoneType
from typing import Any, Final, get_args, get_origin

import msgspec
from aiohttp import web

from tendering.api import problems
from tendering.api.requests import IDEMPOTENCY_KEY
from tendering.api.routing import PREFIX, SAFE_METHODS, Headed, Route, Tagged
from tendering.api.signatures import Signature, read_signature

Json = dict[str, Any]

# What the frame can answer everywhere: an unknown query parameter, an outage, a bug.
_EVERYWHERE: Final = {400, 422, 500, 503}
_NO_NUL: Final = "^[^\\u0000]*$"
_BASE64: Final = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_REFERENCE: Final = "#/components/schemas/{name}"
_BEARER: Final[Json] = {"bearer": []}
_COOKIE: Final[Json] = {"session_cookie": []}
_COOKIE_AND_TOKEN: Final[Json] = {"session_cookie": [], "csrf_token": []}


def document(
    routes: Sequence[Route],
    *,
    title: str,
    version: str,
    parts: Mapping[str, object] = MappingProxyType({}),
) -> Json:
    """The description of all documented routes. Two handlers of one name are our mistake."""
    doors = [
        (route, read_signature(route.handler, route.path, parts))
        for route in routes
        if route.documented
    ]
    names = [route.handler.__name__ for route, _ in doors]
    assert len(set(names)) == len(names), "two handlers have the same name"
    types = [problems.Problem, *(kind for door in doors for kind in _types(*door))]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    schema_of = {repr(kind): _truthful(schema) for kind, schema in zip(types, schemas, strict=True)}
    paths: dict[str, Json] = {}
    for route, signature in doors:
        operation = _operation(route, signature, schema_of)
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {
            "schemas": {name: _truthful(schema) for name, schema in components.items()},
            "securitySchemes": _SECURITY_SCHEMES,
        },
    }


def mount_document(app: web.Application, content: Json) -> None:
    """Serve the document at /api/v1/openapi.json, encoded once."""
    body = msgspec.json.encode(content)

    async def get_openapi(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    app.router.add_get(f"{PREFIX}/openapi.json", get_openapi)


def answer_type(signature: Signature) -> Any:
    """What stands in the body of the answer: the type inside Tagged and Headed."""
    kind = signature.answer
    while get_origin(kind) in {Tagged, Headed}:
        kind = get_args(kind)[0]
    return kind


def statuses(route: Route, signature: Signature) -> set[int]:
    """Every status of a problem that the route can answer with."""
    found = set(_EVERYWHERE) | {error.status for error in route.errors} | set(route.statuses)
    by_cookie = signature.asks_who or route.action is not None
    if signature.needs_login or route.action is not None:
        found.add(401)
    if route.action is not None or (by_cookie and route.method not in SAFE_METHODS):
        found.add(403)
    if signature.path:
        found.add(404)
    if _body_type(route, signature) is not None:
        found |= {408, 413, 415}
    if signature.if_match is not None:
        found |= {412, 428} if signature.if_match == "required" else {412}
    return {status for status in found if status >= HTTPStatus.BAD_REQUEST}


def _types(route: Route, signature: Signature) -> list[Any]:
    kinds = [parameter.kind for parameter in (*signature.path, *signature.query)]
    if (body_type := _body_type(route, signature)) is not None:
        kinds.append(body_type)
    if _is_json(route, signature):
        kinds.append(answer_type(signature))
    return kinds


def _body_type(route: Route, signature: Signature) -> Any:
    return signature.body_type if route.reads is None else route.reads


def _is_json(route: Route, signature: Signature) -> bool:
    kind = answer_type(signature)
    is_stream = isinstance(kind, type) and issubclass(kind, web.StreamResponse)
    return kind is not NoneType and not is_stream and route.produces == "application/json"


def _operation(route: Route, signature: Signature, schema_of: Mapping[str, Json]) -> Json:
    text = inspect.getdoc(route.handler) or ""
    operation: Json = {
        "operationId": route.handler.__name__,
        "summary": text.split("\n", maxsplit=1)[0],
        "description": text,
        "tags": list(route.tags),
        "parameters": _parameters(route, signature, schema_of),
        "responses": _responses(route, signature, schema_of),
        "security": _security(route, signature),
    }
    if (body_type := _body_type(route, signature)) is not None:
        operation["requestBody"] = _content(
            "application/json", schema_of[repr(body_type)], required=True
        )
    elif route.accepts != "application/json":
        operation["requestBody"] = _content(route.accepts, {}, required=True)
    return operation


def _parameters(route: Route, signature: Signature, schema_of: Mapping[str, Json]) -> list[Json]:
    parameters: list[Json] = []
    for where, found in (("path", signature.path), ("query", signature.query)):
        for parameter in found:
            schema = dict(schema_of[repr(parameter.kind)])
            if not parameter.required and parameter.default is not None:
                schema["default"] = msgspec.to_builtins(parameter.default)
            parameters.append(
                {
                    "name": parameter.name,
                    "in": where,
                    "required": parameter.required,
                    "schema": schema,
                }
            )
    if route.idempotency != "none":
        parameters.append(_header("Idempotency-Key", f"^{IDEMPOTENCY_KEY.pattern}$", required=True))
    if signature.if_match is not None:
        required = signature.if_match == "required"
        parameters.append(_header("If-Match", '^"[!#-~]{1,128}"$', required=required))
    return parameters


def _header(name: str, pattern: str, *, required: bool) -> Json:
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": "header", "required": required, "schema": schema}


def _responses(route: Route, signature: Signature, schema_of: Mapping[str, Json]) -> Json:
    kind = answer_type(signature)
    good: Json = {"description": "Done."}
    if _is_json(route, signature):
        good |= _content("application/json", schema_of[repr(kind)])
    elif kind is not NoneType:
        media_types = (route.produces, *route.produces_also)
        good["content"] = {media_type: {"schema": {}} for media_type in media_types}
    status = 204 if kind is NoneType else route.status
    responses: Json = {str(status): good}
    for other in route.statuses:
        if other < HTTPStatus.BAD_REQUEST:
            responses[str(other)] = good
    problem = schema_of[repr(problems.Problem)]
    for failure in sorted(statuses(route, signature)):
        codes = sorted({error.code for error in route.errors if error.status == failure})
        sentence = HTTPStatus(failure).phrase + (f": {', '.join(codes)}" if codes else "")
        responses[str(failure)] = {
            "description": sentence,
            **_content(problems.MEDIA_TYPE, problem),
        }
    return responses


def _security(route: Route, signature: Signature) -> list[Json]:
    if route.action is None and not signature.asks_who:
        return []
    cookie = _COOKIE if route.method in SAFE_METHODS else _COOKIE_AND_TOKEN
    needed = [_BEARER, cookie]
    if route.action is None and not signature.needs_login:
        needed.append({})
    return needed


def _content(media_type: str, schema: Json, *, required: bool | None = None) -> Json:
    content: Json = {"content": {media_type: {"schema": schema}}}
    return content if required is None else content | {"required": required}


def _truthful(schema: Any) -> Any:
    """Add to msgspec's schema what the frame checks besides: no NUL, strict base64."""
    if isinstance(schema, list):
        return [_truthful(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _truthful(value) for name, value in schema.items()}
    if isinstance(made.get("description"), str):
        made["description"] = inspect.cleandoc(made["description"])
    if made.get("type") == "string" and not made.keys() & {"enum", "format"}:
        if made.get("contentEncoding") == "base64":
            made.setdefault("pattern", _BASE64)
        # In ECMAScript `$` is the end of the string already.
        made["pattern"] = made.get("pattern", _NO_NUL).replace(r"(?!\n)$", "$")
    if made.get("type") == "object" and "properties" not in made:
        made["propertyNames"] = {"pattern": _NO_NUL}
    return made


_SECURITY_SCHEMES: Final[Json] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "session_cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-session"},
    "csrf_token": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
}
