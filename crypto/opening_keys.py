"""Keys that open containers and age files: X25519, and the hybrid with ML-KEM-768.

Both have the text forms of age: a secret is an *identity*, its public half a *recipient*.
"""

from dataclasses import dataclass, field

from crypto import bech32, hybrid, suite
from crypto.errors import BadKey

_IDENTITY_PREFIX = "age-secret-key-"
_RECIPIENT_PREFIX = "age"
_HYBRID_IDENTITY_PREFIX = "age-secret-key-pq-"
_HYBRID_RECIPIENT_PREFIX = "age1pq"


@dataclass(frozen=True, slots=True)
class OpeningKey:
    """An X25519 secret, 32 bytes, in the text forms of age v1."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != suite.PUBLIC_BYTES:
            raise BadKey("an X25519 secret has 32 bytes")

    @classmethod
    def from_identity(cls, text: str) -> "OpeningKey":
        """Read an `AGE-SECRET-KEY-1…` line. Raises BadKey."""
        prefix, secret = bech32.decode(text)
        if prefix != _IDENTITY_PREFIX or text != text.upper():
            raise BadKey("not an X25519 identity")
        return cls(secret)

    @property
    def identity(self) -> str:
        """The secret as `AGE-SECRET-KEY-1…`."""
        return bech32.encode(_IDENTITY_PREFIX, self.secret).upper()

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return suite.x25519_public(self.secret)

    @property
    def recipient(self) -> str:
        """The public key as `age1…`."""
        return recipient_text(self.public)


@dataclass(frozen=True, slots=True)
class HybridKey:
    """An MLKEM768-X25519 secret, a seed of 32 bytes, in the text forms of age's hybrid type."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != hybrid.SEED_BYTES:
            raise BadKey("a hybrid secret has 32 bytes")

    @property
    def identity(self) -> str:
        """The secret as `AGE-SECRET-KEY-PQ-1…`."""
        return bech32.encode(_HYBRID_IDENTITY_PREFIX, self.seed).upper()

    @property
    def public(self) -> bytes:
        """The public key, 1216 bytes."""
        return hybrid.public_of(self.seed)

    @property
    def recipient(self) -> str:
        """The public key as `age1pq1…`."""
        return recipient_text(self.public)


AnyOpeningKey = OpeningKey | HybridKey


def generate_opening_key() -> OpeningKey:
    """A fresh X25519 opening key."""
    return OpeningKey(suite.random_bytes(32))


def generate_hybrid_key() -> HybridKey:
    """A fresh hybrid opening key."""
    return HybridKey(suite.random_bytes(hybrid.SEED_BYTES))


def read_identity(text: str) -> AnyOpeningKey:
    """Read an `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…` line. Raises BadKey."""
    prefix, secret = bech32.decode(text)
    if prefix != _HYBRID_IDENTITY_PREFIX:
        return OpeningKey.from_identity(text)
    if text != text.upper():
        raise BadKey("an identity is written in capitals")
    return HybridKey(secret)


def recipient_text(public: bytes) -> str:
    """`age1…` text of an X25519 key, `age1pq1…` text of a hybrid one, by length. Raises BadKey."""
    if len(public) == hybrid.PUBLIC_BYTES:
        return bech32.encode(_HYBRID_RECIPIENT_PREFIX, public)
    if len(public) != suite.PUBLIC_BYTES:
        raise BadKey("an opening key's public half has 32 or 1216 bytes")
    return bech32.encode(_RECIPIENT_PREFIX, public)


def recipient_public(text: str) -> bytes:
    """The public key of an `age1…` (32 bytes) or `age1pq1…` text (1216 bytes). Raises BadKey."""
    prefix, public = bech32.decode(text)
    if text != text.lower():
        raise BadKey("a recipient is written in small letters")
    kinds = {
        (_RECIPIENT_PREFIX, suite.PUBLIC_BYTES),
        (_HYBRID_RECIPIENT_PREFIX, hybrid.PUBLIC_BYTES),
    }
    if (prefix, len(public)) not in kinds:
        raise BadKey("neither an X25519 nor a hybrid recipient")
    if prefix == _HYBRID_RECIPIENT_PREFIX:
        hybrid.check_public(public)
    return public
