"""MLKEM768-X25519, the hybrid of age's post-quantum recipients: safe while either half holds.

A public key is an ML-KEM-768 encapsulation key and an X25519 point (1216 bytes), a secret is a seed
of 32 bytes, and a message is sealed by HPKE in base mode with HKDF-SHA-256 and ChaCha20-Poly1305
(RFC 9180; draft-ietf-hpke-pq, where this is KEM 0x647a; C2SP age.md).
"""

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from crypto import suite
from crypto.errors import BadKey

SEED_BYTES = 32
PUBLIC_BYTES = 1216
ENCAPSULATED_BYTES = 1120
MLKEM_PUBLIC_BYTES = 1184
MLKEM_CIPHERTEXT_BYTES = 1088

_MLKEM_SEED_BYTES = 64
_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


def public_of(seed: bytes) -> bytes:
    """The public key, 1216 bytes, of a 32-byte seed."""
    mlkem, classic = _secrets(seed)
    return mlkem.public_key().public_bytes_raw() + classic.public_key().public_bytes_raw()


def check_public(public: bytes) -> None:
    """Raise BadKey unless these bytes are a public key that can be sealed to."""
    _publics(public)


def seal(public: bytes, message: bytes, *, info: bytes) -> tuple[bytes, bytes]:
    """Seal a message: (encapsulated key, ciphertext), other ones each time. Raises BadKey."""
    mlkem, classic = _publics(public)
    sealed = _SUITE.encrypt(message, hpke.MLKEM768X25519PublicKey(mlkem, classic), info)
    return sealed[:ENCAPSULATED_BYTES], sealed[ENCAPSULATED_BYTES:]


def unseal(seed: bytes, encapsulated: bytes, ciphertext: bytes, *, info: bytes) -> bytes | None:
    """Inverse of `seal`; None when the seed or the ciphertext is not the right one.

    Raises BadKey for an encapsulated key of another length or with a point of low order.
    """
    if len(encapsulated) != ENCAPSULATED_BYTES:
        raise BadKey("an encapsulated key of the wrong size")
    mlkem, classic = _secrets(seed)
    check_encapsulated(encapsulated)
    private = hpke.MLKEM768X25519PrivateKey(mlkem, classic)
    try:
        return _SUITE.decrypt(encapsulated + ciphertext, private, info)
    except InvalidTag:
        return None


def check_encapsulated(encapsulated: bytes) -> None:
    """Raise BadKey when the X25519 half is a point of low order, the same for every secret."""
    suite.x25519(bytes(31) + b"\x40", encapsulated[MLKEM_CIPHERTEXT_BYTES:])


def _secrets(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    assert len(seed) == SEED_BYTES
    expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED_BYTES + 32)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_BYTES])
    return mlkem, X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_BYTES:])


def _publics(public: bytes) -> tuple[MLKEM768PublicKey, X25519PublicKey]:
    if len(public) != PUBLIC_BYTES:
        raise BadKey("a hybrid public key has 1216 bytes")
    try:
        mlkem = MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC_BYTES])
    except ValueError as error:
        raise BadKey("not a usable ML-KEM-768 key") from error
    suite.x25519(bytes(31) + b"\x40", public[MLKEM_PUBLIC_BYTES:])
    return mlkem, X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC_BYTES:])
