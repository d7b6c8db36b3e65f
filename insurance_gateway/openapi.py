"""The OpenAPI 3.1 document of the interface for guarantors, made from the messages themselves.

What the guarantor calls is `paths`; what the platform sends to the guarantor's own doors is
`webhooks`. Pure.
"""

import inspect
from typing import Any, Final

import msgspec
from msgspec import Struct

from crypto.request_signatures import COVERED
from insurance_gateway.wire import (
    DOOR_OF,
    MESSAGES,
    TAG,
    VERSION,
    IssuedAsked,
    IssuedList,
    Notice,
    Quote,
    QuoteRequest,
)

Json = dict[str, Any]
CALLBACK: Final = "/api/v1/insurance/callbacks/{guarantor_id}"
_REFERENCE: Final = "#/components/schemas/{name}"
_SIGNED: Final = ("Content-Digest", "Signature-Input", "Signature")
_WEBHOOK: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")
# What is answered with more than a status.
ASKED: Final[dict[str, tuple[type[Struct], type[Struct]]]] = {
    "quote": (QuoteRequest, Quote),
    "issued_list": (IssuedAsked, IssuedList),
}
_PROBLEMS: Final = {
    "403": "message-signature-refused: the detail says what is wrong with the signature",
    "404": "guarantor-unknown, not-found: no such guarantor, or not your order",
    "409": "message-replayed: sign anew; message-conflict: the id had another content",
    "422": "invalid: the message is not in the form agreed",
}


class Noted(Struct, frozen=True):
    """How the order stands after a notice. A notice may wait for its turn, or come too late."""

    order_id: str
    state: str
    reason: str


def document() -> Json:
    """The whole document, the same for every platform."""
    types: list[type[Struct]] = [Notice, Noted, *MESSAGES.values()]
    types += [one for question in ASKED.values() for one in question]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    schema_of = dict(zip(types, schemas, strict=True))
    told: dict[str, Json] = {
        kind: {"post": _told(message, schema_of[message])} for kind, message in MESSAGES.items()
    }
    for name, (question, answer) in ASKED.items():
        told[name] = {"post": _told(question, schema_of[question])}
        told[name]["post"]["responses"] = {"200": _content("The answer.", schema_of[answer])}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kaibiao: bid security, for guarantors",
            "version": VERSION,
            "description": (
                "Guide: docs/guarantors.md. Every request is signed by RFC 9421, tag "
                f"{TAG}, over {', '.join(COVERED)}."
            ),
        },
        "paths": {
            CALLBACK: {
                "parameters": [
                    {
                        "name": "guarantor_id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "format": "uuid"},
                    }
                ],
                "post": _callback(schema_of[Notice], schema_of[Noted]),
            }
        },
        "webhooks": told,
        "components": {"schemas": {name: _clean(one) for name, one in components.items()}},
    }


def _callback(notice: Json, noted: Json) -> Json:
    return {
        "operationId": "post_notice",
        "summary": "Tell how an order, or a matter of it, has come on.",
        "description": "`id` makes repetition harmless: send again until the answer is 200.",
        "parameters": [_header(name) for name in _SIGNED],
        "requestBody": {"required": True, **_body(notice)},
        "responses": {
            "200": _content("Kept.", noted),
            **{status: {"description": text} for status, text in _PROBLEMS.items()},
        },
    }


def _told(message: type[Struct], schema: Json) -> Json:
    door = f"POST {{endpoint}}/{VERSION}/{DOOR_OF[message]}"
    return {
        "operationId": f"take_{DOOR_OF[message]}",
        "summary": door,
        "description": inspect.getdoc(message) or "",
        "parameters": [_header(name) for name in (*_SIGNED, *_WEBHOOK)],
        "requestBody": {"required": True, **_body(schema)},
        "responses": {
            "2XX": {"description": "Taken. A repetition has the same webhook-id."},
            "401": {"description": "The signature does not hold: sent again later."},
            "4XX": {"description": "Never to be taken: a dead letter."},
            "5XX": {"description": "Not now: sent again, with pauses that double."},
        },
    }


def _header(name: str) -> Json:
    return {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}


def _body(schema: Json) -> Json:
    return {"content": {"application/json": {"schema": schema}}}


def _content(description: str, schema: Json) -> Json:
    return {"description": description, **_body(schema)}


def _clean(schema: Json) -> Json:
    """Descriptions without the indentation of the source."""
    if isinstance(schema.get("description"), str):
        return {**schema, "description": inspect.cleandoc(schema["description"])}
    return schema
