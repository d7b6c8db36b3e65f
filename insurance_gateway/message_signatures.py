"""Signatures over messages between platform and guarantor, in both directions.

HTTP Message Signatures (RFC 9421) with Ed25519, over method, address, body digest (RFC 9530) and
message id (`Webhook-Id`, which stays the same when an attempt is repeated). Each attempt is signed
anew with a nonce of its own, so that a message that is seen twice byte by byte is a replay.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    InvalidSignature,
    MappingKeyResolver,
)
from http_message_signatures.algorithms import ED25519

from crypto.errors import BadSignature

TAG: Final = "kaibiao-insurer-v1"
MEDIA_TYPE: Final = "application/json"
# A signature serves once and for a few minutes: a delayed attempt is signed anew.
LIFE_SECONDS: Final = 300
SKEW_SECONDS: Final = 60
NONCE_CHARACTERS_MAX: Final = 64
COVERED: Final = ("@method", "@target-uri", "content-type", "content-digest", "webhook-id")


@dataclass(frozen=True, slots=True)
class MessageKey:
    """An Ed25519 key that signs messages and nothing else. `seed` is 32 bytes."""

    seed: bytes = field(repr=False)

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self.private().public_key().public_bytes_raw()

    def private(self) -> Ed25519PrivateKey:
        """The key as `cryptography` has it."""
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def key_id(public: bytes) -> str:
    """How a signature names its key: the beginning of the public key's SHA-256, in hex."""
    return hashlib.sha256(public).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """What a verified signature says. The receiver must see to it that a nonce comes once."""

    id: UUID
    key_id: str
    nonce: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Post:
    url: str
    headers: dict[str, str]
    method: str = "POST"


def sign_message(
    key: MessageKey, *, url: str, body: bytes, message_id: UUID, created: datetime, nonce: str
) -> dict[str, str]:
    """The headers of a signed POST of `body` to `url` (RFC 9421, RFC 9530)."""
    post = _Post(url, {"Content-Type": MEDIA_TYPE, "Webhook-Id": str(message_id)})
    name = key_id(key.public)
    signer = HTTPMessageSigner(
        signature_algorithm=ED25519,
        key_resolver=MappingKeyResolver(public_keys={}, private_keys={name: key.private()}),
    )
    signer.sign(
        post,
        key_id=name,
        created=created,
        expires=created + timedelta(seconds=LIFE_SECONDS),
        nonce=nonce,
        label="message",
        tag=TAG,
        covered_component_ids=COVERED,
        body=body,
    )
    return post.headers


def verify_message(
    *, url: str, headers: Mapping[str, str], body: bytes, keys: Mapping[str, bytes], now: datetime
) -> SignedMessage:
    """Check a POST that arrived at `url`. `keys`: 32-byte public keys by `key_id`.

    `now` is real time, also where a demonstration's clock has jumped. Raises BadSignature.
    """
    verifier = _Verifier(
        signature_algorithm=ED25519,
        key_resolver=MappingKeyResolver(
            public_keys={
                name: Ed25519PublicKey.from_public_bytes(public) for name, public in keys.items()
            },
            private_keys={},
        ),
    )
    post = _Post(url, dict(headers))
    try:
        [result] = verifier.verify(
            post, max_age=None, expect_tag=TAG, require_components=COVERED, body=body
        )
        message_id = UUID(result.covered_components['"webhook-id"'])
    except (HTTPMessageSignaturesException, InvalidSignature, ValueError) as error:
        raise BadSignature(f"the message's signature does not hold: {error}") from error
    created, expires = (_instant(result.parameters.get(name)) for name in ("created", "expires"))
    if not created <= now + timedelta(seconds=SKEW_SECONDS) or not now < expires:
        raise BadSignature("the message was not signed just now")
    if expires - created > timedelta(seconds=LIFE_SECONDS):
        raise BadSignature("the signature lives too long")
    if not result.nonce or len(result.nonce) > NONCE_CHARACTERS_MAX:
        raise BadSignature("the signature has no nonce")
    return SignedMessage(message_id, str(result.parameters["keyid"]), result.nonce, expires)


class _Verifier(HTTPMessageVerifier):
    """The library's verifier without its clock: `verify_message` judges time by its argument."""

    def validate_created_and_expires(
        self, sig_input: object, max_age: timedelta | None = None
    ) -> None:
        """Leave time to the caller."""


def _instant(seconds: object) -> datetime:
    if not isinstance(seconds, int):
        raise BadSignature("the signature does not say when it was made and when it ends")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise BadSignature("the signature's times are not instants") from error
