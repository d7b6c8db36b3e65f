"""Receipts for tests: a platform with three witnesses and two time-stamping authorities."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from crypto.certificates import CertificateSubject, issue, make_authority, make_request
from crypto.keys import NoteKey, SigningKey, generate_signing_key
from crypto.merkle import Tree
from crypto.notes import cosign, with_signatures
from crypto.tlog import checkpoint_body, sign_note
from tendering.domain.published_keys import (
    Authority,
    PublishedKeys,
    Witness,
    policy_json,
)
from tendering.domain.receipt_verdict import ReceiptVerdict, verify_receipt
from tendering.domain.receipts import (
    Completion,
    Receipt,
    Submission,
    TimeStamp,
    issue_receipt,
    receipt_json,
)
from tendering.domain.time_stamping import Stamper

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LOG = NoteKey.from_seed("log.example/kaibiao", bytes([1]) * 32)
RECEIPT = NoteKey.from_seed("log.example/receipt", bytes([2]) * 32)
WITNESSES = [
    NoteKey.from_seed(f"w{number}.example/w", bytes([number]) * 32) for number in (3, 4, 5)
]
CHANCE = bytes(range(16))


def an_authority(name: str) -> tuple[Stamper, Authority]:
    """A time-stamping authority with its own root."""
    root_key, key = generate_signing_key(), generate_signing_key()
    start = NOON - timedelta(days=1)
    root = make_authority(f"{name} CA", key=root_key, at=start, years=5)
    certificate = issue(
        root,
        root_key,
        make_request(key, common_name=name, organization=name, uscc=""),
        at=start,
        days=365,
        subject=CertificateSubject(common_name=name, organization=name),
        usage="timestamping",
    )
    return Stamper(certificate, key), Authority(name, root)


OWN, OWN_AUTHORITY = an_authority("平台时间戳")
SECOND, SECOND_AUTHORITY = an_authority("示范第二时间戳")
HOLDERS_ROOT = make_authority(
    "示范外部CA", key=SigningKey(generate_signing_key().private), at=NOON, years=5
)
PLATFORM = PublishedKeys(
    receipt_keys=(RECEIPT.verifier,),
    log_keys=(LOG.verifier,),
    witnesses=tuple(Witness(key.cosigner, "示范公证处", True) for key in WITNESSES),
    quorum=2,
    authorities=(OWN_AUTHORITY, SECOND_AUTHORITY),
    certifiers=(Authority("示范外部CA", HOLDERS_ROOT),),
    operator_roots=(OWN_AUTHORITY.root,),
    interval_seconds=1,
)


def a_submission() -> Submission:
    """Two envelopes, received at noon."""
    return Submission(
        act="bid.submitted",
        tender_id=UUID(int=1),
        lot="1",
        bidder_id=UUID(int=2),
        counter=1,
        manifest_digest=bytes([6]) * 32,
        container_digests=(("technical", bytes([7]) * 32), ("price", bytes([8]) * 32)),
        received_at=NOON,
        custody_head=bytes([9]) * 32,
    )


def immediate() -> Receipt:
    """What the platform gives at once."""
    return issue_receipt(
        a_submission(),
        leaf_nonce=bytes([10]) * 32,
        origin=LOG.name,
        within_seconds=60,
        key=RECEIPT,
    )


@cache
def whole(
    platform: PublishedKeys = PLATFORM,
    *,
    witnesses: int = 3,
    seen_at: datetime = NOON + timedelta(seconds=1),
) -> Receipt:
    """A receipt in which everybody has spoken; the same asked for again is made once."""
    receipt = immediate()
    tree = Tree()
    for number in range(200):
        tree.append(bytes([number]) * 32)
    index = tree.append(receipt.leaf)
    tree.append(bytes(32))
    text = sign_note(checkpoint_body(LOG.name, len(tree), tree.root()), LOG)
    lines = [cosign(text, key, seen_at) for key in WITNESSES[:witnesses]]
    stamps = [
        TimeStamp(authority.name, stamper.stamp(tree.root(), at=seen_at, chance=CHANCE))
        for stamper, authority in ((OWN, OWN_AUTHORITY), (SECOND, SECOND_AUTHORITY))
    ]
    completion = Completion(
        leaf_index=index,
        proof=tuple(tree.inclusion_proof(index)),
        checkpoint=with_signatures(text, lines),
        time_stamps=tuple(stamps),
        policy=policy_json(platform),
    )
    return replace(receipt, completion=completion)


def verdict_of(receipt: Receipt, platform: PublishedKeys = PLATFORM) -> ReceiptVerdict:
    """Through JSON text, as a bidder has it."""
    return verify_receipt(json.loads(json.dumps(receipt_json(receipt))), platform=platform)


def with_completion(receipt: Receipt, **changes: Any) -> Receipt:
    """The receipt with something else in its completed part."""
    assert receipt.completion is not None
    return replace(receipt, completion=replace(receipt.completion, **changes))
