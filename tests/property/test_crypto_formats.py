"""Formats: what is written reads back, and what does not parse is refused, never crashed on."""

import io
import json
import random
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.age_file import open_plain, seal_plain
from crypto.age_header import Stanza, build_header, parse_header
from crypto.canonical import DEPTH_MAX, INTEGER_MAX, _text, canonical, parse
from crypto.container_digest import DigestBuilder, container_digest
from crypto.errors import CryptoError
from crypto.keys import OpeningKey, recipient_public, recipient_text
from crypto.notes import parse_note
from crypto.seal_header import read_sealed_header
from crypto.signing import SignedStatement
from crypto.timestamp import verify
from crypto.tlog import parse_checkpoint, parse_proof

KEY = OpeningKey(b"\x07" * 32)
FILE_KEY = bytes(16)
text = st.text(st.characters(exclude_categories=["Cs"]))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | text,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(text, inner, max_size=5),
    max_leaves=20,
)
arguments = st.lists(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20),
    min_size=1,
    max_size=4,
)
stanzas = st.lists(st.builds(lambda a, b: Stanza(tuple(a), b), arguments, st.binary(max_size=200)),
                   min_size=1, max_size=4)  # fmt: skip


@given(json_values)
def test_canonical_json_reads_back(value: object) -> None:
    encoded = canonical(value)  # type: ignore[arg-type]

    assert json.loads(encoded) == value
    assert canonical(parse(encoded)) == encoded


@given(json_values)
def test_the_fast_way_to_canonical_json_writes_what_the_slow_one_writes(value: object) -> None:
    assert canonical(value) == _text(value, DEPTH_MAX).encode()  # type: ignore[arg-type]


@given(st.dictionaries(text, st.integers(0, 9)), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_change_canonical_json(
    value: dict[str, int], shuffler: random.Random
) -> None:
    members = list(value.items())
    shuffler.shuffle(members)

    assert canonical(dict(members)) == canonical(value)


@given(stanzas)
def test_an_age_header_reads_back(written: list[Stanza]) -> None:
    header = build_header(FILE_KEY, written)

    read = parse_header(header + b"payload")

    assert list(read.stanzas) == written
    assert read.length == len(header)
    assert build_header(FILE_KEY, read.stanzas) == header


@given(stanzas, st.data())
def test_there_is_one_way_to_write_an_age_header(
    written: list[Stanza], data: st.DataObject
) -> None:
    header = bytearray(build_header(FILE_KEY, written))
    position = data.draw(st.integers(0, len(header) - 1))
    header[position] = data.draw(st.integers(0, 255))

    try:
        read = parse_header(bytes(header))
    except CryptoError:
        return
    # What still parses, parses to exactly what was written there.
    rebuilt = build_header(FILE_KEY, read.stanzas)
    assert rebuilt[: len(read.signed)] == read.signed


@given(st.binary(min_size=32, max_size=32))
def test_a_recipient_text_reads_back(public: bytes) -> None:
    assert recipient_public(recipient_text(public)) == public


@given(st.binary(min_size=32, max_size=32), st.data())
def test_one_mistyped_character_in_a_recipient_is_always_noticed(
    public: bytes, data: st.DataObject
) -> None:
    written = recipient_text(public)
    position = data.draw(st.integers(0, len(written) - 1))
    typed = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    mistyped = written[:position] + typed + written[position + 1 :]

    try:
        assert recipient_public(mistyped) == public
        assert mistyped == written
    except CryptoError:
        assert mistyped != written


@given(st.binary(max_size=200_000))
@settings(max_examples=30)
def test_a_plain_age_file_opens_to_what_was_sealed(plaintext: bytes) -> None:
    sealed, opened = io.BytesIO(), io.BytesIO()

    seal_plain(io.BytesIO(plaintext), sealed, [KEY.recipient])
    open_plain(io.BytesIO(sealed.getvalue()), opened, [KEY])

    assert opened.getvalue() == plaintext


@given(st.lists(st.binary(max_size=5000), max_size=20))
def test_the_digest_does_not_depend_on_the_chunks(chunks: list[bytes]) -> None:
    builder = DigestBuilder()
    builder.update(b"".join(chunks))

    assert builder.digest() == container_digest(chunks)


@given(
    st.binary(max_size=300) | st.binary(max_size=300).map(lambda b: b"age-encryption.org/v1\n" + b)
)
def test_bytes_from_outside_are_read_or_refused(data: bytes) -> None:
    readers: list[Callable[[bytes], object]] = [
        read_sealed_header,
        lambda raw: open_plain(io.BytesIO(raw), io.BytesIO(), [KEY]),
        SignedStatement.from_json,
        lambda raw: verify(raw, digest=bytes(32), trusted_roots=[]),
    ]
    for read in readers:
        try:
            read(data)
        except CryptoError:
            continue


@given(text | text.map(lambda t: t + "\n\n— a AAAAAAAA\n"))
def test_texts_from_outside_are_read_or_refused(data: str) -> None:
    for read in (parse_note, parse_checkpoint, parse_proof, OpeningKey.from_identity):
        try:
            read(data)
        except CryptoError:
            continue
