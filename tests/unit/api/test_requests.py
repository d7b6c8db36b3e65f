"""Reading a JSON body: what is free in form must still be canonical JSON."""

from typing import Any

import msgspec
import pytest

from tendering.api.problems import InvalidRequest
from tendering.api.requests import decode


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body with a member of free form."""

    said: dict[str, Any]


DECODER = msgspec.json.Decoder(Statement)


@pytest.mark.parametrize(
    "value", ["1.5", "1e2", "9007199254740992", "-9007199254740992", "[" * 70 + "]" * 70]
)
def test_a_value_that_cannot_be_signed_is_refused(value: str) -> None:
    with pytest.raises(InvalidRequest):
        decode(DECODER, f'{{"said": {{"a": {value}}}}}'.encode())


def test_a_value_that_can_be_signed_is_taken() -> None:
    body = decode(DECODER, b'{"said": {"a": [9007199254740991, "x", null, true]}}')

    assert body == Statement({"a": [9007199254740991, "x", None, True]})
