"""Canonical JSON: one value, one byte string."""

import json
from pathlib import Path

import pytest

from crypto.canonical import INTEGER_MAX, JsonValue, canonical, digest, parse

VECTORS = Path(__file__).parents[2] / "vectors" / "canonical-json.json"


def test_the_published_vectors_are_reproduced() -> None:
    vectors = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    assert vectors

    for vector in vectors:
        assert canonical(vector["value"]).decode() == vector["canonical"]
        assert digest(vector["label"], vector["value"]).hex() == vector["digest"]


def test_keys_are_sorted_by_utf16_code_units_as_in_rfc_8785() -> None:
    keys = ["€", "\r", "\ufb33", "1", "😀", "\x80", "ö"]

    text = canonical(dict.fromkeys(keys, 0)).decode()

    assert text == '{"\\r":0,"1":0,"\x80":0,"ö":0,"€":0,"😀":0,"\ufb33":0}'


def test_strings_escape_only_what_must_be_escaped() -> None:
    assert (
        canonical('€$\x0f\nA\'B"\\\\"/\x7f中') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f中"'.encode()
    )


def test_the_simple_values() -> None:
    assert canonical([None, True, False, 0, -1, "", [], {}]) == b'[null,true,false,0,-1,"",[],{}]'


def test_true_and_one_are_different() -> None:
    assert canonical(True) != canonical(1)


def test_a_tuple_is_an_array() -> None:
    assert canonical((1, 2)) == canonical([1, 2])


@pytest.mark.parametrize("value", [1.0, b"x", {1: 2}, {"a": 0.5}, object(), {"a"}])
def test_other_types_are_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [INTEGER_MAX + 1, -INTEGER_MAX - 1, "\ud800", {"\udfff": 1}])
def test_values_without_a_portable_form_are_refused(value: JsonValue) -> None:
    with pytest.raises(ValueError, match=r"integer|surrogate"):
        canonical(value)


def test_the_largest_integers_pass() -> None:
    assert canonical([INTEGER_MAX, -INTEGER_MAX]) == b"[9007199254740991,-9007199254740991]"


def test_deep_nesting_is_refused() -> None:
    value: JsonValue = 0
    for _ in range(100):
        value = [value]

    with pytest.raises(ValueError, match="nested"):
        canonical(value)


def test_the_label_is_part_of_the_digest() -> None:
    assert digest("a", {}) != digest("b", {})


def test_strict_parsing_reads_what_canonical_writes() -> None:
    value: JsonValue = {"b": [1, None, "中"], "a": True}

    assert parse(canonical(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":2}',
        b"1.5",
        b"1e3",
        b"NaN",
        b"-Infinity",
        b"9007199254740992",
        b"9" * 5000,
        b'"\\ud800"',
        b"\xff",
        b"[" * 100_000,
        b"{",
        b"",
    ],
)
def test_strict_parsing_refuses(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the json module's message among them
        parse(text)
