"""Strict reading of JSON objects: one refusal for each thing that can be wrong."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tendering.domain.fields import Fields
from tendering.domain.refusals import Invalid


def fields_of(value: object) -> Fields:
    return Fields(value, "here", Invalid)


def test_only_an_object_has_fields() -> None:
    with pytest.raises(Invalid) as refused:
        fields_of([])

    assert refused.value.parameters["where"] == "here"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (None, lambda fields: fields.text("k")),
        ("", lambda fields: fields.text("k")),
        (True, lambda fields: fields.integer("k", least=0, most=9)),
        (10, lambda fields: fields.integer("k", least=0, most=9)),
        (1, lambda fields: fields.flag("k", default=False)),
        (1.5, lambda fields: fields.decimal("k", least="0", most="9")),
        ("1e3", lambda fields: fields.decimal("k", least="0", most="9")),
        ("10", lambda fields: fields.decimal("k", least="0", most="9")),
        ("x", lambda fields: fields.choice("k", ("a", "b"))),
        ("soon", lambda fields: fields.moment("k")),
        ("x", lambda fields: fields.each("k", most=1)),
        ([{}, {}], lambda fields: fields.each("k", most=1)),
        ([1], lambda fields: fields.texts("k", most=1)),
        (["a", "b"], lambda fields: fields.texts("k", most=1)),
        (1, lambda fields: fields.fields("k")),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(
    value: object, read: Callable[[Fields], object]
) -> None:
    with pytest.raises(Invalid) as refused:
        read(fields_of({"k": value}))

    assert refused.value.parameters["where"] == "here.k"


def test_what_is_absent_or_null_has_its_default() -> None:
    fields = fields_of({"a": None, "b": None, "c": None})

    assert fields.text("a", default="x") == "x"
    assert fields.integer("b", least=0, most=9, default=5) == 5
    assert fields.texts("c", most=1, default=("y",)) == ("y",)
    assert fields.optional_decimal("d", least="0", most="1") is None
    assert fields.optional_moment("e") is None
    assert fields.each("f", most=1) == []
    fields.done()


def test_what_fits_is_read() -> None:
    fields = fields_of(
        {"at": "2026-11-23T00:00:00Z", "d": "0.50", "t": ["a"], "o": {"x": 1}, "f": True}
    )

    assert fields.optional_moment("at") == datetime(2026, 11, 23, tzinfo=UTC)
    assert fields.decimal("d", least="0", most="1") == Decimal("0.5")
    assert fields.texts("t", most=1) == ("a",)
    assert fields.fields("o").where == "here.o"
    assert fields.flag("f", default=False)
    fields.done()


def test_what_nobody_asked_for_is_refused() -> None:
    with pytest.raises(Invalid, match="unknown"):
        fields_of({"k": 1}).done()
