"""SM2 against the published examples; keys that are read, refused, and never confused."""

import ctypes
import json
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import core
from cryptography.hazmat.primitives import serialization

from crypto import gm_curve, gm_library, gm_sm2
from crypto.errors import BadKey, BadSignature, ProviderMissing
from crypto.gm_curve import ORDER, base_times, check_point, is_scalar, point_times, reduced_scalar
from crypto.gm_sm2 import Ciphertext, Sm2Key, generate_sm2_key
from crypto.keys import generate_signing_key

VECTORS = Path(__file__).parents[2] / "vectors"
STANDARDS: dict[str, Any] = json.loads((VECTORS / "gm-standards.json").read_text())
SIGNATURE = STANDARDS["sm2_signature"]
ENCRYPTION = STANDARDS["sm2_encryption"]
DECRYPTION = STANDARDS["sm2_decryption"]

KEY = Sm2Key(bytes.fromhex(SIGNATURE["secret"]))
OTHER = generate_sm2_key()
MESSAGE = b"message digest"
EPHEMERAL = reduced_scalar(b"\x05" * 48)


class _Signature(core.Sequence):  # type: ignore[misc]  # asn1crypto ships no types
    _fields = [("r", core.Integer), ("s", core.Integer)]  # noqa: RUF012


def _signature(r: int, s: int) -> bytes:
    encoded: bytes = _Signature({"r": r, "s": s}).dump()
    return encoded


def test_the_secret_of_the_standard_has_the_public_key_of_the_standard() -> None:
    assert KEY.public.hex() == SIGNATURE["public"]


def test_the_signature_of_the_standard_verifies() -> None:
    signature = _signature(int(SIGNATURE["r"], 16), int(SIGNATURE["s"], 16))

    gm_sm2.verify(KEY.public_der, bytes.fromhex(SIGNATURE["message"]), signature)


def test_encryption_with_the_ephemeral_secret_of_the_standard_gives_its_bytes() -> None:
    ciphertext = gm_sm2.encrypt(
        KEY.public,
        bytes.fromhex(ENCRYPTION["plaintext"]),
        ephemeral=bytes.fromhex(ENCRYPTION["ephemeral"]),
    )

    assert ciphertext.hex() == ENCRYPTION["ciphertext"]


@pytest.mark.parametrize("example", [ENCRYPTION, DECRYPTION], ids=["GB/T 32918.5", "OpenSSL"])
def test_published_ciphertexts_open(example: dict[str, str]) -> None:
    key = Sm2Key.from_der(bytes.fromhex(example["pkcs8"])) if "pkcs8" in example else KEY

    assert key.decrypt(bytes.fromhex(example["ciphertext"])) == bytes.fromhex(example["plaintext"])


@pytest.mark.parametrize("size", [1, 16, 31, 32, 33, 48, 1000])
def test_what_is_wrapped_unwraps(size: int) -> None:
    secret = bytes(index % 256 for index in range(size))

    wrapped = gm_sm2.encrypt(KEY.public, secret, ephemeral=EPHEMERAL)

    assert KEY.decrypt(wrapped) == secret
    assert OTHER.decrypt(wrapped) is None
    assert gm_sm2.encrypt(KEY.public, secret, ephemeral=EPHEMERAL) == wrapped
    assert gm_sm2.encrypt(KEY.public, secret, ephemeral=reduced_scalar(b"\x06" * 48)) != wrapped


@pytest.mark.parametrize("place", range(0, 155, 11))
def test_an_altered_ciphertext_does_not_unwrap(place: int) -> None:
    wrapped = bytearray(gm_sm2.encrypt(KEY.public, bytes(48), ephemeral=EPHEMERAL))
    wrapped[place % len(wrapped)] ^= 1

    assert KEY.decrypt(bytes(wrapped)) is None


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda der: der[:-1], id="cut"),
        pytest.param(lambda der: der + b"\0", id="extended"),
        pytest.param(lambda der: b"", id="empty"),
        pytest.param(lambda der: b"\x30\x00", id="without parts"),
        pytest.param(lambda der: b"\x30\x81" + der[1:], id="length in long form"),
        pytest.param(
            lambda der: Ciphertext(b"\x04" + bytes(64), bytes(32), b"x").to_der(),
            id="off the curve",
        ),
        pytest.param(
            lambda der: Ciphertext(KEY.public, bytes(31), b"x").to_der(), id="short digest"
        ),
        pytest.param(lambda der: _signature(-1, 2), id="negative"),
        pytest.param(lambda der: _signature(1 << 256, 2), id="too large"),
    ],
)
def test_a_ciphertext_has_one_form_only(damage: Any) -> None:
    wrapped = gm_sm2.encrypt(KEY.public, b"secret", ephemeral=EPHEMERAL)

    with pytest.raises(BadKey):
        Ciphertext.from_der(damage(wrapped))


def test_signatures_are_checked() -> None:
    signature = KEY.sign(MESSAGE)

    gm_sm2.verify(KEY.public_der, MESSAGE, signature)
    for public, message, other in (
        (OTHER.public_der, MESSAGE, signature),
        (KEY.public_der, MESSAGE + b"!", signature),
        (KEY.public_der, b"", signature),
        (KEY.public_der, MESSAGE, signature[:-1]),
        (KEY.public_der, MESSAGE, signature + b"\0"),
        (KEY.public_der, MESSAGE, b""),
        (KEY.public_der, MESSAGE, _signature(0, 0)),
        (KEY.public_der, MESSAGE, _signature(ORDER, 1)),
    ):
        with pytest.raises(BadSignature):
            gm_sm2.verify(public, message, other)


def test_another_kind_of_public_key_is_refused() -> None:
    p256 = generate_signing_key().public_der

    with pytest.raises(BadKey):
        gm_sm2.verify(p256, MESSAGE, b"")
    with pytest.raises(BadKey):
        gm_sm2.public_point(p256)
    with pytest.raises(BadKey):
        gm_sm2.public_point(KEY.public_der[:-1] + bytes([KEY.public_der[-1] ^ 1]))


@pytest.mark.parametrize("password", [None, b"correct horse"], ids=["plain", "encrypted"])
def test_a_key_file_reads_back(password: bytes | None) -> None:
    pem = KEY.to_pem(password)

    assert Sm2Key.from_pem(pem, password).to_der() == KEY.to_der()
    assert (b"ENCRYPTED" in pem) == (password is not None)


def test_an_encrypted_key_file_needs_its_password() -> None:
    pem = KEY.to_pem(b"correct horse")

    for password in (None, b"", b"wrong"):
        with pytest.raises(BadKey):
            Sm2Key.from_pem(pem, password)


def test_what_is_not_an_sm2_key_is_refused() -> None:
    p256 = generate_signing_key()
    p256_der = p256.private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for pem in (b"", b"nonsense", p256.to_pem(None), b"-" * 70_000):
        with pytest.raises(BadKey):
            Sm2Key.from_pem(pem)
    for der in (b"", b"\x30", p256_der, KEY.to_der()[:-1], bytes(70_000), KEY.public_der):
        with pytest.raises(BadKey):
            Sm2Key.from_der(der)


@pytest.mark.parametrize("number", [0, ORDER - 1, ORDER, 2**256 - 1])
def test_a_secret_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(BadKey):
        Sm2Key(number.to_bytes(32, "big"))


def test_a_secret_of_another_length_is_refused() -> None:
    with pytest.raises(BadKey):
        Sm2Key(b"\x01" * 31)


def test_reduced_scalars_are_in_range() -> None:
    assert all(is_scalar(reduced_scalar(bytes([byte]) * 48)) for byte in range(256))


@pytest.mark.parametrize(
    "point",
    [b"", b"\x00", b"\x04" + bytes(64), b"\x02" + bytes(32), b"\x04" + b"\xff" * 64, bytes(65)],
)
def test_points_off_the_curve_are_refused(point: bytes) -> None:
    with pytest.raises(BadKey):
        check_point(point)
    with pytest.raises(BadKey):
        gm_sm2.encrypt(point, b"secret", ephemeral=EPHEMERAL)


def test_two_secrets_agree_on_one_point() -> None:
    one, two = reduced_scalar(b"\x01" * 48), reduced_scalar(b"\x02" * 48)

    assert point_times(one, base_times(two)) == point_times(two, base_times(one))


def test_a_secret_does_not_show_in_a_printed_key() -> None:
    assert SIGNATURE["secret"] not in repr(KEY)


def test_a_machine_without_libcrypto_is_told_what_to_install() -> None:
    assert gm_library.first_library(("libno-such-library.so.1",)) is None
    with pytest.raises(ProviderMissing, match="libssl3"):
        gm_library.libcrypto.__wrapped__(("libno-such-library.so.1",))


def test_a_library_without_the_curve_is_refused() -> None:
    with pytest.raises(ProviderMissing, match="without the SM2 curve"):
        gm_curve._group(0)


def test_the_library_says_why_a_call_failed() -> None:
    library = gm_library.libcrypto()
    assert not library("EC_GROUP_new_by_curve_name", 0)

    assert "unknown group" in library.reason()
    assert "error:0" in library.reason()


def test_a_library_without_the_functions_is_refused() -> None:
    loaded = gm_library.first_library(gm_library.LIBCRYPTO_NAMES)
    assert loaded is not None
    with pytest.raises(ProviderMissing, match=r"3\.0"):
        gm_library.Libcrypto(loaded, version_min=1 << 40)
    with pytest.raises(ProviderMissing, match=r"3\.0"):
        gm_library.Libcrypto(ctypes.CDLL("libc.so.6"))
