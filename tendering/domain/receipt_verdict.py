"""What a receipt proves: checked offline, against keys that were published beforehand.

Each finding is a stable word, with the party's name after a colon where there are several:
`platform-signature`, `log-inclusion`, `witness-quorum`, `witness:NAME`, `time-stamp:NAME`. The
same word stands among what holds, what is missing so far, or what is broken. Warnings say what the
evidence is worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from crypto.errors import BadCheckpoint, BadKey, BadProof, BadTimestamp
from crypto.keys import NOTE_ED25519
from crypto.notes import NoteVerifier, verify_cosignatures
from crypto.timestamp import verify as verify_token
from crypto.tlog import Checkpoint, leaf_hash, verify_checkpoint, verify_inclusion
from tendering.domain.published_keys import PublishedKeys, policy_json
from tendering.domain.receipts import Completion, Receipt, parse_receipt

PLATFORM_SIGNATURE: Final = "platform-signature"
LOG_INCLUSION: Final = "log-inclusion"
WITNESS_QUORUM: Final = "witness-quorum"

# Clocks of different parties may differ by this much before anybody is told.
CLOCK_DIFFERENCE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class ReceiptVerdict:
    """Words for what holds, what is missing and what is broken; warnings on what it is worth.

    `seen_at` is the time by which, according to the quorum of witnesses or to the earliest token,
    the submission existed; None while nobody but the platform says so.
    """

    holds: tuple[str, ...]
    missing: tuple[str, ...]
    warnings: tuple[str, ...]
    broken: tuple[str, ...] = ()
    seen_at: datetime | None = None

    @property
    def is_complete(self) -> bool:
        """Everything that the platform's policy asks for is there and holds."""
        return not self.missing and not self.broken


@dataclass(slots=True)
class _Findings:
    holds: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    stamped_by: set[str] = field(default_factory=set)


def verify_receipt(
    receipt_json: Mapping[str, object], *, platform: PublishedKeys
) -> ReceiptVerdict:
    """Check a receipt against a platform's published keys. Raises ReceiptInvalid when malformed."""
    receipt = parse_receipt(receipt_json)
    findings = _Findings()
    _check_signature(receipt, platform, findings)
    if receipt.completion is None:
        findings.missing += [LOG_INCLUSION, WITNESS_QUORUM]
        findings.missing += [f"time-stamp:{each.name}" for each in platform.authorities]
    else:
        checkpoint = _check_inclusion(receipt, receipt.completion, platform, findings)
        if checkpoint is not None:
            _check_witnesses(receipt.completion, platform, findings)
            _check_time_stamps(receipt.completion, checkpoint, platform, findings)
    return ReceiptVerdict(
        tuple(findings.holds),
        tuple(findings.missing),
        _warnings(receipt, platform, findings),
        tuple(findings.broken),
        min(findings.times, default=None),
    )


def _check_signature(receipt: Receipt, platform: PublishedKeys, findings: _Findings) -> None:
    holds = False
    if receipt.key in platform.receipt_keys:
        try:
            verifier = NoteVerifier.parse(receipt.key)
        except BadKey:
            verifier = None
        holds = (
            verifier is not None
            and verifier.algorithm == NOTE_ED25519
            and verifier.fits(receipt.signed_message, receipt.signature)
        )
    (findings.holds if holds else findings.broken).append(PLATFORM_SIGNATURE)


def _check_inclusion(
    receipt: Receipt, completion: Completion, platform: PublishedKeys, findings: _Findings
) -> Checkpoint | None:
    for verifier in platform.log_keys:
        # The log's name in its key is its origin: only the log promised in the receipt counts.
        if verifier.partition("+")[0] != receipt.origin:
            continue
        try:
            checkpoint = verify_checkpoint(completion.checkpoint, verifier)
            verify_inclusion(
                index=completion.leaf_index,
                size=checkpoint.size,
                leaf=leaf_hash(receipt.leaf),
                proof=completion.proof,
                root=checkpoint.root,
            )
        except (BadCheckpoint, BadKey, BadProof):
            continue
        findings.holds.append(LOG_INCLUSION)
        return checkpoint
    findings.broken.append(LOG_INCLUSION)
    return None


def _check_witnesses(completion: Completion, platform: PublishedKeys, findings: _Findings) -> None:
    seen: list[datetime] = []
    for witness in platform.witnesses:
        word = f"witness:{witness.name}"
        try:
            found = verify_cosignatures(completion.checkpoint, [witness.verifier])
        except (BadCheckpoint, BadKey):
            findings.broken.append(word)
            continue
        if witness.name in found:
            seen.append(found[witness.name])
            findings.holds.append(word)
    if len(seen) >= platform.quorum:
        findings.holds.append(WITNESS_QUORUM)
        if platform.quorum:
            # Fewer than a quorum may lie: only the quorum-th of them proves a time.
            findings.times.append(sorted(seen)[platform.quorum - 1])
    else:
        findings.missing.append(WITNESS_QUORUM)


def _check_time_stamps(
    completion: Completion, checkpoint: Checkpoint, platform: PublishedKeys, findings: _Findings
) -> None:
    tokens = {each.authority: each.token for each in completion.time_stamps}
    for authority in platform.authorities:
        word = f"time-stamp:{authority.name}"
        if authority.name not in tokens:
            findings.missing.append(word)
            continue
        try:
            stamp = verify_token(
                tokens[authority.name], digest=checkpoint.root, trusted_roots=[authority.root]
            )
        except BadTimestamp:
            findings.broken.append(word)
            continue
        findings.holds.append(word)
        findings.times.append(stamp.gen_time)
        findings.stamped_by.add(authority.name)


def _warnings(receipt: Receipt, platform: PublishedKeys, findings: _Findings) -> tuple[str, ...]:
    stamps_protect = any(
        platform.is_independent(authority)
        for authority in platform.authorities
        if authority.name in findings.stamped_by
    )
    witnesses_protect = platform.witnesses_protect and WITNESS_QUORUM in findings.holds
    allowed = timedelta(seconds=receipt.within_seconds) + CLOCK_DIFFERENCE
    received_at = receipt.submission.received_at
    seen_at = min(findings.times, default=None)
    policy = None if receipt.completion is None else receipt.completion.policy
    warnings = {
        # The bound of every receipt, said each time: docs/specs/receipt-v1.md §5.
        "last-interval-rests-on-received-at": True,
        "demonstration": platform.demonstration,
        "witnesses-run-by-operator": not platform.witnesses_protect,
        "time-stamps-certified-by-operator": not any(
            map(platform.is_independent, platform.authorities)
        ),
        "key-holders-certified-by-operator": not platform.key_holders_protect,
        "no-protection-against-operator": not (witnesses_protect or stamps_protect),
        "seen-late": seen_at is not None and seen_at > received_at + allowed,
        "seen-before-received": seen_at is not None and seen_at < received_at - CLOCK_DIFFERENCE,
        "policy-differs": policy is not None and dict(policy) != policy_json(platform),
    }
    return tuple(word for word, applies in warnings.items() if applies)
