"""The three kinds of key: opening keys, signing keys, note keys.

An opening key (X25519 or hybrid, in age's text forms) opens containers; a signing key (P-256)
signs for an organization or an expert; a note key (Ed25519) signs checkpoints and receipts for the
platform or a witness. No kind is ever used in another's place.
Opening keys live in `crypto.opening_keys`, which loads quickly.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crypto.errors import BadKey, BadSignature
from crypto.opening_keys import (
    AnyOpeningKey,
    HybridKey,
    OpeningKey,
    generate_hybrid_key,
    generate_opening_key,
    read_identity,
    recipient_public,
    recipient_text,
)

__all__ = [
    "NOTE_COSIGNATURE",
    "NOTE_ED25519",
    "AnyOpeningKey",
    "HybridKey",
    "NoteKey",
    "OpeningKey",
    "SigningKey",
    "generate_hybrid_key",
    "generate_opening_key",
    "generate_signing_key",
    "is_note_name",
    "note_key_id",
    "read_identity",
    "recipient_public",
    "recipient_text",
    "verify_raw_signature",
    "verify_signature",
]


_SEED_BYTES = 32
_PUBLIC_MAX = 4096

NOTE_ED25519 = 0x01  # C2SP signed-note: plain Ed25519
NOTE_COSIGNATURE = 0x04  # C2SP tlog-cosignature: Ed25519 with a time


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A P-256 private key. Signatures are deterministic (RFC 6979): no chance is involved."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.private.curve, ec.SECP256R1):
            raise BadKey("a signing key lies on P-256")

    @classmethod
    def from_pem(cls, pem: bytes, password: bytes | None = None) -> "SigningKey":
        """Read a PKCS #8 PEM block. Raises BadKey, also for a wrong password."""
        try:
            private = serialization.load_pem_private_key(pem, password)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise BadKey("the key file or its password is wrong") from error
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise BadKey("not an elliptic-curve key")
        return cls(private)

    def to_pem(self, password: bytes | None) -> bytes:
        """PKCS #8 PEM, encrypted when a password is given."""
        encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if password is not None:
            encryption = serialization.BestAvailableEncryption(password)
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        )

    @property
    def public_der(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        return self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, label: str, message: bytes) -> bytes:
        """ECDSA over label ‖ 0x00 ‖ message, DER; the label keeps uses of one key apart."""
        return self.sign_raw(_labelled(label, message))

    def sign_raw(self, message: bytes) -> bytes:
        """ECDSA P-256 with SHA-256, DER, without a label: for forms that others have fixed."""
        return self.private.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def generate_signing_key() -> SigningKey:
    """A fresh P-256 key."""
    return SigningKey(ec.generate_private_key(ec.SECP256R1()))


def verify_signature(public_der: bytes, label: str, message: bytes, signature: bytes) -> None:
    """Check what `SigningKey.sign` made. Raises BadSignature, or BadKey for another kind of key."""
    try:
        verify_raw_signature(public_der, _labelled(label, message), signature)
    except BadSignature as error:
        raise BadSignature(f"no valid signature for {label}") from error


def verify_raw_signature(public_der: bytes, message: bytes, signature: bytes) -> None:
    """Check what `SigningKey.sign_raw` made. Raises BadSignature, BadKey."""
    try:
        _public(public_der).verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise BadSignature("no valid signature of this key") from error


# Reading a key takes half as long as using it, and the same parties sign again and again.
@lru_cache(maxsize=_PUBLIC_MAX)
def _public(public_der: bytes) -> ec.EllipticCurvePublicKey:
    try:
        public = serialization.load_der_public_key(public_der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey("not a public key") from error
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(
        public.curve, ec.SECP256R1
    ):
        raise BadKey("not a P-256 public key")
    return public


def _labelled(label: str, message: bytes) -> bytes:
    return label.encode("utf-8") + b"\x00" + message


@dataclass(frozen=True, slots=True)
class NoteKey:
    """An Ed25519 key with a name, for signed notes (C2SP signed-note)."""

    name: str
    seed: bytes = field(repr=False)
    # Derived once: deriving it costs as much as signing.
    _private: Ed25519PrivateKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.seed) != _SEED_BYTES:
            raise BadKey("an Ed25519 seed has 32 bytes")
        if not is_note_name(self.name):
            raise BadKey("a note key's name is not empty and has no space and no plus sign")
        object.__setattr__(self, "_private", Ed25519PrivateKey.from_private_bytes(self.seed))

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> "NoteKey":
        """The key of a 32-byte seed. Raises BadKey."""
        return cls(name, seed)

    @property
    def public(self) -> bytes:
        """The Ed25519 public key, 32 bytes."""
        return self._private.public_key().public_bytes_raw()

    @property
    def verifier(self) -> str:
        """Verifier key text `name+hexid+base64` for plain notes and checkpoints."""
        return _verifier_text(self.name, NOTE_ED25519, self.public)

    @property
    def cosigner(self) -> str:
        """Verifier key text for this key's witness cosignatures."""
        return _verifier_text(self.name, NOTE_COSIGNATURE, self.public)

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature, 64 bytes."""
        return self._private.sign(message)


def is_note_name(name: str) -> bool:
    """May `name` stand in a signature line? (C2SP signed-note: no white space, no plus sign.)"""
    return bool(name) and name.isprintable() and "+" not in name and not _has_space(name)


def note_key_id(name: str, algorithm: int, public: bytes) -> bytes:
    """The 4-byte key id that stands before every signature of a note (C2SP signed-note)."""
    return hashlib.sha256(name.encode("utf-8") + b"\n" + bytes([algorithm]) + public).digest()[:4]


def _has_space(name: str) -> bool:
    return any(character.isspace() for character in name)


def _verifier_text(name: str, algorithm: int, public: bytes) -> str:
    key_id = note_key_id(name, algorithm, public).hex()
    return f"{name}+{key_id}+{base64.b64encode(bytes([algorithm]) + public).decode('ascii')}"
