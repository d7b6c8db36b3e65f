"""The primitives of the classic profile: SHA-256, HKDF, HMAC, ChaCha20-Poly1305, X25519.

Sealing and opening reach the libraries through this module only. A second profile (post-quantum or
national algorithms) is a second module of this shape under another `SUITE` name; the name is part
of every seal context, so that containers of two profiles can never be confused.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.errors import BadKey

SUITE = "age-v1-x25519"
PUBLIC_BYTES = 32  # of a key that opens; its secret has as many
TAG_BYTES = 16

Aead = ChaCha20Poly1305  # for the payload, which encrypts in place with one object per thread

_ZERO_NONCE = bytes(12)
_FIELD = 2**255 - 19
# u-coordinates of the points of order 2, 4 and 8 on Curve25519 and of order 4 on its twist.
_LOW_ORDER = (
    0,
    1,
    _FIELD - 1,
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
)
# However they are written: as numbers of 255 bits modulo the field's size, under a free bit.
_LOW_ORDER_WRITTEN = frozenset(
    (number | free << 255).to_bytes(32, "little")
    for coordinate in _LOW_ORDER
    for number in (coordinate, coordinate + _FIELD)
    if number < 1 << 255
    for free in (0, 1)
)


def sha256(data: bytes) -> bytes:
    """SHA-256, 32 bytes (FIPS 180-4)."""
    return hashlib.sha256(data).digest()


def hkdf(key: bytes, *, salt: bytes, info: bytes, length: int = 32) -> bytes:
    """HKDF-SHA-256 extract and expand (RFC 5869)."""
    return HKDF(hashes.SHA256(), length, salt, info).derive(key)


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256, 32 bytes (RFC 2104)."""
    return hmac.digest(key, message, "sha256")


def equal(left: bytes, right: bytes) -> bool:
    """Compare without telling by timing where the two differ."""
    return hmac.compare_digest(left, right)


def random_bytes(count: int) -> bytes:
    """Bytes from the operating system's generator: the only source of chance in this package."""
    return os.urandom(count)


def aead_seal(key: bytes, plaintext: bytes) -> bytes:
    """ChaCha20-Poly1305 with the zero nonce: the 32-byte key must serve this one message only."""
    return ChaCha20Poly1305(key).encrypt(_ZERO_NONCE, plaintext, None)


def aead_open(key: bytes, ciphertext: bytes) -> bytes | None:
    """Inverse of `aead_seal`; None when the key or the ciphertext is not the right one.

    None is an answer here, not a failure: trying several keys in turn is how age finds its stanza.
    """
    try:
        return ChaCha20Poly1305(key).decrypt(_ZERO_NONCE, ciphertext, None)
    except InvalidTag:
        return None


def x25519_public(secret: bytes) -> bytes:
    """Public key, 32 bytes, of a 32-byte X25519 secret (RFC 7748)."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def x25519_ephemeral(secret: bytes, public: bytes) -> tuple[bytes, bytes]:
    """`x25519_public` and `x25519` of a secret that is used once, for two thirds of their work.

    Raises BadKey.
    """
    private = X25519PrivateKey.from_private_bytes(secret)
    return private.public_key().public_bytes_raw(), _exchange(private, public)


def x25519(secret: bytes, public: bytes) -> bytes:
    """Shared secret, 32 bytes (RFC 7748).

    Raises BadKey when `public` is not 32 bytes or a point of low order, with which every secret
    would give the same result.
    """
    return _exchange(X25519PrivateKey.from_private_bytes(secret), public)


def _exchange(private: X25519PrivateKey, public: bytes) -> bytes:
    try:
        return private.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as error:
        raise BadKey("not a usable X25519 public key") from error


def is_low_order(public: bytes) -> bool:
    """Is this X25519 public key, 32 bytes, one of those with which every secret agrees on zero?

    RFC 7748 §6.1 has the shared secret compared with zero; these five coordinates, in whatever way
    they are written, are the only ones that give it, and telling needs no scalar multiplication.
    """
    return public in _LOW_ORDER_WRITTEN
