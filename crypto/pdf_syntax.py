"""As much of the PDF syntax as checking signatures needs (ISO 32000-1 §7.3, §7.5).

Reads revisions (a file and what was appended to it, each with a classic cross-reference table) and
the objects in them. Strict: what the platform's own documents never contain (cross-reference
streams, hybrid files, bytes between or after revisions) is refused, so that this reader and a
viewer cannot see two different files.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crypto.errors import BadSignature

REVISIONS_MAX = 256
NESTING_MAX = 32
OBJECTS_MAX = 1_000_000

_SPACE = re.compile(rb"(?:[\x00\t\n\x0c\r ]|%[^\r\n]*)*")
_REGULAR = re.compile(rb"[^\x00\t\n\x0c\r ()<>\[\]{}/%]+")
_REFERENCE = re.compile(rb"(\d{1,10})[ \r\n]+(\d{1,5})[ \r\n]+R(?![^\x00\t\n\x0c\r ()<>\[\]{}/%])")
_OBJECT = re.compile(rb"(\d{1,10})[ \r\n]+(\d{1,5})[ \r\n]+obj")
_TAIL = re.compile(rb"\s*startxref\s+(\d{1,12})\s+%%EOF(?:\r\n|\n|\r)?")
_SUBSECTION = re.compile(rb"\s*(\d{1,10}) (\d{1,7})[ ]?(?:\r\n|\n|\r)")
_STREAM = re.compile(rb"stream(?:\r\n|\n)")
_STREAM_END = re.compile(rb"(?:\r\n|\n|\r)?endstream")
_ENTRY_BYTES = 20
_DIGITS_MAX = 12
_ESCAPES = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"(": b"(",
    b")": b")",
    b"\\": b"\\",
}


@dataclass(frozen=True, slots=True)
class Name:
    """A PDF name, without its slash."""

    value: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to an indirect object."""

    number: int
    generation: int


@dataclass(frozen=True, slots=True)
class Token:
    """A number, boolean or null as it is written."""

    text: bytes


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A dictionary, and where in the file each value stands (start, end)."""

    values: Mapping[str, "Value"]
    spans: Mapping[str, tuple[int, int]] = field(compare=False)

    def get(self, key: str) -> "Value | None":
        """Return the value under `key`, or None."""
        return self.values.get(key)


Value = Name | Reference | Token | bytes | Sequence["Value"] | Dictionary


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of the file: the objects it wrote (number → offset) and where it ends."""

    start: int
    end: int
    objects: Mapping[int, int]
    trailer: Dictionary


def revisions(pdf: bytes) -> tuple[Revision, ...]:
    """Return the revisions of a file, oldest first, without gaps. Raises BadSignature."""
    found: list[tuple[int, int, dict[int, int], Dictionary]] = []
    table = _last_table(pdf)
    while True:
        objects, trailer, end = _table(pdf, table)
        found.append((table, end, objects, trailer))
        previous = trailer.get("Prev")
        if previous is None:
            break
        offset = _integer(previous)
        if offset >= table or len(found) >= REVISIONS_MAX:
            raise BadSignature("the cross-reference tables do not lead back to a first one")
        table = offset
    found.reverse()
    if found[-1][1] != len(pdf):
        raise BadSignature("the file has bytes after its last revision")
    starts = [0, *(end for _, end, _, _ in found)]
    result = []
    for start, (table, end, objects, trailer) in zip(starts, found, strict=False):
        if not all(start <= offset < table for offset in objects.values()):
            raise BadSignature("an object lies outside the revision that lists it")
        result.append(Revision(start, end, objects, trailer))
    return tuple(result)


def read_object(pdf: bytes, number: int, offset: int) -> Value:
    """Return the indirect object at `offset`; of a stream, its dictionary."""
    value, _ = _read_object(pdf, number, offset)
    return value


def object_span(pdf: bytes, number: int, offset: int) -> tuple[int, int]:
    """Return where the value of the indirect object at `offset` begins and ends."""
    head = _OBJECT.match(pdf, offset)
    _, end = _read_object(pdf, number, offset)
    assert head is not None, "it was read"
    return _skip(pdf, head.end()), end


def is_stream(pdf: bytes, number: int, offset: int) -> bool:
    """Return whether the indirect object at `offset` is a stream."""
    _, end = _read_object(pdf, number, offset)
    return pdf.startswith(b"stream", _skip(pdf, end))


def read_stream(pdf: bytes, number: int, offset: int) -> tuple[Dictionary, bytes]:
    """Return the dictionary and the bytes, still packed, of the stream at `offset`."""
    about, end = _read_object(pdf, number, offset)
    start = _skip(pdf, end)
    head = _STREAM.match(pdf, start)
    if not isinstance(about, Dictionary) or head is None:
        raise BadSignature(f"object {number} is not a stream")
    length = about.get("Length")
    if not isinstance(length, Token):
        raise BadSignature(f"object {number} does not say how long it is")
    content = pdf[head.end() : head.end() + _integer(length)]
    if _STREAM_END.match(pdf, head.end() + len(content)) is None:
        raise BadSignature(f"object {number} is longer or shorter than it says")
    return about, content


def read_value(  # noqa: PLR0911 - one return for each kind of value
    pdf: bytes, offset: int, depth: int = 0
) -> tuple[Value, int]:
    """Return the value at `offset` and the offset after it. Raises BadSignature."""
    if depth > NESTING_MAX:
        raise BadSignature("values are nested too deeply")
    offset = _skip(pdf, offset)
    if pdf.startswith(b"<<", offset):
        return _dictionary(pdf, offset + 2, depth)
    first = pdf[offset : offset + 1]
    if first == b"[":
        return _array(pdf, offset + 1, depth)
    if first == b"/":
        return _name(pdf, offset + 1)
    if first == b"<":
        return _hexadecimal(pdf, offset + 1)
    if first == b"(":
        return _literal(pdf, offset + 1)
    reference = _REFERENCE.match(pdf, offset)
    if reference is not None:
        return Reference(int(reference.group(1)), int(reference.group(2))), reference.end()
    word = _REGULAR.match(pdf, offset)
    if word is None:
        raise BadSignature(f"unexpected byte at {offset}")
    return Token(word.group()), word.end()


def integers(value: Value | None) -> tuple[int, ...]:
    """Return an array of non-negative integers. Raises BadSignature."""
    if not isinstance(value, Sequence) or isinstance(value, bytes):
        raise BadSignature("an array of integers is missing")
    return tuple(_integer(each) for each in value)


def text(value: Value | None) -> str:
    """Return a text string (UTF-16 with a byte order mark, or PDFDocEncoding), or nothing."""
    if not isinstance(value, bytes):
        return ""
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", errors="replace")
    return value.decode("latin-1")


def _read_object(pdf: bytes, number: int, offset: int) -> tuple[Value, int]:
    head = _OBJECT.match(pdf, offset)
    if head is None or int(head.group(1)) != number:
        raise BadSignature(f"there is no object {number} at {offset}")
    return read_value(pdf, head.end())


def _last_table(pdf: bytes) -> int:
    at = pdf.rfind(b"startxref")
    tail = _TAIL.match(pdf, at) if at >= 0 else None
    if tail is None:
        raise BadSignature("the file does not end with a cross-reference table")
    return int(tail.group(1))


def _table(pdf: bytes, offset: int) -> tuple[dict[int, int], Dictionary, int]:
    if not pdf.startswith(b"xref", offset):
        raise BadSignature("only classic cross-reference tables are read")
    position = offset + 4
    objects: dict[int, int] = {}
    while (section := _SUBSECTION.match(pdf, position)) is not None:
        first, count = int(section.group(1)), int(section.group(2))
        position = section.end()
        if len(objects) + count > OBJECTS_MAX or position + count * _ENTRY_BYTES > len(pdf):
            raise BadSignature("a cross-reference table is too long")
        for number in range(first, first + count):
            entry = pdf[position : position + _ENTRY_BYTES]
            if entry[17:18] == b"n":
                objects[number] = _decimal(entry[:10])
            elif number != 0:
                raise BadSignature(f"object {number} is marked as deleted")
            position += _ENTRY_BYTES
    position = _skip(pdf, position)
    if not pdf.startswith(b"trailer", position):
        raise BadSignature("a cross-reference table has no trailer")
    trailer, position = read_value(pdf, position + 7)
    if not isinstance(trailer, Dictionary) or trailer.get("XRefStm") is not None:
        raise BadSignature("the trailer is not a plain dictionary")
    tail = _TAIL.match(pdf, position)
    if tail is None or int(tail.group(1)) != offset:
        raise BadSignature("a revision does not end with its own table")
    return objects, trailer, tail.end()


def _dictionary(pdf: bytes, offset: int, depth: int) -> tuple[Dictionary, int]:
    values: dict[str, Value] = {}
    spans: dict[str, tuple[int, int]] = {}
    while True:
        offset = _skip(pdf, offset)
        if pdf.startswith(b">>", offset):
            return Dictionary(values, spans), offset + 2
        if pdf[offset : offset + 1] != b"/":
            raise BadSignature(f"a key is missing at {offset}")
        key, offset = _name(pdf, offset + 1)
        start = _skip(pdf, offset)
        value, offset = read_value(pdf, start, depth + 1)
        if key.value in values:
            raise BadSignature(f"the key {key.value} occurs twice")
        values[key.value] = value
        spans[key.value] = (start, offset)


def _array(pdf: bytes, offset: int, depth: int) -> tuple[tuple[Value, ...], int]:
    items: list[Value] = []
    while True:
        offset = _skip(pdf, offset)
        if pdf[offset : offset + 1] == b"]":
            return tuple(items), offset + 1
        item, offset = read_value(pdf, offset, depth + 1)
        items.append(item)


def _name(pdf: bytes, offset: int) -> tuple[Name, int]:
    word = _REGULAR.match(pdf, offset)
    if word is None:
        return Name(""), offset
    plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda hit: bytes([int(hit.group(1), 16)]), word.group())
    return Name(plain.decode("utf-8", errors="replace")), word.end()


def _hexadecimal(pdf: bytes, offset: int) -> tuple[bytes, int]:
    end = pdf.find(b">", offset)
    digits = b"".join(pdf[offset:end].split()) if end >= 0 else b"?"
    try:
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii")), end + 1
    except ValueError as error:
        raise BadSignature("a hexadecimal string is malformed") from error


def _literal(pdf: bytes, offset: int) -> tuple[bytes, int]:
    parts = bytearray()
    open_brackets = 1
    while offset < len(pdf):
        byte = pdf[offset : offset + 1]
        offset += 1
        if byte == b"\\":
            piece, offset = _escaped(pdf, offset)
            parts += piece
            continue
        open_brackets += (byte == b"(") - (byte == b")")
        if open_brackets == 0:
            return bytes(parts), offset
        parts += byte
    raise BadSignature("a string does not end")


def _escaped(pdf: bytes, offset: int) -> tuple[bytes, int]:
    octal = re.compile(rb"[0-7]{1,3}").match(pdf, offset)
    if octal is not None:
        return bytes([int(octal.group(), 8) & 0xFF]), octal.end()
    newline = re.compile(rb"\r\n|\r|\n").match(pdf, offset)
    if newline is not None:
        return b"", newline.end()
    byte = pdf[offset : offset + 1]
    return _ESCAPES.get(byte, byte), offset + 1


def _skip(pdf: bytes, offset: int) -> int:
    space = _SPACE.match(pdf, offset)
    return space.end() if space is not None else offset


def _integer(value: Value) -> int:
    if not isinstance(value, Token):
        raise BadSignature("an integer is missing")
    return _decimal(value.text)


def _decimal(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > _DIGITS_MAX:
        raise BadSignature("a number is malformed")
    return int(digits)
