"""Every bundle reads back, and none can be changed without saying something else."""

from hypothesis import given
from hypothesis import strategies as st

from tendering.domain.bundle import BadBundle, bundle_size, read_bundle
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
