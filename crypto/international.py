"""The international suite behind `Provider`: P-256, SHA-256, X25519, ChaCha20-Poly1305.

Where a caller leaves the suite open, this class and `GmSoftware` change places. Containers of the
age profile do not pass through `wrap`: their stanzas are age's own (`age_header`, `seal_header`).
"""

from crypto import suite
from crypto.errors import BadKey
from crypto.keys import SigningKey, verify_raw_signature
from crypto.opening_keys import OpeningKey
from crypto.provider import Aead

KEY_BYTES = 32
MATERIAL_BYTES = 48

_WRAP_INFO = b"kaibiao/wrap/v1"


class International:
    """Software provider over `cryptography`."""

    suite = "p256-x25519-sha256-chacha20poly1305"
    aead_key_bytes = KEY_BYTES

    def digest(self, data: bytes) -> bytes:
        """SHA-256."""
        return suite.sha256(data)

    def mac(self, key: bytes, message: bytes) -> bytes:
        """HMAC-SHA-256."""
        return suite.hmac_sha256(key, message)

    def kdf(self, key: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
        """HKDF-SHA-256."""
        return suite.hkdf(key, salt=salt, info=info, length=length)

    def random(self, count: int) -> bytes:
        """Bytes from the operating system's generator."""
        return suite.random_bytes(count)

    def aead(self, key: bytes) -> Aead:
        """ChaCha20-Poly1305."""
        return suite.Aead(key)

    def sign(self, key: SigningKey, message: bytes) -> bytes:
        """ECDSA P-256 with SHA-256, DER."""
        return key.sign_raw(message)

    def verify(self, public_der: bytes, message: bytes, signature: bytes) -> None:
        """Check what `sign` made. Raises BadSignature, BadKey."""
        verify_raw_signature(public_der, message, signature)

    def wrap(self, public: bytes, secret: bytes, *, material: bytes) -> bytes:
        """Ephemeral X25519 key ‖ ChaCha20-Poly1305 of the secret. Raises BadKey."""
        assert len(material) >= MATERIAL_BYTES
        ephemeral = suite.hkdf(material, salt=b"", info=_WRAP_INFO)
        share = suite.x25519_public(ephemeral)
        return share + suite.aead_seal(_wrap_key(ephemeral, public, share + public), secret)

    def unwrap(self, key: OpeningKey, wrapped: bytes) -> bytes | None:
        """Inverse of `wrap`."""
        share, body = wrapped[: suite.PUBLIC_BYTES], wrapped[suite.PUBLIC_BYTES :]
        try:
            return suite.aead_open(_wrap_key(key.secret, share, share + key.public), body)
        except BadKey:
            return None


def _wrap_key(secret: bytes, public: bytes, salt: bytes) -> bytes:
    return suite.hkdf(suite.x25519(secret, public), salt=salt, info=_WRAP_INFO)
