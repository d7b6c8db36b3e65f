"""Sealing to a hybrid key with given randomness, so that whoever has it computes the same again.

What `hybrid.seal` does with chance of its own, step by step: ML-KEM-768 and X25519, combined as in
draft-irtf-cfrg-concrete-hybrid-kems, and HPKE's key schedule for base mode (RFC 9180 §5.1).
`hybrid.unseal` opens it. Apart from `hybrid`, so that ordinary age files need no kyber-py.
"""

import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from crypto import suite
from crypto.errors import BadKey
from crypto.hybrid import MLKEM_PUBLIC_BYTES, PUBLIC_BYTES
from crypto.mlkem_derandomized import MESSAGE_BYTES, encapsulate

MATERIAL_BYTES = 64  # the message of ML-KEM, and an X25519 secret

_COMBINER_LABEL = bytes.fromhex("5c2e2f2f5e5c")  # a picture of an X-wing
_KEM_ID, _KDF_ID, _AEAD_ID = 0x647A, 0x0001, 0x0003
_SUITE_ID = b"HPKE" + b"".join(part.to_bytes(2, "big") for part in (_KEM_ID, _KDF_ID, _AEAD_ID))
_BASE_MODE = b"\x00"
_KEY_BYTES = 32
_NONCE_BYTES = 12


def seal(public: bytes, message: bytes, *, material: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Seal a message: (encapsulated key, ciphertext).

    `material` has 64 bytes and serves this one message. Raises BadKey.
    """
    assert len(material) == MATERIAL_BYTES
    if len(public) != PUBLIC_BYTES:
        raise BadKey("a hybrid public key has 1216 bytes")
    point, secret = public[MLKEM_PUBLIC_BYTES:], material[MESSAGE_BYTES:]
    mlkem_shared, ciphertext = encapsulate(public[:MLKEM_PUBLIC_BYTES], material[:MESSAGE_BYTES])
    share, shared = suite.x25519_public(secret), suite.x25519(secret, point)
    combined = hashlib.sha3_256(mlkem_shared + shared + share + point + _COMBINER_LABEL).digest()
    key, nonce = _key_schedule(combined, info)
    return ciphertext + share, suite.Aead(key).encrypt(nonce, message, None)


def _key_schedule(shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Key and base nonce of RFC 9180 §5.1 without a pre-shared key."""
    context = _BASE_MODE + _extract(b"", b"psk_id_hash", b"") + _extract(b"", b"info_hash", info)
    secret = _extract(shared, b"secret", b"")
    return (
        _expand(secret, b"key", context, _KEY_BYTES),
        _expand(secret, b"base_nonce", context, _NONCE_BYTES),
    )


def _extract(salt: bytes, label: bytes, key: bytes) -> bytes:
    return suite.hmac_sha256(salt, b"HPKE-v1" + _SUITE_ID + label + key)


def _expand(key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + _SUITE_ID + label + info
    return HKDFExpand(hashes.SHA256(), length, labelled).derive(key)
