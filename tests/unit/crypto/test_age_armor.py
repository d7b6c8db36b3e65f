"""Armor: read as it streams, and only in its one spelling."""

import base64
import io

import pytest

from crypto.age_armor import BEGIN_LINE, END_LINE, ArmorReader
from crypto.age_payload import read_exactly
from crypto.errors import BadHeader


def _armored(data: bytes, *, newline: bytes = b"\n") -> bytes:
    text = base64.b64encode(data)
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return newline.join([BEGIN_LINE, *lines, END_LINE]) + newline


def _read(armored: bytes) -> bytes:
    return read_exactly(ArmorReader(io.BytesIO(armored)), 1 << 20)


@pytest.mark.parametrize("size", [1, 2, 3, 47, 48, 49, 96, 1000, 200_000])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_armored_bytes_are_read_back(size: int, newline: bytes) -> None:
    data = (bytes(range(256)) * (size // 256 + 1))[:size]

    assert _read(_armored(data, newline=newline)) == data


def test_white_space_around_the_armor_is_tolerated() -> None:
    assert _read(b" \n\t\r\n" + _armored(b"x") + b"\n \n") == b"x"


def test_the_last_line_may_lack_its_newline() -> None:
    assert _read(_armored(b"x").rstrip(b"\n")) == b"x"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" " * 2000,
        b" " * 2000 + _armored(b"x"),
        _armored(b"x") + b" " * 2000,
        _armored(b"x") + b"y",
        BEGIN_LINE,
        BEGIN_LINE + b"\nAAAA",
        BEGIN_LINE + b"\n" + b"A" * 100_000,
        BEGIN_LINE + b"\n" + b"A" * 68 + b"\n" + END_LINE,
        BEGIN_LINE + b"\nAAA\n" + END_LINE,
        BEGIN_LINE + b"\nAB==\n" + END_LINE,
        BEGIN_LINE + b"\nAAAA\nAAAA\n" + END_LINE,
        BEGIN_LINE + b"\n\nAAAA\n" + END_LINE,
        BEGIN_LINE + b"\nAA A\n" + END_LINE,
    ],
)
def test_another_spelling_is_refused(text: bytes) -> None:
    with pytest.raises(BadHeader):
        _read(text)
