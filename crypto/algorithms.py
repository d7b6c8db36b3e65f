"""The symmetric algorithms of a file, as its first line says: digest, MAC, derivation, payload.

There are two sets, the one of age v1 and the national one. How a file key is wrapped is the other
half of a suite (`seal_suites`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from crypto import suite
from crypto.aead import Aead
from crypto.gm_sm3 import hkdf_sm3, hmac_sm3, sm3
from crypto.gm_sm4 import KEY_BYTES as SM4_KEY_BYTES
from crypto.gm_sm4 import sm4_gcm


class Kdf(Protocol):
    """HKDF, extract and expand (RFC 5869)."""

    def __call__(self, key: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
        """`length` bytes."""


@dataclass(frozen=True, slots=True)
class Algorithms:
    """One set of algorithms under the first line of the files that are written with it.

    `digest` and `mac` give 32 bytes; `aead` takes a key of `aead_key_bytes`.
    """

    version_line: bytes
    digest: Callable[[bytes], bytes]
    mac: Callable[[bytes, bytes], bytes]
    kdf: Kdf
    aead: Callable[[bytes], Aead]
    aead_key_bytes: int

    def header_mac(self, file_key: bytes, signed: bytes) -> bytes:
        """The MAC over a header up to its three hyphens, 32 bytes."""
        return self.mac(self.kdf(file_key, salt=b"", info=b"header", length=32), signed)

    def payload_key(self, file_key: bytes, nonce: bytes) -> bytes:
        """The key of a payload that begins with this nonce, as long as `aead` wants it."""
        return self.kdf(file_key, salt=nonce, info=b"payload", length=self.aead_key_bytes)


AGE: Final = Algorithms(
    b"age-encryption.org/v1", suite.sha256, suite.hmac_sha256, suite.hkdf, suite.Aead, 32
)
NATIONAL: Final = Algorithms(
    b"kaibiao/sealed-bid-gm/v1", sm3, hmac_sm3, hkdf_sm3, sm4_gcm, SM4_KEY_BYTES
)
