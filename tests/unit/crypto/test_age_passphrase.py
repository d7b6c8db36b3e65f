"""Key files under a passphrase: they open with it, and with nothing else."""

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.age_header import Stanza, build_header, encode_base64
from crypto.age_passphrase import is_locked, lock, unlock
from crypto.errors import BadHeader, CryptoError, WrongPassphrase

QUICK = 4


def test_what_was_locked_opens_with_the_passphrase() -> None:
    locked = lock(b"AGE-SECRET-KEY", "口令 correct horse", work_factor=QUICK)

    assert is_locked(locked)
    assert unlock(locked, "口令 correct horse") == b"AGE-SECRET-KEY"


def test_another_passphrase_is_told_as_such() -> None:
    locked = lock(b"secret", "right", work_factor=QUICK)

    with pytest.raises(WrongPassphrase):
        unlock(locked, "wrong")


def test_the_same_characters_composed_otherwise_open_it() -> None:
    assert unlock(lock(b"secret", "caf\u00e9", work_factor=QUICK), "cafe\u0301") == b"secret"


def test_another_age_implementation_opens_it() -> None:
    locked = lock(b"secret", "right", work_factor=QUICK)

    assert pyrage.passphrase.decrypt(locked, "right") == b"secret"


@pytest.mark.parametrize(
    "arguments",
    [
        ("X25519", encode_base64(bytes(32))),
        ("scrypt", encode_base64(bytes(16))),
        ("scrypt", encode_base64(bytes(15)), "4"),
        ("scrypt", encode_base64(bytes(16)), "04"),
        ("scrypt", encode_base64(bytes(16)), "-4"),
        ("scrypt", encode_base64(bytes(16)), "21"),
        ("scrypt", encode_base64(bytes(16)), "444"),
    ],
)
def test_an_odd_stanza_is_refused(arguments: tuple[str, ...]) -> None:
    locked = build_header(bytes(16), [Stanza(arguments, bytes(32))]) + bytes(32)

    with pytest.raises(BadHeader):
        unlock(locked, "right")


@given(st.integers(0), st.integers(1, 255))
def test_a_changed_byte_is_found(place: int, change: int) -> None:
    locked = bytearray(LOCKED)
    # Beyond the work factor, where a change would only cost time.
    start = LOCKED.index(b"\n", 30)
    place = start + place % (len(LOCKED) - start)
    locked[place] ^= change

    with pytest.raises(CryptoError):
        unlock(bytes(locked), "right")


LOCKED = lock(b"secret", "right", work_factor=QUICK)
