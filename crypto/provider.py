"""What a suite of algorithms must be able to do: the seam for national algorithms and for hardware.

Sealing, opening and signing in a suite reach its primitives through one object of this shape. A
private key is whatever the provider understands: bytes in software, a handle in a hardware module
that never lets a key out. Where such a module plugs in: docs/operating/gm.md.
"""

from typing import Protocol, TypeVar

Buffer = bytes | bytearray | memoryview

SigningKey_contra = TypeVar("SigningKey_contra", contravariant=True)
OpeningKey_contra = TypeVar("OpeningKey_contra", contravariant=True)


class Aead(Protocol):
    """Authenticated encryption under one key, from one buffer into another, one thread a time."""

    def encrypt_into(
        self, nonce: bytes, data: Buffer, aad: bytes | None, buf: memoryview, /
    ) -> int:
        """Write ciphertext and 16-byte tag to `buf`; return their size."""

    def decrypt_into(
        self, nonce: bytes, data: Buffer, aad: bytes | None, buf: memoryview, /
    ) -> int:
        """Write the plaintext to `buf`; return its size. Raises InvalidTag of `cryptography`."""


class Provider(Protocol[SigningKey_contra, OpeningKey_contra]):
    """Digest, MAC, key derivation, chance, signatures, wrapping, authenticated encryption.

    Every method may raise ProviderMissing: the library or the module behind it is not there.
    """

    @property
    def suite(self) -> str:
        """Name of the algorithms, as it stands in contexts and documents."""

    @property
    def aead_key_bytes(self) -> int:
        """Length of the keys that `aead` takes."""

    def digest(self, data: bytes) -> bytes:
        """The suite's digest, 32 bytes."""

    def mac(self, key: bytes, message: bytes) -> bytes:
        """HMAC with the suite's digest, 32 bytes."""

    def kdf(self, key: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
        """HKDF with the suite's digest (RFC 5869)."""

    def random(self, count: int) -> bytes:
        """Bytes from the provider's generator."""

    def aead(self, key: bytes) -> Aead:
        """Authenticated encryption under this key."""

    def sign(self, key: SigningKey_contra, message: bytes) -> bytes:
        """A signature, DER."""

    def verify(self, public_der: bytes, message: bytes, signature: bytes) -> None:
        """Check a signature under a SubjectPublicKeyInfo. Raises BadSignature, BadKey."""

    def wrap(self, public: bytes, secret: bytes, *, material: bytes) -> bytes:
        """Encrypt a short secret for a public key, the ephemeral key computed from `material`.

        `material` has 48 bytes and serves this one message: fresh, or derived from a secret that
        will be published, so that everybody can compute the same bytes again. Raises BadKey.
        """

    def unwrap(self, key: OpeningKey_contra, wrapped: bytes) -> bytes | None:
        """Inverse of `wrap`; None when the key or the bytes are not the right ones."""
