"""Keys that open containers and age files: X25519, the hybrid with ML-KEM-768, and SM2.

A secret has a text form, an *identity*, and its public half another, a *recipient*: those of age,
and the same Bech32 under prefixes of our own for SM2, which opens no age file.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from crypto import bech32, gm_sm2, hybrid, suite
from crypto.errors import BadKey
from crypto.gm_curve import POINT_BYTES, check_point, is_scalar, reduced_scalar

_IDENTITY_PREFIX = "age-secret-key-"
_RECIPIENT_PREFIX = "age"
_HYBRID_IDENTITY_PREFIX = "age-secret-key-pq-"
_HYBRID_RECIPIENT_PREFIX = "age1pq"
_SM2_IDENTITY_PREFIX = "kaibiao-sm2-secret-key-"
_SM2_RECIPIENT_PREFIX = "kaibiao-sm2-"


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


class Sm2OpeningKey(ABC):
    """An SM2 key that opens: **the one class where a hardware module plugs in**.

    A module's class is a subclass with these three members; the secret stays in the module. It is
    made where an identity is read (`read_identity`), and everything that opens a container of the
    national suite asks nothing else of it. docs/operating/gm.md.
    """

    @property
    @abstractmethod
    def public(self) -> bytes:
        """The public point, uncompressed, 65 bytes."""

    @property
    @abstractmethod
    def identity(self) -> str:
        """One line by which `read_identity` finds the key again: its secret, or where it lies."""

    @abstractmethod
    def decrypt(self, ciphertext: bytes) -> bytes | None:
        """The plaintext of an SM2 ciphertext (DER, GM/T 0009 §7.2); None when it is not for it."""

    @property
    def recipient(self) -> str:
        """The public key as `kaibiao-sm2-1…`."""
        return recipient_text(self.public)


@dataclass(frozen=True)
class Sm2SoftwareKey(Sm2OpeningKey):
    """An SM2 secret in memory: a scalar of 32 bytes.

    Compatible with the algorithm, certified by nobody. Using it raises ProviderMissing where the
    system's libcrypto has no SM2.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not is_scalar(self.secret):
            raise BadKey("an SM2 secret has 32 bytes and lies between 1 and n-2")

    @property
    def public(self) -> bytes:
        """The public point, 65 bytes."""
        return gm_sm2.Sm2Key(self.secret).public

    @property
    def identity(self) -> str:
        """The secret as `KAIBIAO-SM2-SECRET-KEY-1…`."""
        return bech32.encode(_SM2_IDENTITY_PREFIX, self.secret).upper()

    def decrypt(self, ciphertext: bytes) -> bytes | None:
        """By libcrypto."""
        return gm_sm2.Sm2Key(self.secret).decrypt(ciphertext)


AnyOpeningKey = OpeningKey | HybridKey | Sm2OpeningKey


def generate_opening_key() -> OpeningKey:
    """A fresh X25519 opening key."""
    return OpeningKey(suite.random_bytes(32))


def generate_hybrid_key() -> HybridKey:
    """A fresh hybrid opening key."""
    return HybridKey(suite.random_bytes(hybrid.SEED_BYTES))


def generate_sm2_opening_key() -> Sm2OpeningKey:
    """A fresh SM2 opening key."""
    return Sm2SoftwareKey(reduced_scalar(suite.random_bytes(gm_sm2.MATERIAL_BYTES)))


_OTHER_IDENTITIES: Final[Mapping[str, type[HybridKey] | type[Sm2SoftwareKey]]] = {
    _HYBRID_IDENTITY_PREFIX: HybridKey,
    _SM2_IDENTITY_PREFIX: Sm2SoftwareKey,
}


def read_identity(text: str) -> AnyOpeningKey:
    """Read an `AGE-SECRET-KEY-1…`, `AGE-SECRET-KEY-PQ-1…` or `KAIBIAO-SM2-SECRET-KEY-1…` line.

    Raises BadKey.
    """
    prefix, secret = bech32.decode(text)
    kind = _OTHER_IDENTITIES.get(prefix)
    if kind is None:
        return OpeningKey.from_identity(text)
    if text != text.upper():
        raise BadKey("an identity is written in capitals")
    return kind(secret)


_RECIPIENT_PREFIXES: Final = {
    suite.PUBLIC_BYTES: _RECIPIENT_PREFIX,
    hybrid.PUBLIC_BYTES: _HYBRID_RECIPIENT_PREFIX,
    POINT_BYTES: _SM2_RECIPIENT_PREFIX,
}


def recipient_text(public: bytes) -> str:
    """The text of a public key, which its length tells the kind of. Raises BadKey.

    `age1…` of X25519 (32 bytes), `age1pq1…` of the hybrid (1216), `kaibiao-sm2-1…` of SM2 (65).
    """
    prefix = _RECIPIENT_PREFIXES.get(len(public))
    if prefix is None:
        raise BadKey("an opening key's public half has 32, 65 or 1216 bytes")
    return bech32.encode(prefix, public)


def recipient_public(text: str) -> bytes:
    """Inverse of `recipient_text`. Raises BadKey, also off the curve, and ProviderMissing."""
    prefix, public = bech32.decode(text)
    if text != text.lower():
        raise BadKey("a recipient is written in small letters")
    if _RECIPIENT_PREFIXES.get(len(public)) != prefix:
        raise BadKey("neither an X25519, a hybrid nor an SM2 recipient")
    if len(public) == hybrid.PUBLIC_BYTES:
        hybrid.check_public(public)
    if len(public) == POINT_BYTES:
        check_point(public)
    return public
