"""What every provider keeps to, and that a private key may be a handle instead of bytes."""

from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from crypto.errors import BadKey, BadSignature
from crypto.gm_curve import reduced_scalar
from crypto.gm_header import GmPolicy, derive_gm_header
from crypto.gm_opening import gm_file_key_from_shares, unwrap_gm_file_key, unwrap_gm_share
from crypto.gm_sm2 import Sm2Key
from crypto.gm_software import GmSoftware, generate_sm2_key
from crypto.international import International
from crypto.keys import generate_signing_key
from crypto.opening_keys import generate_opening_key
from crypto.provider import Provider


@dataclass(frozen=True, slots=True)
class _Party:
    provider: Provider[Any, Any]
    signing_key: Any
    opening_key: Any
    other_opening_key: Any


PARTIES = [
    pytest.param(
        _Party(GmSoftware(), generate_sm2_key(), generate_sm2_key(), generate_sm2_key()), id="gm"
    ),
    pytest.param(
        _Party(
            International(), generate_signing_key(), generate_opening_key(), generate_opening_key()
        ),
        id="international",
    ),
]
every_provider = pytest.mark.parametrize("party", PARTIES)
MATERIAL = b"\x05" * 48


@every_provider
def test_signatures_verify_for_their_message_and_key_only(party: _Party) -> None:
    gm, key = party.provider, party.signing_key
    signature = gm.sign(key, b"message")

    gm.verify(key.public_der, b"message", signature)
    with pytest.raises(BadSignature):
        gm.verify(key.public_der, b"other", signature)
    with pytest.raises(BadSignature):
        gm.verify(key.public_der, b"message", signature[:-1])
    with pytest.raises(BadKey):
        gm.verify(b"not a key", b"message", signature)


@every_provider
def test_wrapping_is_computed_again_from_its_material(party: _Party) -> None:
    public = party.opening_key.public

    wrapped = party.provider.wrap(public, b"secret", material=MATERIAL)

    assert party.provider.wrap(public, b"secret", material=MATERIAL) == wrapped
    assert party.provider.wrap(public, b"secret", material=b"\x06" * 48) != wrapped
    assert party.provider.unwrap(party.opening_key, wrapped) == b"secret"
    assert party.provider.unwrap(party.other_opening_key, wrapped) is None


@every_provider
def test_what_is_not_a_wrapped_secret_does_not_unwrap(party: _Party) -> None:
    wrapped = party.provider.wrap(party.opening_key.public, b"secret", material=MATERIAL)

    for wrong in (b"", bytes(32), bytes(60), wrapped[:-1], wrapped + b"\0", wrapped[1:]):
        assert party.provider.unwrap(party.opening_key, wrong) is None
    with pytest.raises(BadKey):
        party.provider.wrap(b"", b"secret", material=MATERIAL)


@every_provider
def test_authenticated_encryption_notices_every_change(party: _Party) -> None:
    aead = party.provider.aead(bytes(party.provider.aead_key_bytes))
    room, out = memoryview(bytearray(23)), memoryview(bytearray(7))

    assert aead.encrypt_into(bytes(12), b"content", b"about", room) == 23
    assert aead.decrypt_into(bytes(12), room, b"about", out) == 7
    assert bytes(out) == b"content"
    with pytest.raises(InvalidTag):
        aead.decrypt_into(bytes(12), room, b"else", out)


@every_provider
def test_digests_macs_and_derived_keys_have_their_lengths(party: _Party) -> None:
    provider = party.provider

    assert len(provider.digest(b"")) == len(provider.mac(b"key", b"")) == 32
    assert len(provider.kdf(b"key", salt=b"", info=b"", length=48)) == 48
    assert len(provider.random(16)) == 16
    assert provider.random(16) != provider.random(16)
    assert "/" not in provider.suite


class _Module(GmSoftware):
    """A module that hands out numbers instead of keys, as a card does."""

    def __init__(self, keys: dict[int, Sm2Key]) -> None:
        self._keys = keys

    def unwrap(self, key: int, wrapped: bytes) -> bytes | None:  # type: ignore[override]  # handles
        return super().unwrap(self._keys[key], wrapped)


def test_a_container_opens_with_keys_that_stay_in_a_module() -> None:
    keys = [Sm2Key(reduced_scalar(bytes([number]) * 48)) for number in range(1, 4)]
    module = _Module(dict(enumerate(keys)))
    policy = GmPolicy(bytes(32), 2, (keys[1].public, keys[2].public), keys[0].public)
    header = derive_gm_header(b"sixteen byte key", policy, provider=module)

    shares = {
        number: unwrap_gm_share(header, number, number, bytes(32), module) for number in (1, 2)
    }

    assert unwrap_gm_file_key(header, 0, module) == b"sixteen byte key"
    assert gm_file_key_from_shares(header, shares, bytes(32))[0] == b"sixteen byte key"
