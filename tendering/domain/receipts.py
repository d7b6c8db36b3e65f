"""The receipt of a submission: what the platform signs at once, and what others add.

At once the bidder gets the platform's signature over what was received and when, and over the leaf
that it promises to log. Completed, the receipt also holds the leaf's inclusion in a checkpoint that
witnesses cosigned and time-stamping authorities dated. What arrived in the last interval before a
deadline is proved by the signed `received_at` and the closing checkpoint together: no witness can
say more than that it saw the leaf by the end of the interval. docs/specs/receipt-v1.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue, canonical, digest
from crypto.keys import NoteKey
from crypto.merkle import PROOF_MAX
from tendering.domain.fields import Fields
from tendering.domain.journal import instant
from tendering.domain.log_tree import leaf_of
from tendering.domain.published_keys import from_base64, to_base64
from tendering.domain.refusals.log import ReceiptInvalid

LABEL: Final = "kaibiao/receipt/v1"
ACTS: Final = ("bid.submitted", "bid.withdrawn")
CONTAINERS_MAX: Final = 8
TIME_STAMPS_MAX: Final = 8
PLACE_MAX: Final = 2**53 - 1

_HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What the platform acknowledges. Digests and the custody stream's head are 32 bytes.

    The head is that after the bidder's own entry, which holds a nonce the bidder does not know: it
    binds the platform to all that stood in custody then, and tells nothing of it. The entry's
    number would tell how many were before; it is not here.

    `container_digests` are pairs of envelope kind and RFC 6962 root; a withdrawal has none.
    """

    act: str
    tender_id: UUID
    lot: str
    bidder_id: UUID
    counter: int
    manifest_digest: bytes
    container_digests: tuple[tuple[str, bytes], ...]
    received_at: datetime
    custody_head: bytes
    # The acknowledgement as it is signed and shown.
    statement: Mapping[str, JsonValue] = field(init=False, repr=False, compare=False)
    # What the blinded leaf stands for. 32 bytes.
    record_digest: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        statement = self._statement()
        object.__setattr__(self, "statement", statement)
        object.__setattr__(self, "record_digest", digest(LABEL, statement))

    def _statement(self) -> dict[str, JsonValue]:
        return {
            "act": self.act,
            "tender_id": str(self.tender_id),
            "lot": self.lot,
            "bidder_id": str(self.bidder_id),
            "counter": self.counter,
            "manifest_digest": self.manifest_digest.hex(),
            "containers": [
                {"kind": kind, "digest": root.hex()} for kind, root in self.container_digests
            ],
            "received_at": instant(self.received_at),
            "custody_head": self.custody_head.hex(),
        }


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """A token over the checkpoint's root (RFC 3161, DER) and the authority's published name."""

    authority: str
    token: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What others said: inclusion under a cosigned checkpoint, its time stamps, who they are."""

    leaf_index: int
    proof: tuple[bytes, ...]
    checkpoint: str
    time_stamps: tuple[TimeStamp, ...]
    policy: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A signed acknowledgement; `key` is the verifier key text of the platform's receipt key.

    The platform promises the leaf in the log of `origin` within `within_seconds`. The nonce opens
    the blinded leaf: whoever has it can find the leaf, so it stays with the bidder until the
    opening.
    """

    submission: Submission
    leaf_nonce: bytes
    origin: str
    within_seconds: int
    key: str
    signature: bytes
    completion: Completion | None = None

    @property
    def leaf(self) -> bytes:
        """SHA-256(nonce ‖ record digest), the data of the log's leaf. 32 bytes."""
        return leaf_of(self.leaf_nonce, self.submission.record_digest)

    @property
    def signed_message(self) -> bytes:
        """The bytes under the platform's signature."""
        promise: dict[str, JsonValue] = {
            "statement": self.submission.statement,
            "leaf": self.leaf.hex(),
            "origin": self.origin,
            "within_seconds": self.within_seconds,
        }
        return LABEL.encode() + b"\0" + canonical(promise)


def issue_receipt(
    submission: Submission, *, leaf_nonce: bytes, origin: str, within_seconds: int, key: NoteKey
) -> Receipt:
    """Sign the immediate part. `leaf_nonce` is 32 bytes of chance, never used before."""
    unsigned = Receipt(
        submission=submission,
        leaf_nonce=leaf_nonce,
        origin=origin,
        within_seconds=within_seconds,
        key=key.verifier,
        signature=b"",
    )
    return replace(unsigned, signature=key.sign(unsigned.signed_message))


def receipt_json(receipt: Receipt) -> dict[str, JsonValue]:
    """The receipt as it is stored, sent and kept by the bidder."""
    return {
        "format": LABEL,
        "statement": receipt.submission.statement,
        "leaf_nonce": receipt.leaf_nonce.hex(),
        "origin": receipt.origin,
        "within_seconds": receipt.within_seconds,
        "key": receipt.key,
        "signature": to_base64(receipt.signature),
        "completion": None if receipt.completion is None else _completion_json(receipt.completion),
    }


def parse_receipt(value: Mapping[str, object]) -> Receipt:
    """Read what `receipt_json` wrote, verifying nothing. Raises ReceiptInvalid."""
    fields = Fields(value, "receipt", ReceiptInvalid)
    fields.choice("format", [LABEL])
    submission = _submission(fields.fields("statement"))
    nonce = _hash(fields, "leaf_nonce")
    origin = fields.text("origin")
    within_seconds = fields.integer("within_seconds", least=1, most=86_400)
    key = fields.text("key")
    signature = from_base64(fields.text("signature"), ReceiptInvalid)
    completion = _completion(fields.fields("completion")) if "completion" in fields else None
    if completion is None:
        fields.take("completion")
    fields.done()
    return Receipt(
        submission=submission,
        leaf_nonce=nonce,
        origin=origin,
        within_seconds=within_seconds,
        key=key,
        signature=signature,
        completion=completion,
    )


def _completion_json(completion: Completion) -> dict[str, JsonValue]:
    return {
        "leaf_index": completion.leaf_index,
        "proof": [to_base64(hashed) for hashed in completion.proof],
        "checkpoint": completion.checkpoint,
        "time_stamps": [
            {"authority": each.authority, "token": to_base64(each.token)}
            for each in completion.time_stamps
        ],
        "policy": dict(completion.policy),
    }


def _submission(fields: Fields) -> Submission:
    submission = Submission(
        act=fields.choice("act", ACTS),
        tender_id=_uuid(fields, "tender_id"),
        lot=fields.text("lot"),
        bidder_id=_uuid(fields, "bidder_id"),
        counter=fields.integer("counter", least=1, most=PLACE_MAX),
        manifest_digest=_hash(fields, "manifest_digest"),
        container_digests=tuple(map(_container, fields.each("containers", most=CONTAINERS_MAX))),
        received_at=fields.moment("received_at"),
        custody_head=_hash(fields, "custody_head"),
    )
    fields.done()
    return submission


def _container(fields: Fields) -> tuple[str, bytes]:
    container = (fields.text("kind"), _hash(fields, "digest"))
    fields.done()
    return container


def _completion(fields: Fields) -> Completion:
    policy = fields.take("policy")
    if not isinstance(policy, Mapping):
        raise fields.wrong("policy", "an object is expected")
    completion = Completion(
        leaf_index=fields.integer("leaf_index", least=0, most=PLACE_MAX),
        proof=tuple(
            from_base64(text, ReceiptInvalid) for text in fields.texts("proof", most=PROOF_MAX)
        ),
        checkpoint=fields.text("checkpoint"),
        time_stamps=tuple(map(_time_stamp, fields.each("time_stamps", most=TIME_STAMPS_MAX))),
        policy=policy,
    )
    fields.done()
    return completion


def _time_stamp(fields: Fields) -> TimeStamp:
    stamp = TimeStamp(fields.text("authority"), from_base64(fields.text("token"), ReceiptInvalid))
    fields.done()
    return stamp


def _hash(fields: Fields, key: str) -> bytes:
    text = fields.text(key)
    if _HASH.fullmatch(text) is None:
        raise fields.wrong(key, "32 bytes in lower-case hex are expected")
    return bytes.fromhex(text)


def _uuid(fields: Fields, key: str) -> UUID:
    try:
        return UUID(fields.text(key))
    except ValueError:
        raise fields.wrong(key, "a UUID is expected") from None
