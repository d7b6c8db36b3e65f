"""What every suite of sealed bids keeps to, and that an SM2 key may lie in a module."""

from itertools import permutations

import pytest

from crypto.errors import BadKey
from crypto.gm_curve import reduced_scalar
from crypto.gm_sm2 import Sm2Key
from crypto.opening_keys import (
    AnyOpeningKey,
    Sm2OpeningKey,
    Sm2SoftwareKey,
    read_identity,
    recipient_public,
)
from crypto.seal_header import SealPolicy, derive_header
from crypto.seal_opening import file_key_from_shares, unwrap_share, unwrap_with_opening_key
from crypto.seal_suites import GM, SUITES, SealSuite, suite_of

every_suite = pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
CONTEXT, POSITION = b"\x0c" * 32, bytes((1, 2, 3))
FILE_KEY = bytes(range(16))


def _wrapped(suite: SealSuite, holder: AnyOpeningKey, *, material: int = 5) -> bytes:
    return suite.wrap(
        FILE_KEY,
        holder.public,
        material=bytes([material]) * suite.material_bytes,
        context=CONTEXT,
        position=POSITION,
    )


@every_suite
def test_wrapping_is_computed_again_from_its_material(suite: SealSuite) -> None:
    key, other = suite.fresh_key(), suite.fresh_key()
    wrapped = _wrapped(suite, key)

    assert _wrapped(suite, key) == wrapped
    assert _wrapped(suite, key, material=6) != wrapped
    assert suite.wrapped_bytes(wrapped + b"what follows") == len(wrapped)
    assert len(suite.ephemeral_of(wrapped)) == 32
    assert not suite.is_weak(suite.ephemeral_of(wrapped))
    assert suite.unwrap(wrapped, key, context=CONTEXT, position=POSITION) == FILE_KEY
    assert suite.unwrap(wrapped, other, context=CONTEXT, position=POSITION) is None
    assert suite.unwrap(wrapped, key, context=bytes(32), position=POSITION) is None
    spoiled = wrapped[:-1] + bytes([wrapped[-1] ^ 1])
    assert suite.unwrap(spoiled, key, context=CONTEXT, position=POSITION) is None


@every_suite
def test_a_key_is_of_one_suite_and_reads_back_from_its_texts(suite: SealSuite) -> None:
    key = suite.fresh_key()

    assert suite_of(key.public) is suite
    assert read_identity(key.identity).public == key.public
    assert recipient_public(key.recipient) == key.public
    suite.check_public(key.public)
    for wrong in (key.identity.lower(), key.identity[:-1], key.recipient.upper()):
        with pytest.raises(BadKey):
            read_identity(wrong)
    for wrong in (key.recipient.upper(), key.recipient[:-1], key.identity):
        with pytest.raises(BadKey):
            recipient_public(wrong)


@every_suite
def test_a_public_key_that_nobody_can_seal_to_is_refused(suite: SealSuite) -> None:
    with pytest.raises(BadKey):
        suite.check_public(bytes(suite.public_bytes))
    with pytest.raises(BadKey):
        suite_of(bytes(suite.public_bytes + 1))


def test_no_key_of_one_suite_opens_what_another_wrapped() -> None:
    for suite, other in permutations(SUITES.values(), 2):
        wrapped, key = _wrapped(suite, suite.fresh_key()), other.fresh_key()

        assert suite.unwrap(wrapped, key, context=CONTEXT, position=POSITION) is None


@pytest.mark.parametrize("secret", [bytes(32), b"\xff" * 32, b"\x01" * 31])
def test_an_sm2_secret_out_of_range_is_refused(secret: bytes) -> None:
    with pytest.raises(BadKey):
        Sm2SoftwareKey(secret)


class _Card(Sm2OpeningKey):
    """A key of a module that hands out numbers instead of secrets."""

    keys = tuple(Sm2Key(reduced_scalar(bytes([number]) * 48)) for number in range(1, 4))

    def __init__(self, slot: int) -> None:
        self._slot = slot

    @property
    def public(self) -> bytes:
        return self.keys[self._slot].public

    @property
    def identity(self) -> str:
        return f"slot {self._slot}"

    def decrypt(self, ciphertext: bytes) -> bytes | None:
        return self.keys[self._slot].decrypt(ciphertext)


def test_a_container_opens_with_keys_that_stay_in_a_module() -> None:
    bidder, *holders = (_Card(slot) for slot in range(3))
    policy = SealPolicy(CONTEXT, 2, tuple(one.public for one in holders), bidder.public)
    header = derive_header(FILE_KEY, policy)

    shares = {
        number: unwrap_share(header, number, card, CONTEXT)
        for number, card in enumerate(holders, start=1)
    }

    assert policy.suite is GM
    assert bidder.recipient.startswith("kaibiao-sm2-1")
    assert unwrap_with_opening_key(header, bidder) == FILE_KEY
    assert file_key_from_shares(header, shares, CONTEXT)[0] == FILE_KEY
