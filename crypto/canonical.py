"""Canonical JSON: one value, one byte string, in every language.

RFC 8785 restricted to strings, integers, booleans, null, arrays and objects. There are no floats
because money is an integer number of fen and a score is a decimal string. Whatever is hashed or
signed anywhere passes through `canonical`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

JsonValue: TypeAlias = "str | int | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None"

INTEGER_MAX = 2**53 - 1  # RFC 8785 §3.2.2.3: beyond it an ECMAScript number is no longer exact
DEPTH_MAX = 64

_INTEGER_DIGITS = len(str(-INTEGER_MAX))
_PLAIN = frozenset({str, bool, type(None)})
_ARRAYS = frozenset({list, tuple})
_ENCODER = msgspec.json.Encoder(order="sorted")


def canonical(value: JsonValue) -> bytes:
    """Serialize as UTF-8, keys sorted by UTF-16 code units, without white space (RFC 8785).

    Raises TypeError for floats, bytes and other types, ValueError for an integer beyond
    +-(2^53-1), a lone surrogate or nesting deeper than DEPTH_MAX.
    """
    if _is_plain(value, DEPTH_MAX):
        return _ENCODER.encode(value)
    return _text(value, DEPTH_MAX).encode("utf-8")


def digest(label: str, value: JsonValue) -> bytes:
    """SHA-256(label ‖ 0x00 ‖ canonical(value)), 32 bytes; the label names what is being hashed."""
    return hashlib.sha256(label.encode("utf-8") + b"\x00" + canonical(value)).digest()


def parse(data: bytes) -> JsonValue:
    """Read JSON strictly: no floats, no repeated keys, no NaN, integers as in `canonical`.

    The bytes need not be canonical. Raises ValueError.
    """
    try:
        value: JsonValue = json.loads(
            data.decode("utf-8"),
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            parse_int=_integer,
            object_pairs_hook=_object,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    canonical(value)
    return value


def _is_plain(value: Any, depth: int) -> bool:
    """Does the library's encoder, a hundred times faster, write the same?

    It sorts keys by code points, which for ASCII is the order of UTF-16, escapes what the json
    module escapes, and refuses lone surrogates. What is not plain `_text` writes or refuses.
    """
    kind = type(value)
    if kind is dict and depth > 1:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                return False
            # A string is the commonest value: no call for it.
            if type(item) is not str and not _is_plain(item, depth - 1):
                return False
        return True
    if kind in _ARRAYS and depth > 1:
        return all(type(item) is str or _is_plain(item, depth - 1) for item in value)
    return -INTEGER_MAX <= value <= INTEGER_MAX if kind is int else kind in _PLAIN


def _text(value: JsonValue, depth: int) -> str:
    if depth == 0:
        raise ValueError("nested too deeply")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        if abs(value) > INTEGER_MAX:
            raise ValueError("integer beyond 2^53-1")
        return str(int(value))
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list | tuple):
        return "[" + ",".join(_text(item, depth - 1) for item in value) + "]"
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("object keys must be strings")
        members = sorted(value.items(), key=lambda member: _sort_key(member[0]))
        return (
            "{"
            + ",".join(f"{_string(key)}:{_text(item, depth - 1)}" for key, item in members)
            + "}"
        )
    raise TypeError(f"canonical JSON has no {type(value).__name__}")


def _sort_key(key: str) -> bytes:
    # Big-endian UTF-16 sorts bytewise as ECMAScript sorts strings (RFC 8785 §3.2.3).
    return key.encode("utf-16-be", "surrogatepass")


def _string(value: str) -> str:
    # The json module escapes exactly what RFC 8785 §3.2.2.2 wants escaped, in the same form.
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("lone surrogate in a string")
    return json.dumps(value, ensure_ascii=False)


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("repeated key in a JSON object")
    return members


def _integer(text: str) -> int:
    if len(text) > _INTEGER_DIGITS:
        raise ValueError("integer beyond 2^53-1")
    return int(text)


def _refuse_number(text: str) -> JsonValue:
    raise ValueError(f"not an integer: {text[:32]}")
