"""The national algorithms in software: SM2, SM3 and SM4-GCM behind `Provider`.

Compatible with the algorithms of the standards and certified by nobody: what that means, and how a
certified module takes this class's place, stands in docs/operating/gm.md.
"""

from crypto import gm_sm2
from crypto.errors import BadKey
from crypto.gm_curve import reduced_scalar
from crypto.gm_sm2 import Sm2Key
from crypto.gm_sm3 import hkdf_sm3, hmac_sm3, sm3
from crypto.gm_sm4 import KEY_BYTES, sm4_gcm
from crypto.provider import Aead
from crypto.suite import random_bytes

GM_SUITE = "gm-sm2-sm3-sm4"
MATERIAL_BYTES = 48  # what an ephemeral secret is computed from


class GmSoftware:
    """Software provider: libcrypto for SM2, `cryptography` for SM3, the fastest SM4 at hand."""

    suite = GM_SUITE
    aead_key_bytes = KEY_BYTES

    def digest(self, data: bytes) -> bytes:
        """SM3."""
        return sm3(data)

    def mac(self, key: bytes, message: bytes) -> bytes:
        """HMAC-SM3."""
        return hmac_sm3(key, message)

    def kdf(self, key: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
        """HKDF-SM3."""
        return hkdf_sm3(key, salt=salt, info=info, length=length)

    def random(self, count: int) -> bytes:
        """Bytes from the operating system's generator."""
        return random_bytes(count)

    def aead(self, key: bytes) -> Aead:
        """SM4-GCM."""
        return sm4_gcm(key)

    def sign(self, key: Sm2Key, message: bytes) -> bytes:
        """SM2 with SM3 and the default signer id, DER."""
        return key.sign(message)

    def verify(self, public_der: bytes, message: bytes, signature: bytes) -> None:
        """Check what `sign` made. Raises BadSignature, BadKey."""
        gm_sm2.verify(public_der, message, signature)

    def wrap(self, public: bytes, secret: bytes, *, material: bytes) -> bytes:
        """SM2 encryption for a point of 65 bytes, DER of GM/T 0009. Raises BadKey."""
        return gm_sm2.encrypt(public, secret, ephemeral=reduced_scalar(material))

    def unwrap(self, key: Sm2Key, wrapped: bytes) -> bytes | None:
        """Inverse of `wrap`; bytes in another than the canonical form count as wrong."""
        try:
            gm_sm2.Ciphertext.from_der(wrapped)
        except BadKey:
            return None
        return key.decrypt(wrapped)


def generate_sm2_key() -> Sm2Key:
    """A fresh key from the operating system's generator. Raises ProviderMissing."""
    return Sm2Key(reduced_scalar(random_bytes(MATERIAL_BYTES)))
