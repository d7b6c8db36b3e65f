"""The three suites of sealed bids: X25519, its hybrid with ML-KEM-768, and the national algorithms.

This is the one door to algorithms for everything that seals, checks, opens or computes a header
again; `tender.suite` chooses. A suite says which symmetric algorithms a container is written with,
how the file key is wrapped for the bidder and how a share is wrapped for a key holder, everything
computed from given material, so that a header can be computed again.
docs/specs/sealed-bid-v1.md §5 and §9, docs/specs/sealed-bid-gm-v1.md.
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
    unwrap,
    x25519_share,
    x25519_stanza,
)
from crypto.algorithms import AGE, Algorithms
from crypto.errors import BadKey
from crypto.gm_suite import NationalSuite
from crypto.opening_keys import (
    AnyOpeningKey,
    HybridKey,
    OpeningKey,
    generate_hybrid_key,
    generate_opening_key,
)
from crypto.shares import SECRET_BYTES

_WRAPPED_SHARE_BYTES: Final = SECRET_BYTES + suite.TAG_BYTES
_WRAP_LABEL: Final = b"kaibiao/share-wrap/v1\x00"


class SealSuite(Protocol):
    """One way to seal. `name` stands in the context, the kinds in the header.

    `position` is a byte each of the holder's number, the threshold and the number of holders.
    """

    @property
    def name(self) -> str:
        """As a tender's policy and every context name it."""

    @property
    def algorithms(self) -> Algorithms:
        """Digest, MAC, derivation and the payload's encryption."""

    @property
    def context_label(self) -> str:
        """What the digest of a context begins with."""

    @property
    def derivation_label(self) -> bytes:
        """What everything derived from a file key is derived under."""

    @property
    def share_label(self) -> bytes:
        """What the commitment to a share begins with."""

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
    def material_bytes(self) -> int:
        """Length of what an ephemeral key is computed from."""

    def fresh_key(self) -> AnyOpeningKey:
        """A new opening key."""

    def check_public(self, public: bytes) -> None:
        """Raise BadKey for a public key, of the right length, that nobody can seal to."""

    def bidder_stanza(
        self, file_key: bytes, bidder: bytes, *, material: bytes, context: bytes
    ) -> Stanza:
        """The file key for the bidder's public key. Raises BadKey."""

    def open_bidder_stanza(
        self, stanza: Stanza, key: AnyOpeningKey, context: bytes
    ) -> bytes | None:
        """Inverse of `bidder_stanza`; None when the key does not open it. Raises BadHeader."""

    def bidder_ephemeral(self, stanza: Stanza) -> bytes:
        """What tells a bidder's stanza from every other one, 32 bytes. Raises BadHeader."""

    def wrap(
        self, share: bytes, holder: bytes, *, material: bytes, context: bytes, position: bytes
    ) -> bytes:
        """A share for a holder's public key, its ephemeral key included. Raises BadKey."""

    def unwrap(
        self, wrapped: bytes, key: AnyOpeningKey, *, context: bytes, position: bytes
    ) -> bytes | None:
        """Inverse of `wrap`, None when it does not decrypt. Raises BadKey for a low order."""

    def wrapped_bytes(self, records: bytes) -> int:
        """Length of the wrapped share that these records begin with. Raises BadHeader."""

    def ephemeral_of(self, wrapped: bytes) -> bytes:
        """What tells a wrapped share from every other one, 32 bytes. Raises BadHeader."""

    def is_weak(self, ephemeral: bytes) -> bool:
        """Would every secret agree on the same with this ephemeral key?"""


class _Age:
    """What both suites that are age files have in common."""

    algorithms = AGE
    context_label = "kaibiao/seal-context/v1"
    derivation_label = b"kaibiao/seal/v1/"
    share_label = b"kaibiao/share/v1\x00"

    def open_bidder_stanza(
        self, stanza: Stanza, key: AnyOpeningKey, context: bytes
    ) -> bytes | None:
        del context  # age's stanza has no room for one
        return unwrap([stanza], key)

    def is_weak(self, ephemeral: bytes) -> bool:
        return suite.is_low_order(ephemeral)


class _Classic(_Age):
    """X25519 alone: any age tool from version 1.0 on."""

    name = suite.SUITE
    bidder_kind = X25519_STANZA
    threshold_kind = "kaibiao/threshold/v1"
    public_bytes = suite.PUBLIC_BYTES
    material_bytes = 32

    def fresh_key(self) -> AnyOpeningKey:
        return generate_opening_key()

    def check_public(self, public: bytes) -> None:
        if suite.is_low_order(public):
            raise BadKey("an X25519 key of low order")

    def bidder_stanza(
        self, file_key: bytes, bidder: bytes, *, material: bytes, context: bytes
    ) -> Stanza:
        del context
        return x25519_stanza(file_key, bidder, ephemeral=material)

    def bidder_ephemeral(self, stanza: Stanza) -> bytes:
        return x25519_share(stanza)

    def wrap(
        self, share: bytes, holder: bytes, *, material: bytes, context: bytes, position: bytes
    ) -> bytes:
        ephemeral, shared = suite.x25519_ephemeral(material, holder)
        info = _wrap_info(context, position)
        key = suite.hkdf(shared, salt=ephemeral + holder, info=info)
        return ephemeral + suite.aead_seal(key, share)

    def unwrap(
        self, wrapped: bytes, key: AnyOpeningKey, *, context: bytes, position: bytes
    ) -> bytes | None:
        if not isinstance(key, OpeningKey):
            return None
        ephemeral, sealed = wrapped[: suite.PUBLIC_BYTES], wrapped[suite.PUBLIC_BYTES :]
        shared, info = suite.x25519(key.secret, ephemeral), _wrap_info(context, position)
        return suite.aead_open(suite.hkdf(shared, salt=ephemeral + key.public, info=info), sealed)

    def wrapped_bytes(self, records: bytes) -> int:
        del records  # all are of one length
        return suite.PUBLIC_BYTES + _WRAPPED_SHARE_BYTES

    def ephemeral_of(self, wrapped: bytes) -> bytes:
        return wrapped[: suite.PUBLIC_BYTES]


class _Hybrid(_Age):
    """MLKEM768-X25519 and HPKE: safe while either half holds; age from version 1.3 on."""

    name = "age-v1-mlkem768x25519"
    bidder_kind = HYBRID_STANZA
    threshold_kind = "kaibiao/threshold-mlkem768x25519/v1"
    public_bytes = hybrid.PUBLIC_BYTES
    material_bytes = hybrid_derandomized.MATERIAL_BYTES

    def fresh_key(self) -> AnyOpeningKey:
        return generate_hybrid_key()

    def check_public(self, public: bytes) -> None:
        hybrid.check_public(public)

    def bidder_stanza(
        self, file_key: bytes, bidder: bytes, *, material: bytes, context: bytes
    ) -> Stanza:
        del context
        ephemeral, sealed = hybrid_derandomized.seal(
            bidder, file_key, material=material, info=HYBRID_INFO
        )
        return Stanza((HYBRID_STANZA, encode_base64(ephemeral)), sealed)

    def bidder_ephemeral(self, stanza: Stanza) -> bytes:
        return self.ephemeral_of(encapsulated_key(stanza))

    def wrap(
        self, share: bytes, holder: bytes, *, material: bytes, context: bytes, position: bytes
    ) -> bytes:
        info = _wrap_info(context, position)
        ephemeral, sealed = hybrid_derandomized.seal(holder, share, material=material, info=info)
        return ephemeral + sealed

    def unwrap(
        self, wrapped: bytes, key: AnyOpeningKey, *, context: bytes, position: bytes
    ) -> bytes | None:
        if not isinstance(key, HybridKey):
            return None
        ephemeral = wrapped[: hybrid.ENCAPSULATED_BYTES]
        sealed, info = wrapped[hybrid.ENCAPSULATED_BYTES :], _wrap_info(context, position)
        return hybrid.unseal(key.seed, ephemeral, sealed, info=info)

    def wrapped_bytes(self, records: bytes) -> int:
        del records
        return hybrid.ENCAPSULATED_BYTES + _WRAPPED_SHARE_BYTES

    def ephemeral_of(self, wrapped: bytes) -> bytes:
        """Its X25519 point."""
        return wrapped[hybrid.MLKEM_CIPHERTEXT_BYTES : hybrid.ENCAPSULATED_BYTES]


def _wrap_info(context: bytes, position: bytes) -> bytes:
    """What the key that wraps a share is bound to: a record moved elsewhere does not decrypt."""
    return _WRAP_LABEL + context + position


CLASSIC: Final[SealSuite] = _Classic()
HYBRID: Final[SealSuite] = _Hybrid()
GM: Final[SealSuite] = NationalSuite()
SUITES: Final = {one.name: one for one in (CLASSIC, HYBRID, GM)}


def suite_of(public: bytes) -> SealSuite:
    """The suite that a public key belongs to, by its length. Raises BadKey."""
    for one in SUITES.values():
        if len(public) == one.public_bytes:
            return one
    raise BadKey("a public key of no suite")
