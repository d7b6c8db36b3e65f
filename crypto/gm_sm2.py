"""SM2 keys: signatures with SM3, and encryption that can be computed again (GB/T 32918).

Signatures are DER, `SEQUENCE { r, s }`, and always with the default signer id of GM/T 0009.
Ciphertexts are that standard's DER as well, C1 ‖ C3 ‖ C2 as `SEQUENCE { x, y, hash, ciphertext }`.
Encryption takes its ephemeral secret as an argument, which OpenSSL's own function does not allow;
it is the formula of GB/T 32918.4 §6.1 over `gm_curve`. Signing and decryption are OpenSSL's.
"""

import ctypes
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import core

from crypto.errors import BadKey, BadSignature
from crypto.gm_curve import (
    POINT_BYTES,
    SCALAR_BYTES,
    base_times,
    check_point,
    is_scalar,
    point_times,
    reduced_scalar,
)
from crypto.gm_library import libcrypto
from crypto.gm_sm3 import sm3, sm3_kdf
from crypto.suite import random_bytes

DEFAULT_SIGNER_ID = b"1234567812345678"  # GM/T 0009 §10
PLAINTEXT_BYTES_MAX = 64 << 10
DIGEST_BYTES = 32
MATERIAL_BYTES = 48  # what a secret or an ephemeral secret is computed from

_PEM_BYTES_MAX = 64 << 10
_SIGNATURE_BYTES_MAX = 72
_PUBLIC_CACHE = 256
# SubjectPublicKeyInfo up to the point, and PKCS #8 around secret and point: all lengths are fixed.
_SPKI_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
_PKCS8_HEAD = bytes.fromhex(
    "308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420"
)
_PKCS8_MIDDLE = bytes.fromhex("a144034200")


class Sm2Key:
    """A private key, held by libcrypto; for signing or for opening, never the same for both."""

    def __init__(self, secret: bytes) -> None:
        """The key of a scalar of 32 bytes. Raises BadKey out of range, ProviderMissing."""
        if not is_scalar(secret):
            raise BadKey("an SM2 secret has 32 bytes and lies between 1 and n-2")
        self._secret = secret
        self._public = base_times(secret)
        library = libcrypto()
        self._native = _loaded("d2i_AutoPrivateKey", self.to_der())
        weakref.finalize(self, library, "EVP_PKEY_free", self._native)

    @classmethod
    def from_pem(cls, pem: bytes, password: bytes | None = None) -> "Sm2Key":
        """Read PKCS #8, encrypted or not, or SEC 1. Raises BadKey, also for a wrong password."""
        if len(pem) > _PEM_BYTES_MAX:
            raise BadKey("a key file that is too long")
        library = libcrypto()
        source = library("BIO_new_mem_buf", pem, len(pem))
        try:
            # Without a password an empty one: with a null pointer OpenSSL would ask the terminal.
            native = library("PEM_read_bio_PrivateKey", source, None, None, password or b"")
        finally:
            library("BIO_free", source)
        return cls(_secret_of(native))

    @classmethod
    def from_der(cls, der: bytes) -> "Sm2Key":
        """Read PKCS #8 or SEC 1 DER, not encrypted. Raises BadKey."""
        if len(der) > _PEM_BYTES_MAX:
            raise BadKey("a key file that is too long")
        library = libcrypto()
        start = ctypes.c_char_p(der)
        return cls(_secret_of(library("d2i_AutoPrivateKey", None, ctypes.byref(start), len(der))))

    def to_pem(self, password: bytes | None) -> bytes:
        """PKCS #8 PEM, encrypted with SM4-CBC under PBKDF2 when a password is given."""
        library = libcrypto()
        target = library("BIO_new", library("BIO_s_mem"))
        try:
            cipher = None if password is None else library("EVP_sm4_cbc")
            length = len(password or b"")
            done = library(
                *("PEM_write_bio_PKCS8PrivateKey", target, self._native, cipher),
                *(password, length, None, None),
            )
            room = ctypes.create_string_buffer(_PEM_BYTES_MAX)
            size = library("BIO_read", target, room, _PEM_BYTES_MAX)
            assert done == 1, library.reason()
            return room.raw[:size]
        finally:
            library("BIO_free", target)

    def to_der(self) -> bytes:
        """PKCS #8 DER, not encrypted."""
        return _PKCS8_HEAD + self._secret + _PKCS8_MIDDLE + self._public

    @property
    def public(self) -> bytes:
        """The public point, 65 bytes."""
        return self._public

    @property
    def public_der(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        return public_der(self._public)

    def sign(self, message: bytes) -> bytes:
        """A signature, DER, with SM3 and the default signer id; a fresh one each time."""
        library = libcrypto()
        with _digest_context(self._native, "EVP_DigestSignInit") as context:
            room = ctypes.create_string_buffer(_SIGNATURE_BYTES_MAX)
            size = ctypes.c_size_t(_SIGNATURE_BYTES_MAX)
            done = library(
                "EVP_DigestSign", context, room, ctypes.byref(size), message, len(message)
            )
            assert done == 1, library.reason()
            return room.raw[: size.value]

    def decrypt(self, ciphertext: bytes) -> bytes | None:
        """The plaintext of `encrypt`; None when the key or the ciphertext is not the right one."""
        library = libcrypto()
        context = library("EVP_PKEY_CTX_new", self._native, None)
        try:
            assert library("EVP_PKEY_decrypt_init", context) == 1, library.reason()
            # OpenSSL wants room for the ciphertext's own size to begin with.
            room = ctypes.create_string_buffer(len(ciphertext) + 1)
            size = ctypes.c_size_t(len(ciphertext) + 1)
            done = library(
                *("EVP_PKEY_decrypt", context, room, ctypes.byref(size)),
                *(ciphertext, len(ciphertext)),
            )
            if done != 1:
                library("ERR_clear_error")
                return None
            return room.raw[: size.value]
        finally:
            library("EVP_PKEY_CTX_free", context)


def generate_sm2_key() -> Sm2Key:
    """A fresh key from the operating system's generator. Raises ProviderMissing."""
    return Sm2Key(reduced_scalar(random_bytes(MATERIAL_BYTES)))


def public_der(point: bytes) -> bytes:
    """SubjectPublicKeyInfo, DER, of a point of 65 bytes. Raises BadKey off the curve."""
    check_point(point)
    return _SPKI_HEAD + point


def public_point(der: bytes) -> bytes:
    """The point, 65 bytes, of an SM2 SubjectPublicKeyInfo. Raises BadKey."""
    if len(der) != len(_SPKI_HEAD) + POINT_BYTES or not der.startswith(_SPKI_HEAD):
        raise BadKey("not an SM2 public key")
    point = der[len(_SPKI_HEAD) :]
    check_point(point)
    return point


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Check what `Sm2Key.sign` made; `public` is SubjectPublicKeyInfo DER.

    Raises BadSignature, or BadKey for another kind of key.
    """
    library = libcrypto()
    with _digest_context(_public_key(public).native, "EVP_DigestVerifyInit") as context:
        fits = library(
            "EVP_DigestVerify", context, signature, len(signature), message, len(message)
        )
    if fits != 1:
        library("ERR_clear_error")
        raise BadSignature("no valid SM2 signature of this key")


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """The parts of an SM2 ciphertext: ephemeral point C1, digest C3, masked bytes C2."""

    point: bytes
    digest: bytes
    masked: bytes

    def to_der(self) -> bytes:
        """The DER form of GM/T 0009 §7.2."""
        x, y = self.point[1:33], self.point[33:]
        encoded: bytes = _CipherDer(
            {
                "x": int.from_bytes(x, "big"),
                "y": int.from_bytes(y, "big"),
                "digest": self.digest,
                "masked": self.masked,
            }
        ).dump()
        return encoded

    @classmethod
    def from_der(cls, der: bytes) -> "Ciphertext":
        """Read the one canonical form. Raises BadKey for another one or a point off the curve."""
        try:
            read = _CipherDer.load(der, strict=True)
            x, y = (read[name].native.to_bytes(SCALAR_BYTES, "big") for name in ("x", "y"))
            parts = cls(b"\x04" + x + y, read["digest"].native, read["masked"].native)
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise BadKey("not an SM2 ciphertext") from error
        if len(parts.digest) != DIGEST_BYTES or parts.to_der() != der:
            raise BadKey("an SM2 ciphertext that is not canonical")
        check_point(parts.point)
        return parts


def encrypt(point: bytes, plaintext: bytes, *, ephemeral: bytes) -> bytes:
    """Encrypt for a public point; the same arguments give the same bytes (GB/T 32918.4 §6.1).

    `ephemeral` is a scalar of 32 bytes that serves this one message. Raises BadKey for a point off
    the curve.
    """
    assert 0 < len(plaintext) <= PLAINTEXT_BYTES_MAX
    shared = point_times(ephemeral, point)[1:]
    mask = sm3_kdf(shared, len(plaintext))
    masked = bytes(a ^ b for a, b in zip(plaintext, mask, strict=True))
    digest = sm3(shared[:SCALAR_BYTES] + plaintext + shared[SCALAR_BYTES:])
    return Ciphertext(base_times(ephemeral), digest, masked).to_der()


class _CipherDer(core.Sequence):  # type: ignore[misc]  # asn1crypto ships no types
    _fields = [  # noqa: RUF012 - asn1crypto reads this name
        ("x", core.Integer),
        ("y", core.Integer),
        ("digest", core.OctetString),
        ("masked", core.OctetString),
    ]


class _PublicKey:
    def __init__(self, der: bytes) -> None:
        self.native = _loaded("d2i_PUBKEY", der)
        weakref.finalize(self, libcrypto(), "EVP_PKEY_free", self.native)


@lru_cache(maxsize=_PUBLIC_CACHE)
def _public_key(der: bytes) -> _PublicKey:
    public_point(der)
    return _PublicKey(der)


def _loaded(function: str, der: bytes) -> int:
    library = libcrypto()
    start = ctypes.c_char_p(der)
    native = library(function, None, ctypes.byref(start), len(der))
    assert native, library.reason()
    return native


def _secret_of(native: int) -> bytes:
    """The scalar of a native key, which is freed. Raises BadKey for a null or another kind."""
    library = libcrypto()
    number = ctypes.c_void_p()
    room = ctypes.create_string_buffer(SCALAR_BYTES)
    try:
        if not native or library("EVP_PKEY_is_a", native, b"SM2") != 1:
            raise BadKey("the key file or its password is wrong, or it is not an SM2 key")
        found = library("EVP_PKEY_get_bn_param", native, b"priv", ctypes.byref(number))
        assert found == 1, library.reason()
        assert library("BN_bn2binpad", number, room, SCALAR_BYTES) == SCALAR_BYTES
        return room.raw
    finally:
        library("ERR_clear_error")
        library("BN_clear_free", number)
        library("EVP_PKEY_free", native)


@contextmanager
def _digest_context(native: int, start: str) -> Iterator[int]:
    """A digest context for one signature, with SM3 and the default signer id set."""
    library = libcrypto()
    context = library("EVP_MD_CTX_new")
    key_context = library("EVP_PKEY_CTX_new", native, None)
    try:
        # The id must be set before the digest begins: without it OpenSSL signs with none at all.
        done = library(
            "EVP_PKEY_CTX_set1_id", key_context, DEFAULT_SIGNER_ID, len(DEFAULT_SIGNER_ID)
        )
        library("EVP_MD_CTX_set_pkey_ctx", context, key_context)
        done &= library(start, context, None, library("EVP_sm3"), None, native)
        assert done == 1, library.reason()
        yield context
    finally:
        library("EVP_MD_CTX_free", context)
        library("EVP_PKEY_CTX_free", key_context)
