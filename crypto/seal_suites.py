"""The two suites of sealed bids that are age files: X25519, and its hybrid with ML-KEM-768.

A suite says how the file key is wrapped for the bidder, in age's own stanza, and how a share is
wrapped for a key holder. Both compute everything from given material, so that a header can be
computed again. docs/specs/sealed-bid-v1.md §5 and §9.
"""

from typing import Final, Protocol

from crypto import hybrid, hybrid_derandomized, suite
from crypto.age_header import (
    HYBRID_INFO,
    HYBRID_STANZA,
    X25519_STANZA,
    Stanza,
    encapsulated_key,
    encode_base64,
    x25519_share,
    x25519_stanza,
)
from crypto.errors import BadKey
from crypto.opening_keys import (
    AnyOpeningKey,
    HybridKey,
    OpeningKey,
    generate_hybrid_key,
    generate_opening_key,
)


class SealSuite(Protocol):
    """One way to wrap. `name` stands in the context, the kinds in the header."""

    @property
    def name(self) -> str:
        """As a tender's policy and every context name it."""

    @property
    def bidder_kind(self) -> str:
        """The kind of the bidder's stanza."""

    @property
    def threshold_kind(self) -> str:
        """The kind of the key holders' stanza."""

    @property
    def public_bytes(self) -> int:
        """Length of a public key."""

    @property
    def ephemeral_bytes(self) -> int:
        """Length of what stands in a header in place of a public key made for it."""

    @property
    def material_bytes(self) -> int:
        """Length of what an ephemeral key is computed from."""

    def fresh_key(self) -> AnyOpeningKey:
        """A new opening key."""

    def bidder_stanza(self, file_key: bytes, bidder: bytes, *, material: bytes) -> Stanza:
        """The file key for the bidder's public key. Raises BadKey."""

    def ephemeral_of(self, stanza: Stanza) -> bytes:
        """The ephemeral key of a bidder's stanza. Raises BadHeader."""

    def wrap(
        self, share: bytes, holder: bytes, *, material: bytes, info: bytes
    ) -> tuple[bytes, bytes]:
        """A share for a holder's public key: (ephemeral key, wrapped share). Raises BadKey."""

    def unwrap(
        self, wrapped: bytes, key: AnyOpeningKey, *, ephemeral: bytes, info: bytes
    ) -> bytes | None:
        """Inverse of `wrap`, None when it does not decrypt. Raises BadKey for a low order."""

    def point_of(self, ephemeral: bytes) -> bytes:
        """The X25519 point in an ephemeral key, 32 bytes."""


class _Classic:
    """X25519 alone: any age tool from version 1.0 on."""

    name = suite.SUITE
    bidder_kind = X25519_STANZA
    threshold_kind = "kaibiao/threshold/v1"
    public_bytes = suite.PUBLIC_BYTES
    ephemeral_bytes = suite.PUBLIC_BYTES
    material_bytes = 32

    def fresh_key(self) -> AnyOpeningKey:
        return generate_opening_key()

    def bidder_stanza(self, file_key: bytes, bidder: bytes, *, material: bytes) -> Stanza:
        return x25519_stanza(file_key, bidder, ephemeral=material)

    def ephemeral_of(self, stanza: Stanza) -> bytes:
        return x25519_share(stanza)

    def wrap(
        self, share: bytes, holder: bytes, *, material: bytes, info: bytes
    ) -> tuple[bytes, bytes]:
        ephemeral, shared = suite.x25519_ephemeral(material, holder)
        key = suite.hkdf(shared, salt=ephemeral + holder, info=info)
        return ephemeral, suite.aead_seal(key, share)

    def unwrap(
        self, wrapped: bytes, key: AnyOpeningKey, *, ephemeral: bytes, info: bytes
    ) -> bytes | None:
        if not isinstance(key, OpeningKey):
            return None
        shared = suite.x25519(key.secret, ephemeral)
        return suite.aead_open(suite.hkdf(shared, salt=ephemeral + key.public, info=info), wrapped)

    def point_of(self, ephemeral: bytes) -> bytes:
        return ephemeral


class _Hybrid:
    """MLKEM768-X25519 and HPKE: safe while either half holds; age from version 1.3 on."""

    name = "age-v1-mlkem768x25519"
    bidder_kind = HYBRID_STANZA
    threshold_kind = "kaibiao/threshold-mlkem768x25519/v1"
    public_bytes = hybrid.PUBLIC_BYTES
    ephemeral_bytes = hybrid.ENCAPSULATED_BYTES
    material_bytes = hybrid_derandomized.MATERIAL_BYTES

    def fresh_key(self) -> AnyOpeningKey:
        return generate_hybrid_key()

    def bidder_stanza(self, file_key: bytes, bidder: bytes, *, material: bytes) -> Stanza:
        ephemeral, wrapped = self.wrap(file_key, bidder, material=material, info=HYBRID_INFO)
        return Stanza((HYBRID_STANZA, encode_base64(ephemeral)), wrapped)

    def ephemeral_of(self, stanza: Stanza) -> bytes:
        return encapsulated_key(stanza)

    def wrap(
        self, share: bytes, holder: bytes, *, material: bytes, info: bytes
    ) -> tuple[bytes, bytes]:
        return hybrid_derandomized.seal(holder, share, material=material, info=info)

    def unwrap(
        self, wrapped: bytes, key: AnyOpeningKey, *, ephemeral: bytes, info: bytes
    ) -> bytes | None:
        if not isinstance(key, HybridKey):
            return None
        return hybrid.unseal(key.seed, ephemeral, wrapped, info=info)

    def point_of(self, ephemeral: bytes) -> bytes:
        return ephemeral[hybrid.MLKEM_CIPHERTEXT_BYTES :]


CLASSIC: Final[SealSuite] = _Classic()
HYBRID: Final[SealSuite] = _Hybrid()
SUITES: Final = {one.name: one for one in (CLASSIC, HYBRID)}


def suite_of(public: bytes) -> SealSuite:
    """The suite that a public key belongs to, by its length. Raises BadKey."""
    for one in SUITES.values():
        if len(public) == one.public_bytes:
            return one
    raise BadKey("a public key of neither suite")
