"""A link's channel: agreed by two known keys, and frames that open once and in order."""

import pytest

from crypto.errors import BadKey, BadPayload, BadSignature, OutOfOrder
from crypto.link_channel import (
    Channel,
    Half,
    agree,
    fresh,
    handshake_statement,
    new_seed,
    public_of,
    require_signed,
    sign,
)


def two_ends() -> tuple[Channel, Channel]:
    host, guest = fresh(), fresh()
    return agree(host, guest.half, role="host"), agree(guest, host.half, role="guest")


def test_what_one_end_seals_the_other_opens_in_order() -> None:
    host, guest = two_ends()

    for text in (b"", b"one", "二".encode()):
        assert guest.open(host.seal(text)) == text
        assert host.open(guest.seal(text)) == text


def test_a_frame_that_is_repeated_left_out_or_moved_does_not_open() -> None:
    host, guest = two_ends()
    frames = [host.seal(str(number).encode()) for number in range(4)]
    guest.open(frames[0])

    for wrong, why in ((frames[0], "played again"), (frames[2], "before others")):
        with pytest.raises(OutOfOrder, match=why):
            guest.open(wrong)
    # A frame that does not open moves nothing.
    assert guest.open(frames[1]) == b"1"


def test_a_frame_that_was_changed_cut_or_of_another_channel_does_not_open() -> None:
    host, guest = two_ends()
    frame, other = host.seal(b"text"), two_ends()[0].seal(b"text")

    for wrong in (b"", frame[:20], frame[:-1], frame[:-1] + b"\0", b"\1" + frame[1:], other):
        with pytest.raises(BadPayload):
            guest.open(wrong)
    with pytest.raises(BadPayload):
        host.open(frame)
    assert guest.open(frame) == b"text"


def test_a_handshake_is_signed_for_a_role_a_topic_and_both_halves() -> None:
    seed, host, guest = new_seed(), fresh().half, fresh().half
    said = handshake_statement("guest", {"n": 1}, host=host, guest=guest)
    signature = sign(seed, said)
    require_signed(public_of(seed), said, signature)

    for other in (
        handshake_statement("host", {"n": 1}, host=host, guest=guest),
        handshake_statement("guest", {"n": 2}, host=host, guest=guest),
        handshake_statement("guest", {"n": 1}, host=guest, guest=host),
    ):
        with pytest.raises(BadSignature):
            require_signed(public_of(seed), other, signature)
    with pytest.raises(BadSignature):
        require_signed(public_of(new_seed()), said, signature)


def test_keys_of_another_shape_are_refused() -> None:
    for wrong in (
        lambda: Half(b"", bytes(32)),
        lambda: public_of(b"short"),
        lambda: require_signed(b"short", b"", bytes(64)),
        # The point of order one gives every pair the same secret.
        lambda: agree(fresh(), Half(bytes(32), bytes(32)), role="host"),
    ):
        with pytest.raises(BadKey):
            wrong()
