"""JSON columns: canonical text in, plain values out. What is signed or chained keeps its bytes."""

import json
from typing import cast

from crypto.canonical import JsonValue, canonical


def to_json(value: JsonValue) -> str:
    """The canonical text of a value, for a text or jsonb column."""
    return canonical(value).decode()


def from_json(text: str) -> dict[str, JsonValue]:
    """The object a column holds."""
    return cast("dict[str, JsonValue]", json.loads(text))
