"""A channel between two parties that know each other's keys: agreed freshly, sealed, in order.

Each sends a nonce and a fresh X25519 key and signs what both sent (Ed25519), so neither can be
somebody else and no handshake can be played again. Frames are ChaCha20-Poly1305 with a counter:
one that is repeated, left out or moved does not open, and the channel says which it was.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.canonical import JsonValue, canonical
from crypto.errors import BadKey, BadPayload, BadSignature, OutOfOrder

LABEL: Final = b"kaibiao/site-link/v1\0"
KEY_BYTES: Final = 32
COUNTER_BYTES: Final = 8
TAG_BYTES: Final = 16
Role = Literal["host", "guest"]


@dataclass(frozen=True, slots=True)
class Half:
    """What one side contributes to a handshake: a nonce and a fresh public key, 32 bytes each."""

    nonce: bytes
    public: bytes

    def __post_init__(self) -> None:
        """Raises BadKey for other lengths."""
        if len(self.nonce) != KEY_BYTES or len(self.public) != KEY_BYTES:
            raise BadKey("nonce and key are 32 bytes each")


@dataclass(frozen=True, slots=True)
class Fresh:
    """One's own half, with the private key."""

    half: Half
    private: X25519PrivateKey = field(repr=False)


def fresh() -> Fresh:
    """A new half."""
    private = X25519PrivateKey.generate()
    return Fresh(Half(os.urandom(KEY_BYTES), private.public_key().public_bytes_raw()), private)


def new_seed() -> bytes:
    """A new signing key: the 32 bytes of an Ed25519 seed."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_of(seed: bytes) -> bytes:
    """The public half of a signing key, 32 bytes. Raises BadKey."""
    return _private(seed).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """An Ed25519 signature (RFC 8032), 64 bytes. Raises BadKey."""
    return _private(seed).sign(LABEL + message)


def require_signed(public: bytes, message: bytes, signature: bytes) -> None:
    """Raises BadSignature, BadKey."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, LABEL + message)
    except InvalidSignature as error:
        raise BadSignature("not signed with this key") from error
    except ValueError as error:
        raise BadKey("a public key is 32 bytes") from error


def handshake_statement(
    role: Role, topic: Mapping[str, JsonValue], *, host: Half, guest: Half
) -> bytes:
    """What a side signs: as what it speaks, about what, and both halves."""
    halves = {
        name: {"nonce": half.nonce.hex(), "public": half.public.hex()}
        for name, half in (("host", host), ("guest", guest))
    }
    return canonical({"role": role, "topic": topic, **halves})


class Channel:
    """Both directions of an agreed channel, as one side sees them."""

    def __init__(self, seals: bytes, opens: bytes) -> None:
        """`seals` and `opens`: the keys of the two directions, 32 bytes each."""
        self._seals, self._opens = ChaCha20Poly1305(seals), ChaCha20Poly1305(opens)
        self._sealed = self._opened = 0

    def seal(self, payload: bytes) -> bytes:
        """The next frame."""
        counter = self._sealed.to_bytes(COUNTER_BYTES)
        self._sealed += 1
        return counter + self._seals.encrypt(bytes(4) + counter, payload, None)

    def open(self, frame: bytes) -> bytes:
        """What the next frame says. Raises OutOfOrder, BadPayload."""
        if len(frame) < COUNTER_BYTES + TAG_BYTES:
            raise BadPayload("too short for a frame")
        counter = int.from_bytes(frame[:COUNTER_BYTES])
        try:
            payload = self._opens.decrypt(
                bytes(4) + frame[:COUNTER_BYTES], frame[COUNTER_BYTES:], None
            )
        except InvalidTag as error:
            raise BadPayload("the frame was changed, or is of another channel") from error
        if counter != self._opened:
            what = "played again" if counter < self._opened else "came before others"
            raise OutOfOrder(f"frame {counter} {what}, {self._opened} was due")
        self._opened += 1
        return payload


def agree(own: Fresh, other: Half, *, role: Role) -> Channel:
    """The channel that both halves make, after their signatures were checked. Raises BadKey."""
    host, guest = (own.half, other) if role == "host" else (other, own.half)
    try:
        shared = own.private.exchange(X25519PublicKey.from_public_bytes(other.public))
    except ValueError as error:
        raise BadKey("no key comes of this half") from error
    derived = HKDF(
        SHA256(),
        2 * KEY_BYTES,
        salt=host.nonce + guest.nonce,
        info=LABEL + host.public + guest.public,
    ).derive(shared)
    of_host, of_guest = derived[:KEY_BYTES], derived[KEY_BYTES:]
    return Channel(of_host, of_guest) if role == "host" else Channel(of_guest, of_host)


def _private(seed: bytes) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(seed)
    except ValueError as error:
        raise BadKey("a seed is 32 bytes") from error
