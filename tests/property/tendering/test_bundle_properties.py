"""Every bundle reads back, and none can be changed without saying something else."""

from hypothesis import given
from hypothesis import strategies as st

from tendering.domain.bundle import (
    BLOCK_BYTES,
    BUNDLE_BYTES_MIN,
    BadBundle,
    bundle_size,
    padded_size,
    read_bundle,
)
from tests.unit.tendering.domain.a_bundle import a_bundle, reading, written


@given(st.lists(st.binary(max_size=1500), max_size=4))
def test_what_is_written_is_read(contents: list[bytes]) -> None:
    data = written(tuple(contents))

    assert len(data) == bundle_size(a_bundle(tuple(contents)))
    assert len(read_bundle(reading(data), len(data)).files) == len(contents)


@given(st.integers(0, len(written()) - 1), st.integers(1, 255))
def test_a_changed_byte_outside_the_files_is_refused(place: int, change: int) -> None:
    data = bytearray(written())
    bundle = read_bundle(reading(bytes(data)), len(data))
    if any(f.offset <= place < f.offset + f.size_bytes for f in bundle.files):
        return
    data[place] ^= change

    try:
        changed = read_bundle(reading(bytes(data)), len(data))
    except BadBundle:
        return
    # What is still a bundle says something else: its own digest differs, nothing is ambiguous.
    assert changed != bundle


@given(st.integers(1, 1 << 34))
def test_padding_costs_at_most_an_eighth_and_is_settled(blocks: int) -> None:
    size = blocks * BLOCK_BYTES
    padded = padded_size(size)

    assert padded >= size
    assert padded % BLOCK_BYTES == 0
    assert padded_size(padded) == padded
    assert padded == BUNDLE_BYTES_MIN or (padded - size) * 100 < size * 12


@given(st.integers(1, 1 << 34), st.integers(1, 1 << 34))
def test_a_larger_bundle_is_never_padded_to_less(one: int, other: int) -> None:
    smaller, larger = sorted((one, other))

    assert padded_size(smaller) <= padded_size(larger)


@given(st.integers(0, 40_000), st.integers(-40, 40).filter(bool))
def test_another_number_of_zero_blocks_at_the_end_is_refused(size: int, blocks: int) -> None:
    data = written((b"x" * size,))
    end = len(data) + blocks * BLOCK_BYTES
    other = data[:end] + bytes(max(0, end - len(data)))

    try:
        read_bundle(reading(other), len(other))
    except BadBundle:
        return
    raise AssertionError("a bundle of two lengths")
