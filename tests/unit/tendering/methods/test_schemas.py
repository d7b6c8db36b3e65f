"""The schemas and the parsers say the same: of every example, and of every example damaged."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from tendering.domain.methods.case import parse_case
from tendering.domain.methods.method import parse_method
from tendering.domain.refusals import Refused
from tendering.methods import SCHEMAS, example_names, example_text, schema_text
from tendering.rulebooks import METHODS, method_text

METHOD, BIDS = (jsonschema_rs.Draft202012Validator(json.loads(schema_text(one))) for one in SCHEMAS)
Path = tuple[str | int, ...]
WRONG: tuple[Any, ...] = ("gone", "more", None, True, 1.5, "x", "-1", -1, [], {})


def of(name: str, kind: str) -> Any:
    return json.loads(example_text(name, kind))


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every member and element inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in inner:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from places(item, (*path, key))


def damaged(value: Any) -> Iterator[tuple[str, Any]]:
    """The value with one member gone, one more, and each member of each wrong type."""
    for path in places(value):
        for what in WRONG:
            copied = copy.deepcopy(value)
            *inner, last = path
            parent = copied
            for key in inner:
                parent = parent[key]
            if what == "gone":
                del parent[last]
            elif what == "more":
                if not isinstance(parent[last], dict):
                    continue
                parent[last]["surprise"] = 1
            else:
                parent[last] = what
            yield f"{path} {what!r}", copied


def accepts(parse: Any, *arguments: Any) -> bool:
    try:
        parse(*arguments)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("name", example_names())
def test_every_example_is_valid(name: str) -> None:
    METHOD.validate(of(name, "method"))
    BIDS.validate(of(name, "bids"))
    method = parse_method(of(name, "method"))

    assert method.id == name
    assert parse_case(of(name, "bids"), method).bids


@pytest.mark.parametrize("name", [name for names in METHODS.values() for name in names])
def test_every_template_is_valid(name: str) -> None:
    METHOD.validate(json.loads(method_text(name)))


@pytest.mark.parametrize("name", example_names())
def test_what_the_parser_takes_the_schema_takes(name: str) -> None:
    definition, bids = of(name, "method"), of(name, "bids")
    method = parse_method(definition)

    wrong = [
        what
        for what, value in damaged(definition)
        if accepts(parse_method, value) and not METHOD.is_valid(value)
    ]
    wrong += [
        what
        for what, value in damaged(bids)
        if accepts(parse_case, value, method) and not BIDS.is_valid(value)
    ]

    assert wrong == []


# What is wrong with the shape; bounds of decimal texts, sums and names are beyond a schema.
OF_SHAPE = (
    *("is unknown", "is missing", "a text is expected", "an object is expected"),
    *("true or false is expected", "texts are expected", "an integer from", "a list of at most"),
)


def refused_for_its_shape(parse: Any, *arguments: Any) -> bool:
    try:
        parse(*arguments)
    except Refused as refused:
        return any(words in refused.detail for words in OF_SHAPE)
    return False


@pytest.mark.parametrize("name", example_names())
def test_what_the_parser_refuses_for_its_shape_the_schema_refuses(name: str) -> None:
    definition, bids = of(name, "method"), of(name, "bids")
    method = parse_method(definition)

    wrong = [
        what
        for what, value in damaged(definition)
        if METHOD.is_valid(value) and refused_for_its_shape(parse_method, value)
    ]
    wrong += [
        what
        for what, value in damaged(bids)
        if BIDS.is_valid(value) and refused_for_its_shape(parse_case, value, method)
    ]

    assert wrong == []


def test_there_is_no_other_example_and_no_other_schema() -> None:
    with pytest.raises(KeyError):
        example_text("../reference-price", "method")
    with pytest.raises(KeyError):
        schema_text("x")
