"""SM3 and what is built of it: HMAC, HKDF and the key derivation of SM2 (GB/T 32905)."""

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

DIGEST_BYTES = 32


def sm3(data: bytes) -> bytes:
    """SM3, 32 bytes (GB/T 32905)."""
    hasher = hashes.Hash(hashes.SM3())
    hasher.update(data)
    return hasher.finalize()


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """HMAC-SM3, 32 bytes (GB/T 15852.2, RFC 2104)."""
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(message)
    return mac.finalize()


def hkdf_sm3(key: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    """HKDF with SM3, extract and expand (RFC 5869)."""
    return HKDF(hashes.SM3(), length, salt, info).derive(key)


def sm3_kdf(shared: bytes, length: int) -> bytes:
    """The key derivation of GB/T 32918.4 §5.4.3: SM3(shared ‖ counter), counted from 1."""
    blocks = range(1, -(-length // DIGEST_BYTES) + 1)
    stream = b"".join(sm3(shared + number.to_bytes(4, "big")) for number in blocks)
    return stream[:length]
