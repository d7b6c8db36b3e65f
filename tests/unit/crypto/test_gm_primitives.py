"""SM3, HMAC-SM3 and SM4-GCM against the published vectors, with every implementation there is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from crypto import gm_sm4
from crypto.aead import Aead
from crypto.gm_sm3 import hmac_sm3, sm3, sm3_kdf
from crypto.gm_sm4 import GcryptSm4Gcm, PortableSm4Gcm, sm4_gcm

VECTORS = Path(__file__).parents[2] / "vectors"
STANDARDS: dict[str, Any] = json.loads((VECTORS / "gm-standards.json").read_text())
HMAC_CASES = json.loads((VECTORS / "gm-hmac-sm3.json").read_text())["cases"]
GCM_CASES = json.loads((VECTORS / "gm-sm4-gcm.json").read_text())["cases"]
NONCE_BYTES = 12
KEY = bytes(range(16))
NONCE = bytes(12)

GCRYPT = gm_sm4.libgcrypt()
IMPLEMENTATIONS = [
    pytest.param(PortableSm4Gcm, id="cryptography"),
    pytest.param(
        lambda key: GcryptSm4Gcm(key, GCRYPT) if GCRYPT else None,
        id="libgcrypt",
        marks=pytest.mark.skipif(GCRYPT is None, reason="no libgcrypt with SM4 here"),
    ),
]
every_implementation = pytest.mark.parametrize("make", IMPLEMENTATIONS)
MakeAead = Callable[[bytes], Aead]


def _sealed(aead: Aead, plaintext: bytes, associated: bytes = b"", nonce: bytes = NONCE) -> bytes:
    room = memoryview(bytearray(len(plaintext) + 16))
    return bytes(room[: aead.encrypt_into(nonce, plaintext, associated, room)])


def _opened(aead: Aead, sealed: bytes, associated: bytes = b"", nonce: bytes = NONCE) -> bytes:
    room = memoryview(bytearray(max(0, len(sealed) - 16)))
    return bytes(room[: aead.decrypt_into(nonce, sealed, associated, room)])


def test_sm3_gives_the_digests_of_the_standard() -> None:
    for message, digest in STANDARDS["sm3"]["cases"]:
        assert sm3(bytes.fromhex(message)).hex() == digest


def test_sm4_below_gcm_is_the_cipher_of_the_standard() -> None:
    example = STANDARDS["sm4"]
    cipher = Cipher(algorithms.SM4(bytes.fromhex(example["key"])), modes.ECB())

    encrypted = cipher.encryptor().update(bytes.fromhex(example["plaintext"]))

    assert encrypted.hex() == example["ciphertext"]


def test_hmac_sm3_agrees_with_all_published_cases() -> None:
    wrong = [
        number
        for number, key, message, tag, valid in HMAC_CASES
        if (hmac_sm3(bytes.fromhex(key), bytes.fromhex(message))[: len(tag) // 2].hex() == tag)
        != valid
    ]

    assert len(HMAC_CASES) == 174
    assert wrong == []


def test_the_key_derivation_of_sm2_counts_from_one() -> None:
    assert sm3_kdf(b"Z", 40) == (sm3(b"Z\0\0\0\x01") + sm3(b"Z\0\0\0\x02"))[:40]


@every_implementation
def test_sm4_gcm_gives_the_example_of_rfc_8998(make: MakeAead) -> None:
    example = {
        name: bytes.fromhex(value)
        for name, value in STANDARDS["sm4_gcm"].items()
        if name != "source"
    }
    aead = make(example["key"])

    sealed = _sealed(aead, example["plaintext"], example["associated_data"], example["nonce"])

    assert sealed == example["ciphertext"] + example["tag"]


@every_implementation
def test_sm4_gcm_agrees_with_all_published_cases_of_our_nonce_length(make: MakeAead) -> None:
    cases = [case for case in GCM_CASES if len(case[2]) // 2 == NONCE_BYTES]
    wrong = []
    for number, *texts, valid in cases:
        key, nonce, associated, plaintext, ciphertext, tag = map(bytes.fromhex, texts)
        try:
            right = _opened(make(key), ciphertext + tag, associated, nonce) == plaintext
            right &= _sealed(make(key), plaintext, associated, nonce) == ciphertext + tag
        except InvalidTag:
            right = False
        if right != valid:
            wrong.append(number)

    assert len(cases) == 65  # 39 more have nonces of other lengths, which no format of ours uses
    assert wrong == []


@every_implementation
@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 4096, 65536])
def test_implementations_agree_and_an_object_serves_many_messages(
    make: MakeAead, size: int
) -> None:
    plaintext = bytes(index % 251 for index in range(size))
    aead = make(KEY)

    sealed = [_sealed(aead, plaintext, nonce=bytes([n]) * 12) for n in range(3)]

    portable = PortableSm4Gcm(KEY)
    assert sealed == [_sealed(portable, plaintext, nonce=bytes([n]) * 12) for n in range(3)]
    assert _opened(aead, sealed[2], nonce=bytes([2]) * 12) == plaintext


@every_implementation
@pytest.mark.parametrize("damage", ["flipped", "cut", "short", "other nonce", "other data"])
def test_what_was_altered_does_not_authenticate(make: MakeAead, damage: str) -> None:
    sealed = _sealed(make(KEY), b"content", b"about")
    damaged = {
        "flipped": bytes([sealed[0] ^ 1]) + sealed[1:],
        "cut": sealed[:-1],
        "short": sealed[:15],
    }.get(damage, sealed)
    nonce = bytes([1]) * 12 if damage == "other nonce" else NONCE
    associated = b"else" if damage == "other data" else b"about"

    with pytest.raises(InvalidTag):
        _opened(make(KEY), damaged, associated, nonce)


@every_implementation
def test_nothing_unauthenticated_is_left_in_the_buffer(make: MakeAead) -> None:
    sealed = bytearray(_sealed(make(KEY), b"content"))
    sealed[-1] ^= 1
    room = memoryview(bytearray(7))

    with pytest.raises(InvalidTag):
        make(KEY).decrypt_into(NONCE, sealed, None, room)

    assert bytes(room) == bytes(7)


def test_without_libgcrypt_the_portable_implementation_serves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert gm_sm4.libgcrypt(("libno-such-library.so.1",)) is None
    monkeypatch.setattr(gm_sm4, "libgcrypt", lambda: None)

    assert isinstance(sm4_gcm(KEY), PortableSm4Gcm)
    assert gm_sm4.implementation() == "cryptography"


@pytest.mark.skipif(GCRYPT is None, reason="no libgcrypt with SM4 here")
def test_where_libgcrypt_is_it_serves() -> None:
    assert isinstance(sm4_gcm(KEY), GcryptSm4Gcm)
    assert gm_sm4.implementation() == "libgcrypt"
