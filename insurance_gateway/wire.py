"""What platform and guarantor say to each other: messages, and the signatures under requests.

Every request of either side carries an HTTP message signature (RFC 9421, Ed25519) over method,
authority, path and content digest, with the time of signing and a nonce. Time and nonce are
arguments; whether a nonce is fresh is for the receiver's memory to say.
docs/specs/insurer-wire-v1.md.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import http_message_signatures as signatures
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures.algorithms import ED25519
from msgspec import Meta, Struct

from crypto.canonical import JsonValue
from insurance_gateway.guarantee import Cover, Step
from tendering.domain.journal import instant

POLICY_LABEL: Final = "kaibiao/guarantee/v1"
TAG: Final = "kaibiao-insurer-v1"
COVERED: Final = ("@method", "@authority", "@path", "content-type", "content-digest")
AGE_SECONDS_MAX: Final = 300
SKEW_SECONDS_MAX: Final = 30
NONCE_CHARACTERS_MAX: Final = 64
MESSAGE_BYTES_MAX: Final = 64 << 10
KEY_BYTES: Final = 32
REASON_CHARACTERS_MAX: Final = 500
FEN_MAX: Final = 9_007_199_254_740_991  # 2^53-1, exact in every JSON reader

Fen = Annotated[int, Meta(ge=1, le=FEN_MAX)]
Instant = Annotated[datetime, Meta(tz=True)]
State = Literal["underwriting", "refused", "awaiting_premium", "paid", "issued"]

STEP_OF: Final[dict[State, Step]] = {
    "underwriting": Step.UNDERWRITE,
    "refused": Step.REFUSE,
    "awaiting_premium": Step.APPROVE,
    "paid": Step.PAY,
    "issued": Step.VERIFY,
}


class WireRefused(Exception):
    """A message or its signature is not as agreed."""


class Applicant(Struct, frozen=True, forbid_unknown_fields=True):
    """The guarantor's customer: the bidder."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    uscc: Annotated[str, Meta(min_length=18, max_length=18)]


class QuoteRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What would this cover cost? Names nobody."""

    amount_fen: Fen
    valid_until: Instant


class Quote(Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to a quote request."""

    premium_fen: Fen


class Application(Struct, frozen=True, forbid_unknown_fields=True):
    """An order, as the guarantor sees it. Amount and end are bucketed; the tender is not named.

    `guarantor_id` is how the platform knows the receiver: callbacks go to its address.
    """

    order_id: UUID
    guarantor_id: UUID
    applicant: Applicant
    amount_fen: Fen
    valid_until: Instant


class Notice(Struct, frozen=True, forbid_unknown_fields=True):
    """The guarantor tells how far an order has come. `id` makes repetition harmless.

    `premium_fen` stands from `awaiting_premium` on; `policy` with `issued`: a signed statement.
    """

    id: UUID
    order_id: UUID
    state: State
    premium_fen: Fen | None = None
    policy: dict[str, Any] | None = None
    reason: Annotated[str, Meta(max_length=REASON_CHARACTERS_MAX)] = ""


class ProcuringEntity(Struct, frozen=True, forbid_unknown_fields=True):
    """The creditor of the guarantee."""

    name: str
    uscc: str


class Disclosure(Struct, frozen=True, forbid_unknown_fields=True):
    """After the opening: what the guarantee was for."""

    order_id: UUID
    policy_number: str
    tender_id: UUID
    tender_number: str
    tender_title: str
    lot: str
    lot_title: str
    procuring_entity: ProcuringEntity
    bid_security_fen: Fen
    deadline: Instant


class Release(Struct, frozen=True, forbid_unknown_fields=True):
    """The guarantee is not needed any more: what it was for is not said again."""

    order_id: UUID
    policy_number: str
    released_at: Instant


@dataclass(frozen=True, slots=True)
class Policy:
    """What a guarantor says in a policy that it signs."""

    order_id: UUID
    applicant_uscc: str
    insured: Cover
    number: str


class _PolicyStatement(Struct, frozen=True, forbid_unknown_fields=True):
    order_id: UUID
    applicant_uscc: str
    amount_fen: Fen
    valid_until: Instant
    policy_number: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^\S+(?!\n)$")]


def policy_statement(policy: Policy) -> dict[str, JsonValue]:
    """The statement that a guarantor signs under POLICY_LABEL."""
    return {
        "order_id": str(policy.order_id),
        "applicant_uscc": policy.applicant_uscc,
        "amount_fen": policy.insured.amount_fen,
        "valid_until": instant(policy.insured.until),
        "policy_number": policy.number,
    }


def read_policy(statement: JsonValue) -> Policy:
    """The inverse of `policy_statement`. Raises WireRefused."""
    try:
        said = msgspec.convert(statement, _PolicyStatement)
    except msgspec.ValidationError as error:
        raise WireRefused(f"the policy is not in the form agreed: {error}") from error
    insured = Cover(said.amount_fen, said.valid_until.astimezone(UTC))
    return Policy(said.order_id, said.applicant_uscc, insured, said.policy_number)


@dataclass(frozen=True, slots=True)
class Message:
    """A request as its signature sees it; the library reads and writes `headers`."""

    method: str
    url: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Signed:
    """What a verified signature says: the nonce must be fresh."""

    nonce: str
    created: datetime


class _Verifier(signatures.HTTPMessageVerifier):
    """The library's verifier, with the age judged by the receiver's clock, which may be set."""

    at: datetime

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        """Refuse what is too old or from the future. Raises InvalidSignature."""
        del max_age
        created = sig_input.params.get("created")
        if type(created) is not int or "expires" in sig_input.params:
            raise signatures.InvalidSignature("a signature has created and no expires")
        age_seconds = int(self.at.timestamp()) - created
        if not -SKEW_SECONDS_MAX <= age_seconds <= AGE_SECONDS_MAX:
            raise signatures.InvalidSignature("the signature is too old, or from the future")


def sign_request(
    message: Message, body: bytes, key: Ed25519PrivateKey, *, at: datetime, nonce: str
) -> dict[str, str]:
    """The headers to send: those of the message, the digest and the signature.

    Raises WireRefused when the address cannot be signed.
    """
    name = key_id(key.public_key().public_bytes_raw())
    signer = signatures.HTTPMessageSigner(
        signature_algorithm=ED25519,
        key_resolver=signatures.MappingKeyResolver(public_keys={}, private_keys={name: key}),
    )
    try:
        signer.sign(
            message,
            key_id=name,
            created=at,
            nonce=nonce,
            label="kaibiao",
            tag=TAG,
            covered_component_ids=COVERED,
            body=body,
            use_existing_digest=False,
        )
    except (signatures.HTTPMessageSignaturesException, ValueError) as error:
        raise WireRefused(str(error)) from error
    return dict(message.headers)


def require_signable(url: str) -> None:
    """Refuse an address that no request to it could be signed for. Raises WireRefused."""
    try:
        # The library gives this constructor no types.
        signatures.HTTPSignatureComponentResolver(Message("POST", url, {}))  # type: ignore[no-untyped-call]
    except (signatures.HTTPMessageSignaturesException, ValueError) as error:
        raise WireRefused(str(error)) from error


def verify_request(message: Message, body: bytes, public_key: bytes, *, at: datetime) -> Signed:
    """Verify that the holder of `public_key` (32 bytes) sent this just now. Raises WireRefused."""
    key = Ed25519PublicKey.from_public_bytes(public_key)
    resolver = signatures.MappingKeyResolver(public_keys={key_id(public_key): key}, private_keys={})
    verifier = _Verifier(signature_algorithm=ED25519, key_resolver=resolver)
    verifier.at = at
    try:
        (found,) = verifier.verify(
            message, max_age=None, expect_tag=TAG, require_components=COVERED, body=body
        )
    except (signatures.HTTPMessageSignaturesException, ValueError) as error:
        raise WireRefused(str(error)) from error
    if found.nonce is None or not 1 <= len(found.nonce) <= NONCE_CHARACTERS_MAX:
        raise WireRefused("a signature has a nonce of 1 to 64 characters")
    created = datetime.fromtimestamp(int(found.parameters["created"]), UTC)
    return Signed(found.nonce, created)


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


def encode(message: Struct) -> bytes:
    """A message as JSON."""
    return msgspec.json.encode(message)
