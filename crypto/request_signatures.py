"""The signatures under requests between machines, and under what is told as a webhook.

Every request of either side carries an HTTP message signature (RFC 9421, Ed25519) over method,
authority, path and content digest, with the time of signing, its end and a nonce. Each interface
has a tag of its own, so that no signature of one is any good for another. What the platform tells
carries the headers of Standard Webhooks too, which need nothing but Ed25519 to verify. Time and
nonce are arguments; whether a nonce is fresh is for the receiver's memory to say. Pure.
docs/specs/insurer-wire-v1.md, docs/specs/centre-wire-v1.md.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import http_message_signatures as signatures
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures.algorithms import ED25519

COVERED: Final = ("@method", "@authority", "@path", "content-type", "content-digest")
AGE_SECONDS_MAX: Final = 300
SKEW_SECONDS_MAX: Final = 30
NONCE_CHARACTERS_MAX: Final = 64


class WireRefused(Exception):
    """A message or its signature is not as agreed."""


@dataclass(frozen=True, slots=True)
class Message:
    """A request as its signature sees it; the library reads and writes `headers`."""

    method: str
    url: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Signed:
    """What a verified signature says: whose key it is, 32 bytes; the nonce must be fresh."""

    public_key: bytes
    nonce: str
    created: datetime


class _Verifier(signatures.HTTPMessageVerifier):
    """The library's verifier, with the age judged by the receiver's clock, which may be set."""

    at: datetime

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        """Refuse what is too old or from the future. Raises InvalidSignature."""
        del max_age
        created = sig_input.params.get("created")
        expires = sig_input.params.get("expires")
        if type(created) is not int or type(expires) is not int:
            raise signatures.InvalidSignature("a signature has created and expires")
        if not created < expires <= created + AGE_SECONDS_MAX:
            raise signatures.InvalidSignature("a signature lives for 1 to 300 seconds")
        now = int(self.at.timestamp())
        if now < created - SKEW_SECONDS_MAX:
            raise signatures.InvalidSignature(f"the signature is {created - now} s early")
        if now > expires:
            raise signatures.InvalidSignature(f"the signature has expired {now - expires} s ago")


def sign_request(
    message: Message, body: bytes, key: Ed25519PrivateKey, *, tag: str, at: datetime, nonce: str
) -> dict[str, str]:
    """The headers to send: those of the message, the digest and the signature.

    `tag` names the interface, and its version.
    Raises WireRefused when the address cannot be signed.
    """
    # What we sign has one form, so its base is written out here: the library, which reads whatever
    # others send, takes seven times as long to make it. A test compares the two.
    found = _resolved(message)
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"
    created = int(at.timestamp())
    covered = " ".join(f'"{one}"' for one in COVERED)
    parameters = (
        f'({covered});created={created};keyid="{key_id(key.public_key().public_bytes_raw())}"'
        f';alg="ed25519";expires={created + AGE_SECONDS_MAX};nonce="{nonce}";tag="{tag}"'
    )
    values = (message.method, found.get_authority(), found.get_path(), None, digest)
    lines = [
        f'"{name}": {found.headers[name] if value is None else value}'
        for name, value in zip(COVERED, values, strict=True)
    ]
    base = "\n".join([*lines, f'"@signature-params": {parameters}'])
    signature = base64.b64encode(key.sign(base.encode())).decode("ascii")
    return message.headers | {
        "Content-Digest": digest,
        "Signature-Input": f"kaibiao={parameters}",
        "Signature": f"kaibiao=:{signature}:",
    }


def _resolved(message: Message) -> Any:
    """The parts of a message that a signature covers. Raises WireRefused."""
    try:
        # The library gives this constructor no types.
        return signatures.HTTPSignatureComponentResolver(message)  # type: ignore[no-untyped-call]
    except (signatures.HTTPMessageSignaturesException, ValueError) as error:
        raise WireRefused(str(error)) from error


def require_signable(url: str) -> None:
    """Refuse an address that no request to it could be signed for. Raises WireRefused."""
    _resolved(Message("POST", url, {}))


def verify_request(
    message: Message, body: bytes, public_key: bytes, *, tag: str, at: datetime
) -> Signed:
    """Verify that the holder of `public_key` (32 bytes) sent this just now. Raises WireRefused."""
    return verify_any(message, body, [public_key], tag=tag, at=at)


def verify_any(
    message: Message, body: bytes, public_keys: Iterable[bytes], *, tag: str, at: datetime
) -> Signed:
    """Verify that the holder of one of the keys sent this just now. Raises WireRefused."""
    known = {key_id(each): each for each in public_keys}
    keys = {name: Ed25519PublicKey.from_public_bytes(each) for name, each in known.items()}
    resolver = signatures.MappingKeyResolver(public_keys=keys, private_keys={})
    verifier = _Verifier(signature_algorithm=ED25519, key_resolver=resolver)
    verifier.at = at
    try:
        (found,) = verifier.verify(
            message, max_age=None, expect_tag=tag, require_components=COVERED, body=body
        )
    except (signatures.HTTPMessageSignaturesException, ValueError) as error:
        raise WireRefused(str(error)) from error
    if found.nonce is None or not 1 <= len(found.nonce) <= NONCE_CHARACTERS_MAX:
        raise WireRefused("a signature has a nonce of 1 to 64 characters")
    created = datetime.fromtimestamp(int(found.parameters["created"]), UTC)
    return Signed(known[str(found.parameters["keyid"])], found.nonce, created)


def webhook_headers(
    message_id: UUID, body: bytes, key: Ed25519PrivateKey, *, at: datetime
) -> dict[str, str]:
    """The three headers of Standard Webhooks; the signature is of the asymmetric kind, `v1a`.

    `message_id` is the same in every attempt, so a receiver tells a repetition by it.
    """
    stamp = str(int(at.timestamp()))
    signature = base64.b64encode(key.sign(_webhook_signed(str(message_id), stamp, body)))
    return {
        "webhook-id": str(message_id),
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1a,{signature.decode('ascii')}",
    }


def verify_webhook(
    headers: Mapping[str, str], body: bytes, public_key: bytes, *, at: datetime
) -> str:
    """The id of a message whose Standard Webhooks signature holds just now. Raises WireRefused."""
    name, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not name or not stamp.isascii() or not stamp.isdigit() or len(stamp) > len("9999999999"):
        raise WireRefused("webhook-id and webhook-timestamp are missing or malformed")
    if abs(int(at.timestamp()) - int(stamp)) > AGE_SECONDS_MAX:
        raise WireRefused("the webhook is older than 300 s, or from the future")
    key = Ed25519PublicKey.from_public_bytes(public_key)
    # Several signatures stand side by side while a key is replaced.
    for one in headers.get("webhook-signature", "").split(" "):
        version, _, text = one.partition(",")
        if version != "v1a":
            continue
        try:
            key.verify(base64.b64decode(text, validate=True), _webhook_signed(name, stamp, body))
        except (binascii.Error, InvalidSignature):
            continue
        return name
    raise WireRefused("no webhook signature of the platform's key")


def _webhook_signed(name: str, stamp: str, body: bytes) -> bytes:
    return f"{name}.{stamp}.".encode() + body


def nonce_lifetime() -> timedelta:
    """How long a receiver must remember a nonce."""
    return timedelta(seconds=AGE_SECONDS_MAX + 2 * SKEW_SECONDS_MAX)


def key_id(public_key: bytes) -> str:
    """The name of an Ed25519 key in a signature: the first half of its SHA-256 in hex."""
    return hashlib.sha256(public_key).hexdigest()[:32]


def read_public_key(text: str) -> bytes:
    """An Ed25519 public key, 32 bytes, from standard base64. Raises WireRefused."""
    try:
        key = base64.b64decode(text, validate=True)
        Ed25519PublicKey.from_public_bytes(key)
    except (binascii.Error, ValueError) as error:
        raise WireRefused("a key is 32 bytes of Ed25519 in base64") from error
    return key
