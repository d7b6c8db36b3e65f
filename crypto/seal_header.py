"""The header of a sealed bid: who can open it, bound to what it is for.

Two stanzas, no more: the bidder's own, which is age's, and a threshold stanza with one record for
each key holder, any `threshold` of whom recover the file key together. Every secret in the header
is derived from file key and context, so whoever learns the file key can compute the header again
and compare it bit for bit: a bidder who dealt bad shares is found out by arithmetic.
docs/specs/sealed-bid-v1.md; the idea is Fujisaki and Okamoto's re-encryption check.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crypto import suite
from crypto.age_header import (
    Header,
    Stanza,
    build_header,
    decode_base64,
    encode_base64,
    parse_header,
)
from crypto.algorithms import AGE, NATIONAL
from crypto.canonical import JsonValue, canonical
from crypto.errors import BadHeader, BadKey
from crypto.seal_suites import CLASSIC, SUITES, SealSuite, suite_of
from crypto.shares import HOLDERS_MAX, SECRET_BYTES, split_derandomized

CONTEXT_BYTES = 32
COMMITMENT_BYTES = 32
THRESHOLD_MIN = 2
SEALED_HEADER_BYTES_MAX = 64 << 10  # 32 key holders of the hybrid suite need 53 KB

_THRESHOLD_ARGUMENTS = 4  # the kind, threshold, number of holders, context
_NUMBER = re.compile(r"[1-9][0-9]?\Z")


@dataclass(frozen=True, slots=True)
class SealPolicy:
    """Who can open: the bidder, or any `threshold` of the `holders` in their published order.

    `context` has 32 bytes and comes from `seal_context`; keys are public keys of one suite, of 32,
    65 or 1216 bytes. Raises BadKey for a policy nobody can seal to.
    """

    context: bytes
    threshold: int
    holders: tuple[bytes, ...]
    bidder: bytes

    def __post_init__(self) -> None:
        assert len(self.context) == CONTEXT_BYTES
        if not THRESHOLD_MIN <= self.threshold <= len(self.holders) <= HOLDERS_MAX:
            raise BadKey("a policy has 2 to 32 key holders and a threshold among them")
        # C2SP age.md: a classic key would undo what the hybrid ones are there for.
        if any(len(key) != self.suite.public_bytes for key in self.holders):
            raise BadKey("the opening keys are not of one suite")
        if len({self.bidder, *self.holders}) != len(self.holders) + 1:
            raise BadKey("two of the opening keys are the same")

    @property
    def suite(self) -> SealSuite:
        """How the file key and its shares are wrapped: as the keys tell. Raises BadKey."""
        return suite_of(self.bidder)


def seal_context(
    *,
    tender_id: str,
    lot: str,
    envelope: str,
    bidder_id: str,
    counter: int,
    threshold: int,
    holders: Sequence[tuple[str, str]],
    suite_name: str = CLASSIC.name,
) -> bytes:
    """What a container is for, as 32 bytes.

    `holders` are pairs (public key, digest of the signed key announcement), both lower-case hex, in
    the published order. The deadline is not part of it: an extension must not invalidate what is
    already sealed. Everybody computes this from the published record, never from the container.
    """
    value: JsonValue = {
        "suite": suite_name,
        "tender": tender_id,
        "lot": lot,
        "envelope": envelope,
        "bidder": bidder_id,
        "counter": counter,
        "threshold": threshold,
        "holders": [
            {"public_key": public_key, "announcement": announcement}
            for public_key, announcement in holders
        ],
    }
    used = SUITES[suite_name]
    return used.algorithms.digest(used.context_label.encode("ascii") + b"\x00" + canonical(value))


def derive_header(file_key: bytes, policy: SealPolicy) -> bytes:
    """The one right header for this file key and policy, MAC line included.

    Raises BadKey for a public key of low order.
    """
    used, context = policy.suite, policy.context
    threshold, count = policy.threshold, len(policy.holders)
    body = b""
    shares = derive_shares(file_key, policy)
    for number, (holder, share) in enumerate(zip(policy.holders, shares, strict=True), start=1):
        body += used.wrap(
            share,
            holder,
            material=_derive(file_key, policy, f"ephemeral/{number}", used.material_bytes),
            context=context,
            position=bytes((number, threshold, count)),
        )
        body += share_commitment(used, context, number, share)
    arguments = (used.threshold_kind, str(threshold), str(count), encode_base64(context))
    bidder_stanza = used.bidder_stanza(
        file_key,
        policy.bidder,
        material=_derive(file_key, policy, "ephemeral/bidder", used.material_bytes),
        context=context,
    )
    stanzas = [bidder_stanza, Stanza(arguments, body)]
    return build_header(file_key, stanzas, algorithms=used.algorithms)


def derive_shares(file_key: bytes, policy: SealPolicy) -> list[bytes]:
    """The shares that this file key dictates, 16 bytes each, in the holders' order."""
    coefficients = [
        _derive(file_key, policy, f"coefficient/{power}", SECRET_BYTES)
        for power in range(1, policy.threshold)
    ]
    return split_derandomized(file_key, coefficients, len(policy.holders))


@dataclass(frozen=True, slots=True)
class ShareRecord:
    """One key holder's record: the wrapped share, as its suite writes it, and the commitment."""

    wrapped: bytes
    commitment: bytes

    @property
    def encoded(self) -> bytes:
        """The record as it stands in the header."""
        return self.wrapped + self.commitment


@dataclass(frozen=True, slots=True)
class SealedHeader:
    """The shape of a container as anybody can read it, without any key.

    `records` are in the holders' order. `ephemeral_keys` are the bidder's and then the holders',
    32 bytes each, of a hybrid one the point and of an SM2 point its x: all are fresh in an honest
    container, so one seen before means a copied header.
    """

    header: Header
    suite: SealSuite
    bidder_stanza: Stanza
    context: bytes
    threshold: int
    records: tuple[ShareRecord, ...]
    ephemeral_keys: tuple[bytes, ...]

    @property
    def mac(self) -> bytes:
        """The MAC, 32 bytes."""
        return self.header.mac

    @property
    def header_length(self) -> int:
        """Length of the header in bytes; the payload begins there."""
        return self.header.length

    def record(self, holder_number: int) -> ShareRecord:
        """The record of holder 1..n. Raises BadHeader when there is no such holder."""
        if not 1 <= holder_number <= len(self.records):
            raise BadHeader(f"the header has no holder number {holder_number}")
        return self.records[holder_number - 1]


def parse_sealed_header(
    data: bytes,
    *,
    expected_context: bytes,
    threshold: int,
    n: int,
    suite_name: str = CLASSIC.name,
) -> SealedHeader:
    """The check at the door, without any key: is this a container for exactly this purpose?

    `data` begins with the header and may go on. Raises BadHeader for anything else than two stanzas
    in order, for another suite, context, threshold or number of holders, and for unusable
    ephemeral keys.
    """
    sealed = read_sealed_header(data)
    if sealed.suite.name != suite_name:
        raise BadHeader("sealed in another suite than the tender's")
    if not suite.equal(sealed.context, expected_context):
        raise BadHeader("sealed for another tender, lot, envelope, bidder or submission")
    if (sealed.threshold, len(sealed.records)) != (threshold, n):
        raise BadHeader("sealed for another number of key holders")
    if any(sealed.suite.is_weak(key) for key in sealed.ephemeral_keys):
        raise BadHeader("an ephemeral key of low order")
    if len(set(sealed.ephemeral_keys)) != len(sealed.ephemeral_keys):
        raise BadHeader("an ephemeral key is used twice")
    return sealed


def read_sealed_header(data: bytes) -> SealedHeader:
    """The shape alone; what it is for has still to be compared. Raises BadHeader."""
    header = parse_header(data[:SEALED_HEADER_BYTES_MAX], accepted=(AGE, NATIONAL))
    kinds = [stanza.kind for stanza in header.stanzas]
    used = next(
        (one for one in SUITES.values() if kinds == [one.bidder_kind, one.threshold_kind]), None
    )
    if used is None or used.algorithms is not header.algorithms:
        raise BadHeader("a container has a bidder's and a threshold stanza of one suite, in order")
    bidder_stanza, stanza = header.stanzas
    if len(stanza.arguments) != _THRESHOLD_ARGUMENTS:
        raise BadHeader("a threshold stanza has three arguments")
    threshold, count = (_number(text) for text in stanza.arguments[1:3])
    context = decode_base64(stanza.arguments[3])
    if len(context) != CONTEXT_BYTES or not THRESHOLD_MIN <= threshold <= count <= HOLDERS_MAX:
        raise BadHeader("a threshold stanza out of range")
    records = _records(used, stanza.body, count)
    ephemeral_keys = (
        used.bidder_ephemeral(bidder_stanza),
        *(used.ephemeral_of(record.wrapped) for record in records),
    )
    return SealedHeader(header, used, bidder_stanza, context, threshold, records, ephemeral_keys)


def header_digest(data: bytes) -> bytes:
    """SHA-256 of the header that `data` begins with, by which it is named. Raises BadHeader."""
    return suite.sha256(data[: read_sealed_header(data).header_length])


def share_commitment(used: SealSuite, context: bytes, number: int, share: bytes) -> bytes:
    """What the header publishes about holder `number`'s share, 32 bytes."""
    return used.algorithms.digest(used.share_label + context + bytes([number]) + share)


def _derive(file_key: bytes, policy: SealPolicy, label: str, length: int) -> bytes:
    info = policy.suite.derivation_label + label.encode("ascii")
    return policy.suite.algorithms.kdf(file_key, salt=policy.context, info=info, length=length)


def _number(text: str) -> int:
    if not _NUMBER.match(text):
        raise BadHeader("a malformed number in the threshold stanza")
    return int(text)


def _records(used: SealSuite, body: bytes, count: int) -> tuple[ShareRecord, ...]:
    records: list[ShareRecord] = []
    for _ in range(count):
        size = used.wrapped_bytes(body)
        end = size + COMMITMENT_BYTES
        if len(body) < end:
            raise BadHeader("a threshold stanza has a record for each key holder")
        records.append(ShareRecord(body[:size], body[size:end]))
        body = body[end:]
    if body:
        raise BadHeader("a threshold stanza has more than a record for each key holder")
    return tuple(records)
