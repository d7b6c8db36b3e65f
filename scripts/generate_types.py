"""Write web/src/generated: the TypeScript of what the HTTP API and the rooms say.

`python scripts/generate_types.py`. Made from the same tables and structs that the platform obeys,
so a renamed member of a body is a type error in the front end. A test says whether it is fresh.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from evaluation_rooms import messages  # noqa: E402
from evaluation_rooms.api.routes import ROOM_ROUTES  # noqa: E402
from evaluation_rooms.api.routes_evaluations import EVALUATION_ROUTES  # noqa: E402
from insurance_gateway.api.routes import INSURANCE_ROUTES  # noqa: E402
from tendering.api.openapi import document  # noqa: E402
from tendering.api.routes import ROUTES as TENDERING_ROUTES  # noqa: E402
from tendering.api.routes_partners import PARTNER_ROUTES  # noqa: E402
from tendering.api.routing import PREFIX, Route  # noqa: E402

Json = Mapping[str, Any]

TARGET: Final = ROOT / "web" / "src" / "generated"
# Every door that the front end may knock at, and the living parts that their handlers name.
ROUTES: Final[tuple[Route, ...]] = (
    *TENDERING_ROUTES,
    *PARTNER_ROUTES,
    *ROOM_ROUTES,
    *EVALUATION_ROUTES,
    *INSURANCE_ROUTES,
)
PARTS: Final[Mapping[str, object]] = dict.fromkeys(
    ("rooms", "log_parts", "insurance", "partner_line")
)

_HEADER: Final = "// Made by scripts/generate_types.py (make types): do not edit.\n"
_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*")
_PRIMITIVES: Final[Mapping[str, str]] = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def generated() -> dict[str, str]:
    """The text of each generated file, by its name."""
    return {"api.ts": _api(), "rooms.ts": _rooms()}


def _api() -> str:
    """The schemas of the API, and `Doors`: what each address takes and gives."""
    api = document(ROUTES, title="Kaibiao", version="1", parts=PARTS)
    doors = [
        f"  {json.dumps(f'{method.upper()} {path.removeprefix(PREFIX)}')}: {_door(operation)};"
        for path, operations in sorted(api["paths"].items())
        for method, operation in sorted(operations.items())
    ]
    schemas = _interfaces(api["components"]["schemas"])
    return "\n".join([_HEADER, *schemas, "export interface Doors {", *doors, "}", ""])


def _rooms() -> str:
    """Every message of the room protocol, and the two unions of them."""
    sent, received = get_args(messages.ClientMessage), get_args(messages.ServerMessage)
    _, components = msgspec.json.schema_components(
        [*sent, *received], ref_template="#/components/schemas/{name}"
    )
    unions = [
        f"export type ClientMessage = {' | '.join(kind.__name__ for kind in sent)};",
        f"export type ServerMessage = {' | '.join(kind.__name__ for kind in received)};",
    ]
    return "\n".join([_HEADER, *_interfaces(components), *unions, ""])


def _interfaces(schemas: Mapping[str, Json]) -> list[str]:
    return [
        f"export interface {_identifier(name)} {_type(schema)}\n"
        if "properties" in schema
        else f"export type {_identifier(name)} = {_type(schema)};\n"
        for name, schema in sorted(schemas.items())
    ]


def _door(operation: Json) -> str:
    members = []
    for where in ("path", "query"):
        found = [one for one in operation["parameters"] if one["in"] == where]
        if found:
            shape = {one["name"]: one["schema"] for one in found}
            needed = [one["name"] for one in found if one["required"]]
            members.append(f"{where}: {_object(shape, needed)}")
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None:
        members.append(f"body: {_type(body['schema'])}")
    members.append(f"answer: {_answer(operation['responses'])}")
    return "{ " + "; ".join(members) + " }"


def _answer(responses: Mapping[str, Json]) -> str:
    for status, response in responses.items():
        if status.startswith("2"):
            content = response.get("content", {})
            if "application/json" in content:
                return _type(content["application/json"]["schema"])
            return "undefined" if not content else "Blob"
    return "undefined"


def _type(schema: Json) -> str:
    """TypeScript of one JSON schema, as far as msgspec writes them."""
    if "$ref" in schema:
        return _identifier(schema["$ref"].rsplit("/", maxsplit=1)[1])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in values)
    if union := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(_type(one) for one in union))
    return _plain(schema)


def _plain(schema: Json) -> str:
    match schema.get("type"):
        case "array":
            return _array(schema)
        case "object" if "properties" in schema:
            return _object(schema["properties"], schema.get("required", []))
        case "object":
            values = schema.get("additionalProperties")
            return f"Record<string, {_type(values) if isinstance(values, Mapping) else 'unknown'}>"
        case str() as name:
            return _PRIMITIVES[name]
        case _:
            return "unknown"


def _array(schema: Json) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_type(one) for one in schema['prefixItems'])}]"
    items = schema.get("items")
    one = _type(items) if isinstance(items, Mapping) else "unknown"
    return f"({one})[]" if " | " in one else f"{one}[]"


def _object(properties: Mapping[str, Json], required: Sequence[str]) -> str:
    members = [
        f"{name if _NAME.fullmatch(name) else json.dumps(name)}"
        f"{'' if name in required else '?'}: {_type(schema)}"
        for name, schema in properties.items()
    ]
    return "{ " + "; ".join(members) + " }" if members else "Record<string, never>"


def _identifier(name: str) -> str:
    """A component's name as TypeScript takes it; generic structs have brackets in theirs."""
    return re.sub(r"\W+", "_", name).strip("_")


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for file_name, text in generated().items():
        (TARGET / file_name).write_text(text)
