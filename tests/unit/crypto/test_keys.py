"""Keys: their text forms, and that no kind passes for another."""

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from crypto import bech32
from crypto.errors import BadKey, BadSignature
from crypto.keys import (
    NoteKey,
    OpeningKey,
    SigningKey,
    generate_opening_key,
    generate_signing_key,
    recipient_public,
    recipient_text,
    verify_signature,
)
from crypto.notes import NoteVerifier

# C2SP age.md, test key of the public age test kit.
IDENTITY = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0"
KEY = generate_signing_key()


def test_an_identity_reads_and_writes_the_same() -> None:
    assert OpeningKey.from_identity(IDENTITY).identity == IDENTITY


def test_a_recipient_reads_and_writes_the_same() -> None:
    key = generate_opening_key()

    assert recipient_public(key.recipient) == key.public
    assert recipient_text(key.public) == key.recipient
    assert key.recipient.startswith("age1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        IDENTITY.lower(),
        IDENTITY.title(),
        IDENTITY[:-1],
        IDENTITY[:-1] + "1",
        IDENTITY.replace("E", "F", 1),
        IDENTITY + "é",
        OpeningKey(bytes(32)).recipient,
        bech32.encode("age-secret-key-", bytes(31)).upper(),
        "A" * 5000,
        "1" + "q" * 6,
        "AGE1B",
    ],
)
def test_a_mistyped_identity_is_refused(text: str) -> None:
    with pytest.raises(BadKey):
        OpeningKey.from_identity(text)


@pytest.mark.parametrize(
    "text",
    [
        IDENTITY,
        OpeningKey(bytes(32)).recipient.upper(),
        bech32.encode("age", bytes(33)),
        "age1q",
        bech32.encode("age", bytes(32))[:-1] + "b",
    ],
)
def test_a_mistyped_recipient_is_refused(text: str) -> None:
    with pytest.raises(BadKey):
        recipient_public(text)


def test_bech32_padding_that_is_not_zero_is_refused() -> None:
    symbols = [31, 31]
    checksum = bech32._polymod([*bech32._expand("age"), *symbols, *[0] * 6]) ^ 1
    tail = [checksum >> 5 * (5 - place) & 31 for place in range(6)]
    text = "age1" + "".join(bech32._ALPHABET[symbol] for symbol in symbols + tail)

    with pytest.raises(BadKey, match="padding"):
        bech32.decode(text)


def test_a_public_key_of_another_length_has_no_text() -> None:
    with pytest.raises(BadKey):
        recipient_text(bytes(31))


def test_a_secret_never_shows_in_a_representation() -> None:
    key = OpeningKey(b"\x42" * 32)

    assert "42" not in repr(key)
    assert "B" * 8 not in repr(key)


def test_a_signature_verifies_under_its_label_only() -> None:
    signature = KEY.sign("kaibiao/test/v1", b"message")

    verify_signature(KEY.public_der, "kaibiao/test/v1", b"message", signature)
    with pytest.raises(BadSignature):
        verify_signature(KEY.public_der, "kaibiao/other/v1", b"message", signature)
    with pytest.raises(BadSignature):
        verify_signature(KEY.public_der, "kaibiao/test/v1", b"massage", signature)
    with pytest.raises(BadSignature):
        verify_signature(
            generate_signing_key().public_der, "kaibiao/test/v1", b"message", signature
        )


@pytest.mark.parametrize("signature", [b"", b"\x00" * 64, b"\x30\x00"])
def test_a_malformed_signature_is_refused(signature: bytes) -> None:
    with pytest.raises(BadSignature):
        verify_signature(KEY.public_der, "a", b"", signature)


def test_signing_involves_no_chance() -> None:
    assert KEY.sign("a", b"b") == KEY.sign("a", b"b")


@pytest.mark.parametrize("password", [None, "开标".encode()])
def test_a_key_survives_its_file(password: bytes | None) -> None:
    read = SigningKey.from_pem(KEY.to_pem(password), password)

    assert read.public_der == KEY.public_der


def test_a_wrong_password_is_refused() -> None:
    with pytest.raises(BadKey):
        SigningKey.from_pem(KEY.to_pem(b"right"), b"wrong")
    with pytest.raises(BadKey):
        SigningKey.from_pem(KEY.to_pem(b"right"), None)
    with pytest.raises(BadKey):
        SigningKey.from_pem(b"junk")


def _pem(private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _public(private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


OTHER_KINDS = [
    ec.derive_private_key(5, ec.SECP384R1()),
    ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)),
]


@pytest.mark.parametrize("private", OTHER_KINDS)
def test_another_kind_of_key_is_refused(
    private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey,
) -> None:
    with pytest.raises(BadKey):
        SigningKey.from_pem(_pem(private))
    with pytest.raises(BadKey):
        verify_signature(_public(private), "a", b"", b"")


def test_junk_is_not_a_public_key() -> None:
    with pytest.raises(BadKey):
        verify_signature(b"junk", "a", b"", b"")


def test_a_note_keys_verifier_text_reads_back() -> None:
    key = NoteKey.from_seed("log.example/开标", bytes(32))

    plain, cosigner = NoteVerifier.parse(key.verifier), NoteVerifier.parse(key.cosigner)

    assert (plain.name, plain.public) == (cosigner.name, cosigner.public) == (key.name, key.public)
    assert plain.key_id != cosigner.key_id


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u2003b"])
def test_a_note_key_needs_a_proper_name(name: str) -> None:
    with pytest.raises(BadKey):
        NoteKey.from_seed(name, bytes(32))


def test_a_note_key_needs_a_whole_seed() -> None:
    with pytest.raises(BadKey):
        NoteKey.from_seed("a", bytes(31))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a+00000000+AAAA",
        "a+0000000g+" + base64.b64encode(b"\x01" + bytes(32)).decode(),
        "a+00000000+" + base64.b64encode(b"\x01" + bytes(32)).decode(),
        "a+00000000+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
        "a+00000000+A",
    ],
)
def test_a_malformed_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(BadKey):
        NoteVerifier.parse(text)
